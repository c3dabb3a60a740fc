"""python -m tests.sandbox.travel --port N --state DIR --config FILE.json"""

from .. import kit
from . import make_app

kit.main(make_app)
