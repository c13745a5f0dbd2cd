"""Events and results of mapping, as all programs have them: what is to be sent, or why it is not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import msgspec

FAILED_HERE = "edibridge itself failed on this document"
"""How the reason begins of an event that is held by a fault of the bridge's own."""
RESTORED = "the ledger was restored from a backup: Amazon may have this already"
"""The reason of what is held, or in doubt, for that."""


class Event(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One business fact from a document, in Amazon's words; each program derives its own.

    Events are stored as JSON in the ledger: fields may be added with a default, never renamed.
    """


_STEPS = frozenset({"cancel", "none"})


class RuleError(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Why an event is refused before it is sent: a rule of the mapping or of Amazon's is broken.

    `code` is stable (`MISSING_WEIGHT`); `segment`, `position`, `element`, `component` point into the
    document where known.
    """

    code: str
    message: str
    segment: str = ""
    position: int = 0
    element: int = 0
    component: int = 0


Function = Literal["original", "resend", "replace", "cancel", "none", "hold"]
"""What a document is for, as its function code (X12 353, EDIFACT 1225) says."""


class MappingResult(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome of mapping: what is to be sent, or why it is not.

    With neither `hold` nor `errors` the event may go. `hold` is a reason that waits for an operator
    (`event` may be None where no event can be made, e.g. for an unknown status pair). `errors`
    refuse it for good: the vendor must send it again, corrected. `summary` names the result for operators:
    order or tracking number and status. `assumed_zone` is the configured zone in which the event's time
    was read, where the document names none. `wait` says that it goes by itself, and when.

    `function` is what the document is for. A cancellation, and what nothing is sent for (`none`), have
    no event that could be sent; `about` is the one that they speak of, where it could be made. `told`
    says where the document says so, or why nothing is sent.
    """

    event: Event | None = None
    hold: str = ""
    errors: tuple[RuleError, ...] = ()
    purchase_order_number: str = ""
    tracking_number: str = ""
    summary: str = ""
    assumed_zone: str = ""
    wait: str = ""
    function: Function = "original"
    told: str = ""
    about: Event | None = None
    withdraws: bool = False
    """Nothing is sent; where something was to be sent for its order before, that is taken back."""

    @property
    def nothing_to_send(self) -> bool:
        """Return whether the result needs no step at all: neither event nor hold nor errors."""
        return self.event is None and not self.hold and not self.errors and self.function not in _STEPS


def failed_here(error: Exception) -> str:
    """Return the reason of what is held since the bridge itself failed on its document.

    The error's own text stays in the log: it may hold what is personal.
    """
    return f"{FAILED_HERE} ({type(error).__name__}); see the log"


def occurred_at(own_time: str) -> datetime | None:
    """Return when a fact happened, in UTC, as its document tells it; None where that is no usable time.

    Whatever the text is, nothing is raised: an event without a time is refused or held, never its file.
    """
    try:
        return datetime.fromisoformat(own_time).astimezone(UTC)
    except (ValueError, OverflowError):  # no time at all, or at the ends of the calendar
        return None
