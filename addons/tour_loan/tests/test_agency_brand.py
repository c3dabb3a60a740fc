import base64
import io
from unittest.mock import patch

from PIL import Image

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tests.common import Opener
from odoo.tools import mute_logger

from ..models.agency import agency_brand
from .common import TourLoanHttpCommon

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L\r\x00\x00\x00/\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"


def picture(width, height, color="#336699", kind="PNG") -> bytes:
    """Return a picture of one colour, as a field takes it."""
    stream = io.BytesIO()
    Image.new("RGB", (width, height), color).save(stream, kind)
    return base64.b64encode(stream.getvalue())


@tagged("post_install", "-at_install")
class TestBrand(TourLoanHttpCommon):
    """Colours, pictures, phone and mail of the agency on pages and in documents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agency.write(
            {
                "color_accent": "#7a1f5c",
                "color_on_accent": "#ffffff",
                "support_phone": "8 800 000-00-09",
                "support_email": "help@sever.example",
                "logo": picture(300, 100),
                "picture": picture(900, 300, kind="JPEG"),
                "picture_text": "Море на закате",
                "favicon": picture(64, 64),
            }
        )

    def open(self, application=None):
        application = application or self.application()
        return self.visitor().get(application._link().removeprefix(self.base_url()))

    def image(self, visitor, found):
        """Return (element, response) of a picture on the page, asked for without cookies."""
        [element] = visitor.page.xpath(found)
        address = element.get("src") or element.get("href")
        self.opener = Opener(self)
        return element, self.url_open(address)

    # --- pages ---

    def test_the_first_page_wears_the_brand(self):
        page = self.open()
        head = page.page.find("head")
        self.assertEqual(head.findtext("title"), "Заём на ваш тур – Север")
        self.assertEqual(head.xpath("meta[@name='theme-color']/@content"), ["#7a1f5c"])
        self.assertIn("--tl-accent: #7a1f5c", page.response.text)
        for told in ("8 800 000-00-09", "help@sever.example"):
            self.assertIn(told, page.text)

    def test_pictures_are_served_to_everybody_and_kept_for_a_year(self):
        page = self.open()
        for found, kind, size in (
            ("//header//img", "image/png", ("120", "40")),
            ("//img[contains(@class, 'tl-picture')]", "image/jpeg", ("900", "300")),
            ("//link[@rel='shortcut icon']", "image/png", (None, None)),
        ):
            element, answer = self.image(page, found)
            self.assertEqual((answer.status_code, answer.headers["Content-Type"]), (200, kind))
            control = answer.headers["Cache-Control"]
            for word in ("public", "immutable", "max-age=31536000"):
                self.assertIn(word, control)
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(answer.headers["Content-Security-Policy"], "default-src 'none'")
            self.assertNotIn("Set-Cookie", answer.headers)
            # its room is kept before it comes
            self.assertEqual((element.get("width"), element.get("height")), size)
            Image.open(io.BytesIO(answer.content)).verify()
        self.assertEqual(page.page.xpath("//header//img/@alt"), ["Север"])
        self.assertEqual(
            page.page.xpath("//img[contains(@class, 'tl-picture')]/@alt"), ["Море на закате"]
        )
        documents = page.send()
        self.assertTrue(documents.page.find_class("tl-picture"))

    def test_a_change_shows_on_the_next_page(self):
        application = self.application()
        before = self.open(application).page.xpath("//header//img/@src")
        self.agency.write({"color_accent": "#0f5132", "logo": picture(300, 100, "#884422")})
        page = self.open(application)
        self.assertIn("--tl-accent: #0f5132", page.response.text)
        after = page.page.xpath("//header//img/@src")
        self.assertNotEqual(after, before)
        self.assertEqual(self.url_open(after[0]).status_code, 200)
        self.assertEqual(self.url_open(before[0]).status_code, 404)

    def test_without_pictures_the_name_stands_and_nothing_of_odoo(self):
        self.agency.write({"logo": False, "picture": False, "favicon": False})
        page = self.open()
        self.assertFalse(page.page.xpath("//header//img") or page.page.find_class("tl-picture"))
        self.assertIn("Север", page.text)
        [icon] = page.page.xpath("//link[@rel='shortcut icon']/@href")
        self.assertEqual(icon, "/tour_loan/static/description/icon.png")
        self.assertEqual(self.url_open(icon).status_code, 200)

    def test_no_picture_comes_without_its_version(self):
        version = self.agency.picture_facts["logo"]["version"]
        for address in (
            f"{self.agency.id}/logo/{'0' * 16}",
            f"{self.agency.id}/picture/{version}",
            f"{self.agency.id}/secret/{version}",
            f"{self.agency.id}/name/None",
            f"{self.agency.id + 1000000}/logo/{version}",
        ):
            self.assertEqual(self.url_open(f"/tour_loan/brand/{address}").status_code, 404, address)

    def test_a_page_that_asks_to_log_in_wears_the_brand_it_leads_to(self):
        application = self.submitted()
        page = self.visitor().get(f"/my/applications/{application.uuid}")
        self.assertTrue(page.path.startswith("/tour_loan/login"))
        self.assertIn("--tl-accent: #7a1f5c", page.response.text)
        for nowhere in (
            "",
            "/my",
            "/my/applications/x",
            "/my/loans/",
            "https://evil.example/a/b/c",
        ):
            page.get("/tour_loan/login", params={"next": nowhere})
            self.assertEqual(page.status, 200)
            self.assertNotIn("#7a1f5c", page.response.text)

    # --- what is taken ---

    def test_only_pictures_without_scripts_and_of_a_bound_size_are_taken(self):
        for name in ("logo", "picture", "favicon"):
            with self.assertRaises(UserError), mute_logger("odoo.sql_db"):
                self.agency[name] = base64.b64encode(SVG)
        for wrong in (base64.b64encode(WEBP), picture(9, 9, kind="GIF"), b"bm8gcGljdHVyZQ=="):
            with self.assertRaises(UserError):
                self.agency.picture = wrong
        with patch.object(agency_brand, "PICTURE_BYTES", 100), self.assertRaises(UserError):
            self.agency.picture = picture(900, 300)
        self.agency.picture = picture(3000, 1000)
        fact = self.agency.picture_facts["picture"]
        self.assertEqual((fact["width"], fact["height"]), (1200, 400))

    # --- documents ---

    def test_every_document_wears_the_brand(self):
        application = self.signed()
        templates = self.env["tour_loan.document.template"].search([])
        self.assertGreater(len(templates), 5)
        logo = self.agency.logo.decode()
        for template in templates:
            html = str(template._html(self.agency, application))
            for told in ("#7a1f5c", "8 800 000-00-09", "help@sever.example", logo):
                self.assertIn(told, html, template.code)
