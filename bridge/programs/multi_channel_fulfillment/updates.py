"""Changing an order: one that was not sent yet is sent as changed, one on hold at Amazon is changed there.

Amazon changes the address and the action of an order, Ship or Hold. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from bridge.domain.values import Address
from bridge.programs.event_types import Change, Contradiction, EventType, Found, Verification, Violation
from bridge.programs.multi_channel_fulfillment import bodies
from bridge.programs.multi_channel_fulfillment.events import FulfillmentOrdered, FulfillmentUpdated
from bridge.programs.multi_channel_fulfillment.operations import GET, ID_KEY, UPDATE
from bridge.programs.multi_channel_fulfillment.orders import LOOKS, TOLD_AFTER, FulfillmentOrder, same_letters
from bridge.programs.multi_channel_fulfillment.rules import reason_to_hold, violations_of_update

_NUMBERS = frozenset({"order_number", "seller_fulfillment_order_id"})
_CHANGEABLE = frozenset({"destination_address", "fulfillment_action"})
_WORDS = {
    "marketplace_id": "marketplace",
    "displayable_order_id": "customer_order",
    "displayable_order_date": "order_date",
    "displayable_order_comment": "comment",
    "shipping_speed_category": "speed",
    "fulfillment_policy": "policy",
    "notification_emails": "email",
    "feature_names": "features",
    "items": "lines",
}
_TIMES = frozenset({"ship_not_before", "cancel_after", "latest_ship", "latest_arrival"})
_COMPARED = (
    "name",
    "address_line1",
    "address_line2",
    "address_line3",
    "city",
    "state_or_region",
    "postal_code",
    "country_code",
)
_STILL_OPEN = frozenset({"New", "Received", "Planning"})


def unsent(order: FulfillmentOrdered, update: FulfillmentUpdated) -> FulfillmentOrdered | Contradiction:
    """Return an order that was not sent yet as it is with a change; what that does not say stays."""
    said = _said(update)
    if any(said[name] != getattr(order, name) for name in _TIMES & said.keys()):
        return Contradiction(
            "it changes when the order is to go: cancel the order, and send it again under another number"
        )
    if "feature_names" in said:
        said["feature_names"] = tuple(dict.fromkeys((*order.feature_names, *update.feature_names)))
    if "displayable_order_date" in said:
        said["order_date_assumed"] = False
    made = msgspec.structs.replace(order, **said)
    reason = reason_to_hold(made)
    return Contradiction(reason) if reason else made


def sent(
    order: FulfillmentOrdered, updates: Sequence[FulfillmentUpdated], update: FulfillmentUpdated
) -> Violation | Contradiction | None:
    """Return why Amazon cannot be told of a change of an order that it has; None where it can."""
    actions = [order.fulfillment_action, *filter(None, (one.fulfillment_action for one in updates))]
    if actions[-1] != "Hold":
        message = (
            f"order {order.order_number} is not on hold at Amazon, and only such an order can be changed: "
            "cancel it while there is time, and send it again under another number"
        )
        return Violation(code="NOT_ON_HOLD", message=message)
    if other := ", ".join(sorted(_WORDS.get(name, name) for name in _others(order, update))):
        return Contradiction(
            f"of an order on hold Amazon changes address and action alone, and this changes {other}, too. "
            "Drop it, cancel the order and send it again under another number; or release it to have address "
            "and action changed, and nothing else"
        )
    if update.destination_address == Address() and update.fulfillment_action != "Ship":
        message = "it changes nothing: an order on hold gets another address, or action = Ship"
        return Violation(code="NOTHING_CHANGED", message=message)
    return None


def found(update: FulfillmentUpdated, order: FulfillmentOrder) -> Found:
    """Return whether an order shows a change; one that it does not show may be repeated without harm."""
    wanted, where = update.fulfillment_action or "Hold", update.destination_address
    left = wanted == "Ship" and order.status not in _STILL_OPEN
    there = where == Address() or _same(where, order.destination_address or Address())
    return "taken" if there and (left or order.action == wanted) else "absent"


def _said(update: FulfillmentUpdated) -> dict[str, object]:
    values = {name: getattr(update, name) for name in update.__struct_fields__ if name not in _NUMBERS}
    return {name: value for name, value in values.items() if value not in ("", (), Address())}


def _others(order: FulfillmentOrdered, update: FulfillmentUpdated) -> list[str]:
    """List what a change says otherwise than its order, and Amazon does not change."""
    said = {name: value for name, value in _said(update).items() if name not in _CHANGEABLE}
    if set(update.feature_names) <= set(order.feature_names):
        said.pop("feature_names", None)
    return [name for name, value in said.items() if value != getattr(order, name)]


def _same(ours: Address, theirs: Address) -> bool:
    return all(same_letters(getattr(ours, name), getattr(theirs, name)) for name in _COMPARED)


def _named(event: FulfillmentUpdated) -> Mapping[str, str]:
    return {ID_KEY: event.seller_fulfillment_order_id}


CHANGE = Change(operation=UPDATE, unsent=unsent, sent=sent)
UPDATED = EventType(
    event=FulfillmentUpdated,
    operation=UPDATE,
    noun="change of an order",
    ordering_key=lambda event: f"po:{event.order_number}",
    order=lambda event: event.order_number,
    rules=violations_of_update,
    body=bodies.fulfillment_update,
    path_names=_named,
    verification=Verification(
        operation=GET, names=_named, judge=found, looks=LOOKS, doubts_refusals=True, told_after=TOLD_AFTER
    ),
)
