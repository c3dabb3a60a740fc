"""A stored file is whole or not there, whatever the disk does."""

import hashlib
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from odoo import api, models

UNFINISHED = ".unfinished"
A_DAY = 24 * 3600  # seconds


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model
    def _get_path(self, bin_data, sha):
        """Override: a broken file under this name is no collision, it is written anew."""
        fname = f"{sha[:2]}/{sha}"
        path = Path(self._full_path(fname))
        if path.is_file() and not _is_whole(path, bin_data, sha):
            return fname, str(path)
        return super()._get_path(bin_data, sha)

    @api.model
    def _file_write(self, bin_value, checksum):
        """Override: Odoo writes into the very file, and believes what a full disk left of it.

        A file's name is the SHA-1 of its content, so a cut one tells itself.
        """
        fname = f"{checksum[:2]}/{checksum}"
        path = Path(self._full_path(fname))
        if not _is_whole(path, bin_value, checksum):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._mark_for_gc(fname)  # a transaction that ends here leaves nothing unlisted
            _write_whole(path, bin_value)
            self._mark_for_gc(fname)  # the collection may have run meanwhile
        return super()._file_write(bin_value, checksum)

    @api.autovacuum
    def _gc_unfinished_files(self):
        """Remove what processes left that were killed while they wrote."""
        for path in Path(self._filestore()).glob(f"*/*{UNFINISHED}"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > A_DAY:
                    path.unlink()


def _is_whole(path: Path, content: bytes, checksum: str) -> bool:
    """Tell whether the file of ``checksum`` is there and holds what its name says.

    Another content with the same checksum is a collision: Odoo refuses that one.
    """
    try:
        if path.stat().st_size == len(content):
            return path.read_bytes() == content or _sha1(path) == checksum
        return _sha1(path) == checksum
    except FileNotFoundError:
        return False


def _sha1(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha1").hexdigest()


def _write_whole(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path``: on the disk and complete, or not at all (OSError)."""
    handle, name = tempfile.mkstemp(suffix=UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(name, 0o666 & ~umask)  # as Odoo's own; mkstemp lets only the owner in
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
