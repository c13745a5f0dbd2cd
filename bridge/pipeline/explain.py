"""Explain: what a file is, what is wrong with it, and what it would become, touching nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from bridge.domain.events import Mapped, ShipmentStatusChanged
from bridge.edi.acknowledge import acknowledge
from bridge.edi.grammar import Grammar
from bridge.edi.model import Document, DocumentRead, EdiError, Interchange, InterchangeOpened, Unreadable
from bridge.edi.options import ReadOptions
from bridge.edi.reader import read
from bridge.edi.verdicts import Verdicts
from bridge.mapping.mappings import Mappings
from bridge.mapping.profile import VendorProfile
from bridge.mapping.translate import translate
from bridge.spapi.operations import item_of, operation_of


class Explanation(msgspec.Struct, kw_only=True):
    """A file as it was read. `documents` has, in order, each document with what it would become."""

    file: str
    interchanges: list[Interchange] = []
    documents: list[tuple[Document, list[Mapped]]] = []
    unreadable: list[Unreadable] = []
    acknowledgement: str = ""

    @property
    def clean(self) -> bool:
        """Tell whether nothing was rejected, refused, held or unreadable."""
        facts = [fact for _, mapped in self.documents for fact in mapped]
        return (
            not self.unreadable
            and all(document.accepted for document, _ in self.documents)
            and not any(fact.errors or fact.hold for fact in facts)
        )


class _Numbers:
    """Control numbers of an acknowledgement that is only shown."""

    def __init__(self) -> None:
        self._last: Counter[str] = Counter()

    def next(self, kind: str) -> int:
        self._last[kind] += 1
        return self._last[kind]


def explain(  # noqa: PLR0913  what a reading needs, all by name
    file: str,
    chunks: Iterable[bytes],
    *,
    profile: VendorProfile,
    mappings: Mappings,
    grammar: Grammar,
    options: ReadOptions,
    now: datetime,
) -> Explanation:
    """Read a file and map each document, as `translate` does, into memory."""
    told = Explanation(file=file)
    verdicts, numbers = Verdicts(), _Numbers()
    answers: list[str] = []
    for event in read(chunks, grammar, options=options):
        result = verdicts.add(event)
        if isinstance(event, InterchangeOpened):
            told.interchanges.append(event.interchange)
        elif isinstance(event, DocumentRead):
            told.documents.append((event.document, _mapped(event.document, profile, mappings)))
        elif isinstance(event, Unreadable):
            told.unreadable.append(event)
        if result is not None and (answer := acknowledge(result, numbers, now)) is not None:
            answers.append(answer.data.decode("utf-8", "replace"))
    told.acknowledgement = "\n".join(answers)
    return told


def as_json(told: Explanation) -> dict[str, Any]:
    """Give the explanation in the shape that scripts rely on."""
    return {
        "file": told.file,
        "interchanges": [
            {
                "standard": interchange.standard,
                "control_number": interchange.control_number,
                "sender": interchange.sender.id,
                "receiver": interchange.receiver.id,
                "errors": [_error(error) for error in interchange.errors if error.fatal],
                "documents": [
                    _document(document, mapped)
                    for document, mapped in told.documents
                    if document.interchange is interchange
                ],
            }
            for interchange in told.interchanges
        ],
        "unreadable": [
            {"offset": event.offset, "length": event.length, "message": event.error.message}
            for event in told.unreadable
        ],
        "acknowledgement": told.acknowledgement,
    }


def reasons_held(fact: Mapped) -> list[str]:
    """Tell why a fact would wait: for a person, or for what only the ledger knows."""
    if fact.hold:
        return [fact.hold]
    event = fact.event
    if isinstance(event, ShipmentStatusChanged) and not fact.errors and not event.purchase_order_number:
        known_by = f"the confirmation of tracking number {event.tracking_number}"
        return [f"the document names no order; a run takes it from {known_by}"]
    return []


def _mapped(document: Document, profile: VendorProfile, mappings: Mappings) -> list[Mapped]:
    if not document.accepted or not mappings.knows(document):
        return []
    return translate(document, profile, mappings)


def _document(document: Document, mapped: list[Mapped]) -> dict[str, Any]:
    refusals = [
        {
            "segment": error.segment,
            "position": error.position,
            "element": error.element,
            "component": error.component,
            "code": error.code,
            "message": error.message,
        }
        for fact in mapped
        for error in fact.errors
    ]
    return {
        "type": document.type,
        "version": document.version,
        "reference": document.reference,
        "segment": document.segment,
        "accepted": document.accepted,
        "errors": [_error(error) for error in document.errors if error.fatal] + refusals,
        "notes": [_error(error) for error in document.errors if not error.fatal],
        "requests": [
            {"operation": operation_of(fact.event).name, "body": item_of(fact.event)}
            for fact in mapped
            if fact.event is not None and not fact.errors and not fact.hold
        ],
        "held": [reason for fact in mapped for reason in reasons_held(fact)],
    }


def _error(error: EdiError) -> dict[str, Any]:
    return {
        "segment": error.segment,
        "position": error.position,
        "element": error.element,
        "component": error.component,
        "code": error.code,
        "message": error.message,
    }
