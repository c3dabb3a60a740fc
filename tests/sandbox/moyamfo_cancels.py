"""Cancels after the agency's commit: money may be on its way, so a person says yes or no."""

from .moyamfo_books import CANCELLED, PAYING, Refusal, _in

SCHEMA = """
CREATE TABLE IF NOT EXISTS cancel_wish (application_id INTEGER PRIMARY KEY, reason TEXT);
"""


class Cancels:
    """Wishes to cancel over the ``Books``: at once, or (setting ``cancels``: desk) by a person."""

    def __init__(self, books):
        self.books, self.app = books, books.app
        self.app.schema(SCHEMA)

    def ask(self, body) -> str:
        """The cabinet cancels an application; return its number.

        :raises Refusal: unknown, or the money is gone
        """
        books = self.books
        row = books.known(body["УИД"])
        if row["status"] != PAYING or books.settings()["cancels"] == "at once":
            return books.cancel(body)
        with self.app.transaction() as db:
            if not self.wish(row):
                db.execute("INSERT INTO cancel_wish VALUES (?, ?)", (row["id"], body["Причина"]))
                text = f"Турагентство просит отменить: {body['Причина']}; выплата приостановлена"
                books._write(row["id"], text, pay_at=None)
        return row["number"]

    def wish(self, row) -> str | None:
        """The reason of the wish that waits for an answer, if there is one."""
        found = self.books.rows("SELECT * FROM cancel_wish WHERE application_id = ?", row["id"])
        return found[0]["reason"] if found and row["status"] == PAYING else None

    def answer(self, key, agree: bool):
        """Agree, or refuse and pay the agency.

        :raises Refusal: nobody asked
        """
        row = self.books.application(key)
        if row is None or self.wish(row) is None:
            raise Refusal("Об отмене никто не просит")
        with self.app.transaction() as db:
            db.execute("DELETE FROM cancel_wish WHERE application_id = ?", (row["id"],))
            if agree:
                self.books._write(row["id"], "Отмена согласована", status=CANCELLED)
            else:
                self.books._write(row["id"], "В отмене отказано, платим", pay_at=_in(0))
        self.books._changed(row["uid"])
