"""Values gathered before they are used: in memory while few, in an unnamed temporary file beyond."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)
CHUNK = 500
IN_MEMORY = 1 << 20  # bytes of chunks, before they go to a file


class Shelf(Generic[T]):
    """Takes structs of one kind in order and gives them back in order, as often as they are asked for."""

    def __init__(self, kind: type[T]) -> None:
        self._decoder = msgspec.msgpack.Decoder(list[kind])  # type: ignore[valid-type]
        self._open: list[T] = []
        self._chunks = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, prefix="edibridge-")  # noqa: SIM115
        self._sizes: list[int] = []

    def add(self, value: T) -> None:
        """Put a value on the shelf."""
        self._open.append(value)
        if len(self._open) >= CHUNK:
            data = msgspec.msgpack.encode(self._open)
            self._chunks.seek(0, 2)
            self._chunks.write(data)
            self._sizes.append(len(data))
            self._open = []

    def __iter__(self) -> Iterator[T]:
        begin = 0
        for size in self._sizes:
            self._chunks.seek(begin)
            yield from self._decoder.decode(self._chunks.read(size))
            begin += size
        yield from self._open

    def close(self) -> None:
        """Let go of the temporary file."""
        self._chunks.close()
