"""Child processes that are started, watched and ended by their own id."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import requests

from scripts import odoo
from scripts.places import ROOT
from scripts.steps import Failure


class Process:
    """One server process with its descendants; output goes to a log file."""

    def __init__(self, name: str, command: list[str], env: dict, log: Path, health: str):
        """Keep what is needed to start; ``health`` is the address that answers 200."""
        self.name, self.command, self.env, self.log = name, command, env, log
        self.health = health
        self._popen: subprocess.Popen | None = None

    @property
    def running(self) -> bool:
        """Tell whether the main process lives."""
        return self._popen is not None and self._popen.poll() is None

    @property
    def pid(self) -> int | None:
        """Return the id of the main process while it lives."""
        return self._popen.pid if self.running else None

    def start(self, seconds: float = 90, ready: Callable[[], bool] | None = None) -> None:
        """Start and wait until healthy (and ``ready()``); raises Failure if not."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as stream:
            self._popen = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal is for us alone
            )
        deadline = time.monotonic() + seconds
        while not (self._healthy() and (ready is None or ready())):
            if not self.running or time.monotonic() > deadline:
                self.kill()
                raise Failure(
                    f"{self.name} did not start:\n{odoo.tail(self.log)}\nAll of it: {self.log}"
                )
            time.sleep(0.1)

    def stop(self, seconds: float = 20) -> None:
        """Ask the process to end, then end what is left of it and its descendants."""
        family = self._family()
        if self.running:
            self._popen.terminate()
            try:
                self._popen.wait(seconds)
            except subprocess.TimeoutExpired:
                pass
        self._end(family)

    def kill(self) -> None:
        """Kill the process and its descendants at once, as a crash would."""
        self._end(self._family())

    def descendants(self) -> list[psutil.Process]:
        """Return the living descendants of the main process."""
        return self._family()[1:]

    def _family(self) -> list[psutil.Process]:
        if not self.running:
            return []
        try:
            main = psutil.Process(self._popen.pid)
            return [main, *main.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def _end(self, family: list[psutil.Process]) -> None:
        for member in family:
            if member.is_running() and member.pid != os.getpid():
                try:
                    member.kill()
                except psutil.NoSuchProcess:
                    continue
        psutil.wait_procs(family, timeout=10)
        if self._popen is not None:
            self._popen.wait()

    def _healthy(self) -> bool:
        try:
            return requests.get(self.health, timeout=5).status_code == 200
        except requests.RequestException:
            return False
