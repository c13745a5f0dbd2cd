"""What vendors without EDI drop as CSV or JSON: label requests."""

from __future__ import annotations

from bridge.programs.contract import FlatFile
from bridge.programs.vendor_direct_fulfillment.flatfiles.draft import LabelRequestDraft, result_of
from bridge.programs.vendor_direct_fulfillment.flatfiles.elements import KEYS, read_element
from bridge.programs.vendor_direct_fulfillment.flatfiles.rows import COLUMNS, read_rows

FLAT_FILES = (
    FlatFile(
        name="label-request",
        noun="label request",
        about="order",
        produces="label_request",
        columns=COLUMNS,
        lists=("shippingLabelRequests", "shipping_label_requests"),
        keys=KEYS,
        draft=LabelRequestDraft,
        read_rows=read_rows,
        read_element=read_element,
        result=result_of,
    ),
)
