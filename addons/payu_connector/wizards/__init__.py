from . import payu_ru_refund
