"""Rows gathered before they are written: in memory while few, in an unnamed temporary file beyond."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, Any

import msgspec

Row = dict[str, Any]
CHUNK = 500
IN_MEMORY = 4  # chunks


class Shelf:
    """Takes rows in order and gives them back in chunks; holds a few thousand in memory at most."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._file: IO[bytes] | None = None
        self._sizes: list[int] = []
        self.count = 0

    def add(self, row: Row) -> int:
        """Put a row on the shelf; give its place, from 0."""
        self._rows.append(row)
        self.count += 1
        if len(self._rows) >= CHUNK * IN_MEMORY:
            self._spill()
        return self.count - 1

    def chunks(self) -> Iterator[list[Row]]:
        """Give the rows back, in order."""
        if self._file is not None:
            self._file.seek(0)
            for size in self._sizes:
                yield msgspec.msgpack.decode(self._file.read(size), type=list[Row])
        for start in range(0, len(self._rows), CHUNK):
            yield self._rows[start : start + CHUNK]

    def close(self) -> None:
        """Let go of the temporary file."""
        if self._file is not None:
            self._file.close()

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="edibridge-")  # noqa: SIM115 - closed by `close`
        for start in range(0, len(self._rows), CHUNK):
            data = msgspec.msgpack.encode(self._rows[start : start + CHUNK])
            self._file.write(data)
            self._sizes.append(len(data))
        self._rows = []
