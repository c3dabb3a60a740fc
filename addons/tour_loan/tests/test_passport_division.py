import base64
from pathlib import Path

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, TransactionCase, tagged

# The open reference book, if it lies beside the tree; never part of it (CC BY-SA).
BOOK = Path(__file__).resolve().parents[4] / "shared" / "data" / "fms_unit.csv"
OWN = (
    "code,name\n"
    "010-001,МВД ПО РЕСП. АДЫГЕЯ\n"
    "010-001,МВД ПО РЕСП. АДЫГЕЯ\n"
    "010-001,ОФМС РОССИИ ПО РЕСП. АДЫГЕЯ В Г. МАЙКОПЕ\n"
    "010-002,РЕЗЕРВ 1\n"
    "01-002,НЕВЕРНЫЙ КОД\n"
    "770-001,ОВД ТВЕРСКОГО РАЙОНА Г. МОСКВЫ\n"
    "770-001,ГУ МВД РОССИИ ПО Г. МОСКВЕ\n"
    "770-001,УФМС РОССИИ ПО Г. МОСКВЕ\n"
)


@tagged("post_install", "-at_install")
class TestPassportDivision(TransactionCase):
    """The reference book of authorities behind the division code."""

    def import_file(self, content: bytes):
        wizard = self.env["tour_loan.passport.division.import"].create(
            {"file": base64.b64encode(content), "filename": "fms_unit.csv"}
        )
        return wizard.action_import()

    def test_importing_replaces_the_book(self):
        self.import_file(OWN.encode())
        rows = self.env["tour_loan.passport.division"].search([])
        self.assertEqual(len(rows), 5)
        self.assertEqual(set(rows.mapped("code")), {"010-001", "770-001"})

    def test_importing_again_keeps_the_rows_that_stay(self):
        self.import_file(OWN.encode())
        divisions = self.env["tour_loan.passport.division"]
        before = divisions.search([])
        shorter = OWN.replace("770-001,УФМС РОССИИ ПО Г. МОСКВЕ\n", "780-001,ГУ МВД\n")
        action = self.import_file(shorter.encode("utf-8-sig"))
        self.assertIn("5", action["params"]["message"])
        self.assertEqual(len(divisions.search([]) & before), 4)

    def test_another_file_is_refused_and_changes_nothing(self):
        before = self.env["tour_loan.passport.division"].search_count([])
        for content in (b"\n", b"a;b\n1;2\n", OWN.encode("cp1251"), b"\x00\xff"):
            with self.assertRaises(UserError):
                self.import_file(content)
        self.assertEqual(self.env["tour_loan.passport.division"].search_count([]), before)

    def test_the_real_book_is_imported_whole(self):
        content = BOOK.read_bytes() if BOOK.exists() else OWN.encode()
        self.import_file(content)
        rows = self.env["tour_loan.passport.division"].search([])
        self.assertEqual(len(rows), 16555 if BOOK.exists() else 5)
        self.assertFalse(rows.filtered(lambda row: row.name.startswith("РЕЗЕРВ")))
        self.assertIn("МВД ПО РЕСП. АДЫГЕЯ", rows._names("010-001"))

    def test_names_of_the_issue_dates_era_come_first(self):
        self.import_file(OWN.encode())
        first = {
            year: self.env["tour_loan.passport.division"]._names(
                "770-001", fields.Date.to_date(f"{year}-06-01")
            )[0]
            for year in (2003, 2010, 2020)
        }
        self.assertEqual(
            first,
            {
                2003: "ОВД ТВЕРСКОГО РАЙОНА Г. МОСКВЫ",
                2010: "УФМС РОССИИ ПО Г. МОСКВЕ",
                2020: "ГУ МВД РОССИИ ПО Г. МОСКВЕ",
            },
        )


@tagged("post_install", "-at_install")
class TestDivisionsRoute(HttpCase):
    def suggestions(self, **params):
        response = self.url_open("/tour_loan/divisions", params=params)
        self.assertEqual(response.status_code, 200)
        return response.json()["suggestions"]

    def test_it_answers_in_the_shape_of_dadata(self):
        # rows every installation has
        found = self.suggestions(query="770-001", issued_on="2010-06-01")
        self.assertEqual(found[0]["value"], "УФМС РОССИИ ПО Г. МОСКВЕ")
        self.assertEqual(
            found[0],
            {
                "value": "УФМС РОССИИ ПО Г. МОСКВЕ",
                "unrestricted_value": "УФМС РОССИИ ПО Г. МОСКВЕ",
                "data": {
                    "code": "770-001",
                    "name": "УФМС РОССИИ ПО Г. МОСКВЕ",
                    "region_code": "77",
                    "type": "0",
                },
            },
        )

    def test_nonsense_finds_nothing(self):
        for query in ("", "770", "%%%-%%%", "___-___", "x" * 5000):
            self.assertEqual(self.suggestions(query=query), [])
        self.assertTrue(self.suggestions(query="770-001", issued_on="not a date"))
        self.assertTrue(self.suggestions(query="770-001", issued_on="0000-00-00"))
