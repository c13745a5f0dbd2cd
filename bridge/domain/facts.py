"""Reasons for which an event is held that several rooms know, and the time of an event."""

from __future__ import annotations

from datetime import UTC, datetime

FAILED_HERE = "edibridge itself failed on this document"
"""How the reason begins of an event that is held by a fault of the bridge's own."""
RESTORED = "the ledger was restored from a backup: Amazon may have this already"
"""The reason of what is held, or in doubt, for that."""


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
