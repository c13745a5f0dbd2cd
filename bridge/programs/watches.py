"""What a program has read again and again: a list of what has changed, each change told once.

Nothing of it was sent by edibridge: orders that buyers have placed, for one. Functions here are pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import msgspec

from bridge.programs.follow_ups import NewsFile

T = TypeVar("T")


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of an element (JSON, nothing of persons), and whether it is told.

    `due`: by when something has to be done about it by the partner, while nothing was; an operator is told
    before, see `WARNINGS`.
    """

    kept: bytes
    told: bool
    due: datetime | None = None


WARNINGS = (timedelta(hours=24), timedelta(hours=4), timedelta(0))
"""So long before what is due operators are told of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch(Generic[T]):
    """One list that is read again and again.

    `listed` is the operation that lists it, `noun` names several of its elements. `every` returns, for a
    partner's profile, how often it is read; None: not at all. `query` returns the parameters that ask for
    what has changed since a time, in the first page (an empty token) or the one that a token leads to; it is
    read from `overlap` before the last reading on, the first time from `first` before. `number` is what an
    element is known by.

    `noun` and `to_do` tell operators what is due, as in "orders to ship have no label".

    `note` gets an element and what was kept of it (empty for a new one). `files` returns the files by which
    elements are told, at a time, to a partner by its profile.
    """

    name: str
    noun: str
    listed: str
    every: Callable[[Any], timedelta | None]
    query: Callable[[datetime, str], Mapping[str, str]]
    to_do: str
    number: Callable[[T], str]
    note: Callable[[T, bytes], Noted]
    files: Callable[[Sequence[T], datetime, Any], Sequence[NewsFile]]
    first: timedelta
    overlap: timedelta = timedelta(hours=1)
