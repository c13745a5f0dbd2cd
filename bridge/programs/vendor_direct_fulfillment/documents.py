"""Labels, packing slips and customer invoices as Amazon gives them. Pure.

Only what a vendor cannot do without is required of one: the order's number and the content.

Names are those of the Vendor Direct Fulfillment Shipping v1 model in snake case. What holds names and
addresses of customers is not shown by `repr`, so that no log or error holds it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelData:
    """The label of one package; `content` is base64 as it came, not looked into."""

    content: str = field(repr=False)
    package_identifier: str = ""
    tracking_number: str = ""
    ship_method: str = ""
    ship_method_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingLabel:
    """The labels of one order, at least one, one a package.

    `label_format` is PNG or ZPL; parties are ids. What Amazon left out is empty.
    """

    purchase_order_number: str
    selling_party: str = ""
    ship_from_party: str = ""
    label_format: str = ""
    labels: tuple[LabelData, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingSlip:
    """The packing slip of one order; `content` is base64 as it came, mostly of a PDF."""

    purchase_order_number: str
    content: str = field(repr=False)
    content_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerInvoice:
    """The customer's invoice for one order; `content` is base64 as it came."""

    purchase_order_number: str
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerLabel:
    """The label of one container; `content` is base64 as it came. Amazon does not say of which container.

    `label_format` is PNG or ZPL, `tracking_number` empty where Amazon gives none.
    """

    content: str = field(repr=False)
    label_format: str
    tracking_number: str = ""
    container: str = ""

    @property
    def purchase_order_number(self) -> str:
        """Return the container's id at the vendor's: it has no order."""
        return self.container


class _Party(msgspec.Struct, rename="camel"):
    party_id: str | None = None


class _Content(msgspec.Struct, rename="camel"):
    content: str


class _LabelData(_Content, rename="camel"):
    package_identifier: str | None = None
    tracking_number: str | None = None
    ship_method: str | None = None
    ship_method_name: str | None = None


class _ShippingLabel(msgspec.Struct, rename="camel"):
    purchase_order_number: str
    label_data: list[_LabelData]
    label_format: str | None = None
    selling_party: _Party | None = None
    ship_from_party: _Party | None = None


class _ContainerLabel(_Content, rename="camel"):
    format: str
    container_tracking_number: str | None = None


class _CreatedContainerLabel(msgspec.Struct, rename="camel"):
    container_label: _ContainerLabel


class _Document(_Content, rename="camel"):
    purchase_order_number: str
    content_type: str | None = None


def read_shipping_label(raw: msgspec.Raw) -> ShippingLabel:
    """Read an element of `shippingLabels`; see `Operation.read`."""
    read = msgspec.json.decode(raw, type=_ShippingLabel)
    if not read.label_data:
        # Half of an order's packages would be worse than none; none is reported to an operator.
        raise ValueError("it holds no label - at `$.labelData`")
    return ShippingLabel(
        purchase_order_number=_number(read.purchase_order_number),
        selling_party=_party_id(read.selling_party),
        ship_from_party=_party_id(read.ship_from_party),
        label_format=read.label_format or "",
        labels=tuple(_label_data(data) for data in read.label_data),
    )


def _label_data(data: _LabelData) -> LabelData:
    return LabelData(
        content=_content(data),
        package_identifier=data.package_identifier or "",
        tracking_number=data.tracking_number or "",
        ship_method=data.ship_method or "",
        ship_method_name=data.ship_method_name or "",
    )


def read_packing_slip(raw: msgspec.Raw) -> PackingSlip:
    """Read an element of `packingSlips`; see `Operation.read`."""
    read = msgspec.json.decode(raw, type=_Document)
    return PackingSlip(
        purchase_order_number=_number(read.purchase_order_number),
        content=_content(read),
        content_type=read.content_type or "",
    )


def read_customer_invoice(raw: msgspec.Raw) -> CustomerInvoice:
    """Read an element of `customerInvoices`; see `Operation.read`."""
    read = msgspec.json.decode(raw, type=_Document)
    return CustomerInvoice(purchase_order_number=_number(read.purchase_order_number), content=_content(read))


def read_container_label(raw: msgspec.Raw) -> ContainerLabel:
    """Read the answer of `createContainerLabel`; see `Operation.read`."""
    read = msgspec.json.decode(raw, type=_CreatedContainerLabel).container_label
    return ContainerLabel(
        content=_content(read),
        label_format=read.format,
        tracking_number=read.container_tracking_number or "",
    )


def _number(text: str) -> str:
    if not text.strip():
        raise ValueError("it is empty - at `$.purchaseOrderNumber`")
    return text


def _content(read: _Content) -> str:
    if not read.content.strip():
        raise ValueError("a content is empty")
    return read.content


def _party_id(party: _Party | None) -> str:
    return (party.party_id or "") if party else ""
