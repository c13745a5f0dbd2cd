"""One document (940, ORDERS) to the order that it places."""

from __future__ import annotations

from bridge.domain.events import MappingResult
from bridge.mapping.functions import function_of
from bridge.mapping.lookup import Place, Scope
from bridge.mapping.loops import Tree
from bridge.mapping.reader import Reader, opening
from bridge.mapping.times import x12_time
from bridge.programs.multi_channel_fulfillment.documents.dates import wishes_of
from bridge.programs.multi_channel_fulfillment.documents.destination import destination_of, party_of
from bridge.programs.multi_channel_fulfillment.documents.instructions import instructions_of, note_payment
from bridge.programs.multi_channel_fulfillment.documents.lines import ITEM, item_of
from bridge.programs.multi_channel_fulfillment.documents.original import original_of
from bridge.programs.multi_channel_fulfillment.documents.told import (
    hold_undecided,
    joined,
    texts,
    told_anywhere,
)
from bridge.programs.multi_channel_fulfillment.events import FulfillmentOrdered, FulfillmentUpdated
from bridge.programs.multi_channel_fulfillment.profile import marketplace_id_of, values_of
from bridge.programs.multi_channel_fulfillment.rules import (
    BrokenRule,
    reason_to_hold,
    violations,
    violations_of_update,
)
from bridge.programs.multi_channel_fulfillment.stated import (
    StatedOrder,
    ordered,
    summary_of,
    summary_of_update,
    updated,
)

_MOST_NAMED = 5
_OF_ADDRESS = frozenset({"name", "address_line1", "postal_code", "country_code", "city"})
"""Fields of the party that the order goes to."""


def map_order(reader: Reader, tree: Tree) -> list[MappingResult]:
    """Return the one result of a document: an order, or what it changes of one."""
    root = tree.root
    reader.watch(root)
    findings = reader.findings
    findings.errors.extend(tree.errors)
    function = function_of(reader.mapping.functions, root).function
    lines, party = root.below(ITEM), party_of(reader, root)
    stated = _stated(reader, root, lines, party)
    _note_lines(reader, root, stated)
    event: FulfillmentOrdered | FulfillmentUpdated
    if function == "replace":
        event = updated(stated, reader.profile)
        broken, reason, summary = violations_of_update(event), "", summary_of_update(event)
    else:
        event = ordered(stated, reader.profile)
        broken, summary = violations(event), summary_of(event)
        reason = reason_to_hold(event, reader.profile.vendor)
        if party is None:
            message = "the document names nobody that the order goes to, neither a ship-to nor a consignee"
            findings.error(_head(reader, root), "MISSING_ADDRESS", message)
    _note_broken(reader, broken, root, lines, party)
    # Of a cancellation the number alone counts.
    whole = not findings.undecided or findings.errors or function == "cancel"
    return [
        MappingResult(
            event=event if whole else None,
            hold="" if findings.errors else "; ".join(filter(None, [*findings.holds, reason])),
            errors=tuple(findings.errors),
            purchase_order_number=stated.order,
            summary=summary,
        )
    ]


def _note_broken(
    reader: Reader, broken: tuple[BrokenRule, ...], root: Scope, lines: list[Scope], party: Scope | None
) -> None:
    """Record broken rules; what cannot be read, or of a party that there is not, is told already."""
    errors = reader.findings.errors
    unread = {error.position for error in errors if error.code in {"QUANTITY", "UNIT"}}
    for one in broken:
        place = _place(reader, one, root, lines, party) or _head(reader, root)
        if one.code == "ZERO_QUANTITY" and place.segment.number in unread:
            continue
        if party is None and one.about in _OF_ADDRESS:
            continue
        reader.findings.error(place, one.code, one.message)


def _stated(reader: Reader, root: Scope, lines: list[Scope], party: Scope | None) -> StatedOrder:
    values = values_of(reader.profile)
    action, features = instructions_of(reader, root)
    note_payment(reader, root)
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
        address=destination_of(reader, root, lines, party),
        emails=texts(reader, "email", party or root),
        action=action,
        policy=reader.text("policy", root),
        feature_names=features,
        items=tuple(item_of(reader, line, values) for line in lines),
        original=original_of(reader, root, lines, party),
        **wishes._asdict(),
    )


def _interchange_date(reader: Reader) -> str:
    """Return when the interchange was prepared, as ISO-8601; empty where it does not say so."""
    day, _, time = reader.document.interchange.prepared.partition(":")
    try:
        return x12_time(day, time, "", reader.profile.timezone)
    except ValueError:
        return ""


def _marketplace(reader: Reader, root: Scope) -> str:
    told = reader.text("marketplace", root)
    try:
        return marketplace_id_of(told) if told else ""
    except ValueError as error:
        reader.findings.error(reader.place("marketplace", root), "MARKETPLACE", f"marketplace: {error}")
        return ""


def _note_lines(reader: Reader, root: Scope, stated: StatedOrder) -> None:
    """Refuse lines without an item; hold what goes to several places, and totals that the lines have not."""
    for line in root.below("line"):
        if not line.below(ITEM):
            reader.findings.error(opening(line), "NO_ITEMS", "the line has no item")
    for _, place in told_anywhere(reader, "split_delivery", root)[:1]:
        hold_undecided(
            reader,
            f"pieces of the order are to go to places or at times of their own ({place}), and Amazon ships "
            "it to one: have it sent again as orders of one place each",
        )
    if others := [str(place) for _, place in told_anywhere(reader, "no_place", root)]:
        more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        named = "; ".join(others[:_MOST_NAMED])
        reader.findings.hold(f"Amazon has no place for {named}{more}: released, the order goes without")
    units = sum(item.quantity for item in stated.items)
    for name, what, count in (("unit_count", "pieces", units), ("line_count", "lines", len(stated.items))):
        told = reader.whole(name, root)
        if told is not None and told != count:
            where = reader.place(name, root)
            reader.findings.hold(f"the document counts {told} {what} in {where}, and its lines have {count}")


def _head(reader: Reader, root: Scope) -> Place:
    """Return where a document names its order, else where it begins."""
    return reader.place("order_id", root) or Place(reader.document.segments[0], 0)


def _place(
    reader: Reader, one: BrokenRule, root: Scope, lines: list[Scope], party: Scope | None
) -> Place | None:
    """Return where a broken rule stands in the document."""
    scope = root if one.line is None else lines[one.line - 1]
    if one.about in _OF_ADDRESS or one.about == "email":
        scope = party or root
    name = "address_line" if one.about == "address_line1" else one.about
    return reader.place(name, scope) if name else opening(scope)
