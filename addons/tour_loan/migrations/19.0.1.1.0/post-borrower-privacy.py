"""Borrowers of before get the flag that hides their partner."""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE res_partner SET tour_loan_borrower = true
          FROM res_users, tour_loan_borrower borrower
         WHERE res_users.id = borrower.user_id AND res_partner.id = res_users.partner_id
        """
    )
