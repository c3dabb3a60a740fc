"""When PayU's notices leave, and how they travel."""

import threading
from datetime import UTC, datetime
from urllib.parse import urlsplit

import requests

from . import payu_words
from .payu_checks import signature

#: When a notice leaves: before the payer is sent back, after it, after a while, never by itself.
NOTICE_TIMES = {"before": 0, "after": 1.5, "delayed": 20, "never": None}
RETRIES = (1, 2, 4, 8, 16, 32, 64)  # seconds; the real one goes on for ten days


class Notices:
    """The part of the bank that speaks to the shop by itself."""

    def tell(self, payment, **what):
        """Send a notice about the payment as it stands, when the setting says; ``what`` as of :meth:`notice`."""
        raw = self.notice(payment, **what)
        wait = NOTICE_TIMES[self.setting("notice")]
        if wait == 0:
            # In a thread of its own, but waited for: the shop hears of it before the payer is back.
            thread = threading.Thread(target=self.send, args=(raw,), daemon=True)
            thread.start()
            thread.join(20)
        elif wait:
            self.app.later(wait, self.send, raw)

    def notice(
        self,
        payment,
        refund=None,
        chargeback=None,
        message="Approved",
        code="AUTHORIZED",
        more=None,
        **order,
    ) -> bytes:
        """The body of a notice; ``order`` overrides fields of ``orderData``, ``more`` of the whole."""
        return payu_words.notice(
            payment,
            self.details(payment),
            refund,
            chargeback,
            message,
            code,
            self.setting("refund_without_id"),
            order,
            more or {},
        )

    def send(self, raw, attempt=0, secret=None, content_type="application/json"):
        """Post a notice; repeat it later until the shop says 200. Returns the last HTTP status or None."""
        settings = self.app.settings
        url = settings["notice_url"]
        date = datetime.now(UTC).isoformat(timespec="seconds")
        parts = urlsplit(url)
        headers = {
            "Content-Type": content_type,
            "X-Header-Merchant": settings["merchant"],
            "X-Header-Date": date,
            "X-Header-Signature": signature(
                settings["merchant"],
                secret or settings["secret"],
                date,
                "POST",
                parts.path,
                parts.query,
                raw,
            ),
        }
        try:
            status = self.app.send("notice", "POST", url, data=raw, headers=headers).status_code
        except requests.RequestException:
            status = None
        if status != 200 and attempt < len(RETRIES):
            self.app.later(RETRIES[attempt], self.send, raw, attempt + 1, secret, content_type)
        return status
