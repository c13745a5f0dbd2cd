"""What a program makes of a refusal of Amazon's, where it does not simply mean that the event has failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bridge.domain.events import Event
from bridge.domain.outcomes import AmazonApiError


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """What a refusal means for its event; without anything it has failed with Amazon's errors.

    `hold`: it is held for an operator, and why. `ask_anew`: what Amazon said of it before it was sent counts
    no more; it is asked about anew, `AT_MOST` times, and then held; `event` goes in its place, where there is
    one with the same ordering key. `later`: nothing of its operation is
    taken for so long, and `hold` says why; it goes again by itself, and operators are told. `exists` is what
    Amazon has of it already, by Amazon's own number: after a doubt it may be what the doubt is about.
    """

    hold: str = ""
    ask_anew: bool = False
    event: Event | None = None
    later: timedelta | None = None
    exists: str = ""


AT_MOST = 2
"""So often what is refused is asked about anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """How refusals of an operation are judged.

    `judge` gets the event, Amazon's errors and the HTTP status. What `exists` after a doubt is read by
    `operation`, in whose path it stands as `path_name`; `is_own` returns, for the event, what was read and
    when it was sent first, whether it is what the doubt is about. Its answer then counts as that of the call.
    """

    judge: Callable[[Any, tuple[AmazonApiError, ...], int | None], Refusal]
    operation: str = ""
    path_name: str = ""
    is_own: Callable[[Any, Any, datetime], bool] = lambda _event, _found, _since: False

    def names(self, number: str) -> Mapping[str, str]:
        """Return the names in the path of what exists."""
        return {self.path_name: number}
