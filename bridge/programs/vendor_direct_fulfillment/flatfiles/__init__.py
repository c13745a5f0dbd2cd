"""What vendors without EDI drop as CSV or JSON: label requests and container label requests."""

from __future__ import annotations

from bridge.programs.inputs import FlatFile
from bridge.programs.vendor_direct_fulfillment.flatfiles import containers
from bridge.programs.vendor_direct_fulfillment.flatfiles.draft import LabelRequestDraft, result_of
from bridge.programs.vendor_direct_fulfillment.flatfiles.elements import KEYS, read_element
from bridge.programs.vendor_direct_fulfillment.flatfiles.rows import COLUMNS, read_rows
from bridge.programs.vendor_direct_fulfillment.operations import CREATE_CONTAINER_LABEL, REQUEST_LABEL

FLAT_FILES = (
    FlatFile(
        name="label-request",
        noun="label request",
        about="order",
        operation=REQUEST_LABEL,
        columns=COLUMNS,
        lists=("shippingLabelRequests", "shipping_label_requests"),
        keys=KEYS,
        draft=LabelRequestDraft,
        read_rows=read_rows,
        read_element=read_element,
        result=result_of,
    ),
    FlatFile(
        name="container-label",
        noun="container label request",
        about="container",
        operation=CREATE_CONTAINER_LABEL,
        columns=containers.COLUMNS,
        lists=("containerLabelRequests", "container_label_requests"),
        keys=containers.KEYS,
        draft=containers.ContainerLabelDraft,
        read_rows=containers.read_rows,
        read_element=containers.read_element,
        result=containers.result_of,
        about_packages=True,
    ),
)
