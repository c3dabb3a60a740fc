"""A borrower's phone was his login: anybody could take one first, and every log told it."""


def migrate(cr, version):
    # not by the ORM: Odoo would mail each of them that his login was changed
    cr.execute(
        """
        UPDATE res_users SET login = 'borrower-' || gen_random_uuid()
          FROM tour_loan_borrower borrower
         WHERE borrower.user_id = res_users.id AND res_users.share
           AND res_users.login NOT LIKE 'borrower-%'
        """
    )
