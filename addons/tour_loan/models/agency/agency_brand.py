"""How an agency looks to the borrowers it sent: colours, pictures, whom to ask."""

import base64
import hashlib
import io

from PIL import Image

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.mimetypes import guess_mimetype

from ...rules import contrast

PICTURES = ("logo", "picture", "favicon")
# Formats that hold no script, shown by every browser and by WeasyPrint.
PICTURE_TYPES = ("image/png", "image/jpeg")
PICTURE_BYTES = 1024 * 1024


class Agency(models.Model):
    _inherit = "tour_loan.agency"

    color_accent = fields.Char("Accent colour", default="#0b6bcb")
    color_on_accent = fields.Char("Text on accent", default="#ffffff")
    support_phone = fields.Char(tracking=True)
    support_email = fields.Char(tracking=True)
    logo = fields.Image(max_width=600, max_height=200)
    picture = fields.Image(
        "Wide picture",
        max_width=1200,
        max_height=600,
        help="On the first pages, as wide as they are: three times as wide as high looks best.",
    )
    picture_text = fields.Char(
        "What the picture shows", help="Read to people who cannot see it; empty: an ornament."
    )
    favicon = fields.Image("Icon of the page", max_width=192, max_height=192)
    picture_facts = fields.Json(
        compute="_compute_picture_facts",
        store=True,
        help="Of each picture: version (of its bytes), type, width, height.",
    )

    @api.depends(*PICTURES)
    def _compute_picture_facts(self):
        for agency in self:
            facts = {name: _facts(agency._picture_bytes(name)) for name in PICTURES}
            agency.picture_facts = {name: fact for name, fact in facts.items() if fact}

    @api.constrains(*PICTURES)
    def _check_pictures(self):
        for agency in self:
            for content in filter(None, map(agency._picture_bytes, PICTURES)):
                if guess_mimetype(content) not in PICTURE_TYPES:
                    raise ValidationError(self.env._("A picture is a PNG or a JPEG."))
                if len(content) > PICTURE_BYTES:
                    raise ValidationError(self.env._("A picture has 1 MB at most."))

    @api.constrains("color_accent", "color_on_accent")
    def _check_colors(self):
        for agency in self:
            reason = contrast.refusal(agency.color_accent, agency.color_on_accent)
            if reason == "format":
                raise ValidationError(self.env._("A colour is written as #rrggbb."))
            if reason == "contrast":
                raise ValidationError(
                    self.env._(
                        "These two colours are too close to read: WCAG AA asks for a "
                        "contrast of 4.5, this pair has %s.",
                        contrast.ratio(agency.color_accent, agency.color_on_accent),
                    )
                )

    def _picture_bytes(self, name: str) -> bytes:
        return base64.b64decode(self.with_context(bin_size=False)[name] or b"")

    def _picture(self, name: str, most_width: int = 0, most_height: int = 0) -> dict | None:
        """Return {url, width, height} of a picture, scaled down into a box if one is given.

        The address holds the version of the bytes: another picture is another address.
        """
        fact = (self.picture_facts or {}).get(name)
        if not fact:
            return None
        width, height = fact["width"], fact["height"]
        scale = min(1, (most_width or width) / width, (most_height or height) / height)
        return {
            "url": f"/tour_loan/brand/{self.id}/{name}/{fact['version']}",
            "width": max(1, round(width * scale)),
            "height": max(1, round(height * scale)),
        }


def _facts(content: bytes) -> dict | None:
    kind = guess_mimetype(content) if content else None
    if kind not in PICTURE_TYPES:
        return None
    width, height = Image.open(io.BytesIO(content)).size
    version = hashlib.sha256(content).hexdigest()[:16]
    return {"version": version, "type": kind, "width": width, "height": height}
