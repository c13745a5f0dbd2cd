"""Orders are asked about before they are created: what Amazon cannot do as wanted is held, and told why."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import stamina

from bridge.domain.values import Address
from bridge.mapping.profile import VendorProfile
from bridge.programs.multi_channel_fulfillment.events import FulfillmentOrdered, Money, OrderItem
from bridge.programs.multi_channel_fulfillment.preview_check import judge
from bridge.programs.multi_channel_fulfillment.previews import Previews, read_previews
from bridge.programs.multi_channel_fulfillment.profile import NAME, SellerValues
from bridge.programs.prechecks import Asked, Checked
from simulator.faults import Fault
from tests.programs.multi_channel_fulfillment.conftest import Shop, orders

PREVIEW, CREATE = "getFulfillmentPreview", "createFulfillmentOrder"
EVENT = FulfillmentOrdered(
    order_number="1001",
    seller_fulfillment_order_id="1001",
    marketplace_id="ATVPDKIKX0DER",
    displayable_order_id="1001",
    displayable_order_date="2026-11-22T00:00:00-05:00",
    displayable_order_comment="Thank you.",
    shipping_speed_category="Standard",
    fulfillment_action="Ship",
    fulfillment_policy="FillOrKill",
    destination_address=Address(name="Ann", address_line1="1 Road", country_code="US"),
    items=(OrderItem(seller_fulfillment_order_item_id="1", seller_sku="SKU-A", quantity=2),),
)


def wants(shop: Shop, preview: str = "check", **more: Any) -> None:
    """Have the seller choose previews."""
    values = msgspec.structs.replace(shop.partner.profile.of_programs[NAME], preview=preview, **more)
    profile = msgspec.structs.replace(shop.partner.profile, of_programs={NAME: values})
    shop.partner = replace(shop.partner, profile=profile)


def preview(speed: str = "Standard", arrives: str = "2026-11-27T20:00:00Z", **more: Any) -> dict[str, Any]:
    fees = [
        {"name": "FBATransportationFee", "amount": {"currencyCode": "USD", "value": one}}
        for one in ("5.50", "1.1")
    ]
    return {
        "shippingSpeedCategory": speed,
        "isFulfillable": True,
        "isCODCapable": False,
        "marketplaceId": "ATVPDKIKX0DER",
        "estimatedFees": fees,
        "fulfillmentPreviewShipments": [{"latestArrivalDate": arrives, "fulfillmentPreviewItems": []}],
    } | more  # fmt: skip


def judged(
    *previews: dict[str, Any], max_fee: Money | None = None, mode: Any = "check", **wanted: str
) -> Checked:
    """Judge the order by previews."""
    found: Previews = read_previews(msgspec.Raw(json.dumps({"fulfillmentPreviews": previews}).encode()))
    profile = VendorProfile(
        vendor="acme", timezone="UTC", of_programs={NAME: SellerValues(preview=mode, max_fee=max_fee)}
    )
    event = msgspec.structs.replace(EVENT, **wanted)
    return judge(Asked(event=event, found=found, why="", profile=profile, now=datetime.now(UTC)))


def test_what_amazon_can_do_goes_with_a_note_of_its_fees_and_dates() -> None:
    checked = judged(preview(), max_fee=Money("USD", "6.60"), latest_arrival="2026-11-27T15:00:00-05:00")
    assert not checked.hold
    assert [one.message for one in checked.notes] == [
        "Amazon's preview: Standard, 6.60 USD, arrives by 2026-11-27T20:00:00+00:00"
    ]


@pytest.mark.parametrize(
    ("previews", "limits", "told"),
    [
        ([preview()], {"max_fee": Money("USD", "6.59")}, "max_fee is 6.59 USD, and Amazon's fees are 6.6"),
        ([preview()], {"max_fee": Money("CAD", "90")}, "max_fee is 90 CAD, and Amazon's fees are 6.60 USD"),
        ([preview(estimatedFees=[])], {"max_fee": Money("USD", "9")}, "Amazon's fees are not told"),
        (
            [preview(), preview("Priority", "2026-11-24T20:00:00Z")],
            {"latest_arrival": "2026-11-25T23:59:59-05:00"},
            "by 2026-11-27T20:00:00+00:00 only. It would do as Priority, 6.60 USD, arrives by 2026-11-24",
        ),
        (
            [preview(fulfillmentPreviewShipments=[{}])],
            {"latest_arrival": "2026-11-25T23:59:59-05:00"},
            "Amazon does not say when it will",
        ),
        ([preview()], {"latest_ship": "2026-11-23T23:59:59-05:00"}, "it must ship by"),
        (
            [
                preview(
                    isFulfillable=False,
                    orderUnfulfillableReasons=["Undeliverable"],
                    unfulfillablePreviewItems=[
                        {"sellerSku": "SKU-A", "quantity": 2, "itemUnfulfillableReasons": ["NoInventory"]}
                    ],
                )
            ],
            {},
            "Amazon cannot fulfil it (Undeliverable, 2 of SKU-A: NoInventory)",
        ),
    ],
)  # fmt: skip
def test_what_it_cannot_do_as_wanted_is_held_with_its_numbers(
    previews: list[dict[str, Any]], limits: dict[str, Any], told: str
) -> None:
    assert told in judged(*previews, **limits).hold


def test_a_preview_without_the_orders_speed_is_none() -> None:
    checked = judged(preview("Priority"))
    assert not checked.hold
    assert "it says nothing of speed Standard" in checked.notes[0].message
    assert "it says nothing of speed Standard" in judged(preview("Priority"), mode="quote").hold


def test_each_order_is_asked_about_once_and_held_where_it_cannot_be(shop: Shop) -> None:
    wants(shop)
    shop.amazon.orders.stock["SKU-B"] = 1
    shop.drop("orders.csv", orders("1001,1,SKU-A,2", "1002,1,SKU-B,2"))
    shop.passes(rounds=3, minutes=1)
    assert shop.created() == {"1001": 1}
    assert shop.calls(PREVIEW) == [200, 200]
    assert [one.operation for one in shop.amazon.requests if one.order == "1001"][-1] != PREVIEW
    ((state, reason),) = shop.events()["1002"]
    assert state == "held"
    assert "2 of SKU-B: InsufficientInventory" in reason
    (held,) = [one for one in shop.partner.ledger.batch(1, limit=9).events if one.state == "held"]
    shop.partner.ledger.release_event(held.id, shop.clock())  # by an operator's word it goes all the same
    shop.passes(minutes=1)
    assert shop.calls(PREVIEW) == [200, 200]
    assert shop.calls(CREATE) == [200, 400]


def test_a_preview_that_fails_delays_an_order_by_ten_minutes(shop: Shop) -> None:
    wants(shop)
    shop.amazon.faults.inject(Fault(operation=PREVIEW, times=None, status=500))
    shop.drop("orders.csv", orders("1001,1,SKU-A,2", "1002,1,SKU-B,2"))
    with stamina.set_testing(True, attempts=1):
        shop.passes(rounds=9, minutes=1)
    assert not shop.created()
    assert {state for ((state, _),) in shop.events().values()} == {"ready"}
    with stamina.set_testing(True, attempts=1):
        shop.passes(rounds=3, minutes=1)
    assert shop.created() == {"1001": 1, "1002": 1}
    assert len(shop.calls(PREVIEW)) == 11, "while Amazon gives no answer it is asked about one order a minute"
    notes = [note["message"] for one in shop.partner.ledger.batch(1, limit=9).events for note in one.notes]
    assert len(notes) == 2
    assert all("Amazon gave no preview of the order: HTTP 500" in note for note in notes)


def test_a_quoted_order_is_told_and_waits_for_its_release(shop: Shop) -> None:
    wants(shop, "quote", shipment_files=("csv", "json"))
    shop.drop("orders.csv", orders("1001,1,SKU-A,2"))
    shop.passes(rounds=2, minutes=1)
    assert not shop.created()
    ((state, reason),) = shop.events()["1001"]
    assert (state, "Standard, 6.60 USD, ships by" in reason) == ("held", True)
    told = shop.folder / "drop" / "outbox" / "quotes"
    rows = json.loads((told / "1001.json").read_text())["quotes"]
    assert [(one["speed"], one["fees"], one["currency"]) for one in rows] == [
        ("Standard", "6.60", "USD"),
        ("Expedited", "11.40", "USD"),
        ("Priority", "21.00", "USD"),
    ]
    assert len((told / "1001.csv").read_text().splitlines()) == 4
    (event,) = shop.partner.ledger.batch(1, limit=9).events
    shop.partner.ledger.release_event(event.id, shop.clock())
    shop.passes(minutes=1)
    assert shop.created() == {"1001": 1}
