"""Decisions about submissions: pure, so that each is a table in a test. Nothing is read or written."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import Literal, NamedTuple

FIRST_POLLS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
POLL_EVERY = 60.0
OVERDUE_AFTER = 30 * 60.0  # Amazon: no verdict after 30 minutes is a case for its support
POLL_OVERDUE_EVERY = 300.0
BatchSize = int | Literal["auto"]
FULL_BATCH = 50
"""Events in one submission at most where the size is `auto`."""
SHORT_BACKLOG = 60.0
"""What Amazon's rate clears in so many seconds goes one event a submission where the size is `auto`."""

FASTEST = 20.0
"""POSTs a second, each with two commits, that any machine's ledger keeps up with."""

BACKOFF_FIRST = 1.0
BACKOFF_MOST = 300.0


class Ready(NamedTuple):
    """An event that may be sent, as grouping sees it."""

    id: int
    ordering_key: str
    batch_limit: int | None = None
    isolated_from: int | None = None


class Sent(NamedTuple):
    """An event of a submission, as the answer's consequences see it."""

    id: int
    purchase_order_number: str


class Split(NamedTuple):
    """What becomes of the events of a failed or refused submission: ids in the order given."""

    failed: tuple[int, ...]
    again: tuple[int, ...]
    held: tuple[int, ...] = ()


def short_backlog(rate: float) -> int:
    """Return how many POSTs of one operation Amazon's rate (requests/s) clears in a minute.

    Where Amazon allows more than a ledger keeps up with, what that keeps up with.
    """
    return max(1, math.floor(min(rate, FASTEST) * SHORT_BACKLOG))


def batch_size_for(setting: BatchSize, rate: float, waiting: int, queued: int) -> int:
    """Return how many events a new submission may hold; 0 where none is to be made yet.

    `waiting` counts the ready events that share the rate, `queued` the submissions made of them and not sent.
    `auto`: a verdict and a doubt are about a whole submission, so one event each while Amazon's rate clears
    all that waits in a minute, and beyond that no more than it takes to clear it. Where a minute's worth of
    submissions is queued already, as while Amazon is down, more of them would only be smaller.
    """
    if setting != "auto":
        return setting
    posts = short_backlog(rate)
    if queued >= posts:
        return 0
    return min(FULL_BATCH, max(1, math.ceil((waiting + queued) / posts)))


def group(events: Iterable[Ready], batch_size: int) -> list[list[Ready]]:
    """Cut events, oldest first, into submissions of at most `batch_size`.

    Of a sequence key only the first is taken: the others wait until it is done. Events with a batch
    limit share submissions only with events of the same limit.
    """
    taken: set[str] = set()
    open_groups: dict[int, list[Ready]] = {}
    groups: list[list[Ready]] = []
    for event in events:
        if event.ordering_key in taken:
            continue
        taken.add(event.ordering_key)
        limit = min(batch_size, event.batch_limit or batch_size)
        members = open_groups.get(limit)
        if members is None or len(members) >= limit:
            members = open_groups[limit] = []
            groups.append(members)
        members.append(event)
    return groups


def isolate(events: Sequence[Sent], named_orders: Collection[str], *, hold: bool = False) -> Split:
    """Split the events of a refused or failed submission.

    One alone fails. Of many, those whose order Amazon named fail and the rest go again one by one; where
    no order of theirs is named, all go again. With `hold` an operator decides about what would go again.
    """
    if len(events) == 1:
        return Split(failed=(events[0].id,), again=())
    failed = tuple(event.id for event in events if event.purchase_order_number in named_orders)
    gone = set(failed)
    rest = tuple(event.id for event in events if event.id not in gone)
    return Split(failed=failed, again=(), held=rest) if hold else Split(failed=failed, again=rest)


def halve(event_count: int) -> int | None:
    """Return the batch limit for the events of a submission that was too large; None where it held one."""
    return None if event_count <= 1 else (event_count + 1) // 2


def in_doubt_move(policy: str) -> str | None:
    """Return the cause that a policy makes of a doubt; None where it is waited (`hold`, `verify`)."""
    return "resubmit" if policy == "resubmit" else None


def backoff(attempt: int, jitter: float = 0.0) -> float:
    """Return the seconds to wait after the attempt of that number (from 1), `jitter` (0 to 1) on top.

    Doubles from 1 s to 5 minutes; the jitter adds up to a quarter.
    """
    wait = min(BACKOFF_MOST, BACKOFF_FIRST * 2.0 ** min(max(attempt, 1) - 1, 16))
    return wait * (1.0 + 0.25 * jitter)


def next_poll(polls: int, age: float) -> float:
    """Return the seconds until the verdict is asked for again.

    `polls` counts the questions so far, `age` is the seconds since the submission was taken.
    """
    if is_overdue(age):
        return POLL_OVERDUE_EVERY
    return FIRST_POLLS[polls] if polls < len(FIRST_POLLS) else POLL_EVERY


def is_overdue(age: float) -> bool:
    """Return whether a verdict should have come, `age` seconds after the submission was taken."""
    return age >= OVERDUE_AFTER
