"""Shipments that were bought: with their labels, and on the way to their refund."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal

import msgspec

from simulator.merchant.labels import LabelFaults, LabelFormat, empty_label, label_bytes, label_element
from simulator.merchant.options import MerchantOptions, RefundEnd
from simulator.merchant.orders import OrderPackage
from simulator.merchant.seller_orders import SellerOrder
from simulator.order_course import iso_time

Item = dict[str, Any]
Status = Literal["Purchased", "RefundPending", "RefundRejected", "RefundApplied"]
_BUYER = {
    "Name": "Bay Example",
    "AddressLine1": "10 Example Circle",
    "Email": "",
    "City": "NEW YORK",
    "StateOrProvinceCode": "NY",
    "PostalCode": "10019-1158",
    "CountryCode": "US",
    "Phone": "",
}


class Shipment(msgspec.Struct, kw_only=True):
    """One label that was bought. `service` is the `ShippingService` of the model."""

    shipment_id: str
    account: str
    order: str
    details: Item
    service: Item
    charged: Decimal
    currency: str
    created: float
    updated: float
    label_format: LabelFormat
    status: Status = "Purchased"

    @property
    def items(self) -> Counter[str]:
        """The pieces in it, by order item."""
        return pieces(self.details)

    @property
    def tracking(self) -> str:
        """Its tracking number."""
        return f"1Z{uuid.UUID(self.shipment_id).int % 10**16:016}"

    @property
    def ships(self) -> bool:
        """Whether its pieces count as shipped."""
        return self.status in {"Purchased", "RefundRejected"}

    @property
    def label(self) -> bytes:
        """The bytes of its label."""
        text = self.details.get("LabelCustomization", {}).get("CustomTextForLabel", "")
        lines = [
            "SAMPLE LABEL - NOT FOR SHIPPING",
            f"Order {self.order}",
            f"Tracking {self.tracking}",
            *([text] if text else []),
        ]
        return label_bytes(self.label_format, lines, self.created)


def pieces(details: Item) -> Counter[str]:
    """Return the pieces of a `ShipmentRequestDetails`, by order item."""
    counted: Counter[str] = Counter()
    for item in details["ItemList"]:
        counted[item["OrderItemId"]] += item["Quantity"]
    return counted


class Shipments:
    """The shipments of one stand-in; `wall` returns its time of day, `refunded` hears of applied refunds."""

    def __init__(
        self,
        options: MerchantOptions,
        wall: Callable[[], float],
        faults: LabelFaults,
        refunded: Callable[[Shipment], None],
    ) -> None:
        self._options = options
        self._wall = wall
        self._faults = faults
        self._refunded = refunded
        self._shipments: dict[str, Shipment] = {}
        self._by_order: dict[tuple[str, str], list[Shipment]] = {}

    def add(self, shipment: Shipment) -> None:
        """Add a shipment that was bought."""
        self._shipments[shipment.shipment_id] = shipment
        self._by_order.setdefault((shipment.account, shipment.order), []).append(shipment)

    def find(self, account: str, shipment_id: str) -> Shipment | None:
        """Return an account's shipment as it is now; None where there is none."""
        shipment = self._shipments.get(shipment_id)
        if shipment is None or shipment.account != account:
            return None
        return self._settled(shipment)

    def order_of(self, shipment_id: str) -> str:
        """Return the id of a shipment's order; empty where there is no shipment."""
        shipment = self._shipments.get(shipment_id)
        return shipment.order if shipment else ""

    def of_account(self, account: str) -> list[Shipment]:
        """Return an account's shipments, in the order of their purchase."""
        return [self._settled(one) for one in self._shipments.values() if one.account == account]

    def noticed(self, order: SellerOrder) -> list[Shipment]:
        """Return the shipments of an order that ship and that Amazon knows of by now."""
        latest = self._wall() - self._options.repeat_noticed_after
        of_order = self._by_order.get((order.account, order.order_id), ())
        return [one for one in of_order if one.ships and one.created <= latest]

    def packages(self, order: SellerOrder) -> list[OrderPackage]:
        """Return the shipments of an order as it knows them."""
        return [
            OrderPackage(
                reference=str(place),
                created=one.created,
                carrier=one.service["CarrierName"],
                service=one.service["ShippingServiceName"],
                tracking=one.tracking,
                items=one.items,
            )
            for place, one in enumerate(self.noticed(order), start=1)
        ]

    def set_status(self, shipment: Shipment, status: Status) -> None:
        """Set how a shipment stands."""
        before, shipment.status, shipment.updated = shipment.status, status, self._wall()
        if status == "RefundApplied" != before:
            self._refunded(shipment)

    def element(self, shipment: Shipment) -> Item:
        """Build the `Shipment` of the model, its label perhaps spoilt."""
        details = shipment.details
        return {
            "ShipmentId": shipment.shipment_id,
            "AmazonOrderId": shipment.order,
            "Insurance": {"CurrencyCode": shipment.currency, "Amount": 0},
            "ItemList": [
                {"OrderItemId": item["OrderItemId"], "Quantity": item["Quantity"]}
                for item in details["ItemList"]
            ],
            "ShipFromAddress": details["ShipFromAddress"],
            "ShipToAddress": _BUYER,
            "PackageDimensions": details["PackageDimensions"],
            "Weight": details["Weight"],
            "ShippingService": shipment.service,
            "Label": self._label(shipment),
            "Status": shipment.status,
            "TrackingId": shipment.tracking,
            "CreatedDate": iso_time(shipment.created),
            "LastUpdatedDate": iso_time(shipment.updated),
        }

    def _label(self, shipment: Shipment) -> Item:
        if shipment.status != "Purchased":
            return empty_label(shipment.label_format)
        how = self._faults.strike(shipment.order) or ("blank_types" if self._options.blank_types else None)
        label = label_element(shipment.label, shipment.label_format, self._options.checksum_of, how)
        return {**shipment.details.get("LabelCustomization", {}), **label}

    def _settled(self, shipment: Shipment) -> Shipment:
        """Decide the refund of a shipment if it is time."""
        after: float | None = self._options.refund_after
        if (
            shipment.status == "RefundPending"
            and after is not None
            and self._wall() >= shipment.updated + after
        ):
            end: RefundEnd = self._options.refund
            self.set_status(shipment, end)
        return shipment
