"""Shipments as they stand at Amazon: answers of createShipment, getShipment and cancelShipment. Pure.

A shipment is known by its id and has been paid for, whatever else of the answer can be read: only the id is
required, and what cannot be read is named. Its label is read by itself (`label_files.py`). Addresses are
not read: ShipToAddress is never kept.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from bridge.programs.merchant_fulfillment.amounts import amount_of, larger_of
from bridge.programs.merchant_fulfillment.label_files import LabelFile, NoLabel, label_file
from bridge.programs.merchant_fulfillment.offers import moment_of
from bridge.programs.spending import Amount

PURCHASED, REFUND_PENDING = "Purchased", "RefundPending"
REFUND_APPLIED, REFUND_REJECTED = "RefundApplied", "RefundRejected"
SHIPMENT_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

T = TypeVar("T")


class ShippedItem(msgspec.Struct, frozen=True, rename="pascal"):
    """Pieces of an order item in a shipment."""

    order_item_id: str
    quantity: int


class Adjustment(msgspec.Struct, frozen=True, kw_only=True):
    """An adjustment of a rate; `charge` is None where Amazon tells none."""

    rate_item_id: str
    charge: Amount | None = None


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """A label as Amazon sent it, with which nothing was done yet; addresses are printed on it."""

    contents: str = ""
    file_type: str = ""
    checksum: str = ""
    label_format: str = ""

    def __repr__(self) -> str:
        return f"Label({self.label_format or 'no format'}, {len(self.contents)} characters)"

    def file(self) -> LabelFile | NoLabel:
        """Return its file, or why it is none."""
        return label_file(self.contents, self.file_type, self.checksum)


class Shipment(msgspec.Struct, frozen=True, kw_only=True):
    """A shipment: what was bought, at which price, and how it stands.

    `price` is the larger of both rates, or the one that is told; None where that is not known. Times are
    aware. `items` are None, and texts empty, where they are not told. `unread` names what is there and could
    not be read.
    """

    shipment_id: str
    amazon_order_id: str = ""
    status: str = ""
    tracking_id: str = ""
    items: tuple[ShippedItem, ...] | None = None
    carrier_name: str = ""
    shipping_service_id: str = ""
    shipping_service_name: str = ""
    shipping_service_offer_id: str = ""
    rate: Amount | None = None
    rate_with_adjustments: Amount | None = None
    price: Amount | None = None
    adjustments: tuple[Adjustment, ...] = ()
    ship_date: datetime | None = None
    earliest_estimated_delivery_date: datetime | None = None
    latest_estimated_delivery_date: datetime | None = None
    created_date: datetime | None = None
    last_updated_date: datetime | None = None
    label: Label = Label()
    unread: tuple[str, ...] = ()

    @property
    def purchase_order_number(self) -> str:
        """The number of its order, by which the core knows it."""
        return self.amazon_order_id


class _Id(msgspec.Struct, rename="pascal"):
    shipment_id: str


class _RateItem(msgspec.Struct, rename="pascal"):
    rate_item_id: str = msgspec.field(name="RateItemID")
    rate_item_charge: msgspec.Raw = msgspec.Raw(b"null")


def read_shipment(raw: msgspec.Raw) -> Shipment:
    """Read the payload of createShipment, getShipment or cancelShipment; see `Operation.read`.

    Raises `msgspec.DecodeError` or ValueError only where it has no ShipmentId.
    """
    shipment_id = msgspec.json.decode(raw, type=_Id).shipment_id
    if not SHIPMENT_ID.fullmatch(shipment_id):
        raise ValueError("it is no id of a shipment - at `$.ShipmentId`")
    parts = _Parts(raw)
    service = parts.within("ShippingService")
    rate, adjusted = service.amount("Rate"), service.amount("RateWithAdjustments")
    adjustments = tuple(map(_adjustment, service.list_of("AdjustmentItemList", _RateItem) or ()))
    label = parts.within("Label")
    file = label.within("FileContents")
    return Shipment(
        shipment_id=shipment_id,
        amazon_order_id=parts.text("AmazonOrderId"),
        status=parts.text("Status"),
        tracking_id=parts.text("TrackingId"),
        items=parts.list_of("ItemList", ShippedItem),
        carrier_name=service.text("CarrierName"),
        shipping_service_id=service.text("ShippingServiceId"),
        shipping_service_name=service.text("ShippingServiceName"),
        shipping_service_offer_id=service.text("ShippingServiceOfferId"),
        rate=rate,
        rate_with_adjustments=adjusted,
        price=larger_of(rate, adjusted) if rate and adjusted else rate or adjusted,
        adjustments=adjustments,
        ship_date=service.moment("ShipDate"),
        earliest_estimated_delivery_date=service.moment("EarliestEstimatedDeliveryDate"),
        latest_estimated_delivery_date=service.moment("LatestEstimatedDeliveryDate"),
        created_date=parts.moment("CreatedDate"),
        last_updated_date=parts.moment("LastUpdatedDate"),
        label=Label(
            contents=file.text("Contents"),
            file_type=file.text("FileType"),
            checksum=file.text("Checksum"),
            label_format=label.text("LabelFormat"),
        ),
        unread=tuple(parts.unread),
    )


class _Parts:
    """The members of an object of JSON, each read by itself; `unread` has the paths of bad ones."""

    def __init__(self, raw: bytes, path: str = "", unread: list[str] | None = None) -> None:
        self._path = path
        self.unread: list[str] = [] if unread is None else unread
        try:
            self._members = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        except msgspec.DecodeError:
            self._members = {}
            self.unread.append(path.removesuffix("."))

    def within(self, name: str) -> _Parts:
        return _Parts(self._members.get(name, b"{}"), f"{self._path}{name}.", self.unread)

    def text(self, name: str) -> str:
        return self._read(name, str) or ""

    def moment(self, name: str) -> datetime | None:
        text = self.text(name)
        moment = moment_of(text)
        if text and moment is None:
            self.unread.append(self._path + name)
        return moment

    def amount(self, name: str) -> Amount | None:
        try:
            return amount_of(self._members[name]) if name in self._members else None
        except ValueError:
            self.unread.append(self._path + name)
            return None

    def list_of(self, name: str, kind: type[T]) -> tuple[T, ...] | None:
        read: list[T] | None = self._read(name, list[kind])  # type: ignore[valid-type]
        return None if read is None else tuple(read)

    def _read(self, name: str, kind: Any) -> Any:  # noqa: ANN401 - a value of this kind, or None
        try:
            return msgspec.json.decode(self._members.get(name, b"null"), type=kind | None)
        except ValueError:
            self.unread.append(self._path + name)
            return None


def _adjustment(read: _RateItem) -> Adjustment:
    try:
        charge = amount_of(read.rate_item_charge)
    except ValueError:
        charge = None
    return Adjustment(rate_item_id=read.rate_item_id, charge=charge)
