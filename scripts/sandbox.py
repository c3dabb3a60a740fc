"""Settings of the four sandbox counterparties and of Odoo towards them.

``python3 -m scripts.sandbox FOLDER`` writes them for the containers of ``docker/``:
``config.json`` for the counterparties, ``odoo.env`` for Odoo. Standard library only.
"""

import base64
import json
import secrets
import sys
from pathlib import Path

from scripts.places import ROOT, VAR

SERVERS = {"travel": 8081, "moyamfo": 8082, "payu": 8083, "phone": 8084}
AGENCIES = {"slon": "Слон Тур", "parus": "Парус"}


def existing() -> list[str]:
    """Return the names of the sandbox servers that are in the tree."""
    folder = ROOT / "tests" / "sandbox"
    return [
        name
        for name in SERVERS
        if (folder / f"{name}.py").exists() or (folder / name / "__main__.py").exists()
    ]


def generated_secrets() -> dict[str, str]:
    """Return this checkout's secrets, made once and kept in ``var/secrets.json``."""
    file = VAR / "secrets.json"
    VAR.mkdir(exist_ok=True)
    kept = json.loads(file.read_text()) if file.exists() else {}
    plain = ("code_key", "moyamfo_password", "ping_token", "phone_password", "payu_secret")
    made = {name: secrets.token_urlsafe(32) for name in plain}
    for code in AGENCIES:
        for direction in ("to_odoo", "from_odoo"):
            key = base64.b64encode(secrets.token_bytes(32)).decode()
            made[f"{code}_{direction}"] = f"whsec_{key}"
    if made.keys() - kept.keys():
        kept = made | kept
        file.touch(mode=0o600)
        file.write_text(json.dumps(kept, indent=1))
    return kept


def configuration(odoo_url: str, ports: dict[str, int]) -> dict:
    """Return the content of config.json, one file for all sandbox servers."""
    secret = generated_secrets()
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    return {
        "odoo": odoo_url,
        "travel": {
            "url": urls["travel"],
            "agencies": [
                {
                    "code": code,
                    "name": name,
                    "secret_to_odoo": secret[f"{code}_to_odoo"],
                    "secret_from_odoo": secret[f"{code}_from_odoo"],
                }
                for code, name in AGENCIES.items()
            ],
        },
        "moyamfo": {
            "url": urls["moyamfo"],
            "login": "Кабинет",
            "password": secret["moyamfo_password"],
            "ping_url": f"{odoo_url}/moyamfo_sync/ping",
            "ping_token": secret["ping_token"],
        },
        "phone": {
            "url": urls["phone"],
            "login": "tour_loan",
            "password": secret["phone_password"],
        },
        "payu": {
            "url": urls["payu"],
            "merchant": "sandbox",
            "secret": secret["payu_secret"],
            "notice_url": f"{odoo_url}/payment/payu_ru/webhook",
        },
    }


def odoo_settings(config: dict) -> dict[str, str]:
    """Return the environment variables that lead Odoo to the sandbox."""
    return {
        "TOUR_LOAN_CODE_KEY": generated_secrets()["code_key"],
        "TOUR_LOAN_SMS_URL": config["phone"]["url"],
        "TOUR_LOAN_SMS_LOGIN": config["phone"]["login"],
        "TOUR_LOAN_SMS_PASSWORD": config["phone"]["password"],
        "TOUR_LOAN_SMS_SENDER": "TourLoan",
        "TOUR_LOAN_ALLOW_PRIVATE_CALLBACKS": "1",
        "MOYAMFO_SYNC_URL": config["moyamfo"]["url"],
        "MOYAMFO_SYNC_LOGIN": config["moyamfo"]["login"],
        "MOYAMFO_SYNC_PASSWORD": config["moyamfo"]["password"],
        "MOYAMFO_SYNC_PING_TOKEN": config["moyamfo"]["ping_token"],
    }


def write(folder: Path) -> None:
    """Write both files for the usual ports."""
    config = configuration("http://127.0.0.1:8069", SERVERS)
    folder.mkdir(parents=True, exist_ok=True)
    settings = "".join(f"{name}={value}\n" for name, value in odoo_settings(config).items())
    text = json.dumps(config, ensure_ascii=False, indent=1)
    for name, content in (("config.json", text), ("odoo.env", settings)):
        (folder / name).write_text(content)
        (folder / name).chmod(0o644)  # the containers' user reads them


if __name__ == "__main__":
    write(Path(sys.argv[1]))
