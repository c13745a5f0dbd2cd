"""What sellers without EDI drop as CSV or JSON: packages that shipping is to be bought for."""

from __future__ import annotations

from bridge.programs.inputs import FlatFile
from bridge.programs.merchant_fulfillment.flatfiles.draft import PackageDraft, result_of
from bridge.programs.merchant_fulfillment.flatfiles.elements import KEYS, read_element
from bridge.programs.merchant_fulfillment.flatfiles.rows import COLUMNS, OPEN, read_rows
from bridge.programs.merchant_fulfillment.operations import CREATE

FLAT_FILES = (
    FlatFile(
        name="buy-shipping",
        noun="package",
        about="order",
        operation=CREATE,
        columns=COLUMNS,
        grouped_by=("amazon_order_id", "package", "shipment_id"),
        open_columns=OPEN,
        lists=("shipmentRequests", "shipment_requests"),
        keys=KEYS,
        draft=PackageDraft,
        read_rows=read_rows,
        read_element=read_element,
        result=result_of,
    ),
)
