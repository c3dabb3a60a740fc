"""Client of an SMS gateway in the shape of SMSC.ru (HTTP API, JSON).

Pure: standard library and requests. Source: the vendor's description of
``/rest/send/`` and ``/sys/status.php``.
"""

from dataclasses import dataclass

import requests

TIMEOUT = (3, 10)
# 3 money, 4 address blocked, 9 the same request within a minute: pass by themselves;
# the others (parameters, login, forbidden text, bad number) need a person
PASSING_ERRORS = {3, 4, 9}
GATEWAY_ERRORS = {2, 3, 4}  # of these and of silence the number sent to is no cause
NOT_FOUND = -3


@dataclass(frozen=True)
class Answer:
    """``again``: the refusal passes by itself; the same message may be sent later."""

    accepted: bool
    message_id: str = ""
    again: bool = False
    error: str = ""
    raw: str = ""


@dataclass(frozen=True)
class Balance:
    """``error``: why nothing can be sent, or empty; ``left``: roubles; ``date``: its clock."""

    error: str
    left: str = ""
    date: str = ""


def is_of_gateway(error: str | None) -> bool:
    """Return whether an ``Answer.error`` says that nobody can be sent anything now."""
    number = (error or "").partition(":")[0]
    return bool(error) and (not number.isdigit() or int(number) in GATEWAY_ERRORS)


class Gateway:
    def __init__(self, url: str, login: str, password: str, sender: str = ""):
        self.url = url.rstrip("/")
        self.credentials = {"login": login, "psw": password}
        self.sender = sender

    def send(self, phone: str, text: str, message_id: int) -> Answer:
        """Send ``text`` to ``phone`` (E.164); ``message_id`` is ours, 1…2147483647.

        A repeat of the same id within a minute is refused by the gateway (error 9),
        so a repeat never becomes a second SMS then; later, ask ``status`` first.
        """
        if not self.url:
            return Answer(False, again=True, error="no SMS gateway is configured")
        payload = {
            **self.credentials,
            "phones": phone,
            "mes": text,
            "id": message_id,
            "charset": "utf-8",
            "fmt": 3,
        }
        if self.sender:
            payload["sender"] = self.sender
        try:
            answer = self._post("/rest/send/", json=payload).json()
        except (requests.RequestException, ValueError) as error:
            # never the exception's text: it may carry the request
            return Answer(False, again=True, error=type(error).__name__)
        if not isinstance(answer, dict):
            return Answer(False, again=True, error="not an answer of SMSC")
        if "error_code" in answer or "error" in answer:
            number = answer.get("error_code")
            return Answer(
                False,
                again=number in PASSING_ERRORS,
                error=f"{number}: {answer.get('error')}",
                raw=str(answer),
            )
        return Answer(True, message_id=str(answer.get("id", "")), raw=str(answer))

    def trouble(self) -> str:
        """Return why nothing can be sent now, or nothing; no number is named (``balance.php``)."""
        error = self.balance().error
        return error if is_of_gateway(error) else ""

    def balance(self) -> Balance:
        """Ask what is left on the account: harmless, and the login is looked at."""
        if not self.url:
            return Balance("no SMS gateway is configured")
        try:
            response = self._post("/sys/balance.php", data={**self.credentials, "fmt": 3})
            date, answer = response.headers.get("Date", ""), response.json()
            if "error_code" in answer:
                return Balance(f"{answer['error_code']}: {answer.get('error')}", date=date)
            left = float(answer["balance"])
            return Balance("" if left > 0 else "3: no money", str(answer["balance"]), date)
        except (requests.RequestException, ValueError, TypeError, KeyError) as error:
            return Balance(type(error).__name__)

    def status(self, phone: str, message_id: int) -> str | None:
        """Return the gateway's status number as text, or None if it knows no such id.

        Raises requests.RequestException or ValueError when it cannot be asked: then
        nobody knows, and nothing may be sent.
        """
        question = {**self.credentials, "phone": phone, "id": message_id}
        answer = self._post(
            "/sys/status.php", data={**question, "fmt": 3, "charset": "utf-8"}
        ).json()
        status = answer.get("status") if isinstance(answer, dict) else None
        return None if status in (None, NOT_FOUND, str(NOT_FOUND)) else str(status)

    def _post(self, path: str, **body):
        """Follow nobody elsewhere: the body holds our password and somebody's code."""
        return requests.post(f"{self.url}{path}", timeout=TIMEOUT, allow_redirects=False, **body)
