from lxml import etree

from odoo.fields import Domain
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

from .common import OTHER_PHONE, PHONE, TourLoanCommon


@tagged("post_install", "-at_install")
class TestSearch(TourLoanCommon):
    """One field finds by whatever a person on the phone says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = new_test_user(cls.env, "an_operator", "tour_loan.tour_loan_group_operator")

    def setUp(self):
        super().setUp()
        self.wanted = self.signed(order__number="S-2026/0715")
        self.wanted.write(
            {
                "last_name": "Королёва",
                "first_name": "Анна-Мария",
                "middle_name": "Сергеевна",
                "email": "A.Koroleva@Example.com",
                "accounting_number": "ЗК-000123",
                "loan_number": "ДЗ00-000777",
            }
        )
        self.wanted.loan_id.number = "ДЗ00-000777"
        self.other = self.signed(
            order__number="S-2026/9999", customer__phone=OTHER_PHONE, customer__email="x@y.example"
        )

    def typed(self, model, text):
        """Return what the first field of the search view finds after Enter."""
        records = self.env[model].with_user(self.operator)
        arch = etree.fromstring(records.get_view(view_type="search")["arch"])
        field = arch.xpath("//field")[0]
        domain = field.get("filter_domain")
        if domain:
            domain = safe_eval(domain, {"self": text})
        else:
            domain = [(field.get("name"), "ilike", text)]
        return records.search(Domain(domain))

    def test_everything_somebody_may_say_finds_exactly_one(self):
        for text in (
            "S-2026/0715",
            "s-2026/0715",
            "0715",
            PHONE,
            "8 916 123-45-67",
            "8 (916) 123 45 67",
            "+7(916)123-45-67",
            "+7 916 123–45–67",
            "79161234567",
            "9161234567",
            "916 123",
            "123-45-67",
            "4567",
            "45 67",
            "Королёва",
            "королева",
            "КОРОЛЕВА анна",
            "Анна Королева",
            "сергеевна Кор",
            "мария королёва",
            "a.koroleva@example.com",
            "A.KOROLEVA",
            "ЗК-000123",
            "000123",
            "ДЗ00-000777",
            "дз00",
            "777",
            "Королёва 8 916 123-45-67",
            "Королёва, Анна",
            "№ S-2026/0715",
            self.wanted.uuid,
        ):
            with self.subTest(text):
                self.assertEqual(self.typed("tour_loan.application", text), self.wanted)
                self.assertEqual(self.typed("tour_loan.loan", text), self.wanted.loan_id)
                self.assertEqual(self.typed("tour_loan.borrower", text), self.wanted.borrower_id)

    def test_what_nobody_has_finds_nothing(self):
        for text in (
            "Королёва Иван",
            "8 916 000-00-00",
            "'",
            "\\",
            "a' | 'b",
            "!",
            "   ",
            "%",
            "_",
            "🙂",
        ):
            with self.subTest(text):
                self.assertFalse(self.typed("tour_loan.application", text))

    def test_both_are_found_by_what_they_have_in_common(self):
        self.assertEqual(self.typed("tour_loan.application", "S-2026"), self.wanted | self.other)

    def test_a_new_name_is_found_at_once_and_the_old_one_no_longer(self):
        self.wanted.last_name = "Щукина"
        self.assertEqual(self.typed("tour_loan.application", "щукина"), self.wanted)
        self.assertFalse(self.typed("tour_loan.application", "королева"))

    def test_pickers_search_the_same_way(self):
        found = self.env["tour_loan.loan"].with_user(self.operator).name_search("8 916 123 45 67")
        self.assertEqual([one for one, _name in found], self.wanted.loan_id.ids)

    def test_the_index_is_used(self):
        records = self.env["tour_loan.application"]
        self.env.flush_all()
        query = records._search([("anything", "ilike", "королева 916")])
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        plan = self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        self.assertIn("tour_loan_application_search_words", str(plan))
        self.assertEqual(self.env.execute_query(query.select()), [(self.wanted.id,)])
