"""What the reads give: labels, packing slips, customer invoices, pages of them. Pure.

Names are those of the Vendor Direct Fulfillment Shipping v1 model in snake case. What holds names and
addresses of customers is not shown by `repr`, so that no log or error holds it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bridge.domain.outcomes import AmazonApiError


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


Fetched = ShippingLabel | PackingSlip | CustomerInvoice


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableItem:
    """An element that could not be read; the others of its page are not lost over it.

    `purchase_order_number` is empty where that was unreadable too. `reason` holds nothing of the
    content, `raw` is the element's JSON as it came.
    """

    purchase_order_number: str
    reason: str
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One reply of a read. `next_token` is empty on the last page, `errors` what Amazon said besides.

    `listed` is False where the reply held no list at all, not even an empty one.
    """

    items: tuple[Fetched, ...] = ()
    unreadable: tuple[UnreadableItem, ...] = ()
    next_token: str = field(default="", repr=False)
    request_id: str = ""
    errors: tuple[AmazonApiError, ...] = ()
    listed: bool = True

    @property
    def identities(self) -> tuple[int, ...]:
        """Numbers of the elements, the same for the same element of another page."""
        return tuple(hash(one) for one in (*self.items, *self.unreadable))
