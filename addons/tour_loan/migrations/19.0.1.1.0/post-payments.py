"""Payments that were under way: their page's address was not kept, and may be paid on."""


def migrate(cr, version):
    """Let them end by what the provider says, and let nobody begin a second one beside them."""
    cr.execute(
        """
        UPDATE payment_transaction SET tour_loan_page = '{"unkept": true}'
         WHERE tour_loan_id IS NOT NULL AND operation IS DISTINCT FROM 'refund'
           AND tour_loan_page IS NULL AND state IN ('draft', 'pending', 'error')
        """
    )
    # one of a loan: one the payer is known to have reached rather than one he may have
    cr.execute(
        """
        UPDATE payment_transaction SET tour_loan_under_way = true
         WHERE id IN (
            SELECT DISTINCT ON (tour_loan_id) id FROM payment_transaction
             WHERE tour_loan_id IS NOT NULL AND operation IS DISTINCT FROM 'refund'
               AND state IN ('draft', 'pending')
             ORDER BY tour_loan_id, state = 'pending' DESC, id DESC)
           AND tour_loan_id NOT IN (
            SELECT tour_loan_id FROM payment_transaction
             WHERE tour_loan_under_way AND tour_loan_id IS NOT NULL)
        """
    )
