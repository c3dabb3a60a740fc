"""Contracts taken over by the set: most are as they were, few move a loan's state."""

import hashlib
import logging
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter

from psycopg2 import OperationalError

from odoo import models

from odoo.addons.tour_loan.rules import identity
from odoo.addons.tour_loan.rules.moves import ENDED

from .. import connection
from ..protocol.codecs import Unknown
from ..protocol.plausible_loans import doubts, tidy

_logger = logging.getLogger(__name__)
# What a digest is of: all but the time, which belongs to the pull.
TOLD = (
    *("number", "application_uid", "uid", "status", "signed_on", "issued_on", "closed_on"),
    *("amount", "months", "rate", "psk", "principal", "interest", "penalty", "overdue"),
    *("payoff", "next_payment_on", "next_payment_amount"),
)
LINE = ("due_on", "amount", "principal", "interest", "rest", "paid_amount", "paid_on")
_told, _line = attrgetter(*TOLD), attrgetter(*LINE)
NUMBER = 0xFFFFFFFFFFFFFFFF


class MoyamfoRun(models.Model):
    _inherit = "moyamfo.run"

    def _take_batch(self, contracts, problems, taken, anew):
        """Take over some contracts: most are as they were, few move a loan's state."""
        if not contracts:
            return
        loans, latest = self.env["tour_loan.loan"], self._latest()
        uuids = {contract.application_uid for contract in contracts} - {None}
        standing = loans._standing(uuids, [contract.number for contract in contracts])
        by_uuid = {row["application"]: row for row in standing if row["application"]}
        by_number = {row["number"]: row for row in standing}
        aware, today = latest.replace(tzinfo=UTC), datetime.now(self._lenders_zone()).date()
        seen, changed = {}, []
        for contract in contracts:
            row = by_uuid.get(contract.application_uid)
            if not row and not contract.application_uid:
                row = by_number.get(contract.number)
            elif not row:  # an application of another system: only a loan without one is it
                row = by_number.get(contract.number)
                row = row if row and not row["application"] else None
            digests = digests_of(contract)
            if (
                row
                and row["figures_digest"] == digests[0]
                and digests[1] in ((), row["schedule_digest"])
                and contract.as_of <= aware
                and row["figures_of"] <= latest
                and not row["unknown"]
                and not anew
            ):
                seen.setdefault(contract.as_of, []).append((row["id"], contract.number))
            else:
                changed.append((contract, row, digests))
        self._take_changed(changed, problems, taken, anew, aware, today)
        self._note_unchanged(seen)

    def _note_unchanged(self, seen):
        """Loans that are as they were get no write: the time belongs to the reading."""
        if not seen:
            return
        self.env["tour_loan.reading"]._note(
            {_naive(as_of): [key for key, _number in ours] for as_of, ours in seen.items()}
        )
        asides = self.env["moyamfo.aside"]
        if asides._waits("contract"):  # 1C is back at what we had
            asides._settle("contract", [n for ours in seen.values() for _key, n in ours])

    def _take_changed(self, changed, problems, taken, anew, latest, today):
        """Take over contracts that are new, or say something new, and can be true."""
        asides, by_set, one_by_one, good = self.env["moyamfo.aside"], {}, [], []
        takes_over = self._takes_over()
        for contract, row, digests in changed:
            if not (row or takes_over or contract.application_uid):
                taken["foreign"] += 1
                continue
            if row and digests[1] == row["schedule_digest"]:
                contract.schedule = []  # it is ours, and was looked at when it came
            surplus = tidy(contract)
            lent = Decimal(str(row["amount"])) if row else Decimal(0)
            found = doubts(contract, latest, today, lent)
            if found and not (row or takes_over):
                taken["foreign"] += 1
                continue
            if found:
                words = asides._in_words(found, self._lenders_zone())
                problems.append(f"{contract.number}: {'; '.join(words)}")
                loan = row and self.env["tour_loan.loan"].browse(row["id"])
                asides._keep("contract" if row else "elsewhere", contract.number, words, loan)
                taken["foreign"] += not row
                continue
            good.append(contract.number)
            frozen = row and row["figures_of"] and row["figures_of"].replace(tzinfo=UTC) > latest
            update = update_of(contract, surplus, digests, anew or frozen)
            update["takes_over"] = takes_over
            if row and not update["anew"] and _only_figures(row, update):
                by_set[row["id"]] = (contract, row, update)
            else:
                one_by_one.append((contract, update))
        for kind in ("contract", "elsewhere"):
            if good and asides._waits(kind):
                asides._settle(kind, good)
        one_by_one += self._take_by_set(by_set, taken)
        for contract, update in one_by_one:
            apply = self.env["tour_loan.loan"]._moyamfo_apply
            done = self._guarded(contract.number, problems, apply, contract, update, problems)
            taken["changed"] += bool(done)
            taken["foreign"] += done is None

    def _takes_over(self) -> bool:
        """Return whether contracts that did not begin here are the cabinet's too.

        The profile says so: by telling where 1C says whose they are.
        """
        exchange = connection.exchange(self.env)
        if not exchange.offers("contracts"):
            return False
        told = exchange.profile.operations["get_contracts"].call.shapes["contract"]
        spot = told.spot("borrower")
        return spot is not None and spot.path is not None

    def _take_by_set(self, by_set, taken) -> list:
        """Write figures by the set; return what has to be taken over one by one after all."""
        if not by_set:
            return []
        loans = self.env["tour_loan.loan"]
        read = self.env["tour_loan.reading"]._latest(by_set)
        updates = {
            key: update
            for key, (_contract, row, update) in by_set.items()
            if max(row["figures_of"], read.get(key) or row["figures_of"]) <= update["as_of"]
        }
        try:
            with self.env.cr.savepoint():
                taken["changed"] += loans._take_figures(updates)
        except OperationalError:
            raise  # a conflict with another worker: queue_job runs the job again
        except Exception:
            _logger.info("MoyaMFO: contracts are taken over one by one", exc_info=True)
            return [(contract, update) for contract, _row, update in by_set.values()]
        return []


def digests_of(contract) -> tuple[str, str]:
    """Return what the contract's figures, and its schedule, are recognised by."""
    told = "|".join(map(str, _told(contract)))
    if person := contract.borrower:
        told += f"|{person.phone}|{person.birth_date}"
    # of numbers and days: what Python makes of tuples of numbers is the same in each process,
    # and takes half the time of a text of them. A night compares 20,000 such schedules.
    lines = tuple(
        [
            (
                line.due_on.toordinal(),
                line.amount,
                line.principal,
                line.interest,
                line.rest or 0,
                line.paid_amount or 0,
                line.paid_on.toordinal() if line.paid_on else 0,
            )
            for line in contract.schedule
        ]
    )
    digest = hashlib.blake2b(told.encode(), digest_size=12).hexdigest()
    return digest, lines and f"{hash(lines) & NUMBER:016x}"


def update_of(contract, surplus, digests, anew) -> dict:
    """Return what ``tour_loan.loan._take_contract`` takes, of a ``dto.Contract``."""
    unknown = isinstance(contract.status, Unknown)
    return {
        **{name: getattr(contract, name) for name in TOLD},
        "application_uuid": contract.application_uid,
        "status": None if unknown else contract.status,
        "unknown_status": str(contract.status) if unknown else False,
        "as_of": _naive(contract.as_of),
        "figures_of": _naive(contract.as_of),
        "schedule": [dict(zip(LINE, _line(line), strict=True)) for line in contract.schedule],
        "surplus": surplus,
        "person": person_of(contract),
        "figures_digest": digests[0],
        "schedule_digest": digests[1] or None,
        "anew": bool(anew),
    }


def person_of(contract) -> dict:
    """Return whose a contract is, as far as 1C says."""
    told = contract.borrower
    return {"phone": told and told.phone, "birth_date": told and told.birth_date}


def _only_figures(row, update) -> bool:
    """Return whether the loan stays what it is: then its figures are written by the set."""
    state = update["status"]
    if state == "pending" and row["application_state"] in ENDED:
        state = "annulled"
    return (
        row["figures_of"] is not None
        and not row["unknown"]
        and state == row["state"]
        and update["number"] == row["number"]
        and (row["named"] if row["application"] else _is_same_person(row, update["person"]))
    )


def _is_same_person(row, person) -> bool:
    """Return whether the books still say whose a loan is that did not begin here."""
    phone = person["phone"] and identity.normal_phone(person["phone"])
    return phone in (None, row["phone"]) and person["birth_date"] in (None, row["birth_date"])


def _naive(moment) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
