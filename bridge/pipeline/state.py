"""What changes of a trading partner while its process lives; what must outlive it stands in the ledger.

| part | changed by | also read by |
|---|---|---|
| `fence` of `Claim` | drain, before the jobs begin | every job |
| `listing_requested` | set by whoever wants the inbox listed; cleared by drain | |
| `inbox` | collect | drain, deadlines, the runners |
| `folder` | drain, and restored on its behalf | deadlines, the runners |
| `fetching` | fetch | deadlines |
| `sweeping` | sweep | deadlines |
| `watching` | watch | deadlines |
| `news` | follow | |
| `alerts` | alerts | |
| `timers` | the module named with each field | |

Threads: the jobs of a partner run in the one thread that the drain has begun for it, and change its state
there. The background jobs (submit, follow) run beside that thread; of the state they change `alerts`,
which has a lock, follow alone `sweeping` and `news`, and watch alone `watching`.
The thread of the account's drain, while the partner's own has ended,
and the daemon's scheduler, at any time, only read plain values, each replaced whole, and set
`listing_requested`, which is an event.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from bridge.dropfolder.port import RemoteFile
from bridge.ledger.rows import Fence


@dataclass(slots=True)
class Claim:
    """The right to write for an account; each drain of it has a newer one."""

    fence: Fence


@dataclass(slots=True)
class InboxState:
    """What the last listing of the inbox showed. Changed by collect."""

    listed_at: float = 0.0
    """When the inbox was listed last, by `Partner.seconds`."""
    unsettled: int = 0
    """Files that may still be growing."""
    untaken: frozenset[RemoteFile] = frozenset()
    """Files that could not be read, are larger than may be taken, or cannot be moved away."""
    tried: Counter[RemoteFile] = field(default_factory=Counter)
    """Files that could not be read → how often they were tried."""
    moved: Counter[RemoteFile] = field(default_factory=Counter)
    """Files that stand there → how often they were moved out of it, as its server says."""


@dataclass(slots=True)
class FolderState:
    """Whether the drop folder works. Changed by drain, and by restored, which it calls first."""

    error: str = ""
    """Why it could not be used when it was last tried."""
    failures: int = 0
    """How often in a row it could not be used."""
    rests_until: float = 0.0
    """Until then, by `Partner.seconds`, it is left alone."""
    numbers_compared: bool = False
    """Whether the ledger's numbers were compared with those in archive and outbox."""


@dataclass(slots=True)
class FetchState:
    """The reading of Amazon's lists. Changed by fetch."""

    due_at: float = 0.0
    """When the lists are to be read next, by `Partner.seconds`."""
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(Kind of document, warehouse) → how often in a row that list could not be read."""


@dataclass(slots=True)
class WatchState:
    """When lists are to be read again (seconds of the steady clock), and where a reading was interrupted.

    That is by the list's name: since when it was asked for, when it was begun, and the next page's token.
    """

    due_at: dict[str, float] = field(default_factory=dict)
    places: dict[str, tuple[datetime, datetime, str]] = field(default_factory=dict)


@dataclass(slots=True)
class SweepState:
    """The reading of Amazon's lists of what has changed. Changed by sweep."""

    due_at: dict[str, float] = field(default_factory=dict)
    """Name of a follow-up → when its list is to be read next, by `Partner.seconds`."""


@dataclass(slots=True)
class NewsState:
    """What was done about documents that could not be written. Changed by follow."""

    tried_held: bool = False
    """Whether they were tried again since the start, by the mappings and settings of now."""


@dataclass(slots=True)
class OpenAlerts:
    """The alerts that are open. Read and changed by alerts, under the lock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    keys: set[tuple[str, str]] | None = None
    """Their kinds and keys; None while they have not been read from the ledger since the start."""


@dataclass(slots=True)
class Timers:
    """When work that does not belong in each pass was done last, or is due next."""

    purge_due_at: float = 0.0
    """By `Partner.seconds`. Changed by retention."""
    waiting_checked_at: datetime | None = None
    """When it was seen last whether a status update has waited for too long. Changed by deadlines."""
    validity_checked_at: datetime | None = None
    """When it was seen last how long the account's credentials are good. Changed by validity."""
    time_asked_at: float = -math.inf
    """When Amazon was asked for its time last, by `Partner.seconds`. Changed by timekeeping."""


def _requested() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass(frozen=True, slots=True)
class PartnerState:
    """All state of one partner; each part is changed by its owner alone."""

    listing_requested: threading.Event = field(default_factory=_requested)
    """Set where the inbox is to be listed: by its schedule, or since its folder works again."""
    inbox: InboxState = field(default_factory=InboxState)
    folder: FolderState = field(default_factory=FolderState)
    fetching: FetchState = field(default_factory=FetchState)
    sweeping: SweepState = field(default_factory=SweepState)
    watching: WatchState = field(default_factory=WatchState)
    news: NewsState = field(default_factory=NewsState)
    alerts: OpenAlerts = field(default_factory=OpenAlerts)
    timers: Timers = field(default_factory=Timers)
