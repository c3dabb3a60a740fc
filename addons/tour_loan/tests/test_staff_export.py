import csv
import io
import json
import zipfile

from odoo import http
from odoo.tests import tagged

from .common import TourLoanHttpCommon

EVIL = (
    "=cmd|' /C calc'!A0",
    "{=1+1}",
    "@SUM(1+1)",
    "+7 916",
    "-2+3",
    "\t=1+1",
    "\r=1+1",
    "   =1+1",
    "\n=1+1",
    "\u00a0=1+1",
    "＝1+1",
    "x;=1+1",
    'x";"=1+1',
    "x\n=1+1",
    "http://evil.example/",
)


@tagged("post_install", "-at_install")
class TestExport(TourLoanHttpCommon):
    """What a borrower typed is a text in every file staff take away."""

    def setUp(self):
        super().setUp()
        self.authenticate("admin", "admin")
        self.rows = self.env["tour_loan.application"]
        for text in EVIL:
            self.rows |= self.application_in("approved", last_name=text, position=text)

    def export(self, kind, names=("last_name", "position"), groupby=()):
        fields = self.env["tour_loan.application"]._fields
        request = {
            "model": "tour_loan.application",
            "fields": [
                {"name": name, "label": f"={name}", "type": fields[name].type, "store": True}
                for name in names
            ],
            "ids": self.rows.ids,
            "domain": [],
            "import_compat": False,
            "groupby": list(groupby),
        }
        return self.post(f"/web/export/{kind}", request)

    def post(self, path, request):
        data = {"data": json.dumps(request), "csrf_token": http.Request.csrf_token(self)}
        answer = self.url_open(path, data=data)
        self.assertEqual(answer.status_code, 200)
        return answer.content

    def assert_no_formula(self, content):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml").decode()
            self.assertNotIn("<f", sheet)
            self.assertNotIn("hyperlink", sheet)
            texts = archive.read("xl/sharedStrings.xml").decode()
        self.assertIn("=cmd|", texts)

    def test_a_list_in_xlsx_has_no_formula(self):
        self.assert_no_formula(self.export("xlsx"))

    def test_a_list_in_groups_has_no_formula(self):
        names = ("order_number", "last_name", "amount")
        self.assert_no_formula(self.export("xlsx", names, ["last_name"]))

    def test_a_pivot_has_no_formula(self):
        content = self.post(
            "/web/pivot/export_xlsx",
            {
                "title": "Заявки",
                "model": "tour_loan.application",
                "measure_count": 1,
                "origin_count": 1,
                "col_group_headers": [[{"title": text, "width": 1, "height": 1} for text in EVIL]],
                "measure_headers": [{"title": "=1", "is_bold": False}],
                "origin_measure_headers": [],
                "rows": [
                    {"title": text, "indent": 0, "values": [{"value": -1.5}]} for text in EVIL
                ],
            },
        )
        self.assert_no_formula(content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        self.assertIn("<v>-1.5</v>", sheet)

    def test_no_program_reads_a_formula_in_a_csv(self):
        text = self.export("csv").decode()
        for separator in (",", ";", "\t"):
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
                for cell in row:
                    for line in cell.splitlines():
                        start = line.lstrip('\ufeff\u00a0 \t\r\n"')
                        self.assertFalse(start.startswith(tuple("=+-@＝＋－＠")), cell)

    def test_figures_stay_figures(self):
        self.rows = self.application_in("committed", offer_amount=100, last_name="Иванова-Петрова")
        self.rows.settlement_difference = -100.5
        names = ("last_name", "settlement_difference")
        [_head, row] = csv.reader(io.StringIO(self.export("csv", names).decode()))
        self.assertEqual(row, ["Иванова-Петрова", "-100.5"])
