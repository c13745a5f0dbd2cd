"""Writing what a file holds: gathered without a lock, committed in one transaction at the end.

A large file takes seconds to translate; answers of Amazon's must be recorded meanwhile, so nothing is
locked while it is read. A very large one is committed in portions, so that neither memory nor the time
for which others wait grows with it; a translation that was cut off goes on after its last portion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bridge.errors import LedgerError
from bridge.faultpoints import reached
from bridge.ledger import earlier
from bridge.ledger.commit import (
    DocumentRef,
    Gathered,
    NewDocumentAt,
    RenewedDocument,
    commit,
    commit_answers,
    commit_portion,
)
from bridge.ledger.database import Database, Store
from bridge.ledger.files import load_file
from bridge.ledger.functions import ANY_OF_ORDER
from bridge.ledger.new_rows import NewDocument, NewEvent, NewInterchange, NewOutbound
from bridge.ledger.outbound_schema import control_numbers
from bridge.ledger.packages import OF_TRACKING, Said, package_of
from bridge.ledger.row_conversion import errors_text, index_key, row_as, seconds, storable
from bridge.ledger.rows import EarlierInterchange, EventRow, Fence, FileRow, Package
from bridge.ledger.schema import documents, events
from bridge.programs.event_types import LabelPolicy
from bridge.programs.registry import installed

_LAST_NUMBER = select(control_numbers.c.last).where(
    control_numbers.c.scope == bindparam("scope"), control_numbers.c.kind == bindparam("kind")
)
_TEXTS = ("standard", "type", "version", "reference", "group_control_number", "sender", "receiver", "state")
_IS_BEGUN = select(documents.c.id).where(documents.c.file_id == bindparam("file")).limit(1)
_ID = select(documents.c.id).where(
    documents.c.file_id == bindparam("file"), documents.c.number == bindparam("number")
)
_OF_DOCUMENT = (
    select(events, documents.c.number.label("document_number"))
    .join(documents, documents.c.id == events.c.document_id)
    .where(events.c.document_id == bindparam("document"))
    .order_by(events.c.id)
)


class FileWriter:
    """Takes a file's documents, events and outbound files. Belongs to one thread and one block."""

    def __init__(  # noqa: PLR0913 - the block's own
        self,
        database: Database,
        fence: Fence,
        file: FileRow,
        now: datetime,
        reading: Connection,
        *,
        clock: Callable[[], datetime] | None = None,
        rerun: bool = False,
        resumed: bool = False,
    ) -> None:
        self.file = file
        self._database = database
        self._fence = fence
        self.clock = clock or (lambda: now)
        """Returns the time at which a commit is made."""
        self._now = seconds(now)
        self.gathered = Gathered(rerun=rerun, resumed=resumed)
        self._catching_up = resumed
        self._announced: dict[str, list[Said]] = {}
        self._newly_announced: list[str] = []
        """Since the last document began."""
        self._named: set[tuple[int, str]] = set()
        self._orders: set[tuple[str, str]] = set()
        """Operations and orders of label requests that are not committed yet."""
        self._reading: Connection | None = reading

    def earlier_interchanges(self, sender: str, control_number: str) -> list[EarlierInterchange]:
        """List the interchanges of earlier files with this sender's control number, oldest first.

        In a rerun those of files that came later do not count: it was they that met this one.
        """
        with self._database.told():
            connection = self._connection()
            return earlier.interchanges_of(
                connection, self.file, sender, control_number, rerun=self.gathered.rerun
            )

    def standing(self, file_id: int, control_number: str, limit: int | None = None) -> list[int]:
        """List the numbers of the documents of an earlier file's interchange that stand, by `earlier`."""
        with self._database.told():
            return earlier.standing(self._connection(), file_id, control_number, limit)

    def shorter_files(self) -> list[tuple[int, int, str]]:
        """List the newest files of this one's name that are shorter: number, size and SHA-256 of each."""
        with self._database.told():
            return earlier.shorter_files(self._connection(), self.file, rerun=self.gathered.rerun)

    def standing_spans(self, file_id: int) -> frozenset[tuple[int, int]]:
        """List offset and length of the documents of an earlier file that stand."""
        with self._database.told():
            return earlier.standing_spans(self._connection(), file_id)

    def interchange(self, facts: NewInterchange) -> None:
        """Note an interchange, by which a resend or a conflict is told later."""
        self.gathered.last_interchange = facts.number
        self.gathered.interchanges.append(
            {
                "file_id": self.file.id,
                "number": facts.number,
                "vendor": self.file.vendor,
                "standard": facts.standard,
                "sender": index_key(facts.sender),
                "receiver": storable(facts.receiver),
                "control_number": index_key(facts.control_number),
                "sha256": facts.sha256,
            }
        )

    def hold_duplicates(self) -> None:
        """Hold those events of this file that say what an earlier event says, word for word.

        To be said before the first document.
        """
        self.gathered.hold_duplicates = True

    def compare_with_labels(self, policy: LabelPolicy) -> None:
        """Compare the confirmations of this file with the newest labels of their orders.

        To be said before the first document.
        """
        self.gathered.label_policy = policy

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Gather what a document says whole, or nothing of it where the block raises."""
        if self.gathered.is_portion:
            self._commit_portion()
        mark, announced = self.gathered.mark(), self._newly_announced
        announced.clear()
        try:
            yield
        except BaseException:
            self.gathered.back_to(mark)
            for tracking_number in announced:
                self._announced[tracking_number].pop()
            self._named.clear()
            raise

    def is_written(self, number: int) -> bool:
        """Return whether this translation, cut off before, wrote a document and its events."""
        if self._catching_up and self._id_of(number) is None:
            self._catching_up = False  # documents come in their order: none after this one is
        return self._catching_up

    def document(self, facts: NewDocument) -> DocumentRef:
        """Add a document that `is_written` does not know. In a rerun the one of that number is renewed."""
        if self.is_written(facts.number):
            raise LedgerError(f"document {facts.number} of batch {self.file.id} is written already")
        if self.gathered.is_portion:
            self._commit_portion()
        row = _document_row(facts)
        row["file_id"] = self.file.id
        self.gathered.accepted += facts.accepted
        known = self._id_of(facts.number)
        if known is not None:
            row["document"] = known
            self.gathered.renewed.append(row)
            return RenewedDocument(known)
        self.gathered.documents.append(row)
        return NewDocumentAt(len(self.gathered.documents) - 1)

    def event(self, document: DocumentRef, facts: NewEvent) -> int:
        """Add an event of a document; return its place among those of this writer, for `announce`."""
        if facts.state == "waiting":
            self.gathered.waiting = True
        row: dict[str, Any] = {
            "document_id": document,
            "file_id": self.file.id,
            "account": self._fence.account,
            "vendor": self.file.vendor,
            "ordinal": facts.ordinal,
            "operation": facts.operation,
            "purchase_order_number": index_key(facts.purchase_order_number),
            "tracking_number": index_key(facts.tracking_number),
            "ordering_key": index_key(facts.ordering_key),
            "occurred_at": seconds(facts.occurred_at),
            "body": None if facts.body is None else facts.body.decode(),
            "state": facts.state,
            "reason": storable(facts.reason),
            "errors": errors_text(facts.errors),
            "summary": storable(facts.summary),
            "not_before": None if facts.not_before is None else seconds(facts.not_before),
            "function": facts.function,
            "subject": facts.subject,
            "updated_at": self._now,
        }
        self.gathered.events.append(row)
        if facts.operation in installed().timeless:
            self._orders.add((facts.operation, facts.purchase_order_number))
        return len(self.gathered.events) - 1

    def package(self, tracking_number: str) -> Package | None:
        """Return what confirmations, this file's too, say of a tracking number."""
        tracking = index_key(tracking_number)
        rows = self._read(OF_TRACKING, {"v": self.file.vendor, "tracking": tracking})
        known = [Said(*row) for row in rows]
        return package_of(known + self._announced.get(tracking, []))

    def is_known(self, operation: str, purchase_order_number: str) -> bool:
        """Return whether an event of this operation, of this file or before, is about an order."""
        if not purchase_order_number:
            return False
        if (operation, purchase_order_number) in self._orders:
            return True
        asked = {"v": self.file.vendor, "of": operation, "order": purchase_order_number}
        return bool(self._read(ANY_OF_ORDER, asked))

    def announce(self, event: int, tracking_number: str, purchase_order_number: str, ship_from: str) -> None:
        """Note that a confirmation, by its place, names a tracking number."""
        tracking_number, ship_from = index_key(tracking_number), storable(ship_from)
        purchase_order_number = index_key(purchase_order_number)
        if (event, tracking_number) in self._named:  # by two containers of one confirmation
            return
        self._named = {named for named in self._named if named[0] == event} | {(event, tracking_number)}
        self._announced.setdefault(tracking_number, []).append(
            Said(purchase_order_number, ship_from, confirmed=False, pending=True)
        )
        self._newly_announced.append(tracking_number)
        self.gathered.packages.append(
            {
                "vendor": self.file.vendor,
                "tracking_number": tracking_number,
                "event_id": event,
                "purchase_order_number": purchase_order_number,
                "ship_from_party": ship_from,
                "registered_at": self._now,
            }
        )

    def outbound(self, facts: NewOutbound) -> None:
        """Queue a file for the vendor's outbox, going through its bytes now."""
        self.gathered.outbound.add(facts)

    def next_control_number(self, scope: str, kind: str) -> int:
        """Return the next number, from 1, without gaps: it is taken when the file is committed."""
        numbers = self.gathered.control_numbers
        if (scope, kind) not in numbers:
            rows = self._read(_LAST_NUMBER, {"scope": scope, "kind": kind})
            # A read that lasts as long as a large report is written would keep the ledger's log growing.
            self._connection().rollback()
            last = rows[0][0] if rows else 0
            numbers[scope, kind] = (last, last)
        first, last = numbers[scope, kind]
        numbers[scope, kind] = (first, last + 1)
        return last + 1

    def existing(self, document_number: int) -> list[EventRow]:
        """List the events that an earlier translation of this file made of a document (for a rerun)."""
        document = self._id_of(document_number)
        if document is None:
            return []
        with self._database.told():
            rows = self._connection().execute(_OF_DOCUMENT, {"document": document}).mappings()
            return [row_as(EventRow, row) for row in rows]

    def replace(self, event_id: int) -> None:
        """Set an event of an earlier translation aside (→ replaced); a grouped one cannot be."""
        self.gathered.replaced.append(event_id)

    def reported(self) -> None:
        """Mark the batch reported: the outbound files given here are its report."""
        self.gathered.reported = True

    def moved(self, arrival_id: int, moved_to: str) -> None:
        """Note that an arrival left the inbox, in one transaction with the answers to it."""
        self.gathered.moved = arrival_id, moved_to

    def finish(self, state: str = "translated", reason: str = "") -> None:
        """Note how the file ended: `translated`, or `quarantined` with the reason."""
        self.gathered.state, self.gathered.reason = state, storable(reason)

    def leave(self) -> None:
        """End the reading, so that a write sees what is there now."""
        self._connection().rollback()
        self._reading = None

    def _commit_portion(self) -> None:
        self._connection().rollback()  # what is read from here on has seen the portion
        reached("translate.portion")
        commit_portion(self._database, self._fence, self.file, self.gathered, self.clock())
        reached("translate.portion_committed")
        self._announced.clear()
        self._orders.clear()
        self._named.clear()  # places begin anew

    def _id_of(self, document_number: int) -> int | None:
        """Return the id of a document that stands already: in a rerun, or after a translation was cut off."""
        if not (self.gathered.rerun or self._catching_up):
            return None
        rows = self._read(_ID, {"file": self.file.id, "number": document_number})
        return rows[0].id if rows else None

    def _connection(self) -> Connection:
        if self._reading is None:
            raise LedgerError("a file's writer was used outside of its block")
        return self._reading

    def _read(self, statement: Any, asked: dict[str, Any]) -> list[Any]:  # noqa: ANN401 - any select
        with self._database.told():
            return list(self._connection().execute(statement, asked))


def _document_row(facts: NewDocument) -> dict[str, Any]:
    row = {name: getattr(facts, name) for name in facts.__struct_fields__}
    for name in _TEXTS:
        row[name] = storable(row[name])
    row["interchange_control_number"] = index_key(facts.interchange_control_number)
    row["errors"] = errors_text(facts.errors)
    return row


class WriterStore(Store):
    """What the job translate writes."""

    @contextmanager
    def answering(self, fence: Fence, file_id: int, now: datetime) -> Iterator[FileWriter]:
        """Open a writer for control numbers and outbound files alone: answers to a file, its report."""
        with self._db.read() as connection:
            writer = FileWriter(self._db, fence, load_file(connection, file_id), now, connection)
            connection.rollback()
            with closing(writer.gathered):
                yield writer
                writer.leave()
                commit_answers(self._db, fence, writer.file, writer.gathered, now)

    @contextmanager
    def translating(
        self,
        fence: Fence,
        file_id: int,
        now: datetime,
        *,
        clock: Callable[[], datetime] | None = None,
        rerun: bool = False,
    ) -> Iterator[FileWriter]:
        """Open a writer for what a file holds: all of it is committed at the end of the block, or nothing.

        Of a file with more than 2,000 documents or events, portions are committed on the way; where it is
        cut off, the next block for this file skips what stands. Nothing is locked while it is read.

        `clock` tells the time of a commit, which may be minutes after `now`: who asks what has moved since
        some time would miss what is dated back.

        Raises `LedgerError` at entry when the file is translated already and this is no rerun; at exit when
        `finish` was not called.
        """
        with self._db.read() as connection:
            file = load_file(connection, file_id)
            if file.state != "collected" and not rerun:
                raise LedgerError(f"batch {file_id} is {file.state} already")
            begun = not rerun and connection.execute(_IS_BEGUN, {"file": file_id}).first() is not None
            writer = FileWriter(
                self._db, fence, file, now, connection, clock=clock, rerun=rerun, resumed=begun
            )
            with closing(writer.gathered):
                yield writer
                writer.leave()
                commit(self._db, fence, file, writer.gathered, writer.clock())
