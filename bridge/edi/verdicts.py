"""The syntax verdicts on one interchange, collected from a reader's events for its acknowledgement.

They hold no segments, so an interchange of any size needs only a few hundred bytes a document.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from bridge.edi.model import (
    Document,
    DocumentRead,
    EdiError,
    Group,
    GroupOpened,
    Interchange,
    InterchangeClosed,
    InterchangeOpened,
    ReaderEvent,
)

LONE_SEGMENTS = frozenset({"TA1"})
"""Documents that are a segment of the envelope: they answer ours, and nothing answers them."""


class ControlNumbers(Protocol):
    """Numbers the interchanges, groups and documents that we send to one partner."""

    def next(self, kind: str) -> int:
        """Give the next number of its kind: `interchange`, `group` or `document`."""
        ...


class DocumentVerdict(msgspec.Struct, kw_only=True, frozen=True):
    """The verdict on one document. `identifier` is UNH's S009, empty for X12."""

    type: str
    reference: str
    errors: tuple[EdiError, ...] = ()
    accepted: bool = True
    association: str = ""
    identifier: tuple[str, ...] = ()


class GroupResult(msgspec.Struct, kw_only=True):
    """The verdicts on one group; `group` is None for documents outside of any."""

    group: Group | None
    documents: list[DocumentVerdict] = []


class InterchangeResult(msgspec.Struct, kw_only=True):
    """The verdicts on one interchange, group by group in file order."""

    interchange: Interchange
    groups: list[GroupResult] = []

    @property
    def accepted(self) -> bool:
        """Tell whether every document was accepted."""
        return all(verdict.accepted for group in self.groups for verdict in group.documents)


class Verdicts:
    """Collects events; gives the result of an interchange when it is closed."""

    def __init__(self) -> None:
        self._result: InterchangeResult | None = None

    def add(self, event: ReaderEvent) -> InterchangeResult | None:
        """Take one event in file order; the interchange's result if the event closes it, else None."""
        if isinstance(event, DocumentRead):
            self._add_document(event.document)
        elif isinstance(event, InterchangeOpened):
            self._result = InterchangeResult(interchange=event.interchange)
        elif isinstance(event, GroupOpened) and self._result is not None:
            self._result.groups.append(GroupResult(group=event.group))
        elif isinstance(event, InterchangeClosed):
            result, self._result = self._result, None
            return result
        return None

    def _add_document(self, document: Document) -> None:
        if self._result is None or document.type in LONE_SEGMENTS:
            return
        groups = self._result.groups
        if not groups or groups[-1].group is not document.group:
            groups.append(GroupResult(group=document.group))
        groups[-1].documents.append(
            DocumentVerdict(
                type=document.type,
                reference=document.reference,
                errors=tuple(document.errors),
                accepted=document.accepted,
                association=document.association,
                identifier=document.identifier,
            )
        )
