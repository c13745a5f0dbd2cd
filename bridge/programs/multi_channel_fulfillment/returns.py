"""Returns: asked for at Amazon, one piece an item, after the reasons that it knows. Pure.

A piece is known by the number of its return, its line and its place among the line's pieces: so a repeat is
told as a duplicate and no piece is asked for twice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from bridge.domain.events import RuleError
from bridge.domain.outcomes import AmazonApiError
from bridge.mapping.profile import VendorProfile
from bridge.outside_text import clipped_message
from bridge.programs.event_types import Answered, EventType, Found, Verification, Violation
from bridge.programs.multi_channel_fulfillment.events import FulfillmentReturned
from bridge.programs.multi_channel_fulfillment.operations import GET, ID_KEY, REASONS, RETURN
from bridge.programs.multi_channel_fulfillment.orders import LOOKS, FulfillmentOrder
from bridge.programs.multi_channel_fulfillment.profile import values_of
from bridge.programs.multi_channel_fulfillment.return_files import files_of, refused_row
from bridge.programs.multi_channel_fulfillment.return_items import (
    DUPLICATE,
    InvalidReturnItem,
    ReasonCodes,
    ReturnAnswer,
)
from bridge.programs.multi_channel_fulfillment.rules import MOST_UNITS, is_order_id
from bridge.programs.operations import Element, present
from bridge.programs.prechecks import Asked, Checked, Precheck, Question

LONGEST_COMMENT = 1000
_RETURN_ID = re.compile(r"[A-Za-z0-9_-]{1,20}")


def violations(event: FulfillmentReturned) -> tuple[Violation, ...]:
    """Return every rule that a return breaks; `line` is the place of an item among the items, from 1."""
    return (*_numbers(event), *_items(event))


def _numbers(event: FulfillmentReturned) -> Iterator[Violation]:
    if not _RETURN_ID.fullmatch(event.return_id):
        message = f"return_id {event.return_id!r} must have 1 to 20 of the characters A-Z, a-z, 0-9, - and _"
        yield Violation(code="RETURN_ID", message=message)
    if not event.order_number:
        yield Violation(code="MISSING_ORDER_NUMBER", message="the return names no order")
    elif not is_order_id(event.seller_fulfillment_order_id):
        message = f"order id {event.seller_fulfillment_order_id!r} is none that an order can have at Amazon"
        yield Violation(code="ORDER_ID", message=message)
    units = sum(item.quantity for item in event.items)
    if not event.items:
        yield Violation(code="NO_ITEMS", message="the return has no lines")
    if units > MOST_UNITS:
        message = f"the return has {units} units, more than the {MOST_UNITS} of an order"
        yield Violation(code="TOO_MANY", message=message)


def _items(event: FulfillmentReturned) -> Iterator[Violation]:
    for number, item in enumerate(event.items, start=1):
        for name, value in (
            ("line", item.line),
            ("shipment_id", item.amazon_shipment_id),
            ("sku", item.seller_sku.strip(".")),  # points alone would lead elsewhere in a path
            ("reason", item.return_reason_code),
        ):
            if not value:
                yield Violation(code="MISSING_VALUE", message=f"{name} is missing", line=number)
        if item.quantity < 1:
            message = f"quantity {item.quantity} of line {item.line} must be 1 or more"
            yield Violation(code="ZERO_QUANTITY", message=message, line=number)
        if len(item.line) > 50:
            yield Violation(
                code="LINE", message=f"line {item.line!r} has more than 50 characters", line=number
            )


def pieces_of(event: FulfillmentReturned) -> dict[str, Element]:
    """Return the items that Amazon is told, one a piece, by the number by which it knows them."""
    count: Counter[str] = Counter()
    found: dict[str, Element] = {}
    for item in event.items:
        for _ in range(item.quantity):
            count[item.line] += 1
            number = f"{event.return_id}.{item.line}.{count[item.line]}"
            found[number] = {
                "sellerReturnItemId": number,
                "sellerFulfillmentOrderItemId": item.line,
                "amazonShipmentId": item.amazon_shipment_id,
                "returnReasonCode": item.return_reason_code,
                **present(returnComment=item.return_comment),
            }
    return found


def body(event: FulfillmentReturned, version: str) -> Element:
    """Return a `CreateFulfillmentReturnRequest`."""
    del version
    return {"items": list(pieces_of(event).values())}


def found(event: FulfillmentReturned, order: FulfillmentOrder) -> Found:
    """Return whether an order has all pieces of a return; a repeat is told which of them it has already."""
    there = {one.seller_return_item_id for one in order.return_items}
    return "taken" if pieces_of(event).keys() <= there else "absent"


def answered(event: FulfillmentReturned, answer: ReturnAnswer, profile: VendorProfile) -> Answered:
    """Return what becomes of a return: it fails where Amazon takes no piece of it.

    Where it takes some, the others are told in a file and beside the success.
    """
    refused = [one for one in answer.invalid if one.invalid_item_reason.invalid_item_reason_code != DUPLICATE]
    if len(refused) == len(pieces_of(event)):
        return Answered(
            errors=tuple(
                AmazonApiError(one.invalid_item_reason.invalid_item_reason_code, _told(one))
                for one in refused
            )
        )
    return Answered(
        notes=tuple(RuleError(code="NOT_RETURNED", message=_told(one)) for one in refused),
        files=tuple(
            files_of(
                [refused_row(event.order_number, event.return_id, one) for one in refused],
                f"{event.order_number}.{event.return_id}.refused",
                values_of(profile).return_files,
            )
        ),
    )


def _told(item: InvalidReturnItem) -> str:
    why = item.invalid_item_reason
    told = f"Amazon takes no return of piece {item.seller_return_item_id}: {why.invalid_item_reason_code}"
    return clipped_message(f"{told}, {why.description}" if why.description else told)


def judge(asked: Asked[ReasonCodes]) -> Checked:
    """Return whether the reasons of a return are Amazon's, for the SKU that it was asked about.

    Of other SKUs, and where Amazon does not say, it judges the call itself.
    """
    event: FulfillmentReturned = asked.event
    codes = asked.found.codes if asked.found is not None else {}
    sku = _sku(event)
    unknown = {item.return_reason_code for item in event.items if item.seller_sku == sku} - codes.keys()
    if not codes or not unknown:
        return Checked()
    known = "; ".join(f"{code} ({text})" if text else code for code, text in codes.items())
    told = f"reason {', '.join(sorted(unknown))} is none of Amazon's for SKU {sku}: {known}"
    return Checked(hold=clipped_message(told))


def _sku(event: FulfillmentReturned) -> str:
    return next((item.seller_sku for item in event.items if item.seller_sku), "")


def _asked(event: FulfillmentReturned) -> Mapping[str, str]:
    return {"sellerSku": _sku(event), "marketplaceId": event.marketplace_id}


def _named(event: FulfillmentReturned) -> Mapping[str, str]:
    return {ID_KEY: event.seller_fulfillment_order_id}


RETURNED = EventType(
    event=FulfillmentReturned,
    operation=RETURN,
    noun="return",
    ordering_key=lambda event: f"return:{event.order_number}/{event.return_id}",
    order=lambda event: event.order_number,
    rules=violations,
    body=body,
    path_names=_named,
    once=True,
    answered=answered,
    verification=Verification(operation=GET, names=_named, judge=found, looks=LOOKS),
    precheck=Precheck(
        wanted=lambda _profile: True, questions=(Question(operation=REASONS, judge=judge, names=_asked),)
    ),
)
