"""What the ledger must know of an event to keep facts in order: its key, its time, its packages."""

from __future__ import annotations

from datetime import UTC, datetime

from bridge.domain.events import Event, ShipmentConfirmed, ShipmentStatusChanged

FAILED_HERE = "edibridge itself failed on this document"
"""How the reason begins of an event that is held by a fault of the bridge's own."""
RESTORED = "the ledger was restored from a backup: Amazon may have this already"
"""The reason of what is held, or in doubt, for that."""


def ordering_key(event: Event) -> str:
    """Name the thing whose events go one after the other.

    Status updates of one package (`pkg:1Z999`), confirmations and label requests of one order
    (`po:D123`): of one key never two submissions are under way.
    """
    if isinstance(event, ShipmentStatusChanged):
        return f"pkg:{event.tracking_number}"
    return f"po:{event.purchase_order_number}"


def subject_of(event: Event) -> str:
    """Name what a package has several of: the status that an update tells; empty for others."""
    return f"{event.status_code}/{event.reason_code}" if isinstance(event, ShipmentStatusChanged) else ""


def failed_here(error: Exception) -> str:
    """Return the reason of what is held since the bridge itself failed on its document.

    The error's own text stays in the log: it may hold what is personal.
    """
    return f"{FAILED_HERE} ({type(error).__name__}); see the log"


def own_time(event: Event) -> str:
    """Return the time of the fact as its document tells it; empty for a label request, which has none."""
    if isinstance(event, ShipmentConfirmed):
        return event.shipped_date
    if isinstance(event, ShipmentStatusChanged):
        return event.status_date_time
    return ""


def occurred_at(event: Event) -> datetime | None:
    """Return when the fact happened, in UTC; None where no usable time stands in it.

    Whatever the text is, nothing is raised: an event without a time is refused or held, never its file.
    """
    try:
        return datetime.fromisoformat(own_time(event)).astimezone(UTC)
    except (ValueError, OverflowError):  # no time at all, or at the ends of the calendar
        return None


def announced_packages(event: Event) -> tuple[str, ...]:
    """List the tracking numbers that a confirmation makes known."""
    if not isinstance(event, ShipmentConfirmed):
        return ()
    return tuple(dict.fromkeys(c.tracking_number for c in event.containers if c.tracking_number))
