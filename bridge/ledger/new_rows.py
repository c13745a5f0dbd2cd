"""What is written into the ledger: frozen values, times as aware UTC datetimes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from bridge.domain.events import Event, RuleError
from bridge.domain.labels import LabelPackage
from bridge.domain.outcomes import InDoubtPolicy
from bridge.programs.event_types import LabelPolicy
from bridge.programs.follow_ups import NewsFile, Start
from bridge.programs.spending import Amount

AfterFailure = Literal["retry", "hold"]


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
    """What is to be noted of the labels that came with some files, `kind` being their feed.

    `orders`: the order of each file. `made_at`: when they were made at the earliest. `whole`: they are the
    answer to a question about one order. `policy`: how confirmations that wait are compared with them.
    """

    kind: str
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
    `wants`: the kinds of shipping documents that a result lets Amazon make for its orders. `notes` and
    `files` are what a result says besides, `charged` what it has cost, `reference` what Amazon knows it by,
    `tracking_number` that of its package, and `starts` what is asked about from now on. `event` goes in
    place of the one that is asked about anew.
    """

    retry_at: datetime | None = None
    named_orders: frozenset[str] = frozenset()
    policy: InDoubtPolicy = "hold"
    wants: tuple[str, ...] = ()
    notes: tuple[RuleError, ...] = ()
    files: tuple[NewsFile, ...] = ()
    charged: Amount | None = None
    reference: str = ""
    tracking_number: str = ""
    event: Event | None = None
    starts: tuple[Start, ...] = ()


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
