"""Odoo's main process outlives an absence of the database."""

import logging
from functools import wraps

import psycopg2

from odoo import sql_db
from odoo.service.server import PreforkServer, WorkerHTTP
from odoo.tools import config

_logger = logging.getLogger(__name__)


def install():
    PreforkServer.process_spawn = _patient(PreforkServer.process_spawn)


def _patient(process_spawn):
    """Replace workers that need the database only while it is there.

    The worker for scheduled jobs ends with its connection. Odoo looks into the database
    before it forks another, and an error there ends the main process and with it all
    others; without that look forks would end at once, one after the other.
    """

    @wraps(process_spawn)
    def _process_spawn(server):
        if not _somebody_is_missing(server):
            return process_spawn(server)
        try:
            sql_db.db_connect("postgres").cursor().close()
            sql_db.close_all()  # no connection is shared with forks
            process_spawn(server)
        except psycopg2.Error as error:
            if not server.__dict__.get("tour_loan_is_alone"):
                _logger.warning("The database is away: %s", str(error).strip())
            server.tour_loan_is_alone = True
            _spawn_answering(server)
        else:
            if server.__dict__.pop("tour_loan_is_alone", False):
                _logger.info("The database is back.")

    return _process_spawn


def _somebody_is_missing(server) -> bool:
    http = config["http_enable"]
    return (
        (http and len(server.workers_http) < server.population)
        or (http and not server.long_polling_pid)
        or len(server.workers_cron) < config["max_cron_threads"]
        or not getattr(server, "jobrunner", True)
    )


def _spawn_answering(server):
    """Replace those who can at least say that the database is away."""
    sql_db.close_all()
    if config["http_enable"]:
        while len(server.workers_http) < server.population:
            server.worker_spawn(WorkerHTTP, server.workers_http)
        if not server.long_polling_pid:
            server.long_polling_spawn()
