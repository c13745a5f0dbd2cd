"""A refused purchase is held, asked about anew, or waits; what exists after a doubt is ours or is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from bridge.domain.outcomes import AmazonApiError
from bridge.programs.merchant_fulfillment.events import ShipmentItem, ShipmentRequested
from bridge.programs.merchant_fulfillment.refusals import REFUSALS
from bridge.programs.merchant_fulfillment.refused import CLOCKS, is_own, judge
from bridge.programs.merchant_fulfillment.shipments import Shipment, ShippedItem

ID = "3f0c9a52-7d1e-4b8a-9c26-5e1d80b47af3"
SINCE = datetime(2026, 11, 28, 12, 0, 0, 500_000, tzinfo=UTC)
EVENT = ShipmentRequested(
    amazon_order_id="903-5563053-5647845",
    package="1",
    items=(
        ShipmentItem(order_item_id="1", quantity=1),
        ShipmentItem(order_item_id="2", quantity=1),
        ShipmentItem(order_item_id="1", quantity=1),
    ),
)
OWN = Shipment(
    shipment_id=ID,
    amazon_order_id="903-5563053-5647845",
    status="Purchased",
    items=(ShippedItem("2", 1), ShippedItem("1", 2)),
    created_date=SINCE.replace(microsecond=0),
)


@pytest.mark.parametrize(
    ("code", "status", "ask_anew", "later", "holds"),
    [
        ("InsufficientFunds", 400, False, timedelta(hours=1), True),
        ("InvalidInput", 400, False, None, False),
        ("InvalidShipFromAddress", 400, False, None, True),
        ("InvalidShippingServiceOfferId", 400, True, None, True),
        ("ShippingServiceOfferNotAvailable", 400, True, None, True),
        ("LabelFormatNotSupported", 400, False, None, True),
        ("ShipmentRequestDetailsTooRestrictive", 400, True, None, True),
        ("ShippingServiceNotAvailable", 404, True, None, True),
        ("ItemsNotInOrder", 404, False, None, False),
        ("ResourceNotFound", 404, False, None, False),
        ("RegionNotSupported", 404, False, None, False),
        ("TermsAndConditionsNotAccepted", 403, False, None, True),
        ("Unauthorized", 403, False, None, False),
        ("InternalFailure", 500, False, None, False),
        ("InternalFailure", None, False, None, False),
    ],
)
def test_what_a_refusal_means_for_its_package(
    code: str, status: int | None, *, ask_anew: bool, later: timedelta | None, holds: bool
) -> None:
    found = judge(EVENT, (AmazonApiError(code, "Amazon's \x1b own words"),), status)

    assert (found.ask_anew, found.later, bool(found.hold), found.exists) == (ask_anew, later, holds, "")
    if holds:
        advice = next(line.advice for line in REFUSALS if code in line.codes)
        assert found.hold.endswith(advice)
        assert "Amazon's · own words" in found.hold


def test_a_shipment_that_exists_is_named() -> None:
    found = judge(EVENT, (AmazonApiError("InvalidInput", f"Shipment {ID} already exists"),), 400)

    assert found.exists == ID
    assert ID in found.hold


@pytest.mark.parametrize(
    ("changes", "own"),
    [
        ({}, True),
        ({"created_date": SINCE - CLOCKS}, True),
        ({"created_date": SINCE - CLOCKS - timedelta(seconds=1)}, False),
        ({"created_date": None}, False),
        ({"amazon_order_id": "903-5563053-5647846"}, False),
        ({"status": "RefundPending"}, False),
        ({"status": ""}, False),
        ({"items": None}, False),
        ({"items": ()}, False),
        ({"items": (ShippedItem("2", 1), ShippedItem("1", 1))}, False),
        ({"items": (ShippedItem("2", 1), ShippedItem("1", 2), ShippedItem("3", 1))}, False),
    ],
)
def test_only_the_same_package_bought_since_is_what_a_doubt_is_about(
    changes: dict[str, Any], own: bool
) -> None:
    assert is_own(EVENT, msgspec.structs.replace(OWN, **changes), SINCE) == own
