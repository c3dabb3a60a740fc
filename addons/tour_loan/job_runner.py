"""``/queue_job/runjob`` has no check of its own; here is one: a secret of the runner's.

queue_job can send a name and a password, meant for a proxy in between, and nobody looks
at them. Where none is set (``ODOO_QUEUE_JOB_HTTP_AUTH_USER``, ``_PASSWORD``) the runner
sends a secret derived from ``code_key``, which every process of the server knows.
"""

import hashlib
import hmac
import os
import secrets
from functools import wraps

from odoo.addons.queue_job.jobrunner import queue_job_config, runner

from .tools import server_setting

USER = "runner"
# on a server without code_key: known to this process and those it forks, which is enough
_RANDOM = secrets.token_hex(32)


def install():
    """Let the runner show who it is."""
    runner._async_http_get = _with_secret(runner._async_http_get)


def is_runner(request) -> bool:
    """Return whether a request of werkzeug's comes from the runner."""
    given = request.authorization
    password = (given and given.type == "basic" and given.password) or ""
    return hmac.compare_digest(password.encode(), secret().encode())


def secret() -> str:
    """Return what the runner sends as its password."""
    configured = os.environ.get("ODOO_QUEUE_JOB_HTTP_AUTH_PASSWORD")
    configured = configured or queue_job_config.get("http_auth_password")
    key = server_setting("tour_loan", "code_key") or _RANDOM
    return configured or hmac.new(key.encode(), b"queue_job runner", hashlib.sha256).hexdigest()


def _with_secret(get):
    @wraps(get)
    def _async_http_get(scheme, host, port, user, _password, *job):
        return get(scheme, host, port, user or USER, secret(), *job)

    return _async_http_get
