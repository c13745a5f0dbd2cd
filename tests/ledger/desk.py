"""Short words for what the tests of the ledger do over and over."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from bridge.domain.outcomes import Outcome, Verdict
from bridge.domain.values import Address
from bridge.ledger.new_rows import (
    Collected,
    NewDocument,
    NewEvent,
    NewInterchange,
    NewOutbound,
    OutcomeHandling,
    VerdictHandling,
)
from bridge.ledger.rows import DueSubmission, Fence, Kept, Moved
from bridge.ledger.store import Ledger
from bridge.programs.vendor_direct_fulfillment.events import PartyIdentification, ShipmentStatusChanged

CONFIRM = "submitShipmentConfirmations"
STATUS = "submitShipmentStatusUpdates"
LABEL = "submitShippingLabelRequest"
T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def confirmation(order: str, **more: object) -> NewEvent:
    made = NewEvent(
        operation=CONFIRM,
        ordering_key=f"po:{order}",
        occurred_at=T0,
        body=b'{"order":"%s"}' % order.encode(),
        purchase_order_number=order,
        summary=f"order {order}",
    )
    return msgspec.structs.replace(made, **more)


def status(tracking_number: str, order: str = "", **more: object) -> NewEvent:
    event = ShipmentStatusChanged(
        purchase_order_number=order,
        selling_party=PartyIdentification("VENDR"),
        ship_from_party=PartyIdentification(""),
        tracking_number=tracking_number,
        status_code="D1",
        reason_code="NS",
        status_date_time="2026-03-01T10:00:00Z",
        status_location_address=Address(country_code="GB"),
    )
    made = NewEvent(
        operation=STATUS,
        ordering_key=f"pkg:{tracking_number}",
        occurred_at=T0,
        body=msgspec.json.encode(event),
        state="waiting",
        purchase_order_number=order,
        tracking_number=tracking_number,
    )
    return msgspec.structs.replace(made, **more)


class Desk:
    """A ledger with an account and a vendor."""

    def __init__(self, ledger: Ledger, vendor: str = "acme", account: str = "main") -> None:
        self.ledger = ledger
        self.vendor = vendor
        self.fence: Fence = ledger.claim(account, T0)
        self.files = 0

    def keep(self, content: str = "", name: str = "", mtime: float = 1.0, now: datetime = T0) -> Kept:
        self.files += 1
        content = content or f"file {self.files}"
        collected = Collected(
            vendor=self.vendor,
            name=name or f"in-{self.files}.edi",
            sha256=hashlib.sha256(content.encode()).hexdigest(),
            size=len(content),
            mtime=mtime,
            spool_name=content,
        )
        return self.ledger.keep_file(self.fence, collected, now)

    def put_away(self, now: datetime = T0) -> None:
        for arrival in self.ledger.arrivals_to_move(self.vendor):
            self.ledger.arrival_moved(self.fence, arrival.id, f"archive-{arrival.id}", now)

    def take(self, *events: NewEvent, packages: Sequence[tuple[str, str]] = (), now: datetime = T0) -> int:
        """Collect and translate a file with a document for each event; packages: (order, tracking)."""
        kept = self.keep(now=now)
        with self.ledger.translating(self.fence, kept.file_id, now) as writer:
            for number, facts in enumerate(events, start=1):
                document = writer.document(document_row(number))
                event = writer.event(document, facts)
                for order, tracking_number in packages:
                    if order == facts.purchase_order_number and facts.operation == CONFIRM:
                        writer.announce(event, tracking_number, order, "WH1")
            writer.finish()
        self.put_away(now)
        return kept.file_id

    def plan(self, operation: str = CONFIRM, batch_size: int = 100, now: datetime = T0) -> int:
        made = 0
        while count := self.ledger.plan(self.fence, self.vendor, operation, batch_size, now):
            made += count
        return made

    def due(self, now: datetime = T0, limit: int = 1000) -> list[DueSubmission]:
        return self.ledger.due_submissions(self.vendor, now, limit)

    def send(self, submission: int, kind: str = "submitted", now: datetime = T0, **more: object) -> Moved:
        attempt = self.ledger.start_sending(self.fence, submission, now)
        said, handling = _parted(more, OutcomeHandling)
        return self.ledger.record_outcome(self.fence, attempt, outcome(kind, attempt, **said), now, handling)

    def report(
        self, file_id: int, *outbound: NewOutbound, fence: Fence | None = None, now: datetime = T0
    ) -> None:
        """Report a batch with these files."""
        with self.ledger.answering(fence or self.fence, file_id, now) as writer:
            for facts in outbound:
                writer.outbound(facts)
            writer.reported()

    def verdict(self, submission: int, word: str = "Success", now: datetime = T0, **more: object) -> Moved:
        said, handling = _parted(more, VerdictHandling)
        verdict = msgspec.convert({"status": word, **said}, Verdict)
        return self.ledger.record_verdict(self.fence, submission, verdict, now, handling)

    def states(self, *file_ids: int) -> dict[str, str]:
        """Report the events' states by order or tracking number."""
        return {
            event.tracking_number or event.purchase_order_number: event.state
            for file_id in file_ids
            for event in self.ledger.batch(file_id).events
        }


def outcome(kind: str, attempt: int = 0, **more: object) -> Outcome:
    transaction = f"tx-{attempt}" if kind == "submitted" else ""
    return msgspec.convert(
        {"kind": kind, "amazon_transaction_id": transaction, "request_id": f"rq-{attempt}", **more}, Outcome
    )


Handling = TypeVar("Handling", OutcomeHandling, VerdictHandling)


def _parted(more: dict[str, Any], handling: type[Handling]) -> tuple[dict[str, Any], Handling]:
    """Part what Amazon said from what is to follow from it."""
    said = {name: value for name, value in more.items() if name not in handling.__struct_fields__}
    rest = {name: value for name, value in more.items() if name in handling.__struct_fields__}
    return said, handling(**rest)


def document_row(number: int, **more: object) -> NewDocument:
    made = NewDocument(
        number=number,
        offset=number * 100,
        length=100,
        standard="x12",
        type="856",
        reference=f"{number:04}",
        interchange_control_number="000000007",
    )
    return msgspec.structs.replace(made, **more)


def interchange(control_number: str, sha256: str) -> NewInterchange:
    return NewInterchange(
        number=1,
        standard="x12",
        sender="S",
        receiver="R",
        control_number=control_number,
        sha256=sha256,
    )
