"""A growing list of verdicts that needs a few bytes for each accepted document.

An interchange of hundreds of megabytes holds a million documents, and nearly all are alike but for their
references: accepted without a note, or with the same note. Each kind is kept once.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import overload

import msgspec

from bridge.edi.model import EdiError

_END = "\n"
"""Ends a packed reference; none holds a line end, as the readers drop these inside of segments."""


class DocumentVerdict(msgspec.Struct, kw_only=True, frozen=True):
    """The verdict on one document. `identifier` is UNH's S009, empty for X12."""

    type: str
    reference: str
    errors: tuple[EdiError, ...] = ()
    accepted: bool = True
    association: str = ""
    identifier: tuple[str, ...] = ()


class VerdictList(Sequence[DocumentVerdict]):
    """Verdicts in file order. Going through them makes each anew; an index is found by counting."""

    __slots__ = ("_kind_of", "_kinds", "_last", "_numbers", "_references")

    def __init__(self) -> None:
        self._kinds: list[DocumentVerdict] = []
        self._numbers: dict[DocumentVerdict, int] = {}
        self._kind_of = array("I")
        self._references = bytearray()
        self._last = -1

    def append(self, verdict: DocumentVerdict) -> None:
        """Add a verdict at the end."""
        if self._last < 0 or not _alike(self._kinds[self._last], verdict):
            self._last = self._number(verdict)
        self._kind_of.append(self._last)
        reference = (
            verdict.reference if _END not in verdict.reference else verdict.reference.replace(_END, " ")
        )
        self._references += (reference + _END).encode("utf-8", "surrogatepass")

    def _number(self, verdict: DocumentVerdict) -> int:
        kind = msgspec.structs.replace(verdict, reference="")
        number = self._numbers.setdefault(kind, len(self._kinds))
        if number == len(self._kinds):
            self._kinds.append(kind)
        return number

    def __iter__(self) -> Iterator[DocumentVerdict]:
        start = 0
        for number in self._kind_of:
            end = self._references.index(_END.encode(), start)
            reference = self._references[start:end].decode("utf-8", "surrogatepass")
            start = end + 1
            yield msgspec.structs.replace(self._kinds[number], reference=reference)

    def __len__(self) -> int:
        return len(self._kind_of)

    @overload
    def __getitem__(self, index: int) -> DocumentVerdict: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[DocumentVerdict]: ...
    def __getitem__(self, index: int | slice) -> DocumentVerdict | Sequence[DocumentVerdict]:
        """Give one verdict, or several as a list."""
        if isinstance(index, slice):
            return list(self)[index]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(index)
        return next(islice(self, place, None))


def _alike(one: DocumentVerdict, other: DocumentVerdict) -> bool:
    """Tell whether two verdicts are the same but for the reference."""
    return (
        one.errors == other.errors
        and one.type == other.type
        and one.accepted == other.accepted
        and one.association == other.association
        and one.identifier == other.identifier
    )
