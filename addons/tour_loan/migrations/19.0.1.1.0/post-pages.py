"""Texts of documents that changed, and orders that had only a country's code for a name."""

from odoo import SUPERUSER_ID, api

CHANGED = ("conditions", "personal_data", "questionnaire", "individual_conditions", "schedule")


def migrate(cr, _version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for code in CHANGED:
        template = env.ref(f"tour_loan.document_template_{code}", raise_if_not_found=False)
        # a text the lender's lawyer replaced has a version of its own
        if (
            template
            and template.version == "1"
            and template.view_id.key == (f"tour_loan.document_{code}")
        ):
            template.version = "2"
    nameless = env["tour_loan.application"].search([("tour_summary", "=like", "__")])
    for application in nameless:
        tour = application.content["tour"]
        if application.tour_summary == tour["country"]:
            application.tour_summary = application.agency_id._summary(
                tour["country"],
                tour.get("resort"),
                (tour.get("hotel") or {}).get("name"),
                tour["nights"],
            )
