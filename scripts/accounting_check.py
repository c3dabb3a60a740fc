"""``make accounting-check``: what fits of a profile and a live publication.

Asks the read-only questions of the profile ``PROFILE`` (a name of ours or a file; else the
setting) and prints what was read. Addresses and secrets are the server's settings, from the
environment: MOYAMFO_SYNC_URL and so on. ``UID_ASKED`` names an application to ask about by id.
"""

import os
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from scripts.places import ADDONS
from tests.unit.rooms import room

FEW = 5  # reasons shown of each kind


def main() -> int:
    """Ask, print; return 1 if a question was not answered or a row not read."""
    protocol = room("moyamfo_sync", "protocol")
    name = os.environ.get("PROFILE") or setting("profile") or "default"
    file = Path(name) if "/" in name or name.endswith(".json") else profile_file(name)
    questions = room("tour_loan", "rules").questionnaire.TOLD
    try:
        profile = protocol.profile.load(file, questions)
        check = Check(protocol, profile)
    except protocol.errors.ProfileError as error:
        print(f"The profile does not fit: {error}")
        return 1
    print(f"Profile {profile.name}: {file}")
    print(f"  answers that stay here: {', '.join(profile.unmapped) or 'none'}")
    for kind in protocol.exchange.OPERATIONS:
        if not check.exchange.offers(kind):
            print(f"  {kind}: not offered ({check.exchange.instead(kind)})")
    return 0 if check.all() else 1


def profile_file(name: str) -> Path:
    return ADDONS / "moyamfo_sync" / "profiles" / f"{name}.json"


def setting(name: str) -> str:
    return os.environ.get(f"MOYAMFO_SYNC_{name}".upper(), "")


class Check:
    """The read-only questions of one profile."""

    def __init__(self, protocol, profile):
        self.protocol = protocol
        access = protocol.access
        further = access.settings_of(profile.source)
        self.exchange = protocol.exchange.Exchange(
            profile,
            access=lambda one: access.resolve(one, profile.publications[one], setting, further),
        )
        self.since = datetime.now(timezone.utc) - timedelta(days=1)

    def all(self) -> bool:
        exchange, uid = self.exchange, os.environ.get("UID_ASKED")
        asked = {
            "changed_applications": lambda: exchange.changed_applications(self.since, 1),
            "changed_payments": lambda: exchange.changed_payments(self.since, 1),
            "changed_contracts": lambda: self.contracts(since=self.since),
        }
        if uid:
            asked["application_states"] = lambda: exchange.application_states([uid])
            asked["contracts"] = lambda: self.contracts(uids=[uid])
        results = [self.one(kind, question) for kind, question in asked.items()]
        return all(results)

    def contracts(self, **question):
        """Return a page of contracts."""
        dto = self.protocol.dto
        with self.exchange.contracts(**question) as stream:
            rows = list(stream)
        page = dto.Page(rows=[row for row in rows if isinstance(row, dto.Contract)])
        page.bad = [row for row in rows if isinstance(row, dto.BadRow)]
        page.unknown_keys, page.foreign = stream.unknown_keys, stream.foreign
        page.ahead, page.as_of = stream.ahead, stream.as_of
        return page

    def one(self, kind: str, question) -> bool:
        """Ask one question and print what came; return whether all of it was understood."""
        if not self.exchange.offers(kind):
            print(f"{kind}: not offered")
            return True
        try:
            page = question()
        except (self.protocol.errors.ExchangeError, self.protocol.errors.ProfileError) as error:
            print(f"{kind}: {type(error).__name__}: {error}")
            return False
        print(f"{kind}: {len(page.rows)} rows read, {len(page.bad)} unreadable, as of {page.as_of}")
        for row in page.bad[:FEW]:
            print(f"  unreadable {row.key}: {row.reason}")
        for title, found in (
            ("left over", sorted(page.unknown_keys)),
            ("nobody asked for", [getattr(row, "number", "?") for row in page.foreign]),
            ("ahead of time", [f"{one.key} {one.moment}" for one in page.ahead]),
        ):
            if found:
                print(f"  {title}: {', '.join(map(str, found[:FEW]))}")
        return not page.bad and not page.ahead


if __name__ == "__main__":
    sys.exit(main())
