"""A trading partner as the jobs see it: its settings and adapters, which do not change, and its state."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from bridge.domain.outcomes import InDoubtPolicy
from bridge.domain.planning import BatchSize
from bridge.dropfolder.pickup import PickupPolicy
from bridge.dropfolder.port import DropFolder
from bridge.edi.addressing import Addressing
from bridge.edi.grammar import Grammar
from bridge.edi.model import ReaderEvent, ReadOptions
from bridge.edi.reader import read
from bridge.ledger.new_rows import AfterFailure
from bridge.ledger.rows import Fence
from bridge.ledger.store import Ledger
from bridge.mapping.mappings import Mappings
from bridge.mapping.profile import VendorProfile
from bridge.pipeline.spool import DiskSpace, Spool
from bridge.pipeline.state import Claim, PartnerState
from bridge.programs.event_types import Calls, LabelPolicy
from bridge.spapi.amazon_time import AmazonTime
from bridge.spapi.client import AmazonClient

Clock = Callable[[], datetime]
"""Returns the present as an aware datetime in UTC."""


@dataclass(frozen=True, slots=True)
class Policies:
    """What a vendor decided about its traffic."""

    batch_size: BatchSize = "auto"
    """Facts in one POST; `auto`: one, more only where more waits than Amazon's rate clears in a minute."""
    after_failure: AfterFailure = "retry"
    """What becomes of the orders of a failed POST that Amazon did not name."""
    confirmations_elsewhere: bool = False
    """True: status updates do not wait for a confirmation, since another system sends those."""
    calls: Calls = field(default_factory=Calls)
    """The account's version of Amazon's API, and the operations chosen where there are several."""
    in_doubt: Mapping[str, InDoubtPolicy] = field(default_factory=dict)
    """Operation → `hold` or `resubmit`, where it differs from the operation's default."""
    acknowledge: bool = True
    """Send an acknowledgement for each interchange."""
    acknowledgement_kind: Literal["997", "999"] = "997"
    """What X12 documents are acknowledged by."""
    ta1: bool | None = None
    """Whether an X12 interchange gets a TA1, too; None: when it asks for one."""
    labels_on_shipping_day: bool = False
    """A label request waits for the day of shipping, where its document tells that."""
    send_tests: bool = False
    """Send interchanges that are marked as tests, too: to Amazon's sandbox, or where the vendor says so."""
    hold_duplicates: bool = True
    """Hold what says the same as an earlier event under a new control number; False: send it."""
    labels: LabelPolicy = field(default_factory=LabelPolicy)
    """How confirmations are compared with the labels of their orders."""
    status_files: tuple[str, ...] = ("json",)
    """Forms of the transaction-status file."""
    wait_for_confirmation: timedelta = timedelta(hours=24)
    """Time that a status update waits for its confirmation before it is held."""
    confirmation_warning: float = 0.75
    """Part of Amazon's 4 hours after which an alert is raised for a missing confirmation."""
    silent_after: timedelta | None = None
    """Time without any file after which an alert is raised; None: never."""
    oldest_date: timedelta | None = None
    """An event whose own time is longer ago is held; None: none is for that."""
    retention: timedelta = timedelta(days=30)
    """Time after which what is done is purged."""
    max_file_size: int = 1 << 30
    """Bytes of the largest file that is taken."""


@dataclass(frozen=True, slots=True)
class FetchPlan:
    """What of Amazon's shipping documents a vendor wants, and when Amazon is asked for them."""

    kinds: tuple[str, ...] = ()
    """Names of the feeds that it wants."""
    every: float = 3600.0
    """Seconds between two fetches."""
    since: timedelta = timedelta(days=7)
    """How far back the first fetch goes."""
    is_open: Callable[[datetime], bool] = lambda _now: True
    """Returns whether it is business hours at the vendor's."""
    label_warning: timedelta = timedelta(days=7)
    """Time before the label of an order that has not shipped expires at which an alert is raised."""
    label_name: str = "labels/{purchase_order}/{package}_{tracking}.{ext}"
    index: str = "csv"


@dataclass(frozen=True, slots=True)
class CredentialDates:
    """What the configuration says of when an account's credentials were made; None: nothing."""

    authorized_on: date | None = None
    secret_made_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingContext:
    """What it takes to read a partner's files into the ledger; a rerun needs no more than this."""

    vendor: str
    account: str
    profile: VendorProfile
    policies: Policies
    read_options: ReadOptions
    grammar: Grammar
    mappings: Mappings
    ledger: Ledger
    spool: Spool
    clock: Clock
    claim: Claim

    @property
    def fence(self) -> Fence:
        """Return the fence that every write of a state carries."""
        return self.claim.fence

    def read(self, spool_name: str) -> Iterator[ReaderEvent]:
        """Return what stands in a kept file, in its order. Raises FileNotFoundError where it was purged."""
        return read(self.spool.read(spool_name), self.grammar, options=self.read_options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner(ReadingContext):
    """A trading partner: whoever owns a drop folder. Only its `claim` and its `state` change."""

    amazon: AmazonClient
    amazon_time: AmazonTime | None = None
    """What Amazon says of the clock; None where the clock is taken as it is."""
    credential_dates: CredentialDates = CredentialDates()
    folder: DropFolder
    pickup_policy: PickupPolicy
    addressing: Addressing = field(default_factory=Addressing)
    sharing: tuple[str, ...] = ()
    """The vendors of its account, which share Amazon's rate."""
    fetch_plan: FetchPlan = FetchPlan()
    disk_space: DiskSpace = field(default_factory=DiskSpace)
    stopping: Callable[[], bool] = bool
    """Return whether the process is to end: finish what is under way, begin nothing."""
    seconds: Callable[[], float] = time.monotonic
    """A clock that never runs backwards, for what is repeated after some time."""
    senders: int = 7
    """How many POSTs of one operation, or verdict queries, of this partner may be under way at once.

    Together with the pacer's own burst of 3 no more than Amazon's 10: however they bunch, none is a 429.
    Where Amazon tells a higher rate, there are more POSTs in proportion.
    """
    listing_interval: float = 10.0
    """Seconds between two listings of an inbox with a file that may still be growing."""
    state: PartnerState = field(default_factory=PartnerState)

    def folder_rests(self) -> bool:
        """Return whether the folder is left alone now, since it failed a short time ago."""
        return self.seconds() < self.state.folder.rests_until
