"""What sellers without EDI drop as CSV or JSON: orders and returns."""

from __future__ import annotations

from bridge.programs.inputs import FlatFile
from bridge.programs.multi_channel_fulfillment.flatfiles import returns
from bridge.programs.multi_channel_fulfillment.flatfiles.draft import OrderDraft, result_of
from bridge.programs.multi_channel_fulfillment.flatfiles.elements import KEYS, read_element
from bridge.programs.multi_channel_fulfillment.flatfiles.rows import COLUMNS, read_rows
from bridge.programs.multi_channel_fulfillment.operations import CREATE, RETURN

FLAT_FILES = (
    FlatFile(
        name="fulfillment-order",
        noun="fulfillment order",
        about="order",
        operation=CREATE,
        columns=COLUMNS,
        lists=("fulfillmentOrders", "fulfillment_orders"),
        keys=KEYS,
        draft=OrderDraft,
        read_rows=read_rows,
        read_element=read_element,
        result=result_of,
    ),
    FlatFile(
        name="fulfillment-return",
        noun="return",
        about="return",
        operation=RETURN,
        columns=returns.COLUMNS,
        lists=("fulfillmentReturns", "fulfillment_returns"),
        keys=returns.KEYS,
        draft=returns.ReturnDraft,
        read_rows=returns.read_rows,
        read_element=returns.read_element,
        result=returns.result_of,
    ),
)
