from odoo.tests import tagged

from .common_loan import LoanHttpCommon


@tagged("post_install", "-at_install")
class TestErrorSummary(LoanHttpCommon):
    """Each line of the summary says which field it is about, and leads to it."""

    def lines(self, page) -> dict:
        """Return {name of the field: what is wrong with it} of the page's summary."""
        [summary] = page.page.find_class("tl-summary")
        found = {}
        for link in summary.iterfind(".//a"):
            field = page.page.get_element_by_id(link.get("href")[1:])
            self.assertIn(field.tag, ("input", "select"))
            self.assertEqual(field.get("aria-invalid"), "true", link.text_content())
            error = page.page.get_element_by_id(f"{field.get('id')}_error")
            name, _colon, said = link.text_content().partition(": ")
            self.assertEqual(said, " ".join(error.text_content().split()))
            self.assertTrue(name.strip(), said)
            self.assertNotIn(name, found, "two lines of one name")
            found[name] = said
        errors = page.page.xpath("//main//*[contains(@class, 'tl-error')][@role='alert']")
        self.assertEqual(len(found), len(errors))
        return found

    def test_an_empty_page_of_questions_names_every_field(self):
        application = self.opened()
        empty = dict.fromkeys(application._prefilled_fields(), False)
        application.write({**empty, "residence_same": False, "months": 0})
        page = self.come_back(application.borrower_id)
        told = {}
        for step in ("passport", "address", "work"):
            page.get(f"/my/applications/{application.uuid}/{step}")
            page.send(**({"residence_same": None} if step == "address" else {}))
            told |= self.lines(page)
        self.assertEqual(told["Фамилия"], "Заполните это поле.")
        for name in (
            *("Дата рождения", "Дом (адрес регистрации, как в паспорте)"),
            *("Дом (адрес проживания)", "Город или населённый пункт (адрес проживания)"),
        ):
            self.assertIn(name, told)

    def test_the_term_is_a_group_with_a_name(self):
        application = self.opened()
        application.months = 0
        page = self.come_back(application.borrower_id)
        page.get(f"/my/applications/{application.uuid}/work")
        [group] = page.page.xpath("//fieldset[.//input[@name='months'] and not(.//fieldset)]")
        self.assertTrue(group.findtext("legend").strip())
        page.send()
        self.assertIn(group.findtext("legend").strip(), self.lines(page))

    def test_documents_login_codes_and_sums_are_named_too(self):
        page = self.visitor().get("/tour_loan/login").send(phone="1", birth_date="14.03")
        self.assertEqual(set(self.lines(page)), {"Ваш мобильный телефон", "Дата рождения"})
        loan = self.active()
        page = self.logged_in(loan)
        pay = f"/my/loans/{loan.uuid}/pay"
        for typed in ({"what": "other", "amount": "x"}, {"what": "gone"}, {"what": ""}):
            form = {**dict(page.get(pay).form().form_values()), **typed}
            page.post(pay, form)
            self.assertEqual(len(self.lines(page)), 1, typed)
        application = self.approved()
        page.get(f"/my/applications/{application.uuid}/sign").send()
        documents = application._contract_documents()
        names = documents.template_id.with_context(lang="ru_RU").mapped("name")
        self.assertEqual(set(self.lines(page)), set(names))
        page.send(tick=True).send("confirm", code="0")
        self.assertEqual(set(self.lines(page)), {"Код из SMS"})
