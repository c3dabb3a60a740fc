from odoo.tests import tagged

from .common_loan import LoanCommon


@tagged("post_install", "-at_install")
class TestPurpose(LoanCommon):
    def test_the_providers_page_names_the_contract_as_all_else_does(self):
        loan = self.active()
        transaction = self.transaction(loan)
        number = loan.application_id.contract_number
        self.assertEqual(
            transaction.with_context(lang="ru_RU")._payment_purpose(), f"Договор займа № {number}"
        )
        self.assertEqual(loan.display_name, number)
