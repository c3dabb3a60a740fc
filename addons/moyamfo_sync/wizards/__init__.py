from . import moyamfo_tryout
