"""Amazon's previews of orders. Pure.

Names are those of Amazon's model Fulfillment Outbound 2020-07-01 in snake case. Only what cannot be done
without is required: replies hold more than the model, and less of what is optional.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would become of an order at one speed; `fees` by currency, times aware, None where not told."""

    speed: str
    is_fulfillable: bool
    fees: dict[str, Decimal]
    ships_by: datetime | None = None
    arrives_by: datetime | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Previews:
    """Amazon's previews of one order, one a speed."""

    previews: tuple[Preview, ...]
    purchase_order_number: str = ""

    def of(self, speed: str) -> Preview | None:
        """Return that of a speed; None where Amazon says nothing of it."""
        return next((one for one in self.previews if one.speed == speed), None)


class _Amount(msgspec.Struct, rename="camel"):
    currency_code: str
    value: str | int | float


class _Fee(msgspec.Struct, rename="camel"):
    amount: _Amount


class _Shipment(msgspec.Struct, rename="camel"):
    latest_ship_date: str | None = None
    latest_arrival_date: str | None = None


class _Item(msgspec.Struct, rename="camel"):
    seller_sku: str
    quantity: int
    item_unfulfillable_reasons: list[str] | None = None


class _Preview(msgspec.Struct, rename="camel"):
    shipping_speed_category: str
    is_fulfillable: bool
    estimated_fees: list[_Fee] | None = None
    fulfillment_preview_shipments: list[_Shipment] | None = None
    unfulfillable_preview_items: list[_Item] | None = None
    order_unfulfillable_reasons: list[str] | None = None


class _Reply(msgspec.Struct, rename="camel"):
    fulfillment_previews: list[_Preview] | None = None


def read_previews(raw: msgspec.Raw) -> Previews:
    """Read the payload of getFulfillmentPreview; see `Operation.read`."""
    reply = msgspec.json.decode(raw, type=_Reply)
    return Previews(previews=tuple(map(_preview, reply.fulfillment_previews or ())))


def _preview(read: _Preview) -> Preview:
    shipments = read.fulfillment_preview_shipments or ()
    return Preview(
        speed=read.shipping_speed_category,
        is_fulfillable=read.is_fulfillable,
        fees=_sums(read.estimated_fees or ()),
        ships_by=_last([one.latest_ship_date for one in shipments]),
        arrives_by=_last([one.latest_arrival_date for one in shipments]),
        reasons=(
            *(read.order_unfulfillable_reasons or ()),
            *(
                f"{item.quantity} of {item.seller_sku}: {', '.join(item.item_unfulfillable_reasons or ())}"
                for item in read.unfulfillable_preview_items or ()
            ),
        ),
    )


def _sums(fees: list[_Fee] | tuple[()]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for fee in fees:
        try:
            value = Decimal(str(fee.amount.value))
        except InvalidOperation:
            raise ValueError("it is no amount - at `$.estimatedFees`") from None
        sums[fee.amount.currency_code] = sums.get(fee.amount.currency_code, Decimal(0)) + value
    return sums


def _last(texts: list[str | None]) -> datetime | None:
    """Return the last time of all; None where one of them is not told."""
    moments = [datetime.fromisoformat(text) for text in texts if text]
    if any(one.tzinfo is None for one in moments):
        raise ValueError("a time has no offset - at `$.fulfillmentPreviewShipments`")
    return max(moments) if moments and len(moments) == len(texts) else None
