"""What the ledger must know of an event to keep facts in order: its key, its time, its packages."""

from __future__ import annotations

from datetime import UTC, datetime

from bridge.domain.events import Event, ShipmentConfirmed, ShipmentStatusChanged


def sequence_key(event: Event) -> str:
    """Name the thing whose events go one after the other.

    Status updates of one package (`pkg:1Z999`), confirmations and label requests of one order
    (`po:D123`): of one key never two submissions are under way.
    """
    if isinstance(event, ShipmentStatusChanged):
        return f"pkg:{event.tracking_number}"
    return f"po:{event.purchase_order_number}"


def occurred_at(event: Event) -> datetime | None:
    """Tell when the fact happened, in UTC; None for a label request, which has no time of its own."""
    if isinstance(event, ShipmentConfirmed):
        return datetime.fromisoformat(event.shipped_date).astimezone(UTC)
    if isinstance(event, ShipmentStatusChanged):
        return datetime.fromisoformat(event.status_date_time).astimezone(UTC)
    return None


def announced_packages(event: Event) -> tuple[str, ...]:
    """List the tracking numbers that a confirmation makes known."""
    if not isinstance(event, ShipmentConfirmed):
        return ()
    return tuple(dict.fromkeys(c.tracking_number for c in event.containers if c.tracking_number))
