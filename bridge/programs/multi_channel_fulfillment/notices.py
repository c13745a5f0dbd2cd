"""What sellers are told in documents, as values that outbound mappings write."""

from __future__ import annotations

from bridge.programs.notices import Level, Notice, Values, kinds_of_values

SHIPMENT = "shipment"
INVENTORY = "inventory"
RETURN = "return"
TRACKING = "tracking"
STATUSES = ("complete", "partial", "short", "cancelled", "unfulfillable", "not_shipped")
"""Of a line: all has shipped; the rest follows; the rest never ships; and why something never does."""
_SAMPLE: Values = {
    "event": "shipped",
    "order_number": "A-1001",
    "purchase_order_number": "PO-77",
    "customer_order": "W-555",
    "ship_to_qualifier": "92",
    "ship_to_id": "STORE-12",
    "shipment_id": "DnTz4W5Rk",
    "told_at": "2026-11-23T16:00:00+00:00",
    "shipped_at": "2026-11-23T15:00:00+00:00",
    "estimated_arrival": "2026-11-25T04:00:00+00:00",
    "fulfillment_center": "PHX7",
    "carrier": "UPS",
    "package_count": 2,
    "package": [
        {
            "package_number": "1",
            "package_carrier": "UPS",
            "tracking_number": "1Z999AA10123456784",
            "package_shipment_id": "DnTz4W5Rk",
            "package_shipped_at": "2026-11-23T15:00:00+00:00",
            "item": [
                {
                    "line": "1",
                    "sku": "KETTLE-17",
                    "sku_qualifier": "SK",
                    "seller_sku": "KETTLE-17",
                    "ordered": 3,
                    "shipped": 1,
                    "difference": 2,
                    "status": "short",
                    "serial_number": ["SN-4711"],
                    "lot_number": ["LOT-9"],
                }
            ],
        },
        {
            "package_number": "2",
            "package_carrier": "UPS",
            "tracking_number": "1Z999AA10123456795",
            "item": [
                {
                    "line": "2",
                    "sku": "TEAPOT-04",
                    "seller_sku": "TEAPOT-04",
                    "sku_qualifier": "SK",
                    "ordered": 1,
                    "shipped": 1,
                    "difference": 0,
                    "status": "complete",
                }
            ],
        },
    ],
}

_TRACKING_SAMPLE: Values = {
    "order_number": "A-1001",
    "purchase_order_number": "PO-77",
    "customer_order": "W-555",
    "shipment_id": "DnTz4W5Rk",
    "package_number": "212794778",
    "tracking_number": "1Z999AA10123456784",
    "carrier": "UPS",
    "current_status": "DELIVERED",
    "estimated_arrival": "2026-11-25T04:00:00+00:00",
    "event": [
        {
            "event_code": "EVENT_302",
            "event_time": "2026-11-25T13:10:00+00:00",
            "description": "Out for delivery.",
            "city": "Springfield",
            "state": "IL",
            "country": "US",
        },
        {
            "event_code": "EVENT_301",
            "event_time": "2026-11-25T18:03:00+00:00",
            "description": "Delivered.",
            "city": "Springfield",
            "state": "IL",
            "country": "US",
        },
    ],
}

NOTICES = {
    # `receipt_number` is one of ours, the same whenever the same pieces are told.
    RETURN: Notice(
        noun="pieces that came back",
        values=kinds_of_values(id="receipt_number order_number fulfillment_center", time="processed_at"),
        levels={
            "item": Level(
                values=kinds_of_values(id="line sku return_id rma condition reason", number="quantity")
            )
        },
        sample={
            "receipt_number": "4F0Q2K7ZB001",
            "order_number": "A-1001",
            "fulfillment_center": "PHX7",
            "processed_at": "2026-11-30T15:00:00+00:00",
            "item": [
                {
                    "line": "1",
                    "sku": "KETTLE-17",
                    "return_id": "R-77",
                    "rma": "RMA-1",
                    "condition": "Sellable",
                    "reason": "AMZ-PG-UNWANTED",
                    "quantity": 2,
                },
                {
                    "line": "2",
                    "sku": "TEAPOT-04",
                    "return_id": "R-77",
                    "rma": "RMA-1",
                    "condition": "CustomerDamaged",
                    "reason": "AMZ-PG-BAD-DESC",
                    "quantity": 1,
                },
            ],
        },
    ),
    # `difference` are the pieces of a line that have not shipped with this document and those before it.
    SHIPMENT: Notice(
        noun="shipment of an order",
        values=kinds_of_values(
            id="event order_number purchase_order_number customer_order ship_to_qualifier ship_to_id "
            "shipment_id fulfillment_center",
            text="carrier",
            number="package_count",
            time="told_at shipped_at estimated_arrival",
        ),
        levels={
            "package": Level(
                values=kinds_of_values(
                    id="package_number tracking_number package_shipment_id",
                    text="package_carrier",
                    time="package_shipped_at",
                )
            ),
            "item": Level(
                within="package",
                values=kinds_of_values(
                    id="line sku sku_qualifier seller_sku status", number="ordered shipped difference"
                ),
            ),
            "serial_number": Level(within="item", values=kinds_of_values(id="serial_number")),
            "lot_number": Level(within="item", values=kinds_of_values(id="lot_number")),
        },
        words={"event": ("shipped", "ended", "order"), "status": STATUSES},
        sample=_SAMPLE,
    ),
    # One of several parts where they are too many for one document. A SKU that Amazon does not know now is in
    # none. `on_hand` is absent where Amazon does not tell all of it.
    INVENTORY: Notice(
        noun="stock of a seller",
        values=kinds_of_values(id="report marketplace", number="part parts", time="taken_at"),
        levels={"item": Level(values=kinds_of_values(id="sku", number="number fulfillable on_hand"))},
        sample={
            "report": "20261123080000",
            "marketplace": "ATVPDKIKX0DER",
            "part": 1,
            "parts": 1,
            "taken_at": "2026-11-23T08:00:00+00:00",
            "item": [
                {"number": 1, "sku": "KETTLE-17", "fulfillable": 40, "on_hand": 46},
                {"number": 2, "sku": "TEAPOT-04", "fulfillable": 0, "on_hand": 0},
            ],
        },
    ),
    # What happened to a package on its way; the place has a city, and a state or a country.
    TRACKING: Notice(
        noun="tracking events of a package",
        values=kinds_of_values(
            id="order_number purchase_order_number customer_order shipment_id package_number tracking_number "
            "current_status",
            text="carrier",
            time="estimated_arrival",
        ),
        levels={
            "event": Level(
                values=kinds_of_values(
                    id="event_code state country", text="description city", time="event_time"
                )
            )
        },
        sample=_TRACKING_SAMPLE,
    ),
}
