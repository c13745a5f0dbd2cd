"""The shipping documents that Amazon makes: labels of packages and containers, packing slips, invoices."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from bridge.domain.labels import LabelPackage
from bridge.programs.feeds import Content, Feed
from bridge.programs.vendor_direct_fulfillment.documents import (
    ContainerLabel,
    CustomerInvoice,
    PackingSlip,
    ShippingLabel,
)
from bridge.programs.vendor_direct_fulfillment.operations import NUMBER_KEY
from bridge.programs.vendor_direct_fulfillment.rules import ORDER_NUMBER


def _labels(item: ShippingLabel) -> list[Content]:
    return [
        Content(
            content=label.content,
            format=_format(item.label_format),
            package=LabelPackage(
                package_identifier=label.package_identifier,
                tracking_number=label.tracking_number,
                ship_method=label.ship_method,
                ship_method_name=label.ship_method_name,
            ),
        )
        for label in item.labels
    ]


def _document(item: PackingSlip | CustomerInvoice) -> list[Content]:
    return [Content(content=item.content, format="pdf")]


def _container_label(item: ContainerLabel) -> list[Content]:
    return [
        Content(
            content=item.content,
            format=_format(item.label_format),
            package=LabelPackage(package_identifier=item.container, tracking_number=item.tracking_number),
        )
    ]


def _format(told: str) -> Literal["png", "zpl"]:
    return "zpl" if told.upper() == "ZPL" else "png"


def _number_error(text: str) -> str:
    if ORDER_NUMBER.fullmatch(text):
        return ""
    return f"{text!r} is no purchase order number of Amazon's: letters A-Z, a-z and digits only"


FEEDS = (
    Feed(
        name="labels",
        listed="getShippingLabels",
        single="getShippingLabel",
        path_name=NUMBER_KEY,
        number_error=_number_error,
        contents=_labels,
        selling_party=lambda item: item.selling_party,
        labels=True,
        void_after=timedelta(days=90),
    ),
    Feed(
        name="packing-slips",
        listed="getPackingSlips",
        single="getPackingSlip",
        path_name=NUMBER_KEY,
        number_error=_number_error,
        contents=_document,
        template="packing-slips/{purchase_order}.{ext}",
        tries=3,
    ),
    Feed(
        name="invoices",
        listed="getCustomerInvoices",
        single="getCustomerInvoice",
        path_name=NUMBER_KEY,
        number_error=_number_error,
        contents=_document,
        template="invoices/{purchase_order}.{ext}",
        tries=3,
    ),
    Feed(
        name="container-labels",
        contents=_container_label,
        template="container-labels/{package}_{tracking}.{ext}",
    ),
)
