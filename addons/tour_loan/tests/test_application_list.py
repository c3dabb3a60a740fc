import base64

from odoo.tests import tagged

from .common import TourLoanCommon, later


@tagged("post_install", "-at_install")
class TestApplicationList(TourLoanCommon):
    """The bulk reconcile: everything once, in the order of the changes.

    Rows of the running transaction are not listed yet, by design, so these rows are
    given older transactions.
    """

    def setUp(self):
        super().setUp()
        self.applications = self.env["tour_loan.application"]
        for number in range(5):
            self.applications |= self.application(number=f"L-{number}")
        self.settle(self.applications)

    def settle(self, applications):
        """Let each row have been written by a transaction of its own that is over."""
        self.env.flush_all()
        for transaction, application in enumerate(applications.sorted("id"), start=1):
            self.env.cr.execute(
                "UPDATE tour_loan_application SET change_transaction = %s WHERE id = %s",
                (transaction, application.id),
            )

    def list(self, **params):
        return self.rpc("application.list", params)["result"]

    def numbers(self, answer):
        return [item["order_number"] for item in answer["items"]]

    def test_pages_follow_each_other_without_gap_or_repeat(self):
        first = self.list(limit=2)
        second = self.list(limit=2, cursor=first["next_cursor"])
        third = self.list(limit=2, cursor=second["next_cursor"])
        numbers = [*self.numbers(first), *self.numbers(second), *self.numbers(third)]
        self.assertEqual(numbers, ["L-0", "L-1", "L-2", "L-3", "L-4"])
        self.assertIsNone(third["next_cursor"])
        self.assertIsNone(first["resume_cursor"])

    def test_the_last_cursor_brings_only_what_changed_since(self):
        cursor = self.list(limit=10)["resume_cursor"]
        self.assertEqual(self.numbers(self.list(cursor=cursor)), [])
        # a later change: one whose transaction is not below the cursor's place
        self.env.cr.execute(
            "UPDATE tour_loan_application SET change_transaction = 9 WHERE id = %s",
            (self.applications.sorted("id")[1].id,),
        )
        place = base64.urlsafe_b64encode(b"9.0").decode()
        self.assertEqual(self.numbers(self.list(cursor=place))[:1], ["L-1"])

    def test_a_change_that_is_still_being_written_is_not_listed_yet(self):
        application = self.applications.sorted("id")[1]
        application._move("cancel", "staff")
        self.env.flush_all()
        self.assertEqual(self.numbers(self.list(limit=10)), ["L-0", "L-2", "L-3", "L-4"])

    def test_only_changes_of_the_agencys_own_applications_are_listed(self):
        other = self.new_agency("yug", "Юг", url_hosts="sever.example")
        answer = self.rpc("application.list", {"limit": 10}, agency=other)["result"]
        self.assertEqual(answer["items"], [])

    def test_a_time_leaves_out_what_was_changed_before_it(self):
        self.applications[:3].state_changed_at = "2026-01-01 00:00:00"
        self.env.flush_all()
        self.assertEqual(len(self.list(updated_since=later(days=-1), limit=10)["items"]), 2)

    def test_a_restored_database_hides_nothing(self):
        """Its transactions count from the beginning again; the rows bear higher numbers."""
        old = self.applications.sorted("id")[3:]
        self.env.cr.execute(
            "UPDATE tour_loan_application SET change_transaction = 10^15 WHERE id IN %s",
            (tuple(old.ids),),
        )
        self.assertEqual(self.numbers(self.list(limit=10)), ["L-0", "L-1", "L-2"])
        # they are changes of the transaction that found them: the next page brings them
        self.env.cr.execute(
            "SELECT count(*) FROM tour_loan_application "
            "WHERE change_transaction = pg_current_xact_id()::text::bigint AND id IN %s",
            (tuple(old.ids),),
        )
        self.assertEqual(self.env.cr.fetchone(), (2,))

    def test_a_made_up_cursor_is_refused(self):
        beyond = base64.urlsafe_b64encode(b"999999999999999.0").decode()
        for cursor in ("abc", "MTIz", "ÿ", beyond):
            error = self.rpc("application.list", {"cursor": cursor})["error"]
            self.assertEqual(error["data"]["errors"][0]["path"], "cursor", cursor)
