"""What the jobs share for one vendor: its settings, its adapters, and the fence of the drain."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import structlog

from bridge.domain.label_match import LabelPolicy
from bridge.domain.planning import BatchSize
from bridge.dropfolder.pickup import PickupPolicy
from bridge.dropfolder.port import DropFolder, RemoteFile
from bridge.edi.grammar import Grammar
from bridge.edi.options import ReadOptions
from bridge.errors import AmazonError
from bridge.ledger.rows import AfterFailure, Fence, Policy
from bridge.ledger.store import Ledger
from bridge.mapping.mappings import Mappings
from bridge.mapping.profile import VendorProfile
from bridge.pipeline.room import Room
from bridge.pipeline.spool import Spool
from bridge.spapi.amazon_time import AmazonTime
from bridge.spapi.client import AmazonClient

log = structlog.get_logger(__name__)

TIME_ASKED_EVERY = 60.0
"""Seconds between two questions for Amazon's time, where it is not known or contradicts the clock."""

Clock = Callable[[], datetime]
"""Gives the present as an aware datetime in UTC."""


@dataclass(frozen=True, slots=True)
class Policies:
    """What a vendor decided about its traffic."""

    batch_size: BatchSize = "auto"
    """Facts in one POST; `auto`: one, more only where more waits than Amazon's rate clears in a minute."""
    after_failure: AfterFailure = "retry"
    """What becomes of the orders of a failed POST that Amazon did not name."""
    confirmations_elsewhere: bool = False
    """True: status updates do not wait for a confirmation, since another system sends those."""
    in_doubt: Mapping[str, Policy] = field(default_factory=dict)
    """Operation → `hold` or `resubmit`, where it differs from the operation's default."""
    acknowledge: bool = True
    """Send an acknowledgement for each interchange."""
    acknowledgement_kind: Literal["997", "999"] = "997"
    """What X12 documents are acknowledged by."""
    ta1: bool | None = None
    """Whether an X12 interchange gets a TA1, too; None: when it asks for one."""
    labels_on_shipping_day: bool = False
    """Let a label request wait for the day of shipping, where its document tells that."""
    send_tests: bool = False
    """Send interchanges that are marked as tests, too: to Amazon's sandbox, or where the vendor says so."""
    hold_duplicates: bool = True
    """Hold what says the same as an earlier event under a new control number; False: send it."""
    labels: LabelPolicy = field(default_factory=LabelPolicy)
    """How confirmations are compared with the labels of their orders."""
    status_files: tuple[str, ...] = ("json",)
    """Forms of the transaction-status file."""
    wait_for_confirmation: timedelta = timedelta(hours=24)
    """So long a status update waits for its confirmation before it is held."""
    confirmation_warning: float = 0.75
    """At which part of Amazon's 4 hours a person is told of a confirmation that is not there."""
    silent_after: timedelta | None = None
    """After so long without any file a person is told."""
    oldest_date: timedelta | None = None
    """An event whose own time is longer ago is held; None: none is for that."""
    retention: timedelta = timedelta(days=30)
    """After so long what is done is purged."""
    max_file_size: int = 1 << 30
    """Bytes of the largest file that is taken."""


@dataclass(frozen=True, slots=True)
class FetchPlan:
    """What of Amazon's shipping documents a vendor wants, and when Amazon is asked for them."""

    kinds: tuple[str, ...] = ()
    """`labels`, `packing-slips`, `invoices`."""
    every: float = 3600.0
    """Seconds between two looks."""
    since: timedelta = timedelta(days=7)
    """How far back the first look goes."""
    is_open: Callable[[datetime], bool] = lambda _now: True
    """Tells whether it is business hours at the vendor's."""
    label_warning: timedelta = timedelta(days=7)
    """So long before the label of an order that has not shipped is void a person is told."""
    label_name: str = "labels/{purchase_order}/{package}_{tracking}.{ext}"
    index: str = "csv"


@dataclass(slots=True, kw_only=True)
class Desk:
    """What it takes to read a vendor's files into the ledger."""

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
    fence: Fence


@dataclass(slots=True, kw_only=True)
class Partner(Desk):
    """One vendor's way through the bridge. A partner belongs to one thread and those it begins."""

    amazon: AmazonClient
    amazon_time: AmazonTime | None = None
    """What Amazon says of the clock; None where the clock is taken as it is."""
    time_asked_at: float = -math.inf
    """When Amazon was asked for its time last, by `seconds`."""
    folder: DropFolder
    pickup_policy: PickupPolicy
    sharing: tuple[str, ...] = ()
    """The vendors of its account, which share Amazon's rate."""
    fetch_plan: FetchPlan = FetchPlan()
    room: Room = field(default_factory=Room)
    fetch_at: float = 0.0
    """When the lists are to be fetched next, by `seconds`."""
    fetch_failures: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(Kind of shipping document, warehouse) → how often in a row that list could not be fetched."""
    purge_at: float = 0.0
    """When the vendor's old batches are to be purged next, by `seconds`."""
    waiting_seen_at: datetime | None = None
    """When it was seen last whether a status update has waited for too long."""
    stopping: Callable[[], bool] = bool
    """Tells that the process is to end: finish what is under way, begin nothing."""
    seconds: Callable[[], float] = time.monotonic
    """A clock that never runs backwards, for the looks at the inbox."""
    senders: int = 7
    """How many POSTs of one operation, or verdict queries, of this vendor may be under way at once.

    Together with the pacer's own burst of 3 no more than Amazon's 10: however they bunch, none is a 429.
    Where Amazon tells a higher rate, there are more POSTs in proportion.
    """
    look: bool = True
    """Whether to look into the inbox; the daemon's schedule sets it, and the drain takes it back."""
    looked_at: float = 0.0
    """When the inbox was looked into last, by `seconds`."""
    look_interval: float = 10.0
    """Seconds between two looks at a file that may still be growing."""
    folder_error: str = ""
    """Why the vendor's folder could not be used when it was last tried."""
    folder_failures: int = 0
    """How often in a row it could not be used."""
    folder_rests_until: float = 0.0
    """Until then, by `seconds`, the folder is left alone."""
    moved: Counter[RemoteFile] = field(default_factory=Counter)
    """Files that stand in the inbox → how often they were moved out of it, as its server says."""
    tried: Counter[RemoteFile] = field(default_factory=Counter)
    """Files of the inbox that could not be read → how often they were tried."""
    untaken: frozenset[RemoteFile] = frozenset()
    """Files of the last look that could not be read, or are larger than may be taken."""
    unsettled: int = 0
    """Files that the last look saw and that may still be growing."""
    compared: bool = False
    """Whether the ledger's numbers were compared with those in archive and outbox."""
    open_alerts: set[tuple[str, str]] | None = None
    """Kinds and keys of the alerts that are open; None while nobody has looked since the start."""
    telling: threading.Lock = field(default_factory=threading.Lock)
    """Held while an alert is raised or taken back: the partner's senders do it beside its own thread."""

    def confirmed_time(self) -> datetime | None:
        """Return the present as far as Amazon confirms it; None where it does not, or contradicts.

        What cannot be taken back (a cursor, a purge, a hold for having waited too long) goes by this. Where
        nothing is known yet, or the clock seems to be wrong, Amazon is asked, once a minute at most.
        """
        if self.amazon_time is None:
            return self.clock()
        unsure = self.amazon_time.confirmed() is None or self.amazon_time.is_off
        if unsure and self.seconds() >= self.time_asked_at + TIME_ASKED_EVERY:
            self.time_asked_at = self.seconds()
            try:
                self.amazon.ask_time()
            except AmazonError as error:
                log.info("time_not_asked", account=self.account, fault=str(error.fault))
        return None if self.amazon_time.is_off else self.amazon_time.confirmed()

    def folder_rests(self) -> bool:
        """Tell whether the vendor's folder is left alone now, since it failed a short time ago."""
        return self.seconds() < self.folder_rests_until
