"""Business rules that can be checked before anything is sent, on events. Pure.

Sources: Amazon's model Fulfillment Outbound 2020-07-01 and its guides. Each rule has a stable code; the
partner must send the document again, corrected. What Amazon may take, but only an operator can decide, is
held instead (`reason_to_hold`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bridge.domain.values import Address
from bridge.outside_text import clipped_message
from bridge.programs.event_types import Violation
from bridge.programs.multi_channel_fulfillment.events import (
    FulfillmentOrdered,
    FulfillmentUpdated,
    OrderItem,
)

SPEEDS = ("Standard", "Expedited", "Priority")
ACTIONS = ("Ship", "Hold")
POLICIES = ("FillOrKill", "FillAll", "FillAllAvailable")
FEATURES = ("BLANK_BOX", "BLOCK_AMZL", "OVERBOX", "PACKING_SLIP", "SIGNATURE_CONFIRMATION")
LONGEST_COMMENT = 750
LONGEST_GIFT_MESSAGE = 512
MOST_LINES = 100
MOST_UNITS = 250
LARGEST_NUMBER = 2**31 - 1
"""Amazon's integers."""
_ORDER_ID = re.compile(r"(?!\.+$)[A-Za-z0-9._-]{1,40}")
"""Points alone would lead elsewhere in a path."""
_COUNTRY = re.compile(r"[A-Z]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_WITHOUT_CITY = frozenset({"JP"})
_NOT_SERVED = {
    "BR": "Amazon has no Multi-Channel Fulfillment in Brazil",
    "IN": "orders in India need information on their payment, which edibridge does not send",
}
_Order = FulfillmentOrdered | FulfillmentUpdated

CONDITIONS = {
    "ACTION": "009",
    "DECLARED_VALUE": "009",
    "EMAIL": "009",
    "FEATURE": "009",
    "ITEM_TWICE": "006",
    "LATEST_ARRIVAL": "009",
    "LINE": "009",
    "MISSING_ADDRESS": "007",
    "MISSING_COMMENT": "007",
    "MISSING_COUNTRY": "007",
    "MISSING_ORDER_NUMBER": "007",
    "MISSING_ORDER_DATE": "007",
    "MISSING_SKU": "007",
    "MISSING_VALUE": "007",
    "RETURN_ID": "009",
    "MISSING_SPEED": "007",
    "NOT_ON_HOLD": "009",
    "NOTHING_CHANGED": "007",
    "NO_ITEMS": "007",
    "ORDER_ID": "009",
    "ORDER_DATE": "009",
    "TOO_LATE": "009",
    "CITY": "009",
    "COUNTRY": "009",
    "TOO_MANY": "008",
    "UNKNOWN": "009",
    "ZERO_QUANTITY": "008",
}
"""X12's application error conditions (element 647) by the codes of this program's rules."""


class BrokenRule(Violation, frozen=True, kw_only=True):
    """A rule that an order breaks, and the field that it is about, as mappings name it; empty: all of it."""

    about: str = ""


def violations(event: FulfillmentOrdered) -> tuple[BrokenRule, ...]:
    """Return every rule that an order breaks; `line` is the place of an item among the items, from 1."""
    return (*_numbers(event), *_order(event), *_destination(event), *_items(event))


def violations_of_update(event: FulfillmentUpdated) -> tuple[BrokenRule, ...]:
    """Return every rule that a change of an order breaks by itself; its address is whole or absent."""
    where = _destination(event) if event.destination_address != Address() else ()
    items = _items(event) if event.items else ()
    return (*_numbers(event), *_action(event.fulfillment_action), *where, *items)


def _action(word: str) -> Iterator[BrokenRule]:
    if word and word not in ACTIONS:
        yield _error("ACTION", f"action {word!r} is none of {', '.join(ACTIONS)}", "instructions")


def reason_to_hold(event: FulfillmentOrdered, seller: str = "") -> str:
    """Return why an order is left to an operator; empty where it may go.

    `seller` is its name in the configuration, empty where none is meant in particular.
    """
    speed, country = event.shipping_speed_category, event.destination_address.country_code
    if speed and speed not in SPEEDS:
        return (
            f"speed {speed[:40]!r} is none of {', '.join(SPEEDS)}: add it to "
            f"[sellers.{seller or 'S'}.speeds], then `edibridge rerun` the batch"
        )
    for word, known, name in (
        (event.fulfillment_action, ACTIONS, "action"),
        (event.fulfillment_policy, POLICIES, "policy"),
    ):
        if word not in known:
            return f"{name} {word[:40]!r} is none of {', '.join(known)}"
    return _NOT_SERVED.get(country, "")


def is_order_id(number: str) -> bool:
    """Return whether Amazon finds an order again by a number."""
    return _ORDER_ID.fullmatch(number) is not None


def _numbers(event: _Order) -> Iterator[BrokenRule]:
    if not event.order_number:
        yield _error("MISSING_ORDER_NUMBER", "the order has no number", "order_id")
    elif not is_order_id(event.seller_fulfillment_order_id):
        message = (
            f"order id {event.seller_fulfillment_order_id!r} must have at most 40 of the characters A-Z, "
            "a-z, 0-9, point, hyphen and underscore: with others Amazon takes it and cannot find it again"
        )
        yield _error("ORDER_ID", message, "order_id")
    shown = event.displayable_order_id
    if len(shown) > 40 or "  " in shown or not _is_latin(shown):
        message = (
            f"customer_order {shown!r} must have at most 40 characters of Latin-1, and no two blanks in a row"
        )
        yield _error("ORDER_ID", message, "customer_order")


def _order(event: FulfillmentOrdered) -> Iterator[BrokenRule]:
    if not event.displayable_order_date:
        yield _error("MISSING_ORDER_DATE", "the order has no date", "order_date")
    elif not _MOMENT.fullmatch(event.displayable_order_date):
        message = f"order date {event.displayable_order_date!r} is not ISO-8601 with Z or an offset"
        yield _error("ORDER_DATE", message, "order_date")
    comment = event.displayable_order_comment
    if not comment:
        yield _error(
            "MISSING_COMMENT", "the order has no comment, and [sellers.S] has no comment for such", "comment"
        )
    elif len(comment) > LONGEST_COMMENT:
        message = f"the comment has {len(comment)} characters; Amazon takes {LONGEST_COMMENT}"
        yield _error("TOO_MANY", message, "comment")
    if not event.shipping_speed_category:
        yield _error(
            "MISSING_SPEED", "the order has no speed, and [sellers.S] has no speed for such", "speed"
        )
    for name in event.feature_names:
        if name not in FEATURES:
            yield _error("FEATURE", f"feature {name!r} is none of {', '.join(FEATURES)}", "instructions")
    for email in event.notification_emails:
        if not _EMAIL.fullmatch(email):
            yield _error("EMAIL", "the e-mail address is none", "email")


def _destination(event: _Order) -> Iterator[BrokenRule]:
    address = event.destination_address
    for name, value in (
        ("name", address.name),
        ("address_line1", address.address_line1),
        ("postal_code", address.postal_code),
    ):
        if not value:
            yield _error("MISSING_ADDRESS", f"the address has no {name}", name)
    country = address.country_code
    if not country:
        yield _error("MISSING_COUNTRY", "the address has no country_code", "country_code")
    elif not _COUNTRY.fullmatch(country):
        yield _error(
            "COUNTRY", f"country_code {country!r} is not two capital letters (ISO 3166-1)", "country_code"
        )
    elif bool(address.city) == (country in _WITHOUT_CITY):
        what = "has a city, which Amazon forbids" if address.city else "has no city, which Amazon requires"
        yield _error("CITY", f"the address {what} in {country}", "city")


def _items(event: _Order) -> Iterator[BrokenRule]:
    items = event.items
    if not items:
        yield _error("NO_ITEMS", "the order has no lines")
    if len(items) > MOST_LINES:
        yield _error("TOO_MANY", f"the order has {len(items)} lines; Amazon takes {MOST_LINES}")
    units = sum(item.quantity for item in items)
    if units > MOST_UNITS:
        yield _error("TOO_MANY", f"the order has {units} units; Amazon takes {MOST_UNITS}")
    lines = Counter(item.seller_fulfillment_order_item_id for item in items)
    for number, item in enumerate(items, start=1):
        for code, message, about in _item(item):
            yield _error(code, message, about, number)
        name = item.seller_fulfillment_order_item_id
        if name and lines[name] > 1:
            yield _error("ITEM_TWICE", f"line {name} stands {lines[name]} times", "line", number)


def _item(item: OrderItem) -> Iterator[tuple[str, str, str]]:
    name = item.seller_fulfillment_order_item_id
    if not 0 < len(name) <= 50:
        yield "LINE", f"line {name!r} must have 1 to 50 characters", "line"
    if not item.seller_sku:
        yield "MISSING_SKU", f"line {name} has no sku", "sku"
    elif len(item.seller_sku) > 50:
        yield "MISSING_SKU", f"sku {item.seller_sku!r} of line {name} has more than 50 characters", "sku"
    if not 1 <= item.quantity <= LARGEST_NUMBER:
        yield "ZERO_QUANTITY", f"quantity {item.quantity} of line {name} must be 1 or more", "quantity"
    if len(item.gift_message) > LONGEST_GIFT_MESSAGE:
        message = f"the gift message of line {name} has {len(item.gift_message)} characters"
        yield "TOO_MANY", f"{message}; Amazon takes {LONGEST_GIFT_MESSAGE}", "gift_message"
    money = item.per_unit_declared_value
    if money is not None and not _CURRENCY.fullmatch(money.currency_code):
        yield (
            "DECLARED_VALUE",
            f"the declared value of line {name} needs a currency of three letters",
            "declared_value",
        )


def _is_latin(text: str) -> bool:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _error(code: str, message: str, about: str = "", line: int | None = None) -> BrokenRule:
    return BrokenRule(code=code, message=clipped_message(message), about=about, line=line)
