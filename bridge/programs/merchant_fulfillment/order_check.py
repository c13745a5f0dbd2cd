"""Whether a package may be bought shipping for, by its order as it stands at Amazon. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC

from msgspec.structs import replace

from bridge.outside_text import clipped_message, shown
from bridge.programs.merchant_fulfillment.events import ShipmentItem, ShipmentRequested
from bridge.programs.merchant_fulfillment.operations import GET_ORDER, ORDER_KEY
from bridge.programs.merchant_fulfillment.orders import Order, OrderItem
from bridge.programs.prechecks import Asked, Checked, Question

OPEN = frozenset({"UNSHIPPED", "PARTIALLY_SHIPPED"})
_UNKNOWN = (
    "order {order} could not be looked at: {why}. Where its id is right, and it is an order of this account, "
    "release the package; otherwise have it sent again, corrected"
)


def judge(asked: Asked[Order]) -> Checked:
    """Return whether a package goes on, with what its order tells of it; why not is the reason to hold it."""
    event: ShipmentRequested = asked.event
    order = asked.found
    if order is None:
        return Checked(hold=clipped_message(_UNKNOWN.format(order=event.amazon_order_id, why=asked.why)))
    items, problems = _found(event, order)
    problems = [*_of_order(event, order), *problems, *_too_many(items, order)]
    if problems:
        return Checked(hold=clipped_message("; ".join(dict.fromkeys(problems))))
    ships = max(order.latest_ship or asked.now, asked.now).astimezone(UTC).replace(microsecond=0)
    return Checked(
        event=replace(
            event,
            items=items,
            ship_date=ships.isoformat().replace("+00:00", "Z"),
            latest_ship=order.latest_ship.isoformat() if order.latest_ship else "",
            promised=order.deliver_by.isoformat() if order.deliver_by else "",
            takes_all=_takes_all(items, order),
            offer=None,
            inputs="",
            inputs_for="",
            input_problems=(),
        )
    )


def _of_order(event: ShipmentRequested, order: Order) -> Iterator[str]:
    if order.order_id != event.amazon_order_id:
        yield f"Amazon answered with order {shown(order.order_id)}"
    if order.fulfilled_by != "MERCHANT":
        yield f"the order is not the seller's to fulfil, but {shown(order.fulfilled_by) or 'untold'}'s"
    if order.fulfillment_status not in OPEN:
        yield f"the order is {shown(order.fulfillment_status) or 'in no state that is told'} at Amazon"


def _found(event: ShipmentRequested, order: Order) -> tuple[tuple[ShipmentItem, ...], list[str]]:
    """Return the items of a package with their ids at Amazon, and what is wrong with them."""
    items, problems = [], []
    for item in event.items:
        name, lines = _lines(item, order)
        if len(lines) != 1:
            many = "several lines, name one by its order_item_id" if lines else "no such item"
            problems.append(f"{name}: the order has {many}")
            continue
        (line,) = lines
        if line.cancellation_requested:
            problems.append(f"{name}: the buyer asks to cancel it; answer that in Seller Central first")
        items.append(replace(item, order_item_id=line.order_item_id, asin=line.asin, inputs=""))
    return tuple(items), problems


def _lines(item: ShipmentItem, order: Order) -> tuple[str, list[OrderItem]]:
    if item.order_item_id:
        of_id = [one for one in order.items if one.order_item_id == item.order_item_id]
        wrong = [one for one in of_id if item.seller_sku and one.seller_sku != item.seller_sku]
        name = f"item {shown(item.order_item_id)}"
        return (f"{name} with SKU {shown(item.seller_sku)}", []) if wrong else (name, of_id)
    return f"SKU {shown(item.seller_sku)}", [one for one in order.items if one.seller_sku == item.seller_sku]


def _wanted(items: tuple[ShipmentItem, ...]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for item in items:
        counted[item.order_item_id] += item.quantity
    return counted


def _too_many(items: tuple[ShipmentItem, ...], order: Order) -> Iterator[str]:
    left = {one.order_item_id: one.quantity_unfulfilled for one in order.items}
    for number, wanted in _wanted(items).items():
        unfulfilled = left.get(number)
        if unfulfilled is None:
            yield f"item {shown(number)}: Amazon does not say how many are to be shipped still"
        elif wanted > unfulfilled:
            yield f"item {shown(number)}: the package has {wanted}, and {unfulfilled} are to be shipped still"


def _takes_all(items: tuple[ShipmentItem, ...], order: Order) -> bool:
    """Return whether a package takes all that is unfulfilled of each of its items."""
    left = {one.order_item_id: one.quantity_unfulfilled for one in order.items}
    return all(left.get(number) == wanted for number, wanted in _wanted(items).items())


QUESTION = Question(operation=GET_ORDER, judge=judge, names=lambda event: {ORDER_KEY: event.amazon_order_id})
