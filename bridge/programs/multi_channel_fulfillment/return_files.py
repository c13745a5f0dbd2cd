"""What a seller is told of returns: rows of one form, as CSV or JSON. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from bridge.programs.follow_ups import NewsFile
from bridge.programs.multi_channel_fulfillment.return_items import (
    InvalidReturnItem,
    ReturnAuthorization,
    ReturnItem,
)
from bridge.programs.multi_channel_fulfillment.shipments import csv_of, json_of, local_time, safe_name

FOLDER = "returns"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One piece. `event`: `authorized` (it may be sent), `processed` (it came), `refused` (no return of it).

    `reason` is the seller's code, `amazon_reason` the warehouse's. What begins with `to_` is where it is to
    be sent; the number of the authorization (`rma`) goes with it, and `rma_page` has its label.
    """

    event: Literal["authorized", "processed", "refused"]
    order_id: str
    return_id: str
    piece: str
    line: str
    shipment_id: str = ""
    reason: str = ""
    rma: str = ""
    rma_page: str = ""
    to_name: str = ""
    to_address_line1: str = ""
    to_address_line2: str = ""
    to_address_line3: str = ""
    to_city: str = ""
    to_state_or_region: str = ""
    to_postal_code: str = ""
    to_country_code: str = ""
    to_phone: str = ""
    processed_at: str = ""
    fulfillment_center: str = ""
    condition: str = ""
    amazon_reason: str = ""
    refusal: str = ""
    message: str = ""


def authorized_row(order: str, item: ReturnItem, authorization: ReturnAuthorization) -> Row:
    """Return the row of a piece that may be sent back."""
    to = authorization.return_to_address.known()
    names = (name for name in Row.__struct_fields__ if name.startswith("to_"))
    return msgspec.structs.replace(
        _row("authorized", order, item),
        rma=authorization.amazon_rma_id,
        rma_page=authorization.rma_page_url,
        **{name: getattr(to, name.removeprefix("to_")) for name in names},
    )


def processed_row(order: str, item: ReturnItem, authorization: ReturnAuthorization | None, zone: str) -> Row:
    """Return the row of a piece that came to a warehouse of Amazon's."""
    return msgspec.structs.replace(
        _row("processed", order, item),
        rma=authorization.amazon_rma_id if authorization is not None else "",
        processed_at=local_time(item.status_changed_date, zone),
        fulfillment_center=item.fulfillment_center_id or "",
        condition=item.return_received_condition or "",
        amazon_reason=item.amazon_return_reason_code or "",
    )


def refused_row(order: str, return_id: str, item: InvalidReturnItem) -> Row:
    """Return the row of a piece that Amazon takes no return of."""
    return Row(
        event="refused",
        order_id=order,
        return_id=return_id,
        piece=item.seller_return_item_id,
        line=item.seller_fulfillment_order_item_id,
        refusal=item.invalid_item_reason.invalid_item_reason_code,
        message=item.invalid_item_reason.description,
    )


def files_of(rows: Sequence[Row], stem: str, forms: Sequence[str]) -> list[NewsFile]:
    """Return rows as files, CSV and JSON of the forms; none where there are no rows."""
    return [
        NewsFile(kind="return", folder=FOLDER, name=f"{safe_name(stem)}.{form}", data=_WRITERS[form](rows))
        for form in forms
        if rows and form in _WRITERS
    ]


def _row(event: Literal["authorized", "processed"], order: str, item: ReturnItem) -> Row:
    return Row(
        event=event,
        order_id=order,
        return_id=item.seller_return_item_id.partition(".")[0],
        piece=item.seller_return_item_id,
        line=item.seller_fulfillment_order_item_id,
        shipment_id=item.amazon_shipment_id,
        reason=item.seller_return_reason_code,
    )


_WRITERS = {"csv": csv_of, "json": json_of}
