"""Secrets are changed on the other side: the old one says so clearly, the new one works."""

import subprocess
from pathlib import Path

import pytest
import requests

from scripts import odoo
from tests.e2e.story import hurry, wait_until

from .forms import PATIENCE, Forms
from .test_lockout import Browser

NEW = "a new secret for the tests, q8Zr4mVtK1xWn7Lb"


@pytest.fixture
def rotated(stack):
    """Return a function that gives Odoo other settings and starts it again; take all back."""

    def start_with(**settings):
        stack.stop_odoo()
        stack.set_settings(**settings)
        stack.start_odoo()

    yield start_with
    stack.restore_settings()


def test_the_sms_gateways_password(stack, rotated):
    stack.change_counterparty("phone", password=NEW)
    forms = Forms(stack).order()
    forms.submit()  # the documents: a code is due
    refused = "SELECT last_error FROM tour_loan_sms WHERE phone = %s AND state <> 'sent'"

    def said():
        return [error for (error,) in stack.sql(refused, forms.phone) if error]

    wait_until(said)
    assert "2" in said()[0] and NEW not in said()[0]
    rotated(TOUR_LOAN_SMS_PASSWORD=NEW)
    send_again(stack, forms.phone)
    wait_until(lambda: hurry(stack) or forms.sandbox.sms(forms.phone))
    assert forms.code()


def send_again(stack, phone):
    """Press the button at the SMS that waits for a person."""
    ids = [row[0] for row in stack.sql("SELECT id FROM tour_loan_sms WHERE phone = %s", phone)]
    operator = Browser(stack)
    operator.log_in("operator", "operator")
    call = {"model": "tour_loan.sms", "method": "action_send_again", "args": [ids], "kwargs": {}}
    answer = operator.session.post(
        f"{stack.url()}/web/dataset/call_kw/tour_loan.sms/action_send_again",
        json={"params": call},
        timeout=PATIENCE,
    )
    assert "result" in answer.json(), answer.text


def test_the_accounting_systems_password(stack, rotated):
    stack.change_counterparty("moyamfo", password=NEW)
    last = "SELECT state, error FROM moyamfo_run WHERE id > %s ORDER BY id DESC LIMIT 1"
    [(before,)] = stack.sql("SELECT COALESCE(max(id), 0) FROM moyamfo_run")

    def seen(state):
        return [error for told, error in stack.sql(last, before) if told == state]

    wait_until(lambda: seen("failed"))
    assert "401" in seen("failed")[0] and NEW not in seen("failed")[0]
    rotated(MOYAMFO_SYNC_PASSWORD=NEW)
    wait_until(lambda: stack.sql(last, before)[0][0] != "failed")


def test_the_databases_password(stack, rotated, tmp_path):
    """A second role with the rights of the first, as docs/admin.md says."""
    postgres, role = stack.postgres, "odoo_b"
    old = "the password before"
    rules = Path(postgres.execute("SHOW hba_file")[0][0])
    before = rules.read_text()
    postgres.execute(f"DROP ROLE IF EXISTS {role}")
    try:
        postgres.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{old}' IN ROLE odoo")
        rules.write_text(f"local all {role} scram-sha-256\n{before}")
        postgres.execute("SELECT pg_reload_conf()")
        postgres.execute(f"ALTER ROLE {role} PASSWORD '{NEW}'")
        told = said_at_the_start(stack, tmp_path, PGUSER=role, PGPASSWORD=old)
        assert f'password authentication failed for user "{role}"' in told
        assert NEW not in told and old not in told
        rotated(PGUSER=role, PGPASSWORD=NEW)
        who = "SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name LIKE 'odoo-%%'"
        assert stack.sql(who) == [(role,)]
        page = requests.get(f"{stack.url()}/tour_loan/login", timeout=60)
        assert page.status_code == 200
        forms = Forms(stack).order()
        forms.submit()
        assert forms.code()
    finally:
        stack.restore_settings()
        rules.write_text(before)
        postgres.execute("SELECT pg_reload_conf()")
        for database in (stack.database, "postgres"):
            postgres.execute(f"REASSIGN OWNED BY {role} TO odoo", database=database)
            postgres.execute(f"DROP OWNED BY {role}", database=database)
        postgres.execute(f"DROP ROLE {role}")


def said_at_the_start(stack, folder, **settings) -> str:
    """Start Odoo where it cannot work; return what it says before it ends."""
    command = odoo.command("server", stack.database, "--no-http", "--max-cron-threads", "0")
    done = subprocess.run(
        command,
        cwd=folder,
        env=odoo.environment(stack.postgres, **settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode, "it does not begin to serve"
    return done.stdout + done.stderr
