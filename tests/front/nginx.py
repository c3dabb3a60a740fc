"""docker/nginx.conf in a real nginx on this machine."""

import re
import socket
import subprocess
import threading
from pathlib import Path

from scripts import get_nginx
from scripts.odoo import free_port
from scripts.places import ROOT
from tests.e2e.story import wait_until

PROGRAM = get_nginx.program()


class Names(threading.Thread):
    """A name server that knows one address and tells it to whoever asks for anything."""

    def __init__(self, address: str):
        super().__init__(daemon=True)
        self.address = address
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                query, asker = self.socket.recvfrom(512)
            except OSError:  # closed
                return
            # RFC 1035: the question again, one answer that points to its name, type A
            head = query[:2] + bytes.fromhex("81800001000100000000")
            answer = bytes.fromhex("c00c0001000100000001 0004") + socket.inet_aton(self.address)
            question = query[12 : query.index(b"\0", 12) + 5]
            self.socket.sendto(head + question + answer, asker)

    def close(self):
        self.socket.close()


class Nginx:
    """nginx in front of a port of the loopback; ``address``, ``names``, ``folder`` (logs)."""

    def __init__(self, folder: Path, port: int, websocket: int = 0, changes=None):
        """``changes``: what else stands differently in the configuration, old and new."""
        self.folder, self.names = folder, Names("127.0.0.1")
        own = free_port()
        self.address = f"http://127.0.0.1:{own}"
        text = (ROOT / "docker" / "nginx.conf").read_text()
        for old, new in {
            "listen 8080 default_server": f"listen 127.0.0.1:{own} default_server",
            "odoo:8069": f"odoo:{port}",
            "odoo:8072": f"odoo:{websocket or port}",
            "127.0.0.11 ": f"127.0.0.1:{self.names.port} ",
            "include /etc/nginx/mime.types;": "",
            "/dev/stdout": f"{folder}/access.log",
            "/dev/stderr": f"{folder}/error.log",
            **(changes or {}),
        }.items():
            assert old in text, f"nginx.conf has no {old!r}"
            text = text.replace(old, new)
        text = re.sub(
            r"listen (908\d|127\.0\.0\.1:8090);", lambda _: f"listen 127.0.0.1:{free_port()};", text
        )
        text = re.sub(r"_temp_path /tmp/", f"_temp_path {folder}/", text)
        text = f"daemon off; master_process off; pid {folder}/pid;\n{text}"
        self.file = folder / "nginx.conf"
        self.file.write_text(text)

    def __enter__(self) -> "Nginx":
        self.process = subprocess.Popen(
            [PROGRAM, "-e", "stderr", "-p", self.folder, "-c", self.file]
        )
        try:
            wait_until(self._listens, 60)
        except BaseException:  # an impatient Ctrl-C as well
            self.__exit__()
            raise
        return self

    def _listens(self) -> bool:
        assert self.process.poll() is None, "nginx ended"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", int(self.address.rpartition(":")[2]))) == 0

    def __exit__(self, *_exception) -> None:
        self.names.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
