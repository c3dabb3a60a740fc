"""A clamd of the sandbox: INSTREAM and PING, and EICAR is all it knows.

``with Clamd() as clamd: clamd.port``; ``clamd.manner`` is ``good``, ``silent``, ``error`` or
``hangs up``. It speaks no HTTP, so it is none of the four servers of ``kit``.
"""

import socketserver
import struct
import threading

# https://www.eicar.org/download-anti-malware-testfile/ ; in pieces, or scanners find this file
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class _Talk(socketserver.StreamRequestHandler):
    def handle(self):
        command = self._word()
        self.server.clamd.heard.append(command)
        if command == b"zPING":
            self.wfile.write(b"PONG\0")
        elif command == b"zINSTREAM":
            self._answer(b"".join(self._pieces()))

    def _word(self) -> bytes:
        word = b""
        while (letter := self.rfile.read(1)) not in (b"", b"\0"):
            word += letter
        return word

    def _pieces(self):
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            yield self.rfile.read(length)

    def _answer(self, content: bytes):
        manner = self.server.clamd.manner
        self.server.clamd.scanned.append(len(content))
        if manner == "silent":
            self.server.clamd.released.wait(60)
        elif manner == "error":
            self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
        elif manner == "good":
            found = EICAR in content
            self.wfile.write(b"stream: Eicar-Test-Signature FOUND\0" if found else b"stream: OK\0")


class Clamd:
    """The server, in a thread of its own on a port of the loopback."""

    def __init__(self):
        self.manner, self.heard, self.scanned = "good", [], []
        self.released = threading.Event()
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk)
        self._server.daemon_threads, self._server.clamd = True, self
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self) -> "Clamd":
        return self

    def __exit__(self, *_exception) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
