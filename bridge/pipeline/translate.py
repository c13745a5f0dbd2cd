"""Translate: files → documents and events, each document on its own, in one transaction a file.

A document that cannot be read is a rejected row with its position and reason; its siblings go on. A
file in which nothing can be read is quarantined. The acknowledgement of each interchange is queued in
the same transaction, so that the vendor hears of exactly what the ledger holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import msgspec
import structlog

from bridge.domain.events import Event, Mapped, ShipmentConfirmed, ShipmentStatusChanged
from bridge.domain.facts import announced_packages, occurred_at, sequence_key
from bridge.domain.planning import complete
from bridge.edi.acknowledge import acknowledge
from bridge.edi.model import (
    Document,
    DocumentRead,
    EdiError,
    InterchangeClosed,
    InterchangeOpened,
    ReaderEvent,
    Unreadable,
)
from bridge.edi.reader import read
from bridge.edi.verdicts import InterchangeResult, Verdicts
from bridge.ledger.rows import FileRow, NewDocument, NewEvent, NewInterchange, NewOutbound
from bridge.ledger.writer import FileWriter
from bridge.mapping.translate import translate as map_document
from bridge.outfiles.names import stem_of
from bridge.pipeline.lane import Desk, Lane
from bridge.pipeline.numbers import LedgerNumbers
from bridge.pipeline.resends import NEW, Precedent, Precedents, sender_of, span_hash
from bridge.spapi.operations import operation_of

log = structlog.get_logger(__name__)

_Identity = tuple[str, str, float]
"""What makes two events the same fact: operation, sequence key, time."""
FirstState = Literal["ready", "waiting", "held", "refused"]

_encode = msgspec.json.Encoder().encode

ACKNOWLEDGEMENTS = frozenset({"997", "999", "TA1", "CONTRL"})
"""What a vendor sends in answer to us: kept, never mapped, and never acknowledged in turn."""


def translate(lane: Lane) -> int:
    """Read every collected file into the ledger; give how many."""
    files = lane.ledger.files_to_translate(lane.vendor)
    for file in files:
        if lane.stopping():
            return 0
        translate_file(lane, file)
    return len(files)


def translate_file(
    desk: Desk, file: FileRow, *, again: frozenset[int] | None = None, force: bool = False
) -> None:
    """Read one file into the ledger, whole or not at all.

    In a rerun `again` names the events to make anew; those that stand otherwise are skipped. `force`
    sends what is held as a conflict or as said before.
    """
    now = desk.clock()
    with desk.ledger.translating(desk.fence, file.id, now, rerun=again is not None) as writer:
        translation = _Translation(desk=desk, file=file, writer=writer, now=now, again=again, force=force)
        for event in read(desk.spool.read(file.spool_name), desk.grammar, options=desk.read_options):
            translation.take(event)
        translation.finish()
    log.info(
        "file_translated",
        vendor=desk.vendor,
        batch=file.id,
        documents=translation.documents,
        rejected=translation.rejected,
    )


@dataclass(slots=True)
class _Translation:
    """One file on its way into the ledger."""

    desk: Desk
    file: FileRow
    writer: FileWriter
    now: datetime
    again: frozenset[int] | None
    force: bool
    precedent: Precedent = NEW
    verdicts: Verdicts = field(default_factory=Verdicts)
    documents: int = 0
    rejected: int = 0
    interchanges: int = 0
    begun: int = 0
    first_trouble: str = ""

    def take(self, event: ReaderEvent) -> None:
        """Keep what the reader found."""
        result = self.verdicts.add(event)
        if isinstance(event, InterchangeOpened):
            self._opened(event)
        elif isinstance(event, DocumentRead):
            self._document(event.document)
        elif isinstance(event, Unreadable):
            self._unreadable(event)
        elif isinstance(event, InterchangeClosed):
            self._closed(event)
        if result is not None and self.desk.policies.acknowledge and self.again is None:
            self._acknowledge(result)

    def finish(self) -> None:
        """End the file: quarantined when it held no interchange at all."""
        if self.desk.policies.hold_same_content and not self.force:
            self.writer.hold_same_content()
        if self.interchanges:
            self.writer.finish("translated")
            return
        reason = self.first_trouble or "the file is empty"
        self.writer.finish("quarantined", f"no interchange can be read in it: {reason}")
        log.warning("file_quarantined", vendor=self.desk.vendor, batch=self.file.id, reason=reason)

    def _opened(self, event: InterchangeOpened) -> None:
        self.begun = event.offset
        self.precedent = NEW
        if not self.force:
            self.precedent = Precedents(self.desk, self.file, self.writer).of(event.interchange)
        if self.precedent.kind != "new":
            log.warning("seen_before", vendor=self.desk.vendor, batch=self.file.id, kind=self.precedent.kind)

    def _closed(self, event: InterchangeClosed) -> None:
        self.interchanges += 1
        interchange = event.interchange
        end = event.offset + event.length
        self.writer.interchange(
            NewInterchange(
                number=interchange.number,
                standard=interchange.standard,
                sender=sender_of(interchange),
                receiver=f"{interchange.receiver.id}:{interchange.receiver.qualifier}",
                control_number=interchange.control_number,
                sha256=span_hash(self.desk, self.file, self.begun, end),
            )
        )

    def _document(self, document: Document) -> None:
        self.documents += 1
        mapped: list[Mapped] = []
        notes: list[EdiError | dict[str, str]] = [_without_value(error) for error in document.errors]
        if not document.accepted:
            state = "rejected"
            self.rejected += 1
        elif self.precedent.kind == "resend":
            state = "resent"
            notes.append({"level": "note", "message": self.precedent.reason})
        elif self.desk.mappings.knows(document):
            state = "translated"
            mapped = map_document(document, self.desk.profile, self.desk.mappings)
            notes += [{"level": "note", "message": fact.summary} for fact in mapped if _says_nothing(fact)]
        else:
            state = "answer" if document.type in ACKNOWLEDGEMENTS else "unmapped"
        handle = self.writer.document(_row_of(document, notes, state))
        kept = self._set_aside(document.number)
        for ordinal, fact in enumerate(mapped):
            if not _says_nothing(fact):
                self._fact(handle, document, ordinal, fact, kept)

    def _set_aside(self, document_number: int) -> set[_Identity]:
        """In a rerun, replace the events to be made anew, and give the identities of those that stand."""
        kept: set[_Identity] = set()
        if self.again is None:
            return kept
        for event in self.writer.existing(document_number):
            if event.state == "replaced":
                continue
            if event.id not in self.again:
                kept.add((event.operation, event.sequence_key, round(event.occurred_at.timestamp(), 3)))
            elif event.state != "succeeded":
                self.writer.replace(event.id)
        return kept

    def _fact(
        self, handle: int, document: Document, ordinal: int, fact: Mapped, kept: set[_Identity]
    ) -> None:
        event, state, reason = self._first_state(fact)
        operation = operation_of(event).name if event is not None else _operation_meant(document)
        key = sequence_key(event) if event is not None else _key_meant(fact)
        at = (occurred_at(event) if event is not None else None) or self.now
        if (operation, key, round(at.timestamp(), 3)) in kept:
            return
        made = self.writer.event(
            handle,
            NewEvent(
                operation=operation,
                sequence_key=key,
                occurred_at=at,
                body=_encode(event) if event is not None else None,
                state=state,
                purchase_order_number=event.purchase_order_number if event else fact.purchase_order_number,
                tracking_number=fact.tracking_number,
                reason=reason,
                errors=fact.errors,
                summary=fact.summary,
                ordinal=ordinal,
            ),
        )
        if isinstance(event, ShipmentConfirmed) and state == "ready":
            for tracking_number in announced_packages(event):
                self.writer.announce(
                    made, tracking_number, event.purchase_order_number, event.ship_from_party.party_id
                )

    def _first_state(self, fact: Mapped) -> tuple[Event | None, FirstState, str]:
        """Decide how a fact begins, and complete what the document does not tell itself."""
        if fact.errors:
            return fact.event, "refused", "; ".join(error.message for error in fact.errors)
        if fact.hold or fact.event is None:
            return fact.event, "held", fact.hold
        if self.precedent.kind == "conflict":
            return fact.event, "held", self.precedent.reason
        if isinstance(fact.event, ShipmentStatusChanged):
            return self._first_state_of_status(fact.event)
        return fact.event, "ready", ""

    def _first_state_of_status(self, event: ShipmentStatusChanged) -> tuple[Event, FirstState, str]:
        package = self.writer.package(event.tracking_number)
        if package is None:
            if not self.desk.policies.confirmations_elsewhere:
                reason = f"no confirmation of tracking number {event.tracking_number} has come yet"
                return event, "waiting", reason
            if event.purchase_order_number and event.ship_from_party.party_id:
                return event, "ready", ""
            missing = "warehouse" if event.purchase_order_number else "order"
            return event, "held", f"the document names no {missing}, and its confirmation did not pass here"
        if package.ambiguous and not event.purchase_order_number:
            reason = f"several orders were confirmed with tracking number {event.tracking_number}"
            return event, "held", reason
        whole = complete(event, package.purchase_order_number, package.ship_from_party)
        if package.confirmed or self.desk.policies.confirmations_elsewhere:
            return whole, "ready", ""
        return whole, "waiting", "the confirmation of its shipment has not succeeded yet"

    def _unreadable(self, event: Unreadable) -> None:
        """Keep a stretch of bytes that is no document as a rejected row, so that nothing vanishes."""
        self.rejected += 1
        self.documents += 1
        self.first_trouble = self.first_trouble or event.error.message
        self.writer.document(
            NewDocument(
                number=-self.documents,
                offset=event.offset,
                length=event.length,
                standard="",
                type="unreadable",
                accepted=False,
                errors=(_without_value(event.error),),
                state="rejected",
            )
        )

    def _acknowledge(self, result: InterchangeResult) -> None:
        queue_acknowledgement(self.writer, result, self.now)


def acknowledge_again(desk: Desk, file: FileRow) -> None:
    """Answer a file that came again: its acknowledgements anew, and nothing else."""
    now, verdicts = desk.clock(), Verdicts()
    with desk.ledger.answering(desk.fence, file.id, now) as writer:
        for event in read(desk.spool.read(file.spool_name), desk.grammar, options=desk.read_options):
            result = verdicts.add(event)
            if result is not None:
                queue_acknowledgement(writer, result, now)
    log.info("acknowledged_again", vendor=desk.vendor, batch=file.id)


def queue_acknowledgement(writer: FileWriter, result: InterchangeResult, now: datetime) -> None:
    """Queue the 997 or CONTRL of one interchange, where it is to be answered at all."""
    answer = acknowledge(result, LedgerNumbers(writer, result.interchange), now)
    if answer is None:
        return
    file, number = writer.file, result.interchange.number
    name = f"{answer.kind}.{stem_of(file.name)}.{file.id}.{number}.edi"
    writer.outbound(NewOutbound(kind=answer.kind, folder="acknowledgements", name=name, data=answer.data))


def _row_of(document: Document, errors: list[EdiError | dict[str, str]], state: str) -> NewDocument:
    return NewDocument(
        number=document.number,
        offset=document.offset,
        length=document.length,
        standard=document.standard,
        type=document.type,
        version=document.version,
        reference=document.reference,
        interchange_control_number=document.interchange.control_number,
        group_control_number=document.group.control_number if document.group else "",
        sender=document.interchange.sender.id,
        receiver=document.interchange.receiver.id,
        accepted=document.accepted,
        errors=tuple(errors),
        state=state,
    )


def _without_value(error: EdiError) -> EdiError:
    """Leave the bad data itself out: it may be personal, and the raw file has it while it is kept."""
    return msgspec.structs.replace(error, value="") if error.value else error


def _says_nothing(fact: Mapped) -> bool:
    return fact.event is None and not fact.hold and not fact.errors


def _operation_meant(document: Document) -> str:
    """Name the operation of a fact that could not be made into an event."""
    statuses = document.type in {"214", "IFTSTA"}
    return "submitShipmentStatusUpdates" if statuses else "submitShipmentConfirmations"


def _key_meant(fact: Mapped) -> str:
    return f"pkg:{fact.tracking_number}" if fact.tracking_number else f"po:{fact.purchase_order_number}"
