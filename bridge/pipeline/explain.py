"""Explain: what a file is, what is wrong with it, and what it would become, touching nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

import msgspec
import structlog

from bridge.domain.events import Event, MappingResult, RuleError, failed_here
from bridge.edi.answers import acknowledge
from bridge.edi.grammar import Grammar
from bridge.edi.model import (
    Document,
    DocumentRead,
    EdiError,
    Group,
    GroupOpened,
    Interchange,
    InterchangeOpened,
    ReadOptions,
    Standard,
    Unreadable,
)
from bridge.edi.reader import read
from bridge.edi.verdicts import Verdicts
from bridge.errors import VendorFileError
from bridge.flatfiles.reader import MAX_BYTES, Kind, Record, read_flat_file, recognise
from bridge.mapping.functions import test_of, withheld_as_test
from bridge.mapping.mappings import Mappings
from bridge.mapping.profile import VendorProfile
from bridge.mapping.translate import translate
from bridge.pipeline.event_checks import in_time, served, sound, timing_of
from bridge.pipeline.partner import Policies
from bridge.programs.event_types import Calls
from bridge.programs.registry import installed

log = structlog.get_logger(__name__)


class Explanation(msgspec.Struct, kw_only=True):
    """A file as it was read. `documents` has, in order, each document with what it would become.

    A flat file has a `kind`, and `records` instead of interchanges and documents. `vendor` is whose the file
    was read as; empty if nobody's, so that placeholders stand for what the vendor's settings say. `taken` are
    the standards and types of documents that become something.
    """

    file: str
    vendor: str = ""
    calls: Calls = Calls()
    """How its vendor's events are sent."""
    vendors: tuple[str, ...] = ()
    """All that there are."""
    taken: tuple[tuple[Standard, str], ...] = ()
    kind: Kind | None = None
    records: list[Record] = []
    interchanges: list[Interchange] = []
    groups: list[tuple[Group, Interchange]] = []
    documents: list[tuple[Document, list[MappingResult]]] = []
    unreadable: list[Unreadable] = []
    acknowledgement: str = ""

    @property
    def clean(self) -> bool:
        """Return whether nothing was rejected, refused, held or unreadable."""
        results = [result for _, results in self.documents for result in results]
        results += [record.result for record in self.records]
        return (
            not self.unreadable
            and all(document.accepted for document, _ in self.documents)
            and not any(result.errors or result.hold for result in results)
        )

    @property
    def something(self) -> bool:
        """Return whether the file is one that the bridge takes; a flat file may have nothing to tell."""
        return bool(self.interchanges) or (self.kind is not None and not self.unreadable)


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
    policies: Policies | None = None,
) -> Explanation:
    """Read a file and map each document, as `translate` does, into memory.

    `policies` are the vendor's, for how it is acknowledged and whether its tests are sent; without any
    a test is shown as if it were.
    """
    policies = policies or Policies(send_tests=True)
    told = Explanation(
        file=file, vendor=profile.vendor, calls=policies.calls, taken=tuple(sorted(mappings.by_type))
    )
    head, chunks = _opened(chunks)
    told.kind = recognise(file, head)
    if told.kind is not None:
        _read_records(told, told.kind, chunks, profile, mappings)
        told.records = [
            msgspec.structs.replace(one, result=_judged(one.result, now, profile, policies))
            for one in told.records
        ]
        return told
    verdicts, numbers = Verdicts(), _Numbers()
    answers: list[str] = []
    for event in read(chunks, grammar, options=options):
        result = verdicts.add(event)
        if isinstance(event, InterchangeOpened):
            told.interchanges.append(event.interchange)
        elif isinstance(event, GroupOpened):
            told.groups.append((event.group, event.interchange))
        elif isinstance(event, DocumentRead):
            results = _results(event.document, profile, mappings)
            if not policies.send_tests:
                results = withheld_as_test(results, event.document.interchange)
            told.documents.append(
                (event.document, [_judged(result, now, profile, policies) for result in results])
            )
        elif isinstance(event, Unreadable):
            told.unreadable.append(event)
        if result is None or not policies.acknowledge:
            continue
        answer = acknowledge(result, numbers, now, kind=policies.acknowledgement_kind, ta1=policies.ta1)
        if answer is not None:
            answers.append(b"".join(answer.data).decode("utf-8", "replace"))
    told.acknowledgement = "\n".join(answers)
    return told


def _opened(chunks: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return the first chunk, and all of them from the first on."""
    rest = iter(chunks)
    head = next(rest, b"")
    return head, chain([head], rest)


def _read_records(
    told: Explanation, kind: Kind, chunks: Iterator[bytes], profile: VendorProfile, mappings: Mappings
) -> None:
    # One byte more than it may have is enough for the reader to say so.
    data = b"".join(chunks)[: MAX_BYTES + 1]
    try:
        records = read_flat_file(data, kind, profile, mappings)
        told.records = [msgspec.structs.replace(one, result=sound(one.result)) for one in records]
    except VendorFileError as error:
        why = EdiError(level="interchange", code="", message=str(error))
        told.unreadable = [Unreadable(0, len(data), why)]


def as_json(told: Explanation) -> dict[str, Any]:
    """Return the explanation in the shape that scripts rely on."""
    return {
        "file": told.file,
        "vendor": told.vendor or None,
        "placeholders": not told.vendor,
        "interchanges": [
            {
                "standard": interchange.standard,
                "control_number": interchange.control_number,
                "sender": interchange.sender.id,
                "receiver": interchange.receiver.id,
                "test": bool(test_of(interchange)),
                "errors": [_error(error) for error in interchange.errors if error.fatal],
                "notes": [_error(error) for error in interchange.errors if not error.fatal],
                "groups": [_group(group) for group, of in told.groups if of is interchange],
                "documents": [
                    _document(document, results, told.calls)
                    for document, results in told.documents
                    if document.interchange is interchange
                ],
            }
            for interchange in told.interchanges
        ],
        "records": [_record(record, told.calls) for record in told.records],
        "unreadable": [
            {"offset": event.offset, "length": event.length, **_error(event.error)}
            for event in told.unreadable
        ],
        "acknowledgement": told.acknowledgement,
    }


def _judged(
    result: MappingResult, now: datetime, profile: VendorProfile, policies: Policies
) -> MappingResult:
    """Refuse, hold or delay a result for what its vendor's settings and the time say, as a run would."""
    result = in_time(served(result, policies.calls), now, profile)
    if result.event is None or result.errors or result.hold:
        return result
    timed = timing_of(result.event, now, profile, policies, zone=result.assumed_zone)
    return msgspec.structs.replace(
        result,
        hold=timed.reason if timed.verdict == "hold" else "",
        wait=timed.reason if timed.verdict == "wait" else "",
    )


_WITH_THE_LEDGER = {
    "cancel": (
        "a cancellation, never sent; a run drops what it cancels where that was not sent yet, and holds it "
        "where Amazon has that already"
    ),
    "replace": (
        "a replacement; a run drops what it replaces where that was not sent yet, and holds it where Amazon "
        "has that already"
    ),
    "resend": "a duplicate; a run sends it only where it is not known yet",
}
"""What only the ledger can tell of a document that is no original, by its function."""


def reasons_held(result: MappingResult) -> list[str]:
    """Return why a result would wait: for an operator, its time, or for what only the ledger knows."""
    if result.hold:
        return [result.hold]
    if not result.errors and result.function in _WITH_THE_LEDGER:
        return [f"{result.told}: {_with_the_ledger(result)}"]
    event = result.event
    if result.wait:
        return [result.wait]
    awaits = None if event is None else installed().of(event).awaits
    if awaits is not None and not result.errors and awaits.missing(event) == "order":
        known_by = f"the confirmation of tracking number {result.tracking_number}"
        return [f"the document names no order; a run takes it from {known_by}"]
    return []


def _with_the_ledger(result: MappingResult) -> str:
    """Return what only the ledger can tell of a document; Amazon takes changes of some events."""
    about = result.event or result.about
    kind = installed().of(about) if about is not None else None
    if kind is not None and result.function == "cancel" and kind.cancelled_by is not None:
        return (
            "a cancellation; a run drops what it cancels where that was not sent yet, and asks Amazon to "
            "cancel what it has"
        )
    if kind is not None and kind.operation in installed().changing:
        return (
            "a change; a run sends what it changes as changed where that was not sent yet, and has Amazon "
            "change what it has, as far as it may"
        )
    return _WITH_THE_LEDGER[result.function]


def label_notes(result: MappingResult) -> list[str]:
    """Return what a run takes from the order's label, which only the ledger knows."""
    checked = None if result.event is None else installed().of(result.event).label_check
    if checked is None or result.hold or {error.code for error in result.errors} - checked.supplies:
        return []
    lacking = checked.lacks(result.event)
    if not lacking:
        return []
    label = f"the newest label of order {result.purchase_order_number}"
    return [f"packages without {' and '.join(lacking)}: a run takes it from {label}, if one was fetched"]


def _results(document: Document, profile: VendorProfile, mappings: Mappings) -> list[MappingResult]:
    if not document.accepted or not mappings.knows(document):
        return []
    try:
        return [sound(result) for result in translate(document, profile, mappings)]
    except MemoryError:
        raise
    except Exception as error:
        log.exception("document_failed", document=document.number, error=type(error).__name__)
        return [MappingResult(hold=failed_here(error), summary=f"{document.type[:20]}: not read")]


def is_supported(document: Document) -> bool:
    """Return whether documents of this type and version are read at all, right or wrong."""
    return not any(_says_unsupported(error) for error in document.errors)


def _says_unsupported(error: EdiError) -> bool:
    if error.segment == "ST":
        return error.level == "document" and error.code == "1"
    return error.fatal and error.segment == "UNH" and (error.code, error.component) == ("14", 1)


def _group(group: Group) -> dict[str, Any]:
    return {
        "functional_id": group.functional_id,
        "control_number": group.control_number,
        "version": group.version,
        "sender": group.sender.id,
        "receiver": group.receiver.id,
        "errors": [_error(error) for error in group.errors if error.fatal],
        "notes": [_error(error) for error in group.errors if not error.fatal],
    }


def _document(document: Document, results: list[MappingResult], calls: Calls) -> dict[str, Any]:
    refusals = [_error(error) for result in results for error in result.errors]
    return {
        "type": document.type,
        "version": document.version,
        "reference": document.reference,
        "segment": document.segment,
        "accepted": document.accepted,
        "supported": is_supported(document),
        "errors": [_error(error) for error in document.errors if error.fatal] + refusals,
        "notes": [_error(error) for error in document.errors if not error.fatal]
        + [_label_note(text) for result in results for text in label_notes(result)]
        + [_note(result.told) for result in results if result.function == "none" and not result.errors],
        "function": next((result.function for result in results), ""),
        "requests": _requests(results, calls),
        "held": [reason for result in results for reason in reasons_held(result)],
    }


def _note(message: str) -> dict[str, Any]:
    return {"segment": "", "position": 0, "element": 0, "component": 0, "code": "", "message": message}


def _record(record: Record, calls: Calls) -> dict[str, Any]:
    """Return one document of a flat file; `segment` is its first row, or the number of the element."""
    result = record.result
    return {
        "type": record.file.name,
        "reference": record.reference,
        "segment": record.place,
        "accepted": not result.errors,
        "function": result.function,
        "errors": [_error(error) for error in result.errors],
        "requests": _requests([result], calls),
        "held": reasons_held(result),
    }


def _requests(results: Sequence[MappingResult], calls: Calls) -> list[dict[str, Any]]:
    return [
        _request(result.event, calls)
        for result in results
        if result.event is not None and not result.errors and not result.hold
    ]


def _request(event: Event, calls: Calls) -> dict[str, Any]:
    name = installed().chosen(installed().of(event), calls).name
    return {"operation": name, "body": installed().element_of(event, calls.version, name)}


def _label_note(text: str) -> dict[str, Any]:
    return _error(RuleError(code="LABEL", message=text))


def _error(error: EdiError | RuleError) -> dict[str, Any]:
    return {
        "segment": error.segment,
        "position": error.position,
        "element": error.element,
        "component": error.component,
        "code": error.code,
        "message": error.message,
    }
