import base64
import json
import os
import socketserver
import struct
import threading
from contextlib import suppress
from unittest.mock import patch

from odoo.exceptions import MissingError
from odoo.tests import JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .common import TourLoanHttpCommon

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
# in pieces, or scanners find this file
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(socketserver.StreamRequestHandler):
    """Finds EICAR and nothing else."""

    def handle(self):
        self.rfile.read(len(b"zINSTREAM\0"))
        content = b""
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        found = b"Eicar-Test-Signature FOUND" if EICAR in content else b"OK"
        self.wfile.write(b"stream: " + found + b"\0")


@tagged("post_install", "-at_install")
class TestScan(TourLoanHttpCommon):
    """What an employee brings is shown once it was scanned, and never with a virus."""

    def setUp(self):
        super().setUp()
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.port = server.server_address[1]
        self.scanner("127.0.0.1", self.port)
        self.manager = new_test_user(
            self.env, "scan_manager", "tour_loan.tour_loan_group_manager", password="scan_manager"
        )

    def scanner(self, host, port=0):
        settings = {"TOUR_LOAN_CLAMD_HOST": host, "TOUR_LOAN_CLAMD_PORT": str(port)}
        self.startPatcher(patch.dict(os.environ, settings))

    def brought(self, content=b"a list", name="list.txt"):
        files = self.env["ir.attachment"].with_user(self.manager)
        return files.create({"name": name, "raw": content})

    def served(self, file) -> int:
        self.authenticate("scan_manager", "scan_manager")
        return self.url_open(f"/web/content/{file.id}").status_code

    def test_it_waits_for_its_scan_and_is_shown_then(self):
        file = self.brought()
        self.assertEqual((file.scan_state, self.served(file)), ("waiting", 404))
        self.jobs.assert_enqueued_job(file.sudo()._scan, args=())
        self.assertEqual(file.sudo()._scan(), "clean")
        self.assertEqual((file.scan_state, self.served(file)), ("clean", 200))

    def test_a_virus_is_never_shown_and_needs_a_person(self):
        file = self.brought(b"x" * 70_000 + EICAR)
        with self.assertLogs("odoo.addons.tour_loan.models.staff.scan", "WARNING"):
            file.sudo()._scan()
        self.assertEqual((file.scan_state, self.served(file)), ("found", 404))
        self.assertEqual(file.scan_found, "Eicar-Test-Signature")
        waiting = self.env["tour_loan.attention"].search([("kind", "=", "ir.attachment")])
        self.assertIn(file.id, waiting.mapped("res_id"))

    def test_what_is_written_over_a_clean_file_is_scanned_anew(self):
        file = self.brought()
        file.sudo()._scan()
        file.raw = EICAR
        self.assertEqual(file.scan_state, "waiting")

    def test_a_clean_state_cannot_be_claimed(self):
        file = self.brought()
        file.write({"raw": EICAR, "scan_state": "clean"})
        self.assertEqual(file.scan_state, "waiting")
        created = (
            self.env["ir.attachment"]
            .with_user(self.manager)
            .create({"name": "x", "raw": EICAR, "scan_state": "clean"})
        )
        self.assertEqual(created.scan_state, "waiting")

    def test_a_scanner_that_is_away_hides_and_is_asked_again(self):
        self.scanner("127.0.0.1", 1)
        file = self.brought()
        self.assertIn("later", file.sudo()._scan())
        self.assertEqual((file.scan_state, self.served(file)), ("waiting", 404))

    def test_a_picture_of_an_agencys_brand_too(self):
        agency = self.agency.with_user(self.manager)
        agency.logo = base64.b64encode(PNG)
        self.env.flush_all()
        url = self.agency._picture("logo")["url"]
        self.assertEqual(self.url_open(url).status_code, 404)
        logos = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "tour_loan.agency"),
                ("res_id", "=", agency.id),
                ("res_field", "=", "logo"),
            ]
        )
        self.assertTrue(logos)
        for logo in logos:
            logo._scan()
        self.assertEqual(self.url_open(url).status_code, 200)

    def test_what_the_server_makes_is_not_scanned_nor_anything_without_a_scanner(self):
        made = self.env["ir.attachment"].sudo().create({"name": "ours", "raw": b"%PDF"})
        self.assertFalse(made.scan_state)
        self.scanner("")
        file = self.brought()
        self.assertFalse(file.scan_state)
        self.assertEqual(self.served(file), 200)

    def test_a_neutralized_copy_asks_no_scanner(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")
        self.assertFalse(self.brought().scan_state)

    def kw(self, model, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": list(args), "kwargs": kwargs},
        )

    def test_no_call_of_a_program_gives_its_bytes(self):
        secret = b"bytes that nobody has scanned"
        file = self.brought(secret)
        names = ["raw", "datas", "db_datas", "index_content"]
        doors = {
            "read": lambda: self.kw("ir.attachment", "read", file.ids, names),
            "all": lambda: self.kw("ir.attachment", "read", file.ids),
            "search": lambda: self.kw(
                "ir.attachment", "search_read", [["id", "=", file.id]], names
            ),
            "web": lambda: self.kw(
                "ir.attachment", "web_read", file.ids, specification={n: {} for n in names}
            ),
            "copy": lambda: self.kw("ir.attachment", "copy_data", file.ids),
            "export": lambda: self.kw("ir.attachment", "export_data", file.ids, names),
        }
        self.authenticate("scan_manager", "scan_manager")
        for door, ask in doors.items():
            for scanned in (False, True):
                with self.subTest(door=door, scanned=scanned):
                    file.sudo().scan_state = "clean" if scanned else "waiting"
                    self.env.flush_all()
                    told = ""
                    with suppress(JsonRpcException), mute_logger("odoo.http"):
                        told = json.dumps(ask())
                    known = [secret.decode(), base64.b64encode(secret).decode()]
                    is_told = any(one in told for one in known)
                    # asked for everything, Odoo leaves bytes away by itself
                    self.assertEqual(is_told, scanned and door != "all")

    def test_nor_does_a_picture_of_a_record_or_what_is_made_of_it(self):
        agency = self.agency.with_user(self.manager)
        agency.logo = base64.b64encode(PNG)
        partner = self.manager.partner_id
        partner.with_user(self.manager).sudo().image_1920 = base64.b64encode(PNG)
        self.env.flush_all()
        self.authenticate("scan_manager", "scan_manager")
        doors = (
            ("tour_loan.agency", agency.ids, ["logo"]),
            ("res.partner", partner.ids, ["image_1920", "image_128"]),
            ("res.users", self.manager.ids, ["image_1920"]),
        )
        for scanned in (False, True):
            for model, ids, names in doors:
                with self.subTest(model=model, scanned=scanned):
                    [row] = self.kw(model, "read", ids, names)
                    self.assertEqual([bool(row[name]) for name in names], [scanned] * len(names))
            waiting = self.env["ir.attachment"].search(
                [("scan_state", "=", "waiting"), ("res_field", "!=", False)]
            )
            for file in waiting.sudo():
                file._scan()
            self.env.flush_all()

    def test_no_other_way_of_odoos_leads_to_it(self):
        file = self.brought(PNG, "x.png")
        with self.assertRaises(MissingError):
            self.env["ir.binary"]._get_stream_from(file.sudo(), "raw")
        self.authenticate("scan_manager", "scan_manager")
        waiting = self.url_open(f"/web/image/{file.id}").content
        file.sudo()._scan()
        self.assertNotEqual(waiting, PNG)  # Odoo's own picture of a picture that is not there
        self.assertEqual(self.url_open(f"/web/image/{file.id}").content, PNG)
