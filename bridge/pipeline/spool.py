"""The spool keeps the raw bytes of every file before anything reads them.

Files are named by their SHA-256 and synced to disk before the ledger speaks of them, so that a row in
the ledger always has its bytes. Keeping the same bytes twice is one file.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from bridge.durable import sync_folder
from bridge.errors import SpoolError

LARGEST_FLOOR = 1 << 30
PART_OF_DISK = 50
CHUNK = 256 * 1024
_INCOMING = ".incoming-"
"""Begins the names of files that are being written."""


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
        """Write the bytes, sync them, and give them their name. A failing read leaves nothing behind.

        Raises `SpoolError` where they cannot be written, whatever the chunks themselves raise.
        """
        digest = hashlib.sha256()
        size = 0
        with self._told():
            handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=_INCOMING)
        try:
            # Unbuffered: closing has nothing left to write, which would fail a second time.
            with os.fdopen(handle, "wb", buffering=0) as stream:
                for chunk in chunks:
                    digest.update(chunk)
                    size += len(chunk)
                    with self._told():
                        _write_all(stream, chunk)
                with self._told():
                    os.fsync(stream.fileno())
            name = digest.hexdigest()
            with self._told():
                self._put(Path(temporary), self._path(name))
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return Kept(sha256=name, size=size, name=name)

    def read(self, name: str) -> Iterator[bytes]:
        """Return the bytes of a kept file in chunks. Raises FileNotFoundError where they were purged."""
        with self._path(name).open("rb") as stream:
            while chunk := stream.read(CHUNK):
                yield chunk

    def read_span(self, name: str, begin: int, end: int) -> Iterator[bytes]:
        """Return the bytes from offset `begin` up to `end` of a kept file, in chunks."""
        with self._path(name).open("rb") as stream:
            stream.seek(begin)
            while begin < end and (chunk := stream.read(min(CHUNK, end - begin))):
                begin += len(chunk)
                yield chunk

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Keep bytes and commit the row that needs them: no purge removes any meanwhile."""
        with self._told():
            descriptor = os.open(self.folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def removing(self) -> Iterator[bool]:
        """Remove bytes that no row needs; gives False where some are being kept: remove nothing then."""
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            yield _locked(descriptor)
        finally:
            os.close(descriptor)

    def has(self, name: str) -> bool:
        """Return whether these bytes lie here."""
        return self._path(name).exists()

    def remove(self, name: str) -> None:
        """Remove a kept file; gone already is fine."""
        path = self._path(name)
        path.unlink(missing_ok=True)
        if path.parent.exists():
            sync_folder(path.parent)

    def note_epoch(self, account: str, epoch: int) -> None:
        """Note beside the bytes how far an account's epoch has come; see `epoch`. Raises `SpoolError`."""
        with self._told():
            handle, part = tempfile.mkstemp(dir=self.folder, prefix=_INCOMING)  # others may note theirs
            try:
                with os.fdopen(handle, "w", encoding="ascii") as stream:
                    stream.write(str(epoch))
                Path(part).replace(self._epoch_of(account))
            except BaseException:
                Path(part).unlink(missing_ok=True)
                raise

    def epoch(self, account: str) -> int:
        """Return the epoch that was noted last, 0 for none: a ledger that is behind it was restored."""
        try:
            return int(self._epoch_of(account).read_text())
        except (OSError, ValueError):
            return 0

    def _epoch_of(self, account: str) -> Path:
        return self.folder / f"epoch-{hashlib.sha256(account.encode()).hexdigest()[:16]}.txt"

    def remove_partial(self) -> None:
        """Remove what a crash left half-written; nothing while some bytes are being kept."""
        with self.removing() as free:
            for left in self.folder.glob(f"{_INCOMING}*") if free else ():
                left.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name

    def _put(self, temporary: Path, target: Path) -> None:
        target.parent.mkdir(exist_ok=True, mode=0o700)
        temporary.replace(target)
        sync_folder(target.parent)
        sync_folder(self.folder)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise SpoolError(
                f"the spool {self.folder} cannot keep a file: {error.strerror or error}; "
                "make room, or set owner and mode; the file stays in the inbox meanwhile"
            ) from error


class DiskSpace:
    """The free space on the disks under ledger and spool: a floor under which nothing more is collected.

    One partner's files must not fill the disk of all: what Amazon is owed needs the ledger to be written.
    One for all partners of a process, whose files are counted while they come.

    `floor` in bytes; without it a fiftieth of each disk, 1 GiB at most.
    """

    def __init__(self, places: Sequence[Path] = (), floor: int | None = None) -> None:
        self._places = places
        self._floor = floor
        self._coming = 0
        self._lock = threading.Lock()

    @contextmanager
    def reserve(self, size: int) -> Iterator[str]:
        """Reserve space for a file of so many bytes; yields why it may not come, empty where it may."""
        with self._lock:
            lack = next((lack for place in self._places if (lack := self._lack(place, size))), "")
            taken = 0 if lack else size
            self._coming += taken
        try:
            yield lack
        finally:
            with self._lock:
                self._coming -= taken

    def _lack(self, place: Path, size: int) -> str:
        disk = shutil.disk_usage(place)
        floor = min(LARGEST_FLOOR, disk.total // PART_OF_DISK) if self._floor is None else self._floor
        left = disk.free - self._coming
        if left - size >= floor:
            return ""
        return (
            f"{left:,} bytes are free on the disk of {place}, and {floor:,} must stay free "
            f"([bridge] min_free_disk): a file of {size:,} bytes is not collected; make room"
        )


def _write_all(stream: BinaryIO, chunk: bytes) -> None:
    left = memoryview(chunk)
    while left:
        left = left[stream.write(left) :]


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
