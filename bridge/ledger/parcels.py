"""Outbound files on their way into the ledger: bytes of any length, never whole in memory."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import msgspec

from bridge.ledger.rows import NewOutbound
from bridge.ledger.shelf import Shelf

PART = 256 * 1024
"""So many bytes of an outbound file stand in one row of the ledger at most."""
IN_MEMORY = 4 * PART
"""So many bytes are held in memory, for all files that wait for one commit together."""


class _Head(msgspec.Struct, frozen=True, array_like=True):
    kind: str
    folder: str
    name: str
    size: int
    sha256: str


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A file for a vendor's outbox whose size in bytes and SHA-256 are known; `parts` gives its bytes."""

    kind: str
    folder: str
    name: str
    size: int
    sha256: str
    parts: Callable[[], Iterator[bytes]]


def packed(facts: NewOutbound) -> Parcel:
    """Make a parcel of a file that is small enough to be held in memory."""
    data = facts.data if isinstance(facts.data, bytes) else b"".join(facts.data)
    return Parcel(
        kind=facts.kind,
        folder=facts.folder,
        name=facts.name,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        parts=partial(_cut, data),
    )


class Parcels:
    """Takes files in order and gives them back; holds little in memory, however many or large they are."""

    def __init__(self) -> None:
        self._heads = Shelf(_Head)
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

    def __iter__(self) -> Iterator[Parcel]:
        begin = 0
        for head in self._heads:
            yield Parcel(**msgspec.structs.asdict(head), parts=partial(self._parts, begin, head.size))
            begin += head.size

    def close(self) -> None:
        """Let go of temporary files."""
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
