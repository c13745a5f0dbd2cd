"""What goes into the ledger and what the jobs get out of it: frozen values, times as aware UTC datetimes.

What is read for people stands in `bridge.ledger.read_models`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from bridge.domain.label_match import LabelPolicy
from bridge.domain.labels import LabelPackage

Policy = Literal["hold", "resubmit", "verify"]
AfterFailure = Literal["retry", "hold"]


class Fence(msgspec.Struct, frozen=True):
    """The right to write for an account; it ends when somebody else claims the account."""

    account: str
    epoch: int


# --- in ------------------------------------------------------------------------------------------


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the inbox whose bytes are safe in the spool; `mtime` in seconds since the epoch."""

    vendor: str
    name: str
    sha256: str
    size: int
    mtime: float
    spool_name: str


class NewDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document as it was read, accepted or not. `errors` are `EdiError`s or any structs or dicts.

    `state` is free: `translated`, `rejected`, `unmapped`; `number` counts the file's documents.
    """

    number: int
    offset: int
    length: int
    standard: str
    type: str
    version: str = ""
    reference: str = ""
    interchange_control_number: str = ""
    group_control_number: str = ""
    sender: str = ""
    receiver: str = ""
    accepted: bool = True
    errors: tuple[Any, ...] = ()
    state: str = "translated"


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event to be kept. `body` is the JSON of a `bridge.domain.events.Event`, None where there is none.

    `state`: `ready`, `waiting` (a status update whose confirmation has not succeeded yet), `held`,
    `refused` or `not_sent`. `ordering_key`: `po:<order>` or `pkg:<tracking number>`. `function` is what
    its document is for, empty for an original; `subject` the status that a cancellation is about. Until
    `not_before` it is not sent.
    """

    operation: str
    ordering_key: str
    occurred_at: datetime
    body: bytes | None
    state: Literal["ready", "waiting", "held", "refused", "not_sent"] = "ready"
    purchase_order_number: str = ""
    tracking_number: str = ""
    reason: str = ""
    errors: tuple[Any, ...] = ()
    summary: str = ""
    ordinal: int = 0
    not_before: datetime | None = None
    function: str = ""
    subject: str = ""


class NewInterchange(msgspec.Struct, frozen=True, kw_only=True):
    """An interchange that was read; `sha256` of its bytes, to tell a resend from a conflict."""

    number: int
    standard: str
    sender: str
    receiver: str
    control_number: str
    sha256: str


class NewOutbound(msgspec.Struct, frozen=True, kw_only=True):
    """A file for a vendor's outbox. `kind` is free: `997`, `CONTRL`, `label`, `status`, ...

    `data` is gone through once, so that what is large need never be in memory as a whole.
    """

    kind: str
    folder: str
    name: str
    data: bytes | Iterable[bytes]


class LabelAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The labels of one order as Amazon told them; `files`: the place of each among the files, or None."""

    purchase_order_number: str
    packages: tuple[LabelPackage, ...]
    files: tuple[int | None, ...]


class NewLabels(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be noted of the labels that came with some files.

    `orders`: the order of each file. `made_at`: when they were made at the earliest. `whole`: they are the
    answer to a question about one order. `policy`: how confirmations that wait are compared with them.
    """

    orders: Sequence[str]
    made_at: datetime
    answers: Sequence[LabelAnswer] = ()
    whole: bool = False
    policy: LabelPolicy = LabelPolicy()


class ToldLabel(msgspec.Struct, frozen=True, kw_only=True):
    """A label that became void, or valid again, as an index tells it; `file` is its path in the outbox."""

    purchase_order_number: str
    package_identifier: str
    tracking_number: str
    ship_method: str
    state: str
    replaced_by: str
    file: str
    sha256: str


class OutcomeHandling(msgspec.Struct, frozen=True, kw_only=True):
    """What is to follow from an outcome, as its partner's settings and the present have it.

    `retry_at`: when to send again (not_taken, in doubt with `resubmit`), when to verify (`verify`), until
    when the account pauses (unauthorized). `named_orders`: the order numbers that Amazon's errors name.
    """

    retry_at: datetime | None = None
    named_orders: frozenset[str] = frozenset()
    policy: Policy = "hold"


class VerdictHandling(msgspec.Struct, frozen=True, kw_only=True):
    """What is to follow from a verdict, and which transaction it is on.

    With `amazon_transaction_id` it is of that one alone: an operator may have had it sent again meanwhile.
    `named_orders`: the order numbers that Amazon's errors name. `wants`: the kinds of shipping documents
    (`labels`, ...) that a Success lets Amazon make for its orders.
    """

    amazon_transaction_id: str = ""
    named_orders: frozenset[str] = frozenset()
    wants: tuple[str, ...] = ()
    after_failure: AfterFailure = "retry"
    """What becomes of the orders of a failed submission that Amazon did not name."""


# --- out: what the jobs work on -------------------------------------------------------------------


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


class DueSubmission(msgspec.Struct, frozen=True, kw_only=True):
    """A submission to send (or, in doubt, to look for). Bodies, ids and orders stand in the same order."""

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
    """Something to ask Amazon for by its order's number; `kind`: `labels`, `packing-slips`, `invoices`."""

    kind: str
    purchase_order_number: str
    requested_at: datetime
    attempts: int


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


# --- out: what operators look at ------------------------------------------------------------------
