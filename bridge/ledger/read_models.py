"""What operators read: batches and what came of them, alerts, what a purge would take, what is late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from bridge.ledger.rows import EventRow, SubmissionRow


class AlertRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something an operator should know or do; open while `cleared_at` is None."""

    id: int
    account: str
    kind: str
    vendor: str
    key: str
    message: str
    raised_at: datetime
    cleared_at: datetime | None


class BatchView(msgspec.Struct, frozen=True, kw_only=True):
    """A batch in one line.

    `state`: collected, quarantined, working, waiting, attention, succeeded, done, purged.

    `attention`: something failed, is held, was rejected, or is in doubt. `waiting`: only status updates
    without a confirmation are left. `done`: translated without any event. `submissions` counts those that
    are not finished; `BatchDetail` has all.
    """

    id: int
    vendor: str
    name: str
    sha256: str
    size: int
    spool_name: str
    received_at: datetime
    translated_at: datetime | None
    reported_at: datetime | None
    state: str
    reason: str
    arrivals: int
    documents: int
    accepted: int
    rejected: int
    events: dict[str, int]
    submissions: dict[str, int]
    outbound: dict[str, int]


class DocumentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A document as it was read."""

    id: int
    file_id: int
    number: int
    offset: int
    length: int
    standard: str
    type: str
    version: str
    reference: str
    interchange_control_number: str
    group_control_number: str
    sender: str
    receiver: str
    accepted: bool
    errors: list[Any]
    state: str


class AttemptRow(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP try. `ended_at` None: it never got an answer that reached the ledger."""

    id: int
    submission_id: int
    number: int
    epoch: int
    started_at: datetime
    ended_at: datetime | None
    kind: str
    http_status: int | None
    request_id: str
    reason: str


class OutboundRow(msgspec.Struct, frozen=True, kw_only=True):
    """An outbound file without its bytes."""

    id: int
    vendor: str
    file_id: int | None
    kind: str
    folder: str
    name: str
    size: int
    sha256: str
    state: str
    created_at: datetime
    delivered_at: datetime | None
    attempts: int
    next_attempt_at: datetime | None
    last_error: str


class ArrivalRow(msgspec.Struct, frozen=True, kw_only=True):
    """One turning up of a batch's file."""

    id: int
    remote_name: str
    mtime: float
    arrived_at: datetime
    moved_to: str
    moved_at: datetime | None


class OperatorAction(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator said of a submission or an event, and what it was before."""

    kind: str
    target_id: int
    action: str
    amazon_transaction_id: str
    previous: str
    reason: str
    who: str
    said_at: datetime


class BatchDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A batch with everything that came from it."""

    batch: BatchView
    arrivals: list[ArrivalRow]
    documents: list[DocumentRow]
    events: list[EventRow]
    submissions: list[SubmissionRow]
    attempts: list[AttemptRow]
    outbound: list[OutboundRow]
    operator_actions: list[OperatorAction]
    follow_ups: list[FollowUpRow] = []


class WholeBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch with everything that came from it, which is read while it is gone through, once."""

    batch: BatchView
    arrivals: Iterator[ArrivalRow]
    documents: Iterator[DocumentRow]
    events: Iterator[EventRow]
    submissions: Iterator[SubmissionRow]
    attempts: Iterator[AttemptRow]
    outbound: Iterator[OutboundRow]
    operator_actions: Iterator[OperatorAction]
    follow_ups: Iterator[FollowUpRow]


class OrderLabel(msgspec.Struct, frozen=True, kw_only=True):
    """One package of an order's label as it stands: valid, void, or listed (which is newer is being asked).

    `file` is its path in the outbox, empty where what Amazon sent could not be used.
    """

    vendor: str
    purchase_order_number: str
    package_identifier: str
    tracking_number: str
    ship_method: str
    ship_method_name: str
    state: str
    noted_at: datetime
    changed_at: datetime
    file: str = ""


class FollowUpRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something that Amazon is asked about until it is over, and what the looks at it changed.

    `history` has, of the last looks that changed something, `{"at", "status", "note", "files"}`; `at` is in
    ISO 8601, `files` are paths in the outbox. `next_look_at` is None once it is over.
    """

    id: int
    vendor: str
    name: str
    subject: str
    event_id: int
    started_at: datetime
    next_look_at: datetime | None
    status: str
    looks: int
    failures: int
    reason: str
    alert: str
    history: list[Any]
    ended_at: datetime | None
    end_state: str


class FollowUpCounts(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor's follow-ups that go on; `failing` are those that could not be looked at some times in a row.

    `reason` is why the first of these could not.
    """

    open: int
    failing: int
    reason: str = ""


class VoidConfirmed(msgspec.Struct, frozen=True, kw_only=True):
    """A confirmation that was sent with the tracking number of a label that is void since."""

    purchase_order_number: str
    tracking_number: str
    batch: int
    event: int
    valid: tuple[str, ...]
    """The tracking numbers of the order's valid labels."""


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that an order, tracking, control, transaction or request number or file name leads to."""

    text: str
    files: list[BatchView]
    documents: list[DocumentRow]
    events: list[EventRow]
    submissions: list[SubmissionRow]
    attempts: list[AttemptRow]
    outbound: list[OutboundRow]
    operator_actions: list[OperatorAction]
    labels: list[OrderLabel] = []
    follow_ups: list[FollowUpRow] = []


class Purgeable(msgspec.Struct, frozen=True, kw_only=True):
    """A batch that a purge would blank; `events` and `outbound` count what it would blank of it."""

    id: int
    vendor: str
    name: str
    size: int
    received_at: datetime
    events: int
    outbound: int


class Purged(msgspec.Struct, frozen=True, kw_only=True):
    """What a purge blanked. A tombstone of each row stays."""

    files: int = 0
    documents: int = 0
    events: int = 0
    outbound: int = 0

    def __add__(self, other: Purged) -> Purged:
        """Count both together."""
        return Purged(
            files=self.files + other.files,
            documents=self.documents + other.documents,
            events=self.events + other.events,
            outbound=self.outbound + other.outbound,
        )


class UnshippedLabel(msgspec.Struct, frozen=True, kw_only=True):
    """A label of an order that has not shipped yet; it was made at `made_at` or after."""

    purchase_order_number: str
    made_at: datetime
    delivered: bool
    """Whether it lies in the vendor's outbox."""


class HeldSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor's held events; `sendable` of them have something to send, `event` is the first of those."""

    count: int
    sendable: int
    event: int
    batch: int


class LateBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch with events that Amazon wants and does not have; `shipped_at` is that of the first."""

    batch: int
    events: int
    shipped_at: datetime
