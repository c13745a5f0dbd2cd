"""The fields that a mapping may have, by what it produces, and the kind of each."""

from __future__ import annotations

from typing import Literal

from bridge.mapping.orders import LINE_VERDICTS, ORDER_VERDICTS

Kind = Literal["text", "time", "moment", "measure", "dimensions", "order_verdict", "line_verdict"]

PARTS = {"time": (1, 2, 3, 5), "moment": (1, 2, 3, 5), "measure": (1, 2), "dimensions": (4,)}
"""How many parts (`PRF01+02`) the references of a kind may have; any other kind one."""
WORDS = {"order_verdict": ORDER_VERDICTS, "line_verdict": LINE_VERDICTS}
"""The words that the values of a kind are translated to; any other kind takes any."""


def _fields(**names: str) -> dict[str, Kind]:
    """Return the kind of each field, from the names of the fields of each kind."""
    kinds: tuple[Kind, ...] = (
        "text",
        "time",
        "moment",
        "measure",
        "dimensions",
        "order_verdict",
        "line_verdict",
    )
    return {name: kind for kind in kinds for name in names.get(kind, "").split()}


_PARTIES = "purchase_order_number selling_party ship_from_party"
_PACKING = _fields(
    text="item_sequence_number buyer_product_identifier vendor_product_identifier container_identifier "
    "container_type tracking_number manifest_id ship_method scac_code carrier container_sequence_number "
    "piece_number",
    moment="manifest_date",
    measure="quantity packed_quantity weight length width height",
    dimensions="dimensions",
)
FIELDS: dict[str, dict[str, Kind]] = {
    "confirmation": _PACKING
    | _fields(
        text=f"{_PARTIES} is_priority_shipment vendor_order_number other_order_number outstanding_quantity "
        "line_count quantity_total package_total package_count package_form",
        moment="shipped_date denial_date",
        time="estimated_delivery_date",
        measure="ordered_quantity",
        line_verdict="line_verdict shipment_verdict",
    ),
    "status": _fields(
        text=f"{_PARTIES} tracking_number status_code reason_code location_name location_address_line1 "
        "location_city location_state_or_region location_postal_code location_country_code "
        "location_un_locode",
        moment="status_date_time",
        time="estimated_delivery_date_time appt_window_start_date_time appt_window_end_date_time",
    ),
    "label_request": _PACKING
    | _fields(
        text=f"{_PARTIES} ordered_quantity accepted_quantity",
        time="ship_date",
        order_verdict="order_verdict",
        line_verdict="line_verdict",
    ),
}
"""The fields that a mapping may say a position of, by what it produces."""
REQUIRED = {
    "confirmation": ("purchase_order_number", "item_sequence_number", "quantity"),
    "status": ("tracking_number", "status_code", "status_date_time"),
    "label_request": ("purchase_order_number", "order_verdict"),
}
LEVELS = {"confirmation": "item", "status": "status", "label_request": "item"}
"""The level that the loops of a mapping must have."""
