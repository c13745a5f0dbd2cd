"""Reads the fields of an SFTP answer, and never more of them than it holds.

paramiko pads what is missing with zeros: a listing that tells more names than it has then has no end.
"""

from __future__ import annotations

from typing import NamedTuple

import paramiko

_SIZE, _OWNER, _MODE, _TIMES, _EXTENDED = 0x1, 0x2, 0x4, 0x8, 0x80000000
_LEAST_ENTRY = 12
"""Bytes of a listing's entry at least: the lengths of two texts, and flags."""


class Attributes(NamedTuple):
    """What an answer tells of a file; None for what it leaves out."""

    st_size: int | None = None
    st_mode: int | None = None
    st_mtime: int | None = None


class Entry(NamedTuple):
    """One line of a listing. Of the line as `ls -l` prints it only the first character is kept."""

    name: bytes
    longname: bytes
    attributes: Attributes


class Fields:
    """The fields of one answer, in order. Raises `SFTPError` where they end too early."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """Bytes that have not been read."""
        return len(self._data) - self._at

    def number(self, size: int = 4) -> int:
        """Read an unsigned number of so many bytes."""
        return int.from_bytes(self._take(size), "big")

    def text(self) -> bytes:
        """Read a length and as many bytes."""
        return self._take(self.number())

    def attributes(self) -> Attributes:
        """Read the attributes of a file, those of version 3."""
        flags = self.number()
        size = self.number(8) if flags & _SIZE else None
        if flags & _OWNER:
            self._take(8)
        mode = self.number() if flags & _MODE else None
        modified = (self.number(), self.number())[1] if flags & _TIMES else None
        for _ in range(self._count(8) if flags & _EXTENDED else 0):
            self.text()
            self.text()
        return Attributes(size, mode, modified)

    def entries(self) -> list[Entry]:
        """Read the entries of a listing."""
        return [
            Entry(self.text(), self.text()[:1], self.attributes()) for _ in range(self._count(_LEAST_ENTRY))
        ]

    def _count(self, least: int) -> int:
        count = self.number()
        if count * least > self.left:
            raise paramiko.SFTPError(f"the server tells of {count} entries in {self.left} bytes")
        return count

    def _take(self, size: int) -> bytes:
        if size > self.left:
            raise paramiko.SFTPError(f"an answer of the server ends {size - self.left} bytes too early")
        taken = self._data[self._at : self._at + size]
        self._at += size
        return taken
