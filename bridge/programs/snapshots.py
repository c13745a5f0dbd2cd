"""What a program tells as it stands at a time of the day: stock, prices, whatever Amazon lists whole.

Such a list is told whole or not at all. So the core reads it to its last page, asks singly for what the list
has lost since the last time, and only then has the program write its files. All of a program's functions
here are pure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Generic, TypeVar

import msgspec

from bridge.programs.follow_ups import NewsDocument

S = TypeVar("S", bound=msgspec.Struct)


class SnapshotFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file for the partner's outbox; `data` is gone through once, and never in memory as a whole."""

    kind: str
    folder: str
    name: str
    data: Iterable[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotView(Generic[S]):
    """A list that was read whole. `elements` may be gone through more than once; they are not in memory.

    `missing` are the keys that the last one had and that Amazon does not know now: of these nothing is known,
    least of all that there is none. `profile` is the partner's `bridge.mapping.profile.VendorProfile`.
    """

    elements: Iterable[S]
    missing: Sequence[str]
    taken_at: datetime
    profile: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot(Generic[S]):
    """One list of Amazon's that partners want to have once a day.

    `noun` names it for operators. `at` returns the time of day in the partner's zone, or None where it is
    not wanted. `listed` is the operation that lists it; `query` returns the parameters of its first page, of
    which `token` leads to the next ones. `element` is what the operation's `read` makes, `key` what it is
    about, of which there may be several elements, and `identity` what tells those apart: of two that are the
    same in that the later one counts. `singly` returns the queries that ask for some keys alone. Of what
    `files` returns a document that does not fit the partner's mapping is not told at all, and an operator is
    told why: what stands beside it goes.
    """

    name: str
    noun: str
    listed: str
    element: type[S]
    at: Callable[[Any], time | None]
    query: Callable[[Any], Mapping[str, str]]
    key: Callable[[S], str]
    identity: Callable[[S], str]
    singly: Callable[[Any, Collection[str]], Iterable[Mapping[str, str]]]
    files: Callable[[SnapshotView[S]], Iterable[SnapshotFile | NewsDocument]]
    token: str = "nextToken"  # noqa: S105 - a parameter's name
