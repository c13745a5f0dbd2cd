"""Returns of orders as Amazon has them: what is to come back, with which authorization, and what came. Pure.

Names are those of Amazon's model Fulfillment Outbound 2020-07-01 in snake case; replies may hold more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from bridge.domain.values import Address

PROCESSED = "Processed"
DUPLICATE = "DuplicateRequest"
"""What Amazon says of an item that it has already."""


class ReturnItem(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One piece that comes back; `status` is New or Processed."""

    seller_return_item_id: str
    seller_fulfillment_order_item_id: str
    amazon_shipment_id: str
    seller_return_reason_code: str
    status: str
    status_changed_date: str = ""
    amazon_return_reason_code: str | None = None
    return_authorization_id: str | None = None
    return_received_condition: str | None = None
    fulfillment_center_id: str | None = None


class AmazonAddress(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """An address as Amazon has it."""

    name: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    address_line3: str | None = None
    city: str | None = None
    state_or_region: str | None = None
    postal_code: str | None = None
    country_code: str | None = None
    phone: str | None = None

    def known(self) -> Address:
        """Return it with empty texts for what is absent."""
        return Address(**{name: getattr(self, name) or "" for name in self.__struct_fields__})


class ReturnAuthorization(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """Where returned pieces go, and under which number."""

    return_authorization_id: str
    amazon_rma_id: str
    rma_page_url: str = msgspec.field(default="", name="rmaPageURL")
    fulfillment_center_id: str = ""
    return_to_address: AmazonAddress = AmazonAddress()


class _Reason(msgspec.Struct, frozen=True, rename="camel"):
    invalid_item_reason_code: str
    description: str = ""


class InvalidReturnItem(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One piece that Amazon takes no return of."""

    seller_return_item_id: str
    seller_fulfillment_order_item_id: str
    invalid_item_reason: _Reason


class _Answer(msgspec.Struct, rename="camel"):
    return_items: list[ReturnItem] | None = None
    invalid_return_items: list[InvalidReturnItem] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAnswer:
    """What Amazon answers to a return: the pieces that it takes, and those that it does not."""

    items: Sequence[ReturnItem]
    invalid: Sequence[InvalidReturnItem]
    purchase_order_number: str = field(default="")


class _Reasons(msgspec.Struct, rename="camel"):
    reason_code_details: list[_ReasonCode] | None = None


class _ReasonCode(msgspec.Struct, rename="camel"):
    return_reason_code: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCodes:
    """The codes of reasons for a return, each with what it means."""

    codes: dict[str, str]
    purchase_order_number: str = field(default="")


def read_answer(raw: msgspec.Raw) -> ReturnAnswer:
    """Read the payload of createFulfillmentReturn; see `Operation.read`."""
    read = msgspec.json.decode(raw, type=_Answer)
    return ReturnAnswer(items=read.return_items or (), invalid=read.invalid_return_items or ())


def read_reason_codes(raw: msgspec.Raw) -> ReasonCodes:
    """Read the payload of listReturnReasonCodes; see `Operation.read`."""
    read = msgspec.json.decode(raw, type=_Reasons)
    return ReasonCodes(
        codes={one.return_reason_code: one.description for one in read.reason_code_details or ()}
    )
