"""What PayU says: bodies of its answers and notices, field by field as the published v4 description has them.

A field that stands in no description and in no published client is not invented here: what the real
one does not send, nobody may lean on.
"""

import json
from datetime import UTC, datetime
from uuid import UUID, uuid5

#: Text ids of refunds are made of their numbers.
IDS = UUID("5f2c7a7e-6a54-4d7e-9a55-6c9f6f1c0b10")
CARDS = {"CCVISAMC", "INTCARD", None}
PAID, REFUNDED, WAITING = "COMPLETE", "REFUND", "WAITING_PAYMENT"
QR = (
    "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 2 2'>"
    "<path d='M0 0h1v1H0zM1 1h1v1H1z'/></svg>"
)


def refund_id(refund) -> str:
    return str(uuid5(IDS, str(refund["id"])))


def authorized(payment, page_url) -> dict:
    """The answer to ``authorize``: PayU's page, the bank's 3-D Secure page, or a link and its QR code."""
    result = {"payuResponseCode": "-8888", "type": "redirect", "url": page_url}
    message = "The payment page was created"
    if payment["kind"] == "card":
        result["payuResponseCode"], message = "3DS_ENROLLED", "3DS Enrolled Card."
    elif payment["kind"] == "bank":
        result["bankResponseDetails"] = {"customBankNode": {"qr": QR, "url": page_url}}
        message = "Waiting for the payer"
    return {
        "code": 200,
        "status": "SUCCESS",
        "message": message,
        "payuPaymentReference": payment["id"],
        "merchantPaymentReference": payment["reference"],
        "amount": payment["amount"],
        "currency": "RUB",
        "paymentResult": result,
    }


def report(payment, attempts, refunds, captured_at, with_extras, without_sum, without_id) -> dict:
    """The answer to a status question; neither ``status`` nor our reference, unless extras are wanted."""
    sum_ = {} if without_sum else {"amount": payment["amount"], "currency": "RUB"}
    extras = {
        "status": "SUCCESS",
        "merchantPaymentReference": payment["reference"],
        **sum_,
    }
    capture = {
        "status": PAID,
        **sum_,
        "commission": None,
        "rrn": rrn(payment),
        "requestTimestamp": captured_at,
    }
    return {
        "code": 200,
        "message": "Information retrieved",
        **(extras if with_extras else {}),
        "paymentStatus": payment["status"],
        "payuPaymentReference": str(payment["id"]),
        "authorizations": [_attempt(attempt, sum_) for attempt in attempts],
        "captures": [capture] if captured_at else [],
        "refunds": [
            {
                "status": refund["status"],
                "merchantRefundReference": refund["merchant_reference"],
                "requestTimestamp": refund["created_at"],
                "amount": refund["amount"],
                "currency": "RUB",
                "commission": None,
                **({} if without_id else {"refundRequestId": refund_id(refund)}),
            }
            for refund in refunds
        ],
    }


def _attempt(attempt, sum_) -> dict:
    said = {"timestamp": attempt["at"], "authorized": attempt["authorized"]}
    if "amount" in sum_:
        said["amount"] = attempt["amount"]
    if attempt["method"] in CARDS:
        said["cardDetails"] = {
            "binNumber": "465203",
            "lastFourDigits": "7037",
            "issuerBank": "Учебный банк",
        }
    if attempt["authorized"] == "FAILED":
        said["responseCode"], said["responseMessage"] = attempt["code"], attempt["message"]
    return said


def rrn(payment) -> str:
    return f"{payment['id']:012}"


def notice(payment, details, refund, chargeback, message, code, without_id, order, more) -> bytes:
    """The body of a notice; ``order`` overrides fields of ``orderData``, ``more`` of the whole."""
    status = order.pop("status", payment["status"])
    is_taken = status in (PAID, REFUNDED, "REVERSED")
    data = {
        "orderDate": payment["created_at"],
        "payuPaymentReference": str(payment["id"]),
        "merchantPaymentReference": payment["reference"],
        "status": "CARD_NOT_AUTHORIZED" if status == "CARD_NOTAUTHORIZED" else status,
        "currency": "RUB",
        "amount": payment["amount"],
        "commission": None,
        **order,
    }
    if chargeback:
        data["refundInfo"] = {"chargeback": chargeback}
    result = {
        "paymentMethod": payment["paid_by"] or payment.get("method") or "CCVISAMC",
        "paymentDate": payment["changed_at"],
        "captureDate": payment["changed_at"] if is_taken else None,
        "authCode": f"{payment['id'] % 1_000_000:06}",
        "rrn": rrn(payment),
    }
    if result["paymentMethod"] in CARDS:
        result["cardDetails"] = {
            "bin": "465203",
            "pan": "4652-xxxx-xxxx-7037",
            "type": "MIR",
            "owner": "PAYER",
            "cardIssuerBank": "Учебный банк",
        }
    body = {
        "orderData": data,
        "paymentResult": result,
        "client": {
            "billing": details.get("billing")
            or {"email": payment["email"], "phone": payment["phone"]},
            "ip": details.get("ip"),
            "time": details.get("time"),
        },
        "products": details.get("products", []),
        "authorization": {
            "authorized": "FAILED" if code.startswith("GWERROR") else "SUCCESS",
            "responseCode": code,
            "responseMessage": message,
        },
        "dateTime": datetime.now(UTC).strftime("%Y%m%d%H%M%S"),
    }
    if refund:
        body["refund"] = {
            "amount": refund["amount"],
            "currency": "RUB",
            "status": refund["status"],
            "merchantRefundReference": refund["merchant_reference"],
            "additionalDetails": [],
        }
        if not without_id:
            data["refundRequestId"] = body["refund"]["refundRequestId"] = refund_id(refund)
        body["products"] = []
    return json.dumps({**body, **more}, ensure_ascii=False).encode()
