"""Outbound files on their way into the ledger: bytes of any length, never whole in memory."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Generic, TypeVar

import msgspec

from bridge.ledger.new_rows import NewOutbound

T = TypeVar("T", bound=msgspec.Struct)
PART = 256 * 1024
"""So many bytes of an outbound file stand in one row of the ledger at most."""
IN_MEMORY = 4 * PART
"""So many bytes are held in memory, for all files that wait for one commit together."""
CHUNK = 500
CHUNKS_IN_MEMORY = 1 << 20  # bytes of chunks, before they go to a file


class StructBuffer(Generic[T]):
    """Takes structs of one kind in order and gives them back in order, as often as they are asked for."""

    def __init__(self, kind: type[T]) -> None:
        self._decoder = msgspec.msgpack.Decoder(list[kind])  # type: ignore[valid-type]
        self._open: list[T] = []
        self._chunks = tempfile.SpooledTemporaryFile(max_size=CHUNKS_IN_MEMORY, prefix="edibridge-")  # noqa: SIM115
        self._sizes: list[int] = []

    def add(self, value: T) -> None:
        """Append a value."""
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
        """Close the temporary file."""
        self._chunks.close()


class _Head(msgspec.Struct, frozen=True, array_like=True):
    kind: str
    folder: str
    name: str
    size: int
    sha256: str


class BufferedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file for a vendor's outbox whose size in bytes and SHA-256 are known; `parts` gives its bytes."""

    kind: str
    folder: str
    name: str
    size: int
    sha256: str
    parts: Callable[[], Iterator[bytes]]


def buffered(facts: NewOutbound) -> BufferedFile:
    """Return a file that is small enough to be held in memory, with its size and hash."""
    data = facts.data if isinstance(facts.data, bytes) else b"".join(facts.data)
    return BufferedFile(
        kind=facts.kind,
        folder=facts.folder,
        name=facts.name,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        parts=partial(_cut, data),
    )


class OutboundBuffer:
    """Takes files in order and gives them back; holds little in memory, however many or large they are."""

    def __init__(self) -> None:
        self._heads = StructBuffer(_Head)
        self._bytes = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, prefix="edibridge-")  # noqa: SIM115
        self._end = 0

    def add(self, facts: NewOutbound) -> None:
        """Take a file, going through its bytes once."""
        digest = hashlib.sha256()
        begin = self._end
        for data in _pieces(facts.data):
            digest.update(data)
            self._bytes.write(data)
            self._end += len(data)
        head = _Head(facts.kind, facts.folder, facts.name, self._end - begin, digest.hexdigest())
        self._heads.add(head)

    def __iter__(self) -> Iterator[BufferedFile]:
        begin = 0
        for head in self._heads:
            yield BufferedFile(**msgspec.structs.asdict(head), parts=partial(self._parts, begin, head.size))
            begin += head.size

    def close(self) -> None:
        """Close the temporary files."""
        self._heads.close()
        self._bytes.close()

    def _parts(self, begin: int, size: int) -> Iterator[bytes]:
        for place in range(begin, begin + size, PART):
            self._bytes.seek(place)
            yield self._bytes.read(min(PART, begin + size - place))


def _pieces(data: bytes | Iterable[bytes]) -> Iterable[bytes]:
    return (data,) if isinstance(data, bytes) else data


def _cut(data: bytes) -> Iterator[bytes]:
    for begin in range(0, len(data), PART):
        yield data[begin : begin + PART]
