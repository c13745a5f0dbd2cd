"""What a program asks Amazon about until it is over: an order being fulfilled, a refund, a package.

Amazon tells nothing by itself. So the core asks how each of these stands when its time has come, and the
program says what that means: the news for the partner, when to ask again, and when it is over. All of a
program's functions here are pure; what a look found is committed as one, so that news is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import msgspec

from bridge.edi.addressing import Origin
from bridge.programs.operations import Element

T = TypeVar("T")

LONGEST_SUBJECT = 200
"""Characters of a subject: it stands in an index of the ledger."""

NextNumber = Callable[[str, str], int]
"""(scope, kind) → the next control number, from 1. It is taken when the look is committed."""


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """Something to ask about from now on.

    `name` is that of its follow-up. `subject` is what Amazon knows it by, 200 characters at most; raises
    ValueError for an empty or longer one. `kept` is the program's own note of it (JSON) for the first look:
    what later news needs of the event. Addresses and names of persons do not belong there.
    """

    name: str
    subject: str
    kept: bytes = b""

    def __post_init__(self) -> None:
        """Check the subject's length."""
        if not 0 < len(self.subject) <= LONGEST_SUBJECT:
            raise ValueError(f"{self.name}: a subject has 1 to {LONGEST_SUBJECT} characters")


class NewsFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file for the partner's outbox. `kind` is free: `945`, `214`, `csv`, ...

    `data` are its bytes, or a function that writes them with control numbers.
    """

    kind: str
    folder: str
    name: str
    data: bytes | Callable[[NextNumber], bytes]


class NewsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document for the partner's outbox, which the core writes by the partner's outbound mapping.

    `document` is its type (`945`, `DESADV`), `notice` the program's notice that it is written from, with its
    `values` (see `bridge.programs.notices`). `origin` is the envelope of the document that it answers: who
    writes to whom is turned round where the partner's settings do not say.

    One that does not fit the partner's mapping, grammar or characters is held as a whole, and an operator is
    told; what stands beside it goes.
    """

    document: str
    notice: str
    values: Mapping[str, Any]
    folder: str
    name: str
    origin: Origin | None = None


class View(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """What a look is given.

    `found` is what the operation's `read` made of Amazon's answer; None where Amazon knows no such thing
    (404), and `missed` counts how often in a row, this time included. `kept` is what the last look kept.
    `profile` is the partner's `bridge.mapping.profile.VendorProfile`.
    """

    subject: str
    found: T | None
    kept: bytes
    missed: int
    started_at: datetime
    now: datetime
    profile: Any


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a look found, and what is to follow from it.

    `kept` replaces what was kept. `status` is the state in a word, for operators. `files` are put into the
    outbox, `note` is told to operators with the look; both once, since `kept` says what was told. `starts`
    are asked about, too, from now on. `alert` is a text for an operator, open until a look gives none.

    `references` are further numbers by which an operator may ask for it (`edibridge trace`); what an earlier
    look named stays.

    `again` is the time until the next look, one minute at least. `over` is the end state: nothing is asked
    any more. Empty, it goes on.
    """

    kept: bytes
    status: str
    again: timedelta
    files: tuple[NewsFile | NewsDocument, ...] = ()
    note: str = ""
    starts: tuple[Start, ...] = ()
    references: tuple[str, ...] = ()
    alert: str = ""
    over: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep(Generic[T]):
    """A list that shows which of many have changed, so that few need be asked about singly.

    `listed` is the operation that lists them. `query` returns the parameters that ask for what changed since
    a time, in the first page (an empty token) or the one that a token leads to. `subject` is what an element
    is about; what is not followed is passed over. `changed` returns whether it says other than what was kept:
    then it is asked about at once. The list is read `every` so often, from `overlap` before the last time on.
    """

    listed: str
    query: Callable[[datetime, str], Mapping[str, str]]
    subject: Callable[[T], str]
    changed: Callable[[T, bytes], bool]
    every: timedelta
    overlap: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxMoves:
    """How Amazon's sandbox, and nothing else, has what is followed go on.

    `operation` moves one, by the follow-up's `path_name`, to the status that `body` makes a body of.
    `statuses` are those on the way, in their order; `ends` those at which it may come to its end, the usual
    one first.
    """

    operation: str
    body: Callable[[str], Element]
    statuses: tuple[str, ...]
    ends: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp(Generic[T]):
    """One kind of thing that is asked about until it is over.

    `noun` names several of it for operators. `single` is the operation that reads one by its subject, which
    stands in its path as `{path_name}`.

    `after` is the operation whose events start one when they succeed: `start` returns what, or None. Without
    `after` only looks at others start it. `first` is the time until the first look. After `at_most` it is
    given up, and an operator is told. With a `sweep` looks may be rare: what has changed is seen in the list.
    `sandbox` is how a rehearsal moves it on.
    """

    name: str
    noun: str
    single: str
    path_name: str
    look: Callable[[View[T]], Look]
    at_most: timedelta
    sweep: Sweep[Any] | None = None
    after: str = ""
    start: Callable[[Any], Start | None] = lambda _event: None
    first: timedelta = timedelta(0)
    sandbox: SandboxMoves | None = None
