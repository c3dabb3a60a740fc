"""Client of clamd: a file goes there in pieces, one line comes back (``INSTREAM``).

Pure: standard library. Source: clamd(8), "COMMANDS".
"""

import socket
import struct
import time

PIECE = 64 * 1024  # bytes
LONGEST_ANSWER = 4096


class Trouble(Exception):
    """clamd answered, but not whether the file is clean: too large, a fault of its own."""


def scan(host: str, port: int, content: bytes, seconds: float = 20) -> str:
    """Return the name of what was found in ``content``, empty if nothing was.

    :raises OSError: nobody there, or no answer within ``seconds``
    :raises Trouble: it could not look
    """
    until = time.monotonic() + seconds
    with socket.create_connection((host, port), timeout=seconds) as peer:
        _send(peer, until, b"zINSTREAM\0")
        for start in range(0, len(content), PIECE):
            piece = content[start : start + PIECE]
            _send(peer, until, struct.pack("!I", len(piece)) + piece)
        _send(peer, until, struct.pack("!I", 0))
        answer = _line(peer, until)
    word = answer.removeprefix("stream: ")
    if word == "OK":
        return ""
    if word.endswith(" FOUND"):
        return word.removesuffix(" FOUND")
    raise Trouble(answer[:200] or "no answer")


def _send(peer, until: float, piece: bytes) -> None:
    peer.settimeout(_left(until))
    peer.sendall(piece)


def _line(peer, until: float) -> str:
    """Return what comes up to the zero byte or the end."""
    answer = b""
    while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
        peer.settimeout(_left(until))
        more = peer.recv(LONGEST_ANSWER)
        if not more:
            break
        answer += more
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("clamd takes too long")
    return left
