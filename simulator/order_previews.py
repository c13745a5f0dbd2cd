"""Previews of fulfillment orders: what each speed would cost, and when it would arrive. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.order_course import iso_time

Item = dict[str, Any]
SPEEDS = {"Standard": (5, 550), "Expedited": (3, 950), "Priority": (1, 1750)}
"""Days until an order arrives, and cents for it; each piece costs as much as a tenth of that besides."""
_DAY = 86400.0


def previewed(body: Item, missing: Mapping[str, int], now: float) -> Item:
    """Return the previews of an order at the speeds that were asked for, all where none were.

    `missing` has the pieces by line that the stock lacks.
    """
    speeds = body.get("shippingSpeedCategories") or list(SPEEDS)
    previews = [_preview(body, speed, missing, now) for speed in speeds if speed in SPEEDS]
    return {"payload": {"fulfillmentPreviews": previews}}


def _preview(body: Item, speed: str, missing: Mapping[str, int], now: float) -> Item:
    preview: Item = {
        "shippingSpeedCategory": speed,
        "isFulfillable": not missing,
        "isCODCapable": False,
        "marketplaceId": body.get("marketplaceId", "ATVPDKIKX0DER"),
        "featureConstraints": body.get("featureConstraints", []),
    }
    if missing:
        lacking = [item for item in body["items"] if item["sellerFulfillmentOrderItemId"] in missing]
        return preview | {
            "orderUnfulfillableReasons": ["InsufficientInventory"],
            "unfulfillablePreviewItems": [
                _item(item) | {"itemUnfulfillableReasons": ["InsufficientInventory"]} for item in lacking
            ],
        }
    days, cents = SPEEDS[speed]
    pieces = sum(item["quantity"] for item in body["items"])
    return preview | {
        "estimatedShippingWeight": {"unit": "POUNDS", "value": str(pieces)},
        "estimatedFees": [
            _fee("FBAPerOrderFulfillmentFee", cents),
            _fee("FBAPerUnitFulfillmentFee", pieces * cents // 10),
        ],
        "fulfillmentPreviewShipments": [
            {
                "earliestShipDate": iso_time(now),
                "latestShipDate": iso_time(now + _DAY),
                "earliestArrivalDate": iso_time(now + _DAY),
                "latestArrivalDate": iso_time(now + days * _DAY),
                "fulfillmentPreviewItems": [_item(item) for item in body["items"]],
            }
        ],
    }


def _item(item: Item) -> Item:
    return {name: item[name] for name in ("sellerSku", "quantity", "sellerFulfillmentOrderItemId")}


def _fee(name: str, cents: int) -> Item:
    return {"name": name, "amount": {"currencyCode": "USD", "value": f"{cents // 100}.{cents % 100:02}"}}
