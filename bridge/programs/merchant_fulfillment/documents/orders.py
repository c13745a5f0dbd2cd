"""Orders without packages (940, ORDERS) to one package each; the settings have its size and weight."""

from __future__ import annotations

from bridge.domain.events import MappingResult
from bridge.mapping.agreement import conflict, distinct, same_text
from bridge.mapping.functions import function_of
from bridge.mapping.lookup import Scope
from bridge.mapping.loops import Tree
from bridge.mapping.reader import Reader, opening
from bridge.programs.merchant_fulfillment.documents.items import item_of, joined
from bridge.programs.merchant_fulfillment.documents.result import Where, result_of
from bridge.programs.merchant_fulfillment.documents.stated import (
    hold_what_has_no_place,
    latest_delivery,
    stated_package,
)

ITEM = "item"


def map_orders(reader: Reader, tree: Tree) -> list[MappingResult]:
    """Return the one result of a document: its order as one package."""
    root = tree.root
    reader.watch(root)
    reader.findings.errors.extend(tree.errors)
    for line in root.below("line"):
        if not line.below(ITEM):
            reader.findings.error(opening(line), "NO_ITEMS", "the line has no item")
    hold_what_has_no_place(reader, root.walk())
    items = joined(reader, [item_of(reader, scope) for scope in root.below(ITEM)])
    stated = stated_package(reader, [root], reader.text("purchase_order_number", root), 0)
    stated.ship_from = _ship_from(reader, root)
    stated.deliver_by = _deliver_by(reader, root)
    stated.items = tuple(one.item for one in items)
    cancelling = function_of(reader.mapping.functions, root).function == "cancel"
    return [result_of(reader, stated, Where(root, [one.scope for one in items], cancelling, unpacked=True))]


def _ship_from(reader: Reader, root: Scope) -> str:
    """Return the warehouse that the parties of a document tell; several are held."""
    told = reader.fields["ship_from"].told_in(root.walk())
    values = distinct(told, same_text)
    if len(values) > 1:
        reader.findings.conflict(conflict("ship_from", values), [place for place, _ in values])
    return values[0][1][0] if values else ""


def _deliver_by(reader: Reader, root: Scope) -> str:
    """Return by when the order is to arrive, as its items (or, without any, its head) tell it."""
    scopes = root.below(ITEM) or [root]
    told = {moment: scope for scope in reversed(scopes) if (moment := latest_delivery(reader, scope))}
    if len(told) > 1:
        where = "; ".join(
            f"{moment} in {reader.place('deliver_by', scope)}" for moment, scope in told.items()
        )
        reader.findings.undecided = True
        reader.findings.hold(
            f"deliver_by: items of the order are to arrive at different times ({where}), and it is one "
            "package: have it sent again as packages of their own"
        )
    return min(told, default="")
