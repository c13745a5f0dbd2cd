"""One document (940, ORDERS) to the order that it places."""

from __future__ import annotations

from bridge.domain.events import MappingResult
from bridge.mapping.lookup import Place, Scope
from bridge.mapping.loops import Tree
from bridge.mapping.reader import Reader, opening
from bridge.mapping.times import x12_time
from bridge.programs.event_types import Violation
from bridge.programs.multi_channel_fulfillment.documents.dates import wishes_of
from bridge.programs.multi_channel_fulfillment.documents.destination import (
    destination_of,
    party_of,
    place_of,
)
from bridge.programs.multi_channel_fulfillment.documents.lines import ITEM, item_of
from bridge.programs.multi_channel_fulfillment.documents.told import all_told, hold_undecided, joined, texts
from bridge.programs.multi_channel_fulfillment.events import FulfillmentOrdered
from bridge.programs.multi_channel_fulfillment.profile import marketplace_id_of, values_of
from bridge.programs.multi_channel_fulfillment.rules import ACTIONS, FEATURES, reason_to_hold, violations
from bridge.programs.multi_channel_fulfillment.stated import StatedOrder, ordered, summary_of

PAYMENTS = frozenset({"cash_on_delivery"})
"""What the payment of an order may mean, where it is not the seller's own affair."""
_ACTIONS = {action.upper(): action for action in ACTIONS}
_FIELD_OF_RULE = {
    "MISSING_ORDER_NUMBER": "order_id",
    "MISSING_ORDER_DATE": "order_date",
    "ORDER_DATE": "order_date",
    "MISSING_COMMENT": "comment",
    "MISSING_SPEED": "speed",
    "FEATURE": "instructions",
    "EMAIL": "email",
}
_OF_ADDRESS = {"MISSING_COUNTRY": "country_code", "COUNTRY": "country_code", "CITY": "city"}
_OF_ITEM = {"LINE": "line", "ITEM_TWICE": "line", "MISSING_SKU": "sku", "ZERO_QUANTITY": "quantity"}
"""Fields that a rule is about, by its code: of the order, its address, a line."""


def map_order(reader: Reader, tree: Tree) -> list[MappingResult]:
    """Return the one result of a document."""
    root = tree.root
    reader.watch(root)
    reader.findings.errors.extend(tree.errors)
    lines = root.below(ITEM)
    party = party_of(reader, root)
    event = ordered(_stated(reader, root, lines, party), reader.profile)
    findings = reader.findings
    _note_totals(reader, root, event)
    for place, _ in reader.fields["split_delivery"].told_in(root.walk())[:1]:
        hold_undecided(
            reader,
            f"pieces of the order are to go to places or at times of their own ({place}), and Amazon ships "
            "it to one: have it sent again as orders of one place each",
        )
    unread = {error.position for error in findings.errors if error.code in {"QUANTITY", "UNIT"}}
    if party is None:
        message = "the document names nobody that the order goes to, neither a ship-to nor a consignee"
        findings.error(_head(reader, root), "MISSING_ADDRESS", message)
    for one in violations(event):
        place = _place(reader, one, root, lines, party) or _head(reader, root)
        # What cannot be read, or of a party that there is not, is told already.
        if one.code == "ZERO_QUANTITY" and place.segment.number in unread:
            continue
        if party is None and one.code in {"MISSING_ADDRESS", *_OF_ADDRESS}:
            continue
        findings.error(place, one.code, one.message)
    holds = [*findings.holds, reason_to_hold(event)]
    return [
        MappingResult(
            event=None if findings.undecided and not findings.errors else event,
            hold="" if findings.errors else "; ".join(filter(None, holds)),
            errors=tuple(findings.errors),
            purchase_order_number=event.order_number,
            summary=summary_of(event),
        )
    ]


def _stated(reader: Reader, root: Scope, lines: list[Scope], party: Scope | None) -> StatedOrder:
    values = values_of(reader.profile)
    action, features = _instructions(reader, root)
    wishes = wishes_of(reader, lines or [root])
    date = reader.time("order_date", root)
    return StatedOrder(
        order=reader.text("order_id", root),
        customer_order=reader.text("customer_order", root),
        order_date=date or _interchange_date(reader),
        order_date_assumed=not date,
        comment=joined(reader, "comment", root),
        speed=reader.text("speed", root),
        marketplace_id=_marketplace(reader, root),
        address=destination_of(reader, root, party),
        emails=texts(reader, "email", party or root),
        action=action,
        policy=reader.text("policy", root),
        feature_names=features,
        items=tuple(item_of(reader, line, values) for line in lines),
        **wishes._asdict(),
    )


def _interchange_date(reader: Reader) -> str:
    """Return when the interchange was prepared, as ISO-8601; empty where it does not say so."""
    day, _, time = reader.document.interchange.prepared.partition(":")
    try:
        return x12_time(day, time, "", reader.profile.timezone)
    except ValueError:
        return ""


def _instructions(reader: Reader, root: Scope) -> tuple[str, tuple[str, ...]]:
    """Return the action and the features that an order asks for; words that mean nothing are held."""
    told = all_told(reader, "instructions", root)
    actions = {_ACTIONS[value.upper()]: place for value, place in told if value.upper() in _ACTIONS}
    if len(actions) > 1:
        hold_undecided(reader, f"the order says both {' and '.join(actions)}: have it sent again with one")
    for value, place in told:
        if value.upper() not in {*_ACTIONS, *FEATURES}:
            known = ", ".join((*_ACTIONS, *FEATURES))
            hold_undecided(
                reader,
                f"instruction {value[:40]!r} in {place} is none of {known}: if it means nothing, say so in a "
                'mapping of your own ([fields.instructions.values], "WORD" = ""), then rerun the batch',
            )
    features = (value.upper() for value, _ in told if value.upper() in FEATURES)
    for value, place in all_told(reader, "payment", root):
        if value == "cash_on_delivery":
            reader.findings.hold(
                f"the order is to be paid on delivery ({place}), which Amazon does not collect here; "
                "released, it goes without that"
            )
    return next(iter(actions), ""), tuple(dict.fromkeys(features))


def _marketplace(reader: Reader, root: Scope) -> str:
    told = reader.text("marketplace", root)
    try:
        return marketplace_id_of(told) if told else ""
    except ValueError as error:
        reader.findings.error(reader.place("marketplace", root), "MARKETPLACE", f"marketplace: {error}")
        return ""


def _note_totals(reader: Reader, root: Scope, event: FulfillmentOrdered) -> None:
    """Hold an order whose own totals are not those of its lines."""
    units = sum(item.quantity for item in event.items)
    for name, what, count in (("unit_count", "pieces", units), ("line_count", "lines", len(event.items))):
        told = reader.whole(name, root)
        if told is not None and told != count:
            place = reader.place(name, root)
            reader.findings.hold(f"the document counts {told} {what} in {place}, and its lines have {count}")


def _head(reader: Reader, root: Scope) -> Place:
    """Return where a document names its order, else where it begins."""
    return reader.place("order_id", root) or Place(reader.document.segments[0], 0)


def _place(
    reader: Reader, one: Violation, root: Scope, lines: list[Scope], party: Scope | None
) -> Place | None:
    """Return where a broken rule stands in the document."""
    if one.line is not None:
        scope = lines[one.line - 1]
        return reader.place(_OF_ITEM[one.code], scope) if one.code in _OF_ITEM else opening(scope)
    if one.code == "MISSING_ADDRESS":
        return place_of(reader, one.message.rpartition(" ")[2], party)
    if one.code in _OF_ADDRESS:
        return place_of(reader, _OF_ADDRESS[one.code], party)
    if one.code == "ORDER_ID":
        shown = one.message.startswith("customer_order")
        return reader.place("customer_order" if shown else "order_id", root)
    return reader.place(_FIELD_OF_RULE[one.code], root) if one.code in _FIELD_OF_RULE else opening(root)
