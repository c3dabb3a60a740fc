"""The whole house on this machine: PostgreSQL, Odoo, the four counterparties.

Used by ``make demo`` and by the tests that cross addons:

    with Stack("e2e") as stack:
        requests.get(stack.url("travel"))
        stack.kill_worker()

Listens on 127.0.0.1 only and ends exactly the processes it started.
"""

import json
import os
import re
import shutil
import signal
import socket

from scripts import databases, odoo, sandbox
from scripts.places import OWN, ROOT, VENV_PYTHON
from scripts.postgres import Postgres
from scripts.processes import Process
from scripts.steps import Failure

WIRE = ROOT / "scripts" / "wire_sandbox.py"
FRONT_PORT, HTTP_PORT, WEBSOCKET_PORT = 8069, 8070, 8072


class Stack:
    """A running house. Attributes after ``start``: ``postgres``, ``database``, ``config``
    (what the sandbox knows), ``secrets``, ``log_path`` (Odoo's log), ``folder``.
    """

    def __init__(
        self,
        name: str,
        keep: bool = False,
        settings: dict[str, str] | None = None,
        options: tuple[str, ...] = (),
    ):
        """Prepare a house called ``name`` (letters only).

        ``keep`` (the demonstration): the usual ports, and the database and the
        counterparties' state survive ``stop`` until the code changes. Otherwise
        free ports and a fresh copy, removed at the end. ``settings`` are further
        environment variables for Odoo, ``options`` of its command line.
        """
        self.name, self.keep = name, keep
        self.folder = OWN / "stack" / name
        self.log_path = odoo.LOGS / f"{name}.log"
        self.database = f"tour_loan_{name}" if keep else f"tour_loan_{name}_{os.getpid()}"
        self.secrets = sandbox.generated_secrets()
        self._settings, self._options = settings or {}, options
        self._others: dict[str, str] = {}  # settings since the start
        self._changed: set[str] = set()  # counterparties with a secret of their own
        self._processes: dict[str, Process] = {}
        self.postgres: Postgres | None = None
        self.config: dict = {}
        self._http_port = self._websocket_port = 0

    def __enter__(self) -> "Stack":
        return self.start()

    def __exit__(self, *_exception) -> None:
        self.stop()

    def start(self) -> "Stack":
        """Start everything and wait until it is healthy; undo all of it on failure."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End every process of this house; a house that is not kept leaves no data."""
        for process in reversed(self._processes.values()):
            process.stop() if self.keep else process.kill()  # nobody waits for what is thrown away
        if self.postgres is None:
            return
        if not self.keep:
            databases.drop(self.postgres, self.database)
            shutil.rmtree(self.folder / "state", ignore_errors=True)
            shutil.rmtree(odoo.DATA / "metrics" / self.database, ignore_errors=True)
        self.postgres.stop()
        self.postgres = None

    def url(self, name: str = "odoo") -> str:
        """Return the address of Odoo or of a sandbox server, without a final slash."""
        return self.config["odoo"] if name == "odoo" else self.config[name]["url"]

    @property
    def ports(self) -> tuple[int, int]:
        """Return the ports of Odoo itself: of its HTTP workers, of its websocket."""
        return self._http_port, self._websocket_port

    @property
    def direct_url(self) -> str:
        """Return the address of Odoo's HTTP workers themselves, for measurements."""
        return f"http://127.0.0.1:{self._http_port}"

    def sql(self, query: str, *values) -> list[tuple]:
        """Run one statement in Odoo's database and return its rows, if any."""
        return self.postgres.execute(query, *values, database=self.database)

    def set_agencies(self, code: str = "%", **settings) -> None:
        """Change settings of agencies (all: ``%``), as a write in Odoo does: no worker
        goes on with what it remembers."""
        for name, value in settings.items():
            self.sql(f"UPDATE tour_loan_agency SET {name} = %s WHERE code LIKE %s", value, code)
        self.sql("INSERT INTO orm_signaling_default DEFAULT VALUES")

    # ---- faults

    def take_database_away(self) -> None:
        """Let the database vanish under everybody, as in a crash of its server.

        A server of yours is not ended: it lets nobody into our database.
        """
        if self.postgres.embedded:
            # A database copied from a template gives numbers of its sequences twice when
            # it crashes before its first checkpoint (seen with PostgreSQL 18.4).
            self.postgres.execute("CHECKPOINT")
            self.postgres.kill()
            return
        self.postgres.execute(f'ALTER DATABASE "{self.database}" ALLOW_CONNECTIONS false')
        self.postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name LIKE 'odoo-%%' AND pid <> pg_backend_pid()"
        )

    def bring_database_back(self) -> None:
        """End what ``take_database_away`` began."""
        if self.postgres.embedded:
            self.postgres.start_again()
        else:
            self.postgres.execute(f'ALTER DATABASE "{self.database}" ALLOW_CONNECTIONS true')

    def odoo_pid(self) -> int | None:
        """Return the process id of Odoo's main process, None if it ended."""
        return self._processes["odoo"].pid

    def revive(self) -> list[str]:
        """Start again what ended by itself; return a sentence for each.

        What does not start is tried at the next call.
        """
        said = []
        for name, process in self._processes.items():
            if process.running:
                continue
            try:
                self.start_odoo() if name == "odoo" else process.start(seconds=30)
            except Failure as failure:
                said.append(f"{name} ended and does not start: {str(failure).splitlines()[0]}")
            else:
                said.append(f"{name} ended and was started again. Its log: {process.log}")
        return said

    def kill_odoo(self) -> None:
        """Kill Odoo with all its workers at once."""
        self._processes["odoo"].kill()

    def start_odoo(self) -> None:
        """Start Odoo (again) and wait until it serves pages and runs jobs."""
        self._processes["odoo"].start(ready=self._odoo_ready())

    def stop_odoo(self) -> None:
        """Stop Odoo in the orderly way."""
        self._processes["odoo"].stop()

    def workers(self) -> list[int]:
        """Return the process ids of Odoo's living HTTP workers."""
        logged = self.log_path.read_text(errors="replace")
        http = {int(pid) for pid in re.findall(r"Worker WorkerHTTP \((\d+)\) alive", logged)}
        return [p.pid for p in self._processes["odoo"].descendants() if p.pid in http]

    def kill_worker(self, pid: int | None = None) -> int:
        """Kill one HTTP worker (Odoo forks another at once) and return its process id.

        Which worker is busy with what can be read in ``pg_stat_activity``: Odoo's
        ``application_name`` is ``odoo-<process id>``.
        """
        workers = self.workers()
        pid = pid or workers[0]
        if pid not in workers:
            raise ValueError(f"{pid} is no HTTP worker of this Odoo: {workers}")
        os.kill(pid, signal.SIGKILL)
        return pid

    def stop_sandbox(self, name: str) -> None:
        """Take a counterparty away; its state stays."""
        self._processes[name].stop()

    def start_sandbox(self, name: str) -> None:
        """Bring a counterparty back."""
        self._processes[name].start()

    # ---- secrets

    def set_settings(self, **settings: str) -> None:
        """Let Odoo, which is stopped, start with other settings the next time."""
        self._others |= settings
        self._processes["odoo"] = self._odoo_process(self._websocket_port)

    def change_counterparty(self, name: str, **values: str) -> None:
        """Change something of one counterparty, which Odoo is not told."""
        changed = {**self.config, name: {**self.config[name], **values}}
        self._write_config(changed)
        self.stop_sandbox(name)
        self.start_sandbox(name)
        self._changed.add(name)

    def restore_settings(self) -> None:
        """Take back what the two above did; Odoo and the counterparties start anew."""
        self._write_config(self.config)
        for name in self._changed:
            self.stop_sandbox(name)
            self.start_sandbox(name)
        self._changed.clear()
        if self._others:
            self.stop_odoo()
            self._others.clear()
            self._processes["odoo"] = self._odoo_process(self._websocket_port)
            self.start_odoo()

    def bring_back(self) -> None:
        """Start whatever was taken away and not brought back, Odoo too."""
        for name, process in self._processes.items():
            if not process.running:
                process.start(ready=self._odoo_ready() if name == "odoo" else None)

    # ---- the steps of start

    def _start(self) -> None:
        self.postgres = Postgres()
        self._remove_leftovers()
        self._prepare_database()
        ports = {name: self._port(port) for name, port in sandbox.SERVERS.items()}
        front, websocket = self._port(FRONT_PORT), self._port(WEBSOCKET_PORT)
        self._http_port, self._websocket_port = self._port(HTTP_PORT), websocket
        self.config = sandbox.configuration(f"http://127.0.0.1:{front}", ports)
        self.folder.mkdir(parents=True, exist_ok=True)
        config_file = self._write_config(self.config)
        databases.run_script(
            self.postgres, self.database, WIRE, TOUR_LOAN_SANDBOX_CONFIG=str(config_file)
        )
        for name in sandbox.existing():
            self._processes[name] = self._sandbox_process(name, ports[name], config_file)
            self._processes[name].start(seconds=30)
        self._processes["odoo"] = self._odoo_process(websocket)
        self.start_odoo()
        self._processes["front"] = self._front_process(front, websocket)
        self._processes["front"].start(seconds=30)

    def _write_config(self, config: dict):
        """Write what the counterparties know; return the file."""
        file = self.folder / "config.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(config, ensure_ascii=False, indent=1))
        return file

    def _port(self, preferred: int) -> int:
        return odoo.free_port(preferred if self.keep else 0)

    def _prepare_database(self) -> None:
        """Make the database a copy of the current template, unless it is one already."""
        template = databases.ready_template(self.postgres)
        made_from = self.folder / "template"
        exists = self.postgres.databases(self.database) == [self.database]
        if exists and made_from.exists() and made_from.read_text() == template:
            return
        if exists:
            print("- The code changed: a fresh database ...", flush=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        databases.copy(self.postgres, template, self.database)
        self.folder.mkdir(parents=True)
        made_from.write_text(template)

    def _remove_leftovers(self) -> None:
        """Drop databases of houses with this name whose process died."""
        if self.keep:
            return
        for database in self.postgres.databases(f"tour_loan_{self.name}_"):
            pid = database.rsplit("_", 1)[-1]
            if pid.isdigit() and not os.path.exists(f"/proc/{pid}"):
                databases.drop(self.postgres, database)

    def _sandbox_process(self, name: str, port: int, config_file) -> Process:
        command = [
            *(str(VENV_PYTHON), "-m", f"tests.sandbox.{name}", "--port", str(port)),
            *("--state", str(self.folder / "state"), "--config", str(config_file)),
        ]
        health = f"{self.url(name)}/_control/health"
        return Process(name, command, dict(os.environ), self.folder / f"{name}.log", health)

    def _front_process(self, port: int, websocket: int) -> Process:
        command = [
            *(str(VENV_PYTHON), "-m", "scripts.front", "--port", str(port)),
            *("--http", str(self._http_port), "--websocket", str(websocket)),
        ]
        health = f"{self.url()}/web/health"
        return Process("front", command, dict(os.environ), self.folder / "front.log", health)

    def _odoo_process(self, websocket: int) -> Process:
        http = self._http_port
        command = odoo.command(
            "server",
            self.database,
            *("--http-port", str(http), "--gevent-port", str(websocket)),
            *self._options,
        )
        settings = sandbox.odoo_settings(self.config) | self._settings | self._others
        environment = odoo.environment(self.postgres, ODOO_QUEUE_JOB_PORT=str(http), **settings)
        health = f"{self.direct_url}/web/health?db_server_status=1"
        return Process("odoo", command, environment, self.log_path, health)

    def _odoo_ready(self):
        """Return a check that job runner and websocket server of the next start listen."""
        before = self.log_path.stat().st_size if self.log_path.exists() else 0

        def ready() -> bool:
            with self.log_path.open("rb") as log:
                log.seek(before)
                if b"queue job runner ready for db" not in log.read():
                    return False
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self._websocket_port)) == 0

        return ready
