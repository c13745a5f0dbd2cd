"""What a program asks Amazon about an event before it is sent: what it would cost, whether it can be done.

The core asks once for each event, when its time to be sent has come, and remembers that it did. What is asked
reserves nothing and changes nothing, so it is a read, also where Amazon wants a POST, and may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

import msgspec

from bridge.domain.events import Event, RuleError
from bridge.programs.follow_ups import NewsFile

T = TypeVar("T")


class Asked(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """An event, and what Amazon says of it.

    `found` is what the operation's `read` made of the answer; None where Amazon gave none in time, and `why`
    says what it said instead. `profile` is the partner's `bridge.mapping.profile.VendorProfile`.
    """

    event: Any
    found: T | None
    why: str
    profile: Any


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from an answer: the event goes, or is held with `hold` as the reason.

    `event` goes in place of the one that was asked about, where there is one; it has the same ordering key.
    `notes` stand beside the event for operators and in its status files, `files` are put into the outbox.
    """

    hold: str = ""
    event: Event | None = None
    notes: tuple[RuleError, ...] = ()
    files: tuple[NewsFile, ...] = ()


def no_names(_event: Any) -> Mapping[str, str]:  # noqa: ANN401 - an event of any type
    """Return no names: there is nothing of the event in the path."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Precheck(Generic[T]):
    """How Amazon is asked about an event before it is sent.

    `wanted` returns, for a partner's profile, whether its events are checked. `operation` is the read, whose
    `body` is made of the event by API version, and whose path has the event's `names`. `judge` returns what
    follows. An event waits no longer than `at_most` for an answer; then it is judged without one. What Amazon
    refuses to answer is judged so at once.
    """

    operation: str
    wanted: Callable[[Any], bool]
    body: Callable[[Any, str], dict[str, Any]]
    judge: Callable[[Asked[T]], Checked]
    names: Callable[[Any], Mapping[str, str]] = no_names
    at_most: timedelta = timedelta(minutes=10)
