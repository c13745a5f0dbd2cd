"""What a program asks Amazon about an event before it is sent: what it would cost, whether it can be done.

The core asks once for each event, when its time to be sent has come, and remembers that it did. What is asked
reserves nothing and changes nothing, so it is a read, also where Amazon wants a POST, and may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import msgspec

from bridge.domain.events import Event, RuleError
from bridge.programs.follow_ups import NewsFile

T = TypeVar("T")


class Asked(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """An event, and what Amazon says of it.

    `event` is as the answers before have made it. `found` is what the operation's `read` made of the answer;
    None where Amazon gave none in time, and `why` says what it said instead. `profile` is the partner's
    `bridge.mapping.profile.VendorProfile`.
    """

    event: Any
    found: T | None
    why: str
    profile: Any
    now: datetime


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from an answer: the event goes, or is held with `hold` as the reason.

    `event` goes in place of the one that was asked about, where there is one; it has the same ordering key.
    `notes` stand beside the event for operators and in its status files, `files` are put into the outbox.

    `done`: nothing of it is sent, and why: what it was for has been told. `later`: it waits so long, and is
    asked about anew, with `hold` as the reason. Any of the three ends the questions.
    """

    hold: str = ""
    done: str = ""
    later: timedelta | None = None
    event: Event | None = None
    notes: tuple[RuleError, ...] = ()
    files: tuple[NewsFile, ...] = ()

    @property
    def goes_on(self) -> bool:
        """Whether the event may go as far as this answer says."""
        return not (self.hold or self.done)


def no_names(_event: Any) -> Mapping[str, str]:  # noqa: ANN401 - an event of any type
    """Return no names: there is nothing of the event in the path."""
    return {}


def _always(_event: Any, _profile: Any) -> bool:  # noqa: ANN401 - an event of any type
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[T]):
    """One read about an event, and what follows from its answer.

    `operation` is the read, whose `body` is made of the event by API version, and whose path has the event's
    `names`. `judge` returns what follows. `needed` returns, for a partner's profile, whether it is asked.
    """

    operation: str
    judge: Callable[[Asked[T]], Checked]
    body: Callable[[Any, str], dict[str, Any]] = lambda _event, _version: {}
    names: Callable[[Any], Mapping[str, str]] = no_names
    needed: Callable[[Any, Any], bool] = _always


@dataclass(frozen=True, slots=True, kw_only=True)
class Precheck:
    """How Amazon is asked about an event before it is sent.

    `wanted` returns, for a partner's profile, whether its events are checked. The `questions` are asked in
    their order, each about the event as the answers before have made it, until one says that it does not go;
    what they say is kept together. An event waits no longer than `at_most` for an answer; then it is judged
    without one. What Amazon refuses to answer is judged so at once.

    What was found counts for `good_for`: an event that was not sent by then is asked about anew, as is one
    that an operator releases. Without it, it counts for good.
    """

    wanted: Callable[[Any], bool]
    questions: tuple[Question[Any], ...]
    at_most: timedelta = timedelta(minutes=10)
    good_for: timedelta | None = None
