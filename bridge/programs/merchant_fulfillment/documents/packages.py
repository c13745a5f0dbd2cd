"""Ship notices (856, DESADV) to packages that shipping is to be bought for: an event a package."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from bridge.domain.events import MappingResult, RuleError
from bridge.mapping.contents import Box, Order, Packing, read_orders, with_orders_above
from bridge.mapping.functions import function_of
from bridge.mapping.lookup import Scope
from bridge.mapping.loops import Tree
from bridge.mapping.problems import Findings
from bridge.mapping.reader import Reader, opening
from bridge.programs.merchant_fulfillment.documents.items import ItemRead, item_of, joined
from bridge.programs.merchant_fulfillment.documents.result import Where, result_of
from bridge.programs.merchant_fulfillment.documents.stated import hold_what_has_no_place, stated_package
from bridge.programs.merchant_fulfillment.stated import named

_SSCC = re.compile(r"(00)?\d{18}")


def map_packages(reader: Reader, tree: Tree) -> list[MappingResult]:
    """Return one result for each package of each order of the document."""
    reader.watch(tree.root)
    cancelling = function_of(reader.mapping.functions, tree.root).function == "cancel"
    orders = read_orders(reader, tree)
    errors, shared = [*tree.errors, *reader.findings.errors], _shared(orders)
    results = [
        result
        for order in orders
        for result in _Packed(reader, order, errors, shared, cancelling=cancelling).results()
    ]
    return with_orders_above(reader, tree, orders, results)


def _shared(orders: Sequence[Order]) -> Mapping[object, list[str]]:
    """Return the orders of each package that is of several, by its loop, and by its SSCC.

    Other numbers are of packages within an order, where another order may have the same.
    """
    found: dict[object, list[str]] = {}
    for order in orders:
        packages = [one.package for one in order.packings if one.package is not None]
        names = {name for one in packages if _SSCC.fullmatch(name := order.names[id(one)])}
        for key in {*map(id, packages), *names}:
            found.setdefault(key, []).append(order.number)
    return {key: numbers for key, numbers in found.items() if len(numbers) > 1}


class _Packed:
    """One order of a document, package by package; each has findings of its own."""

    def __init__(
        self,
        reader: Reader,
        order: Order,
        errors: list[RuleError],
        shared: Mapping[object, list[str]],
        *,
        cancelling: bool,
    ) -> None:
        self.reader = reader
        self.order = order
        self.errors = errors
        self.shared = shared
        self.cancelling = cancelling

    def results(self) -> list[MappingResult]:
        boxes = self._boxes()
        found = [
            self._result(box, packings, number if len(boxes) > 1 else 0)
            for number, (box, packings) in enumerate(boxes, 1)
        ]
        return [*found, *(self._empty(package) for package in self.order.empty)]

    def _boxes(self) -> list[tuple[Box, list[Packing]]]:
        """Return the packages of the order with what is in each; without any, the order is one package."""
        found: dict[str, tuple[Box, list[Packing]]] = {}
        for packing in self.order.packings:
            if packing.package is None:
                key, scopes = "", [self.order.scope]
            else:
                name = self.order.names[id(packing.package)]
                key, scopes = name or f"#{id(packing.package)}", self.order.loops_of(name, packing.package)
            box, inside = found.setdefault(key, (Box(scopes), []))
            inside.append(packing)
            if not packing.splits:
                box.items.append(packing.item)
        if not found and not self.order.empty:
            return [(Box([self.order.scope]), [])]
        return list(found.values())

    def _result(self, box: Box, packings: list[Packing], number: int) -> MappingResult:
        reader = self.reader
        reader.findings = findings = Findings()
        findings.errors.extend(self.errors)
        for doubt in self.order.doubts:
            findings.conflict(doubt, ())
        for numbers in self._orders_of(packings):
            findings.undecided = True
            findings.hold(
                f"the package is of several orders ({', '.join(numbers)}), and Amazon sells a label for one: "
                "have it sent again as packages of one order each"
            )
        items = joined(reader, [self._item(one) for one in packings])
        hold_what_has_no_place(reader, box.inside())
        first = box.scopes[0]
        unpacked = bool(packings) and packings[0].package is None
        reader.around = box.inside() if reader.watched.beside_packages and not unpacked else ()
        stated = stated_package(reader, box.scopes, self.order.number, number)
        stated.items = tuple(one.item for one in items)
        reader.around = ()
        scopes = [one.scope for one in items]
        return result_of(reader, stated, Where(first, scopes, self.cancelling, unpacked or not packings))

    def _orders_of(self, packings: list[Packing]) -> Iterator[list[str]]:
        """Yield the orders that a package is of, where those are several."""
        for package in (one.package for one in packings if one.package is not None):
            for key in (id(package), self.order.names[id(package)]):
                if key in self.shared:
                    yield self.shared[key]

    def _item(self, packing: Packing) -> ItemRead:
        inner = packing.package
        splits = inner is not None and inner.scopes.get("item") is packing.item
        return item_of(self.reader, packing.item, inner if splits else None, splits=packing.splits)

    def _empty(self, package: Scope) -> MappingResult:
        """Refuse a package in which there is nothing; the others of its order go on. It may be cancelled."""
        if self.cancelling:
            return self._result(Box([package]), [], 0)
        self.reader.findings = findings = Findings()
        findings.errors.extend(self.errors)
        name = self.order.names.get(id(package), "")
        findings.error(opening(package), "NO_ITEMS", f"package {name} has nothing packed in it")
        return MappingResult(
            errors=tuple(findings.errors),
            purchase_order_number=self.order.number,
            summary=f"{named(self.order.number, name)}: nothing in it",
        )
