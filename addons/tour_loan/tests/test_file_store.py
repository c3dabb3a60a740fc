"""A stored file is whole or not there."""

import errno
import os
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import TransactionCase

from ..models.signing import ir_attachment


class TestFileStore(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.startClassPatcher(
            patch.object(cls.registry["ir.attachment"], "_filestore", lambda _self: folder.name)
        )
        cls.content = b"%PDF-1.7 " + os.urandom(200_000)

    def attach(self, content=None):
        return self.env["ir.attachment"].create({"name": "paper", "raw": content or self.content})

    def files(self):
        """Return what lies there, the list for the collection apart."""
        kept = (path for path in self.folder.rglob("*") if path.is_file())
        return [path for path in kept if "checklist" not in path.parts]

    def test_a_file_is_what_was_attached(self):
        attachment = self.attach()
        (file,) = self.files()
        self.assertEqual(file.read_bytes(), self.content)
        self.assertEqual(attachment.raw, self.content)
        self.assertTrue((self.folder / "checklist" / attachment.store_fname).exists())
        file.unlink()

    def test_a_full_disk_leaves_nothing_and_room_mends_it(self):
        real = tempfile.mkstemp

        def on_a_full_disk(**options):
            handle, name = real(**options)
            os.close(handle)
            return os.open("/dev/full", os.O_WRONLY), name

        with (
            patch.object(tempfile, "mkstemp", on_a_full_disk),
            self.assertRaises(OSError) as full,
            self.env.cr.savepoint(),
        ):
            self.attach()
        self.assertEqual(full.exception.errno, errno.ENOSPC)
        self.assertEqual(self.files(), [])
        self.assertEqual(self.attach().raw, self.content)
        self.files()[0].unlink()

    def test_a_cut_file_under_its_name_is_not_believed(self):
        for cut in (b"", self.content[:4096], b"\0" * len(self.content)):
            attachment = self.attach()
            (file,) = self.files()
            file.write_bytes(cut)
            again = self.attach()
            self.assertEqual(again.store_fname, attachment.store_fname)
            self.assertEqual(again.raw, self.content)
            file.unlink()

    def test_other_content_of_the_same_name_is_refused_as_ever(self):
        checksum = self.env["ir.attachment"]._compute_checksum(self.content)
        file = self.folder / checksum[:2] / checksum
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"a collision, if SHA-1 had one at hand")
        with patch.object(ir_attachment, "_sha1", lambda _path: checksum):
            with self.assertRaises(UserError):
                self.attach()
        file.unlink()

    def test_what_a_killed_process_left_is_swept_after_a_day(self):
        folder = self.folder / "ab"
        folder.mkdir(exist_ok=True)
        old, fresh = (folder / f"{name}{ir_attachment.UNFINISHED}" for name in ("old", "fresh"))
        for file in (old, fresh):
            file.write_bytes(b"half")
        os.utime(old, (0, 0))
        self.env["ir.attachment"]._gc_unfinished_files()
        self.assertEqual(self.files(), [fresh])
        fresh.unlink()
