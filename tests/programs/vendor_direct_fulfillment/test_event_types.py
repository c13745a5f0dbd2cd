"""What the core is told of a status update that lacks what its confirmation knows."""

from __future__ import annotations

import msgspec

from bridge.domain.events import Event
from bridge.domain.values import Address
from bridge.programs.registry import installed
from bridge.programs.vendor_direct_fulfillment.events import PartyIdentification, ShipmentStatusChanged


def completed(event: ShipmentStatusChanged, order: str, warehouse: str) -> Event:
    awaits = installed().of(event).awaits
    assert awaits is not None
    return awaits.complete(event, order, warehouse)


def _status(order: str, warehouse: str) -> ShipmentStatusChanged:
    return ShipmentStatusChanged(
        purchase_order_number=order,
        selling_party=PartyIdentification("VENDR"),
        ship_from_party=PartyIdentification(warehouse, Address(city="Leeds")),
        tracking_number="1Z",
        status_code="D1",
        reason_code="NS",
        status_date_time="2026-03-01T10:00:00Z",
        status_location_address=Address(country_code="GB"),
    )


def test_a_status_update_is_completed_from_its_confirmation() -> None:
    told = completed(_status("", ""), "PO1", "WH1")
    assert told == msgspec.structs.replace(
        _status("PO1", ""), ship_from_party=PartyIdentification("WH1", Address(city="Leeds"))
    )


def test_what_a_status_update_tells_itself_stays() -> None:
    assert completed(_status("PO9", "WH9"), "PO1", "WH1") == _status("PO9", "WH9")
