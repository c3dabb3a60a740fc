"""Every table and number of the provider."""

from datetime import timedelta

PRODUCTION_URL = "https://secure.ypmn.ru"
SANDBOX_URL = "https://sandbox.ypmn.ru"

RETURN_ROUTE = "/payment/payu_ru/return"
WEBHOOK_ROUTE = "/payment/payu_ru/webhook"
WAIT_ROUTE = "/payment/payu_ru/wait"
ROUTES = (RETURN_ROUTE, WEBHOOK_ROUTE, WAIT_ROUTE)

# Above PayU's own limit on a notice by far; a larger body is not a notice.
NOTICE_MAX_BYTES = 256 * 1024

# Seconds to wait for an answer. One number for connecting and reading.
TIMEOUT = 15
# Pages that ask PayU at the same moment; the others wait at a page of their own.
ASKED_AT_ONCE = 2
# Seconds until a page that waits asks again.
WAIT_SECONDS = 3
# Some firewalls refuse the default name of the library.
USER_AGENT = "Odoo-payu_connector/19.0"

SUPPORTED_CURRENCIES = {"RUB"}

# The codes of the payment methods to activate when the provider is activated.
DEFAULT_PAYMENT_METHOD_CODES = {"card", "mir", "sbp", "sberpay", "tpay"}

# Our payment method codes and PayU's.
PAYMENT_METHODS = {
    "card": "CCVISAMC",
    "sbp": "FASTER_PAYMENTS",
    "sberpay": "SBERPAY",
    "tpay": "TPAY",
}

# How long the payer may use PayU's page. Short: two open pages may both be paid.
PAGE_LIFETIME = timedelta(minutes=30)
# A payment begun in the last second may still be on its way to the bank.
PAGE_GRACE = timedelta(minutes=15)

# How often the outcome is asked: while the page is open, and after it.
ASK_OPEN = timedelta(minutes=3)
ASK_CLOSED = timedelta(hours=1)
# A fresh answer is not asked again; a payer may reload the return page as he likes.
ASK_AT_MOST_EVERY = timedelta(seconds=3)
# PayU repeats its notices for ten days; after that a person decides.
ASK_FOR = timedelta(days=10)

# A refund or chargeback whose notice was lost is found by asking once a night, spread over these
# hours (01:00 to 05:00 in Moscow); banks take back for longer, but then notices are all there is.
REVIEW_FOR = timedelta(days=35)
REVIEW_FROM_HOUR_UTC = 22
REVIEW_SPREAD = timedelta(hours=4)

# A notice may overtake the transaction it is about.
UNKNOWN_RETRIED_FOR = timedelta(hours=1)
MAX_ATTEMPTS = 100

# How many days the ledger of notices is kept, unless the settings say otherwise. The body holds
# the payer's name and address; what it said stays in the other fields.
KEEP_BODIES, BODIES_KEPT_DAYS = "payu_connector.keep_bodies_days", 180
# As long as primary documents of the books (402-FZ art. 29).
KEEP_NOTICES, NOTICES_KEPT_DAYS = "payu_connector.keep_notices_days", 5 * 365
# PayU repeats a notice for ten days, and a repeat has to be known.
NOTICE_KEPT_AT_LEAST = 30
VACUUM_BATCH = 1000
