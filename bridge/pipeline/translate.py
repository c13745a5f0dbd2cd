"""Translate: files → documents and events, each document on its own, in one transaction a file or portion.

A document that cannot be read is a rejected row with its position and reason; its siblings go on. A
file in which nothing can be read is quarantined. The acknowledgement of each interchange is queued in
the same transaction, so that the vendor hears of exactly what the ledger holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import structlog

from bridge.domain.events import MappingResult, failed_here
from bridge.edi.model import (
    Document,
    DocumentRead,
    EdiError,
    GroupClosed,
    InterchangeClosed,
    InterchangeOpened,
    ReaderEvent,
    Unreadable,
)
from bridge.edi.verdicts import Verdicts
from bridge.errors import BridgeError, LedgerError, VendorFileError
from bridge.faultpoints import reached
from bridge.flatfiles.reader import MAX_BYTES, Record, read_flat_file, recognise
from bridge.flatfiles.reader import Kind as FlatKind
from bridge.ledger.new_rows import NewDocument, NewInterchange
from bridge.ledger.rows import FileRow
from bridge.ledger.writer import FileWriter
from bridge.mapping.functions import test_of, withheld_as_test
from bridge.mapping.translate import translate as map_document
from bridge.pipeline.acknowledgements import queue_acknowledgement
from bridge.pipeline.alerts import translation_failed
from bridge.pipeline.duplicate_interchanges import (
    NEW,
    DuplicateFinder,
    DuplicateFinding,
    begun_by,
    sender_of,
    span_hash,
)
from bridge.pipeline.event_writer import EventWriter
from bridge.pipeline.partner import Partner, ReadingContext
from bridge.programs.registry import installed

log = structlog.get_logger(__name__)

_SHOWN = 20
"""Characters of a type, or errors of a document, that are named where the bridge itself failed on it."""
_MOST_FAULTS = 5
ACKNOWLEDGEMENTS = frozenset({"997", "999", "TA1", "CONTRL"})
"""What a vendor sends in answer to us: kept, never mapped, and never acknowledged in turn."""


def translate(partner: Partner) -> int:
    """Read every collected file into the ledger; return how many."""
    done = 0
    for file in partner.ledger.files_to_translate(partner.vendor):
        if partner.stopping():
            break
        done += _translate_or_tell(partner, file)
    return done


def _translate_or_tell(partner: Partner, file: FileRow) -> int:
    """Translate a file; where the bridge itself fails on it, raise an alert and go on with the others."""
    try:
        translate_file(partner, file)
    except (LedgerError, MemoryError):
        raise
    except Exception:
        log.exception("translation_failed", vendor=partner.vendor, batch=file.id)
        translation_failed(partner, file)
        return 0
    return 1


def translate_file(
    context: ReadingContext, file: FileRow, *, again: frozenset[int] | None = None, force: bool = False
) -> None:
    """Read one file into the ledger, whole or not at all; a very large one portion by portion.

    In a rerun `again` names the events to make anew; those that stand otherwise are skipped. `force`
    sends what is held as a conflict or as said before.
    """
    now = context.clock()
    reached("translate.begun")
    with context.ledger.translating(
        context.fence, file.id, now, clock=context.clock, rerun=again is not None
    ) as writer:
        if context.policies.hold_duplicates and not force:
            writer.hold_duplicates()
        writer.compare_with_labels(context.policies.labels)
        events = EventWriter(context, writer, now, again)
        translation = _Translation(
            context,
            file,
            writer,
            events,
            duplicates=DuplicateFinder(context, file, writer),
            rerun=again is not None,
            force=force,
        )
        kind = recognise(file.name, next(context.spool.read(file.spool_name), b""))
        if kind is not None:
            translation.flat_file(kind)
        else:
            translation.interchange_file()
        reached("translate.read")
    reached("translate.committed")
    log.info(
        "file_translated",
        vendor=context.vendor,
        batch=file.id,
        documents=translation.documents,
        rejected=translation.rejected,
    )


@dataclass(slots=True)
class _Translation:
    """One file on its way into the ledger."""

    context: ReadingContext
    file: FileRow
    writer: FileWriter
    events: EventWriter
    rerun: bool
    force: bool
    duplicates: DuplicateFinder
    finding: DuplicateFinding = NEW
    withheld: bool = False
    """Whether the present interchange is a test, of which nothing is sent."""
    verdicts: Verdicts = field(default_factory=Verdicts)
    documents: int = 0
    rejected: int = 0
    interchanges: int = 0
    begun: int = 0
    first_trouble: str = ""
    faulty: int = 0
    """Groups and interchanges with something wrong that rejected nothing; `faults` has the first of them."""
    faults: list[str] = field(default_factory=list)

    def interchange_file(self) -> None:
        """Read X12 and EDIFACT."""
        context = self.context
        for event in context.read(self.file.spool_name):
            self.take(event)
        self.finish()

    def flat_file(self, kind: FlatKind) -> None:
        """Read a CSV or JSON file."""
        # One byte more than it may have is enough for the reader to say so.
        data = b"".join(self.context.spool.read_span(self.file.spool_name, 0, MAX_BYTES + 1))
        try:
            records = read_flat_file(data, kind, self.context.profile, self.context.mappings)
        except VendorFileError as error:
            self._quarantine(str(error))
            return
        known, told = (frozenset[tuple[int, int]](), "")
        if not self.force:
            known, told = begun_by(self.context, self.file, self.writer)
        for record in records:
            self._record(kind, record, told if (record.offset, record.length) in known else "")
        self.interchanges = 1
        self.finish()

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
        if isinstance(event, GroupClosed | InterchangeClosed):
            self._note_faults(event)
        # A rerun of what was never read to its end is the first to answer it.
        answered = self.rerun and self.writer.file.state != "collected"
        if result is not None and self.context.policies.acknowledge and not answered:
            queue_acknowledgement(self.context, self.writer, result)

    def finish(self) -> None:
        """End the file: quarantined when it held no interchange at all."""
        if self.interchanges:
            self.writer.finish("translated", self._envelopes())
            return
        reason = self.first_trouble or "the file is empty"
        self._quarantine(f"no interchange can be read in it: {reason}")

    def _envelopes(self) -> str:
        """Return what is wrong with envelopes though their documents were taken; empty if nothing is."""
        if not self.faults:
            return ""
        more = [f"and {self.faulty - len(self.faults)} more"] if self.faulty > len(self.faults) else []
        reason = f"taken, but its envelope is wrong: {'; '.join([*self.faults, *more])}"
        log.warning("envelope_wrong", vendor=self.context.vendor, batch=self.file.id, reason=reason)
        return reason

    def _quarantine(self, reason: str) -> None:
        self.writer.finish("quarantined", reason)
        log.warning("file_quarantined", vendor=self.context.vendor, batch=self.file.id, reason=reason)

    def _opened(self, event: InterchangeOpened) -> None:
        self.begun = event.offset
        self.finding = NEW
        self.withheld = not self.context.policies.send_tests and bool(test_of(event.interchange))
        # A test neither takes a control number from production, nor is it bound by those of others.
        if not self.force and not self.withheld:
            self.finding = self.duplicates.of(event.interchange)
        if self.finding.kind != "new":
            log.warning("seen_before", vendor=self.context.vendor, batch=self.file.id, kind=self.finding.kind)

    def _closed(self, event: InterchangeClosed) -> None:
        self.interchanges += 1
        if self.withheld:
            return
        interchange = event.interchange
        end = event.offset + event.length
        self.writer.interchange(
            NewInterchange(
                number=interchange.number,
                standard=interchange.standard,
                sender=sender_of(interchange),
                receiver=f"{interchange.receiver.id}:{interchange.receiver.qualifier}",
                control_number=interchange.control_number,
                sha256=span_hash(self.context, self.file, self.begun, end),
            )
        )

    def _note_faults(self, event: GroupClosed | InterchangeClosed) -> None:
        """Remember what is wrong with an envelope and rejected nothing: no answer may have room for it."""
        owner = event.group if isinstance(event, GroupClosed) else event.interchange
        what = "group" if isinstance(event, GroupClosed) else "interchange"
        told = [error.message for error in owner.errors if not error.fatal]
        if not told:
            return
        self.faulty += 1
        if self.faulty <= _MOST_FAULTS:
            self.faults.append(f"{what} {owner.control_number[:_SHOWN]}: {'; '.join(told)}")

    def _document(self, document: Document) -> None:
        """Keep a document, or what went wrong with it: whatever fails, fails for this one alone."""
        self.documents += 1
        self.rejected += not document.accepted
        if self.writer.is_written(document.number):
            return
        try:
            with self.writer.whole():
                self._keep(document)
        except (BridgeError, MemoryError, OSError):
            raise
        except Exception as error:
            log.exception("document_failed", **self._where(document.number, document.type, error))
            with self.writer.whole():
                self._hold(document, error)

    def _where(self, number: int, kind: str, error: Exception) -> dict[str, str | int]:
        """Return what the log says of a document that the bridge itself failed on."""
        failed: dict[str, str | int] = {"document": number, "type": kind[:_SHOWN]}
        return {"vendor": self.context.vendor, "batch": self.file.id, "error": type(error).__name__, **failed}

    def _hold(self, document: Document, error: Exception) -> None:
        """Keep a document that the bridge itself failed on: held, unless it was not to be sent anyway."""
        state = "translated" if document.accepted else "rejected"
        row = msgspec.structs.replace(_row_of(document, [], state), errors=_told_in(document.errors))
        added = self.writer.document(row)
        finding = self.finding.of(self.context, self.file, document)
        if document.accepted and finding.kind != "resend":
            held = MappingResult(hold=failed_here(error), summary=f"{document.type[:_SHOWN]}: not read")
            self.events.keep(added, document.number, [held], self._meant(document), NEW)

    def _keep(self, document: Document) -> None:
        finding = self.finding.of(self.context, self.file, document)
        results: list[MappingResult] = []
        notes: list[EdiError | dict[str, str]] = [_without_value(error) for error in document.errors]
        if not document.accepted:
            state = "rejected"
        elif finding.kind == "resend":
            state = "resent"
            notes.append({"level": "note", "message": finding.reason})
        elif self.context.mappings.knows(document):
            state = "translated"
            results = map_document(document, self.context.profile, self.context.mappings)
            if self.withheld:
                results = withheld_as_test(results, document.interchange)
            notes += [{"level": "note", "message": one.summary} for one in results if one.nothing_to_send]
        else:
            state = "answer" if document.type in ACKNOWLEDGEMENTS else "unmapped"
        added = self.writer.document(_row_of(document, notes, state))
        self.events.keep(added, document.number, results, self._meant(document), finding)

    def _meant(self, document: Document) -> str:
        """Return the operation of what could not be made into an event."""
        profile = self.context.profile
        known = self.context.mappings.by_type.get((document.standard, document.type), ())
        meant = next((one for one in known if one.is_for(profile)), next(iter(known), None))
        return meant.operation if meant is not None else installed().first_for(profile.kind)

    def _record(self, kind: FlatKind, record: Record, stands: str) -> None:
        """Keep one document of a flat file; a row that is wrong is its own refusal.

        `stands` says where it came already; it is not sent again.
        """
        self.documents += 1
        if self.writer.is_written(record.number):
            return
        row = NewDocument(
            number=record.number,
            offset=record.offset,
            length=record.length,
            standard=kind,
            type=record.file.name,
            reference=record.reference,
            state="resent" if stands else "translated",
            errors=({"level": "note", "message": stands},) if stands else (),
        )
        try:
            self._keep_record(row, record)
        except (BridgeError, MemoryError, OSError):
            raise
        except Exception as error:
            log.exception("document_failed", **self._where(record.number, row.type, error))
            summary = f"{record.reference}: {record.file.noun}, not read"
            self._keep_record(
                row,
                msgspec.structs.replace(
                    record, result=MappingResult(hold=failed_here(error), summary=summary)
                ),
            )

    def _keep_record(self, row: NewDocument, record: Record) -> None:
        with self.writer.whole():
            added = self.writer.document(row)
            if row.state != "resent":
                self.events.keep(added, row.number, [record.result], record.file.operation, NEW)

    def _unreadable(self, event: Unreadable) -> None:
        """Keep a stretch of bytes that is no document as a rejected row, so that nothing vanishes."""
        self.rejected += 1
        self.documents += 1
        self.first_trouble = self.first_trouble or event.error.message
        row = NewDocument(
            number=-self.documents,
            offset=event.offset,
            length=event.length,
            standard="",
            type="unreadable",
            accepted=False,
            errors=(_without_value(event.error),),
            state="rejected",
        )
        if not self.writer.is_written(row.number):
            self.writer.document(row)


def _told_in(errors: list[EdiError]) -> tuple[dict[str, str | int], ...]:
    """Return where a document's errors stand, without any text of the document's own."""
    return tuple(
        {"level": error.level, "code": error.code, "position": error.position, "message": "it is not valid"}
        for error in errors[:_SHOWN]
    )


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
