"""Answers to orders (855, ORDRSP) to `LabelRequested`: one for each order accepted as a whole."""

from __future__ import annotations

from bridge.domain.events import MappingResult
from bridge.mapping.contents import Order, read_orders, with_orders_above
from bridge.mapping.lookup import Scope
from bridge.mapping.loops import Tree
from bridge.mapping.parties import selling_party, ship_from_party
from bridge.mapping.reader import Reader, opening
from bridge.programs.vendor_direct_fulfillment.events import LabelRequested, PartyIdentification
from bridge.programs.vendor_direct_fulfillment.order_verdicts import judge_order
from bridge.programs.vendor_direct_fulfillment.profile import values_of
from bridge.programs.vendor_direct_fulfillment.rules import violations
from bridge.programs.vendor_direct_fulfillment.shipments import ShippedOrder, findings_of

SWITCHED_OFF = (
    "nothing is sent, since the vendor's order acknowledgements ask for no labels "
    "(label_requests.from_acknowledgements)"
)
_FIELD_OF_RULE = {
    "ORDER_NUMBER_PATTERN": "purchase_order_number",
    "MISSING_ORDER_NUMBER": "purchase_order_number",
}


def map_label_requests(reader: Reader, tree: Tree) -> list[MappingResult]:
    """Return one result for each order of the document."""
    reader.watch(tree.root)
    orders = read_orders(reader, tree)
    errors = [*tree.errors, *reader.findings.errors]
    results = []
    for order in orders:
        reader.findings = findings_of(order, errors)
        results.append(_result(reader, order))
    return (
        with_orders_above(reader, tree, orders, results)
        if values_of(reader.profile).label_requests
        else results
    )


def _result(reader: Reader, order: Order) -> MappingResult:
    name = f"order {order.number or 'without number'}"
    if not values_of(reader.profile).label_requests:
        return MappingResult(purchase_order_number=order.number, summary=f"{name}: {SWITCHED_OFF}")
    findings = reader.findings
    lines = {id(packing.item): packing.item for packing in order.packings}
    judgement = judge_order(reader, order.scope, list(lines.values()))
    if judgement.refusal:
        return MappingResult(
            errors=tuple(findings.errors),
            purchase_order_number=order.number,
            summary=f"{name}: {judgement.refusal}, no label is asked for",
            withdraws=True,
        )
    # What an operator decides on is made ready all the same: releasing it sends it.
    event = _event(reader, order, list(lines.values()))
    return MappingResult(
        event=None if findings.undecided and not findings.errors else event,
        hold="" if findings.errors else "; ".join(filter(None, [judgement.hold, *findings.holds])),
        errors=tuple(findings.errors),
        purchase_order_number=order.number,
        summary=summary_of(event),
    )


def summary_of(event: LabelRequested) -> str:
    """Return the summary of a label request."""
    count = len(event.containers)
    packages = f"{count} packages" if count > 1 else "1 package" if count else "the order as it is"
    told = f"order {event.purchase_order_number or 'without number'}: label request for {packages}"
    return f"{told}, to be shipped on {event.ship_date}" if event.ship_date else told


def _event(reader: Reader, order: Order, lines: list[Scope]) -> LabelRequested:
    findings = reader.findings
    packed = any(packing.package is not None for packing in order.packings)
    containers = ShippedOrder(reader, order).containers() if packed else ()
    reader.around = order.around() if reader.watched.scattered else ()
    event = LabelRequested(
        purchase_order_number=order.number,
        selling_party=PartyIdentification(selling_party(reader, order.scope)),
        ship_from_party=PartyIdentification(ship_from_party(reader, order.scope)),
        containers=containers,
        # Amazon takes no partial shipment: an order ships when the last of its lines does.
        ship_date=reader.last_day("ship_date", lines or [order.scope]),
    )
    unread = {error.code for error in findings.errors}
    for violation in violations(event):
        if violation.code == "MISSING_WEIGHT" and unread & {"WEIGHT", "UNIT"}:
            continue  # it is there, and told to be wrong already
        field = _FIELD_OF_RULE.get(violation.code)
        place = reader.place(field, order.scope) if field else opening(order.scope)
        findings.error(place, violation.code, violation.message)
    return event
