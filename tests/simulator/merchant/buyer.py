"""A bare buyer of labels at the stand-in: httpx and nothing of the bridge's own."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Mapping
from typing import Any

import httpx

from simulator.amazon import StandInAmazon
from simulator.merchant.seller_orders import OrderItem, SellerOrder
from tests.simulator.caller import Caller
from tests.simulator.reader import RESTRICTED_TOKEN

OFFERS = "/mfn/v0/eligibleShippingServices"
INPUTS = "/mfn/v0/additionalSellerInputs"
SHIPMENTS = "/mfn/v0/shipments"
ORDERS = "/orders/2026-01-01/orders"
CONTROL = "/_stand-in/merchant"
ORDER = "902-1234567-1234567"
RESTRICTED = (
    ("POST", SHIPMENTS),
    ("GET", f"{SHIPMENTS}/{{shipmentId}}"),
    ("DELETE", f"{SHIPMENTS}/{{shipmentId}}"),
)
ADDRESS = {
    "Name": "Acme",
    "AddressLine1": "1 Example Road",
    "Email": "ship@example.com",
    "City": "Springfield",
    "StateOrProvinceCode": "IL",
    "PostalCode": "62701",
    "CountryCode": "US",
    "Phone": "+1 555 0100",
}
ALL, PART = {"1": 2, "2": 1}, {"1": 1}


def order(order_id: str = ORDER, **changes: Any) -> SellerOrder:
    """Make an order of two pieces of SKU-A and one of SKU-B."""
    items = (
        OrderItem(order_item_id="1", sku="SKU-A", quantity=2),
        OrderItem(order_item_id="2", sku="SKU-B", quantity=1),
    )
    return SellerOrder(**{"order_id": order_id, "items": items} | changes)


def details(items: Mapping[str, int] = ALL, *, ounces: float = 20, **changes: Any) -> dict[str, Any]:
    """Make the ShipmentRequestDetails of a package."""
    options = {"DeliveryExperience": "DeliveryConfirmationWithoutSignature", "CarrierWillPickUp": False}
    wanted = changes.pop("LabelFormat", None)
    return {
        "AmazonOrderId": ORDER,
        "ItemList": [{"OrderItemId": one, "Quantity": count} for one, count in items.items()],
        "ShipFromAddress": ADDRESS,
        "PackageDimensions": {"Length": 12, "Width": 9, "Height": 4.5, "Unit": "inches"},
        "Weight": {"Value": ounces, "Unit": "oz"},
        "ShippingServiceOptions": options | ({"LabelFormat": wanted} if wanted else {}),
    } | changes


class Buyer(Caller):
    """Quotes with an access token, buys with a restricted one."""

    def __init__(self, amazon: StandInAmazon) -> None:
        super().__init__(amazon)
        self.log_in()
        wanted = {"restrictedResources": [{"method": method, "path": path} for method, path in RESTRICTED]}
        told = self.http.post(RESTRICTED_TOKEN, json=wanted).raise_for_status().json()
        self.unlocked = {"x-amz-access-token": told["restrictedDataToken"]}

    def quote(self, wanted: dict[str, Any], **filters: Any) -> dict[str, Any]:
        """Return the payload of a quote."""
        body = {"ShipmentRequestDetails": wanted} | ({"ShippingOfferingFilter": filters} if filters else {})
        payload: dict[str, Any] = self.http.post(OFFERS, json=body).raise_for_status().json()["payload"]
        return payload

    def offers(self, wanted: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Return the offers of a quote by the ids of their services."""
        return {one["ShippingServiceId"]: one for one in self.quote(wanted)["ShippingServiceList"]}

    def buy(self, wanted: dict[str, Any], service: str = "UPS_PTP_GND", **more: Any) -> httpx.Response:
        """Quote and buy at once; None among `more` leaves an element out."""
        offer = {} if "ShippingServiceOfferId" in more else self.offers(wanted)[service]
        body = {
            "ShipmentRequestDetails": wanted,
            "ShippingServiceId": service,
            "ShippingServiceOfferId": offer.get("ShippingServiceOfferId"),
        } | more
        return self.create({name: value for name, value in body.items() if value is not None})

    def create(self, body: dict[str, Any]) -> httpx.Response:
        return self.http.post(SHIPMENTS, json=body, headers=self.unlocked)

    def bought(self, wanted: dict[str, Any], service: str = "UPS_PTP_GND", **more: Any) -> dict[str, Any]:
        """Return a shipment that was bought."""
        shipment: dict[str, Any] = self.buy(wanted, service, **more).raise_for_status().json()["payload"]
        return shipment

    def shipment(self, shipment_id: str, method: str = "GET") -> httpx.Response:
        return self.http.request(method, f"{SHIPMENTS}/{shipment_id}", headers=self.unlocked)

    def control(self, name: str, body: Any = None, method: str = "", **query: str) -> Any:
        """Call the stand-in's own endpoint; return what it tells."""
        method = method or ("GET" if body is None else "POST")
        reply = self.http.request(method, f"{CONTROL}/{name}", json=body, params=query)
        return reply.raise_for_status().json()


def code(reply: httpx.Response) -> tuple[int, str]:
    """Return the status and code of an error."""
    return reply.status_code, reply.json()["errors"][0]["code"]


def unpacked(label: dict[str, Any]) -> bytes:
    """Return the bytes of a label."""
    return gzip.decompress(base64.b64decode(label["FileContents"]["Contents"], validate=True))
