import re

from lxml import html

from odoo.tests import tagged

from .common import TourLoanCommon

# What documents may promise of the cabinet, and the route that keeps the promise.
KEPT = {
    r"платеж|оплат": "/my/loans/<string:uuid>/pay",
    r"график": "/my/loans/<string:uuid>",
    r"код .*введ[её]н": "/my/applications/<string:uuid>/sign",
    r"обмена информацией|личный кабинет и sms": "/my/applications",
}
# Services a document could promise; each needs a route before it does.
SERVICES = r"отозва|отзыв|обращени|жалоб|справк|заявлени|претензи"


@tagged("post_install", "-at_install")
class TestPromises(TourLoanCommon):
    """A service that a document promises in the cabinet exists there."""

    def sentences(self):
        """Return (document, sentence) of all documents, as a borrower reads them."""
        application = self.signed()
        for template in self.env["tour_loan.document.template"].search([]):
            person = None if template.stage == "acquaintance" else application
            body = html.fromstring(str(template._html(self.agency, person))).find("body")
            for style in body.xpath(".//style"):
                style.drop_tree()
            for cell in body.xpath(".//p | .//li | .//tr | .//h2"):
                text = " ".join(cell.text_content().split())
                for sentence in re.split(r"(?<=[.!?;])\s+(?=[А-ЯЁ])", text):
                    yield template.code, sentence

    def test_what_is_promised_of_the_cabinet_is_there(self):
        routes = {rule.rule for rule in self.env["ir.http"].routing_map().iter_rules()}
        seen = 0
        for code, sentence in self.sentences():
            told = sentence.lower()
            if "кабинет" not in told:
                continue
            seen += 1
            self.assertFalse(re.search(SERVICES, told), f"{code}: {sentence}")
            kept = [route for pattern, route in KEPT.items() if re.search(pattern, told)]
            self.assertTrue(kept, f"{code} promises what nobody keeps: {sentence}")
            self.assertLessEqual(set(kept), routes, f"{code}: {sentence}")
        self.assertGreaterEqual(seen, 4)

    def test_our_loan_is_never_called_a_credit(self):
        allowed = r"кредитор|кредитн\w+ (истори|отч[её]т|бюро)|бюро кредитн|займам и кредитам|на кредиты и займы"
        for code, sentence in self.sentences():
            rest = re.sub(allowed, "", sentence.lower())
            self.assertNotIn("кредит", rest, f"{code}: {sentence}")
