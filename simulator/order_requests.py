"""What is asked of fulfillment orders that are there: changed while on hold, and returned once shipped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from simulator.fulfillment_orders import CANCELLABLE, FulfillmentOrders
from simulator.order_course import Order, Standing, iso_time
from simulator.replies import Refused

Item = dict[str, Any]
REASONS = {
    "AMZ-PG-BAD-DESC": "Not as described",
    "AMZ-PG-MISORDERED": "Ordered wrong item",
    "AMZ-PG-UNWANTED": "No longer wanted",
}
"""Codes of reasons for a return, with what they mean."""
_CENTER = "PHX7"
_WHERE_TO = {
    "name": "Example Returns",
    "addressLine1": "100 Warehouse Road",
    "city": "Phoenix",
    "stateOrRegion": "AZ",
    "postalCode": "85043",
    "countryCode": "US",
}


class OrderRequests:
    """Changes orders, and takes returns of what they shipped."""

    def __init__(self, orders: FulfillmentOrders, wall: Callable[[], float]) -> None:
        self._orders = orders
        self._wall = wall

    def update(self, account: str, number: str, body: Item) -> Item:
        """Change an order that is on hold; raises `Refused`."""
        with self._orders.at_hand(account, number) as (order, stands):
            held = order.body.get("fulfillmentAction") == "Hold"
            if not held or stands.status not in CANCELLABLE:
                raise _invalid(f"Order {number} is not on hold and cannot be updated.")
            order.body = {**order.body, **body}
            if body.get("fulfillmentAction", "Ship") == "Ship":
                order.body["fulfillmentAction"] = "Ship"
                order.released = self._wall()
        return {}

    def create_return(self, account: str, number: str, body: Item) -> Item:
        """Take a return: what can be returned gets an authorization, the rest is told as invalid."""
        with self._orders.at_hand(account, number) as (order, stands):
            told = [(item, _why_not(order, stands, item)) for item in body["items"]]
            valid = [item for item, why in told if why is None]
            made = f"RA{order.index:06}{len(order.authorizations) + 1}"
            if valid:
                order.authorizations.append(_authorization(made))
            items = [self._return_item(item, made) for item in valid]
            order.returns += items
            return {
                "payload": {
                    "returnItems": items,
                    "invalidReturnItems": [_invalid_item(item, why) for item, why in told if why is not None],
                    "returnAuthorizations": order.authorizations[-1:] if valid else [],
                }
            }

    def reason_codes(self, query: Mapping[str, str]) -> Item:
        """Return the codes of reasons for a return of a SKU."""
        if not query.get("sellerSku"):
            raise _invalid("sellerSku is missing.")
        codes = [{"returnReasonCode": code, "description": text} for code, text in REASONS.items()]
        return {"payload": {"reasonCodeDetails": codes}}

    def process_returns(
        self, number: str, condition: str = "Sellable", *, account: str = "default", most: int = 1000
    ) -> None:
        """Have the warehouse process so many items of an order's returns, the oldest first."""
        with self._orders.at_hand(account, number) as (order, _):
            for item in [one for one in order.returns if one["status"] == "New"][:most]:
                item |= {
                    "status": "Processed",
                    "statusChangedDate": iso_time(self._wall()),
                    "amazonReturnReasonCode": item["sellerReturnReasonCode"],
                    "returnReceivedCondition": condition,
                    "fulfillmentCenterId": _CENTER,
                }

    def _return_item(self, item: Item, authorization: str) -> Item:
        names = ("sellerReturnItemId", "sellerFulfillmentOrderItemId", "amazonShipmentId")
        comment = {"returnComment": item["returnComment"]} if "returnComment" in item else {}
        return {
            **{name: item[name] for name in names},
            "sellerReturnReasonCode": item["returnReasonCode"],
            **comment,
            "status": "New",
            "statusChangedDate": iso_time(self._wall()),
            "returnAuthorizationId": authorization,
        }


def _why_not(order: Order, stands: Standing, item: Item) -> str | None:
    """Return why an item cannot be returned; None where it can."""
    if any(one["sellerReturnItemId"] == item["sellerReturnItemId"] for one in order.returns):
        return "DuplicateRequest"
    if item["returnReasonCode"] not in REASONS:
        return "InvalidValues"
    line, shipment = item["sellerFulfillmentOrderItemId"], item["amazonShipmentId"]
    shipped = sum(
        one["quantity"]
        for sent in stands.shipments
        if sent["amazonShipmentId"] == shipment and sent["fulfillmentShipmentStatus"] == "SHIPPED"
        for one in sent["fulfillmentShipmentItem"]
        if one["sellerFulfillmentOrderItemId"] == line
    )
    if not shipped:
        return "NoCompletedShipItems"
    returned = sum(
        one["sellerFulfillmentOrderItemId"] == line and one["amazonShipmentId"] == shipment
        for one in order.returns
    )
    return None if returned < shipped else "NoReturnableQuantity"


def _authorization(made: str) -> Item:
    return {
        "returnAuthorizationId": made,
        "fulfillmentCenterId": _CENTER,
        "returnToAddress": _WHERE_TO,
        "amazonRmaId": f"RMA-{made}",
        "rmaPageURL": f"https://returns.example/{made}",
    }


def _invalid_item(item: Item, why: str) -> Item:
    return {
        "sellerReturnItemId": item["sellerReturnItemId"],
        "sellerFulfillmentOrderItemId": item["sellerFulfillmentOrderItemId"],
        "invalidItemReason": {"invalidItemReasonCode": why, "description": f"made up: {why}"},
    }


def _invalid(message: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", message)
