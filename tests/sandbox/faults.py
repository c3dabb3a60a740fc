"""Fault switches: what goes wrong on purpose, for which operation, how many times."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS fault (
    operation TEXT PRIMARY KEY, kind TEXT, times INTEGER, seconds REAL
);
"""
INCOMING, OUTGOING = "in", "out"
KINDS = {
    INCOMING: {
        "slow": "отвечает медленно (работа сделана)",
        "500": "ответ 500, работа не сделана",
        "html": "200 и страница HTML вместо ответа, работа не сделана",
        "drop_before": "обрыв до работы",
        "drop_after": "работа сделана, обрыв без ответа",
    },
    OUTGOING: {
        "slow": "отправляет с задержкой",
        "drop_before": "не отправлено, отправитель думает: обрыв",
        "drop_after": "отправлено, ответ потерян",
        "duplicate": "одно и то же отправлено дважды",
        "out_of_order": "пропускает вперёд следующее сообщение",
    },
}
HTML = (
    "<!DOCTYPE html><html><head><title>Технические работы</title></head>"
    "<body><h1>Ведутся технические работы</h1></body></html>"
)
DEFAULT_SECONDS = 10.0


class Dropped(ConnectionError):
    """The connection is to be closed without an answer.

    The development server of Werkzeug takes a ConnectionError for a client that
    went away and writes nothing.
    """


class Answered(Exception):
    """The answer is ``response``, whatever the handler wanted to do."""

    def __init__(self, response):
        super().__init__(response)
        self.response = response


def switch(database, operations, operation, kind, times=None, seconds=None) -> None:
    """Set or (``kind`` None) remove the fault of an operation.

    :param dict operations: known operations, name -> INCOMING or OUTGOING
    :param int times: how often it happens, None = until switched off
    :param float seconds: length of ``slow`` and ``out_of_order`` waiting
    :raises ValueError: unknown operation, kind that means nothing for it, times < 1
    """
    if operation not in operations:
        raise ValueError(f"unknown operation {operation!r}, known: {sorted(operations)}")
    if not kind:
        database.execute("DELETE FROM fault WHERE operation = ?", (operation,))
        return
    kinds = KINDS[operations[operation]]
    if kind not in kinds:
        raise ValueError(f"{operation!r} knows only {sorted(kinds)}, not {kind!r}")
    if times is not None and (not isinstance(times, int) or times < 1):
        raise ValueError("times is a whole number from 1, or null")
    seconds = DEFAULT_SECONDS if seconds is None else float(seconds)
    database.execute(
        "INSERT OR REPLACE INTO fault VALUES (?, ?, ?, ?)",
        (operation, kind, times, seconds),
    )


def take(database, operation) -> tuple[str | None, float]:
    """Use up one occurrence: (kind or None, seconds). One statement, so two threads never share one."""
    row = database.execute(
        "UPDATE fault SET times = times - 1 WHERE operation = ? AND (times IS NULL OR times > 0) "
        "RETURNING kind, seconds",
        (operation,),
    ).fetchall()
    return (row[0]["kind"], row[0]["seconds"]) if row else (None, 0.0)


def read(database) -> list[dict]:
    """Faults still to happen."""
    rows = database.execute(
        "SELECT * FROM fault WHERE times IS NULL OR times > 0 ORDER BY operation"
    )
    return [dict(row) for row in rows]
