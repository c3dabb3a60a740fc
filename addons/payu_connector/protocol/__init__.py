"""PayU Russia (YPMN), REST v4: what goes over the wire, without Odoo.

- ``signature``: the v4 signature of requests and notices;
- ``money``: exact decimal text;
- ``calls``: the three requests we make (authorize, status, refund), as bytes;
- ``answers``: what PayU says to them;
- ``limits``: when to come back after too many calls;
- ``notices``: what PayU tells us by itself;
- ``events``: the one normal form both become;
- ``statuses``: PayU's words and what they mean for us;
- ``names``: a payer's first and last name out of one line;
- ``masking``: what may be written to a log.

Another protocol of the same platform (the classic LU/IPN forms) would be another
``calls`` and ``notices`` that speak the same normal form.
"""

from . import answers, calls, events, limits, masking, money, names, notices, signature, statuses
