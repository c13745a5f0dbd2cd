"""The spool keeps the raw bytes of every file before anything reads them.

Files are named by their SHA-256 and synced to disk before the ledger speaks of them, so that a row in
the ledger always has its bytes. Keeping the same bytes twice is one file.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

CHUNK = 256 * 1024


class Kept(msgspec.Struct, frozen=True):
    """Bytes that lie synced in the spool under `name`; `size` in bytes."""

    sha256: str
    size: int
    name: str


class Spool:
    """A folder of raw bytes; safe for several threads and processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def keep(self, chunks: Iterable[bytes]) -> Kept:
        """Write the bytes, sync them, and give them their name. A failing read leaves nothing behind."""
        digest = hashlib.sha256()
        size = 0
        handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=".incoming-")
        try:
            with os.fdopen(handle, "wb") as stream:
                for chunk in chunks:
                    digest.update(chunk)
                    size += len(chunk)
                    stream.write(chunk)
                stream.flush()
                os.fsync(stream.fileno())
            name = digest.hexdigest()
            target = self._path(name)
            target.parent.mkdir(exist_ok=True, mode=0o700)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
        _sync_folder(self.folder)
        return Kept(sha256=name, size=size, name=name)

    def read(self, name: str) -> Iterator[bytes]:
        """Give the bytes of a kept file in chunks. Raises FileNotFoundError where they were purged."""
        with self._path(name).open("rb") as stream:
            while chunk := stream.read(CHUNK):
                yield chunk

    def read_span(self, name: str, begin: int, end: int) -> Iterator[bytes]:
        """Give the bytes from offset `begin` up to `end` of a kept file, in chunks."""
        with self._path(name).open("rb") as stream:
            stream.seek(begin)
            while begin < end and (chunk := stream.read(min(CHUNK, end - begin))):
                begin += len(chunk)
                yield chunk

    def remove(self, name: str) -> None:
        """Remove a kept file; gone already is fine."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
