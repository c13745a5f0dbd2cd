"""The syntax verdicts on one interchange, collected from a reader's events for its acknowledgement.

They hold no segments, and accepted documents are packed, so an interchange of any size needs little more
than its references.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from bridge.edi.compact_results import DocumentVerdict, VerdictList
from bridge.edi.model import (
    Document,
    DocumentRead,
    Group,
    GroupOpened,
    Interchange,
    InterchangeClosed,
    InterchangeOpened,
    ReaderEvent,
)

__all__ = [
    "LONE_SEGMENTS",
    "ControlNumbers",
    "DocumentVerdict",
    "GroupResult",
    "InterchangeResult",
    "VerdictList",
    "Verdicts",
]

LONE_SEGMENTS = frozenset({"TA1"})
"""Documents that are a segment of the envelope: they answer ours, and nothing answers them."""


class ControlNumbers(Protocol):
    """Numbers the interchanges, groups and documents that we send to one partner."""

    def next(self, kind: str) -> int:
        """Return the next number of its kind: `interchange`, `group` or `document`."""
        ...


class GroupResult(msgspec.Struct, kw_only=True):
    """The verdicts on one group; `group` is None for documents outside of any."""

    group: Group | None
    documents: Sequence[DocumentVerdict] = ()


class InterchangeResult(msgspec.Struct, kw_only=True):
    """The verdicts on one interchange, group by group in file order."""

    interchange: Interchange
    groups: list[GroupResult] = []
    answers: bool = False
    """Whether it holds TA1 segments, which answer an interchange of ours."""

    @property
    def accepted(self) -> bool:
        """Return whether every document was accepted."""
        return all(verdict.accepted for group in self.groups for verdict in group.documents)


class Verdicts:
    """Collects events; returns the result of an interchange when it is closed."""

    def __init__(self) -> None:
        self._result: InterchangeResult | None = None
        self._documents = VerdictList()
        """Those of the last group of the result."""

    def add(self, event: ReaderEvent) -> InterchangeResult | None:
        """Take one event in file order; the interchange's result if the event closes it, else None."""
        if isinstance(event, DocumentRead):
            self._add_document(event.document)
        elif isinstance(event, InterchangeOpened):
            self._result = InterchangeResult(interchange=event.interchange)
        elif isinstance(event, GroupOpened) and self._result is not None:
            self._open(self._result, event.group)
        elif isinstance(event, InterchangeClosed):
            result, self._result = self._result, None
            return result
        return None

    def _add_document(self, document: Document) -> None:
        if self._result is None:
            return
        if document.type in LONE_SEGMENTS:
            self._result.answers = True
            return
        groups = self._result.groups
        if not groups or groups[-1].group is not document.group:
            self._open(self._result, document.group)
        self._documents.append(
            DocumentVerdict(
                type=document.type,
                reference=document.reference,
                errors=tuple(document.errors),
                accepted=document.accepted,
                association=document.association,
                identifier=document.identifier,
            )
        )

    def _open(self, result: InterchangeResult, group: Group | None) -> None:
        self._documents = VerdictList()
        result.groups.append(GroupResult(group=group, documents=self._documents))
