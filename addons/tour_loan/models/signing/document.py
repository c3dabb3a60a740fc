"""Documents shown to a borrower: their templates and their exact bytes."""

import base64
import errno
import hashlib
import logging
from contextlib import suppress

import weasyprint
from lxml import html as lxml_html
from markupsafe import Markup
from psycopg2 import IntegrityError, OperationalError

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, mute_logger

from odoo.addons.queue_job.exception import RetryableJobError

from ...rules import codes, moves
from ..application.masked import MaskedBinary, MaskedText
from ..outbox.ending import Period

_logger = logging.getLogger(__name__)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class DocumentTemplate(models.Model):
    """A text of the lender; each consent is a document of its own (152-FZ art. 9)."""

    _name = "tour_loan.document.template"
    _description = "Document template"
    _order = "stage, sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    stage = fields.Selection(
        [
            ("acquaintance", "Step 1: acquaintance (code 1)"),
            ("questionnaire", "Questionnaire (code 2)"),
            ("contract", "Contract (code 3)"),
            ("signed", "After the signature"),
        ],
        required=True,
    )
    tick = fields.Char(required=True, translate=True, help="What the borrower ticks on the page.")
    sequence = fields.Integer(default=10)
    version = fields.Char(required=True, default="1")
    view_id = fields.Many2one("ir.ui.view", "Text (QWeb)", required=True)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "A template with this code exists.")

    @api.model_create_multi
    def create(self, vals_list):
        templates = super().create(vals_list)
        self._make_common_soon()
        return templates

    def write(self, vals):
        done = super().write(vals)
        self._make_common_soon()
        return done

    @api.model
    def _make_common_soon(self):
        """Have the texts that are everybody's laid out before the first borrower comes."""
        # sudo: staff who may change a text or an agency cause what the server does
        cron_sudo = self.env.ref("tour_loan.ir_cron_common_documents", False)
        if cron_sudo:
            cron_sudo.sudo()._trigger()

    @api.model
    def _cron_make_common(self):
        """Clock: have laid out what names nobody and is not there yet, for every agency."""
        documents = self.env["tour_loan.document"]
        for agency in self.env["tour_loan.agency"].search([("blocked", "=", False)]):
            if not documents._of_stage("acquaintance", agency):
                documents._have_made("acquaintance", agency)

    @api.model
    def _of_stage(self, stage):
        return self.search([("stage", "=", stage)])

    def _html(self, agency, application=None) -> str:
        """Return the text as one self-contained HTML page, in Russian.

        The same whoever asks: a page looks whether the job has made it.
        """
        russian = {"lang": "ru_RU", "tz": "Europe/Moscow"}
        return (
            self.env["ir.qweb"]
            .with_context(**russian)
            ._render(
                self.view_id.id,
                {
                    "template": self.with_context(**russian),
                    "agency": agency.with_context(**russian),
                    "application": application and application.with_context(**russian),
                    "lender": self.env.company,
                },
            )
        )


class Agency(models.Model):
    _inherit = "tour_loan.agency"

    @api.model_create_multi
    def create(self, vals_list):
        agencies = super().create(vals_list)
        self.env["tour_loan.document.template"]._make_common_soon()
        return agencies

    def write(self, vals):
        done = super().write(vals)
        self.env["tour_loan.document.template"]._make_common_soon()
        return done


class Document(models.Model):
    """The bytes a borrower was shown. Made once, never rendered again, never changed."""

    _name = "tour_loan.document"
    _inherit = ["tour_loan.ending"]
    _description = "Document"
    _order = "id"
    _period = Period("tour_loan.keep_previews_days", 30)

    template_id = fields.Many2one(
        "tour_loan.document.template", required=True, readonly=True, index=True
    )
    application_id = fields.Many2one(
        "tour_loan.application",
        readonly=True,
        index=True,
        ondelete="restrict",
        help="Empty for a text that is the same for everybody.",
    )
    agency_id = fields.Many2one("tour_loan.agency", readonly=True, index=True)
    name = fields.Char(required=True, readonly=True)
    version = fields.Char(required=True, readonly=True)
    source_hash = fields.Char(required=True, readonly=True, index=True)
    content = MaskedBinary(attachment=True, required=True, readonly=True)
    text = MaskedText(
        readonly=True, help="The same text as HTML, to be read on a phone; the PDF is signed."
    )
    size = fields.Integer("Size, bytes", readonly=True)
    sha256 = fields.Char("SHA-256", required=True, readonly=True, index=True)

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("A document that was shown is never changed."))

    @api.ondelete(at_uninstall=False)
    def _never_unlinked(self):
        if self - self._never_asked_for():
            raise UserError(self.env._("A document that was shown is never deleted."))

    def _never_asked_for(self):
        """Return those of one application that no code was ever asked for."""
        own = self.filtered("application_id")
        codes_sudo = self.env["tour_loan.code"].sudo()  # sudo: counted, not shown
        asked = codes_sudo.search([("document_ids", "in", own.ids)]).document_ids
        return own - asked.sudo(False)

    @api.model
    def _ended(self, before):
        """Of an application that came to nothing, what no code was ever asked for."""
        asked = SQL("(SELECT tour_loan_document_id FROM tour_loan_code_tour_loan_document_rel)")
        return (
            super()._ended(before)
            & Domain("application_id.state", "in", moves.ENDED_WITHOUT_MONEY)
            & Domain("application_id.state_changed_at", "<", before)
            & Domain("application_id.signed_at", "=", False)
            & Domain("id", "not in", asked)
        )

    @api.model
    def _of_stage(self, stage, agency, application=None):
        """Return the documents of a stage as its texts are now.

        None at all while one of them is not laid out.
        """
        templates = self.env["tour_loan.document.template"]._of_stage(stage)
        made = [self._find(template, agency, application)[0] for template in templates]
        return self.union(*made) if all(made) else self.browse()

    @api.model
    def _have_made(self, stage, agency, application=None):
        """Let a job make the documents of a stage; return those that are there by now: none.

        What has just failed is not ordered by every page that looks.
        """
        if not self.env["tour_loan.document.failure"]._of(stage, agency, application)._bars():
            self._order_stage(stage, agency, application)
        return self.browse()

    @api.model
    def _order_stage(self, stage, agency, application=None):
        whose = application or agency
        self.with_user(SUPERUSER_ID).with_delay(
            max_retries=0,
            identity_key=f"{whose._name} {whose.id} {stage}",
        )._make_stage(stage, agency, application)

    @api.model
    def _make_stage(self, stage, agency, application=None):
        """Job: lay the documents of a stage out; return them.

        A full disk is waited for. What fails otherwise is a row for staff, and none are made.
        """
        templates = self.env["tour_loan.document.template"]._of_stage(stage)
        failures = self.env["tour_loan.document.failure"]
        try:
            with self.env.cr.savepoint():
                made = self.union(*[self._make(t, agency, application) for t in templates])
        except OperationalError:
            raise  # the job is run again
        except Exception as error:
            if isinstance(error, OSError) and error.errno in NO_ROOM:
                raise RetryableJobError(str(error), seconds=10, ignore_retry=True) from error
            _logger.exception("The documents of the stage %s cannot be made.", stage)
            failures._note(stage, agency, application, error)
            return self.browse()
        failures._of(stage, agency, application).unlink()
        return made

    @api.model
    def _find(self, template, agency, application):
        """Return (document or none, HTML, its hash)."""
        html = template._html(agency, application)
        source_hash = hashlib.sha256(str(html).encode()).hexdigest()
        known = self.search(
            [
                ("template_id", "=", template.id),
                ("agency_id", "=", agency.id),
                ("application_id", "=", application.id if application else False),
                ("source_hash", "=", source_hash),
            ],
            limit=1,
        )
        return known, html, source_hash

    @api.model
    def _make(self, template, agency, application=None):
        """Return the PDF of ``template``; the same text gives the same document.

        A text without personal data (no ``application``) is made once an agency and
        version, not once a borrower: hundreds of people read the same bytes.

        Laying out takes a second of a processor: jobs do it, never a page.
        """
        known, html, source_hash = self._find(template, agency, application)
        if known:
            return known
        # a document speaks Russian whoever caused it to be made
        russian = template.with_context(lang="ru_RU")
        made = self._store(
            russian, agency, application, source_hash, self._pdf(html), _readable(html)
        )
        if template.stage == "questionnaire":
            earlier = application.document_ids.filtered(lambda d: d.template_id == template) - made
            earlier._forget()
        return made

    def _forget(self):
        """Delete texts that were overtaken before a code was asked for them.

        Each letter changed before the review makes other documents; they would pile up.
        """
        for document in self._never_asked_for():
            # a code asked for at this very moment keeps it: the database refuses
            with suppress(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                document.unlink()

    @api.model
    def _store(self, template, agency, application, source_hash, content: bytes, text: str):
        return self.create(
            {
                "template_id": template.id,
                "application_id": application.id if application else False,
                "agency_id": agency.id,
                "name": template.name,
                "version": template.version,
                "source_hash": source_hash,
                "content": base64.b64encode(content),
                "text": text,
                "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )

    @api.model
    def _pdf(self, html) -> bytes:
        """Render HTML to PDF; nothing is fetched from outside, fonts are the system's."""
        fetcher = weasyprint.urls.URLFetcher(allowed_protocols=("data",))
        return weasyprint.HTML(string=str(Markup(html)), url_fetcher=fetcher).write_pdf()

    def _reading(self) -> Markup:
        """Return the text for a page of ours; our own QWeb has escaped what people typed."""
        return Markup(self.text or "")

    def _bytes(self) -> bytes:
        self.ensure_one()
        return base64.b64decode(self.content)

    def _digest(self) -> str:
        """Return the SHA-256 over the documents' SHA-256, in order of their ids."""
        return codes.digest_of(self.sorted("id").mapped("sha256"))


def _readable(html) -> str:
    """Return what stands in a document's body as HTML, without its looks on paper."""
    body = lxml_html.fromstring(str(html)).find("body")
    for element in body.xpath("header | h1 | style"):
        element.drop_tree()
    return "".join(
        lxml_html.tostring(child, encoding="unicode", with_tail=True) for child in body
    ).strip()
