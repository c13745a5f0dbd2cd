"""What the jobs read from the ledger: frozen values, times as aware UTC datetimes.

What is written stands in `bridge.ledger.new_rows`, what operators read in `bridge.ledger.read_models`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class Fence(msgspec.Struct, frozen=True):
    """The right to write for an account; it ends when another process claims the account."""

    account: str
    epoch: int


class Kept(msgspec.Struct, frozen=True):
    """A file's row; `new` is False where these bytes of this vendor were there before."""

    file_id: int
    arrival_id: int
    new: bool


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One turning up of a file in the inbox, still to be moved out of it.

    `first` tells whether it is the arrival that brought the file; `file_reason` why it is quarantined.
    """

    id: int
    file_id: int
    remote_name: str
    sha256: str
    size: int
    mtime: float
    arrived_at: datetime
    file_state: str
    file_reason: str
    first: bool


class FileRow(msgspec.Struct, frozen=True, kw_only=True):
    """A collected file. Its id is the batch's id. `report_number` counts the reports written on it.

    `spool_name` is empty where a purge removed the bytes.
    """

    id: int
    vendor: str
    sha256: str
    name: str
    size: int
    spool_name: str
    state: str
    reason: str
    received_at: datetime
    translated_at: datetime | None
    updated_at: datetime
    report_number: int
    purged_at: datetime | None = None


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """What confirmations tell of a tracking number; `ambiguous` where they name several orders."""

    purchase_order_number: str
    ship_from_party: str
    confirmed: bool
    ambiguous: bool = False


class EarlierInterchange(msgspec.Struct, frozen=True, kw_only=True):
    """An interchange of an earlier file with the same sender and control number."""

    file_id: int
    name: str
    sha256: str
    received_at: datetime
    purged: bool = False
    number: int = 1
    spool_name: str = ""


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it stands."""

    id: int
    file_id: int
    document_id: int
    document_number: int
    account: str
    vendor: str
    ordinal: int
    operation: str
    purchase_order_number: str
    tracking_number: str
    ordering_key: str = msgspec.field(name="sequence_key")
    occurred_at: datetime
    body: bytes | None
    state: str
    reason: str
    errors: list[Any]
    summary: str
    batch_limit: int | None
    submission_id: int | None
    updated_at: datetime
    stated: bytes | None = None
    """The body as the document says it, where `body` has values of the order's label."""
    notes: list[Any] = []
    label_state: str = ""
    """What the order's label made of a confirmation: `filled`, `held`, or `released` in spite of it."""
    not_before: datetime | None = None
    """Until then an event that is ready waits for its own time."""
    function: str = ""
    earlier_event: int | None = None
    later_event: int | None = None


class ToPrecheck(msgspec.Struct, frozen=True, kw_only=True):
    """An event about which Amazon is to be asked before it is sent; `precheck_since` is the first try."""

    id: int
    body: bytes
    purchase_order_number: str
    precheck_since: datetime | None = None


class DueSubmission(msgspec.Struct, frozen=True, kw_only=True):
    """A submission to send (or, in doubt, to verify). Bodies, ids and orders stand in the same order."""

    id: int
    vendor: str
    operation: str
    bodies: tuple[bytes, ...]
    event_ids: tuple[int, ...]
    purchase_order_numbers: tuple[str, ...]
    attempts: int
    policy: str = ""
    reason: str = ""
    doubted_at: datetime | None = None
    looks: int = 0
    """How often Amazon was asked about it, and had nothing of it, since it is in doubt."""

    @property
    def is_doubted(self) -> bool:
        """Whether Amazon may have it of an earlier attempt.

        Not after an operator's word that it has none: that leaves the reason of the doubt, and no policy.
        """
        by_word = not self.policy and bool(self.reason)
        return self.doubted_at is not None and not by_word


class ToPoll(msgspec.Struct, frozen=True, kw_only=True):
    """A submission whose verdict is to be asked for."""

    id: int
    vendor: str
    operation: str
    amazon_transaction_id: str
    submitted_at: datetime
    polls: int
    state: str
    purchase_order_numbers: tuple[str, ...]
    api_version: str = ""


class Outbound(msgspec.Struct, frozen=True, kw_only=True):
    """An outbound file that is due; `Ledger.outbound_bytes` gives its bytes."""

    id: int
    vendor: str
    file_id: int | None
    kind: str
    folder: str
    name: str
    size: int
    sha256: str
    attempts: int


class DocumentRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Something to ask Amazon for by its order's number; `kind` is the name of a feed."""

    kind: str
    purchase_order_number: str
    requested_at: datetime
    attempts: int


class DueFollowUp(msgspec.Struct, frozen=True, kw_only=True):
    """Something that Amazon is to be asked about now; `name` is that of the program's follow-up.

    `kept` is what the program noted at the last look. `looks`, and `missed` and `failures` in a row, are
    those before this one.
    """

    id: int
    name: str
    subject: str
    api_version: str
    started_at: datetime
    status: str
    kept: bytes
    looks: int
    missed: int
    failures: int


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is followed, as a sweep of its list needs it."""

    id: int
    subject: str
    started_at: datetime
    kept: bytes


class SnapshotState(msgspec.Struct, frozen=True, kw_only=True):
    """How a list stands that is told once a day. Times are None where that never was.

    `told_count` and `held_count` are the keys of the list that was told last, and of one that is held since
    it has lost too much. `failures` in a row are for the `reason`; it is read again at `next_at`.
    """

    name: str
    told_at: datetime | None = None
    told_count: int = 0
    held_at: datetime | None = None
    held_count: int = 0
    requested_at: datetime | None = None
    failures: int = 0
    reason: str = ""
    next_at: datetime | None = None


class HeldDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document that could not be written to its partner; `body` has its values, as JSON."""

    id: int
    vendor: str
    file_id: int | None
    document: str
    name: str
    body: str
    reason: str


class Added(msgspec.Struct, frozen=True):
    """Where an outbound file ended. `new` is False where the same bytes stood under the name already.

    Other bytes under a taken name get the next free name (`label-2.png`), which stands here.
    """

    id: int
    name: str
    new: bool


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer or a verdict did: the submission's new state, and its events' fates."""

    state: str
    succeeded: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()
    again: tuple[int, ...] = ()
    held: tuple[int, ...] = ()
    released: int = 0
    """Status updates that were waiting for these confirmations and may go now."""


class Pause(msgspec.Struct, frozen=True):
    """An account that does not send before `until`, and why."""

    until: datetime
    reason: str


class Restored(msgspec.Struct, frozen=True):
    """An account whose ledger was restored: since when it sends nothing, and how that was noticed."""

    at: datetime
    reason: str


class Numbers(msgspec.Struct, frozen=True):
    """The greatest numbers given: of an arrival, which archived names hold, and of a batch."""

    arrival: int
    batch: int


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """An event as a report tells it."""

    document_id: int
    operation: str
    purchase_order_number: str
    tracking_number: str
    state: str
    reason: str
    errors: list[Any]
    updated_at: datetime
    submission_id: int | None
    notes: list[Any] = []


class ReportedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document as a report tells it."""

    id: int
    number: int
    type: str
    reference: str
    accepted: bool
    errors: list[Any]


class SubmissionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A submission as it stands."""

    id: int
    account: str
    vendor: str
    operation: str
    state: str
    epoch: int
    attempts: int
    event_count: int
    created_at: datetime
    next_attempt_at: datetime | None
    submitted_at: datetime | None
    next_poll_at: datetime | None
    polls: int
    amazon_transaction_id: str
    request_id: str
    verdict_at: datetime | None
    errors: list[Any]
    reason: str
    isolated_from: int | None
    api_version: str = ""
    """The version of Amazon's API in which it was sent; empty: its program's first."""
    by_word: str = ""
    """`sent`: its transaction id is an operator's word; `taken`: its success is, without Amazon's verdict."""


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """Some of a batch's documents in file order; facts by document, submissions by id."""

    documents: list[ReportedDocument]
    facts: dict[int, list[Fact]]
    submissions: dict[int, SubmissionRow]


class ToReport(msgspec.Struct, frozen=True, kw_only=True):
    """A batch whose last event became final. `report_number` is 1 for the first report on it."""

    file: FileRow
    report_number: int
