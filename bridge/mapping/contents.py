"""What a shipping document holds: its orders, the items of each, and which package each item is in.

Documents nest these in any order. A package is a `pack` loop, or a `tare` (pallet) without packs. An
item belongs to the package it stands in; else to those that stand in it (Amazon's own Order, Item,
Pack); else to the only package beside it or its parents (a CPS with one PAC); else, where the order
has no package at all, to the order as one container.
"""

from __future__ import annotations

import msgspec

from bridge.domain.events import MappingResult
from bridge.domain.values import ItemQuantity
from bridge.mapping.lookup import Scope
from bridge.mapping.loops import DOCUMENT, Tree
from bridge.mapping.problems import Findings
from bridge.mapping.reader import Reader, opening

PACKAGES = ("pack", "tare")


class Packing(msgspec.Struct):
    """One item in one package. `package` is None where the order has none."""

    item: Scope
    package: Scope | None
    splits: bool = False
    """The item stands in several packages, which tell their own quantities."""

    def loops(self) -> tuple[Scope, ...]:
        """Return the loops of the item and its package."""
        return (self.item,) if self.package is None else (self.item, self.package)


class Order(msgspec.Struct):
    """One order of a document: where it is told, and its items in their packages.

    `packages` are all loops that describe a package, by its name, `names` its name by the id of the
    loop; `empty` those with nothing in them.
    """

    number: str
    scope: Scope
    packages: dict[str, list[Scope]]
    names: dict[int, str]
    packings: list[Packing] = []
    empty: list[Scope] = []
    doubts: list[str] = []
    """Why it is not certain that these lines are of this order."""

    def around(self) -> list[Scope]:
        """Return every loop that tells of this order: its items, what they stand in and what is in them."""
        found = {id(scope): scope for scope in self.scope.scopes.values()}
        for packing in self.packings:
            for start in packing.loops():
                found |= {id(scope): scope for scope in start.scopes.values()}
            # Not what stands in the package: there may be other orders in it.
            found |= {id(scope): scope for scope in packing.item.walk()}
        return list(found.values())

    def loops_of(self, name: str, package: Scope) -> list[Scope]:
        """Return the loops that describe the package of this name, `package` being one of them."""
        if not name:
            return [package]
        of = package.scopes.get("order")
        return [scope for scope in self.packages[name] if scope.scopes.get("order") is of]


class Line(msgspec.Struct):
    """One line of the order while its cartons are added up."""

    scope: Scope
    number: int
    unit: str
    amount: int = 0
    buyer: str = ""
    vendor: str = ""
    loops: list[Scope] = []


class Box(msgspec.Struct):
    """One container while its items are added up; several loops may describe it."""

    scopes: list[Scope]
    lines: dict[int, ItemQuantity] = {}
    pieces: dict[int, int] = {}
    """The piece numbers of lines, where the document tells them."""
    items: list[Scope] = []
    """The item loops that are in no other container."""

    def inside(self) -> list[Scope]:
        """Return the loops in which something may be told of this container, not those of others."""
        found = {id(scope): scope for one in self.scopes for scope in one.scopes.values()}
        found |= {id(scope): scope for one in (*self.scopes, *self.items) for scope in one.walk()}
        own = {id(scope) for scope in self.scopes}
        return [scope for key, scope in found.items() if key in own or scope.level not in PACKAGES]


def read_orders(reader: Reader, tree: Tree) -> list[Order]:
    """Return the orders of a document in order of appearance; errors go to the tree's."""
    root = tree.root
    loops = root.walk()
    packages = [scope for scope in loops if scope.level in PACKAGES]
    identities = {id(scope): identity_of(reader, scope) for scope in packages}
    _count_packages(root, identities)
    named: dict[str, list[Scope]] = {}
    for scope in packages:
        named.setdefault(identities[id(scope)], []).append(scope)
    orders: dict[str, Order] = {}
    for scope in (one for one in loops if one.level in {"order", "item"}):
        number, doubt = _number(reader, scope)
        if not number and scope.level == "order" and scope.below("item"):
            continue  # its items name their own
        if number not in orders:
            # The items of an order share its loop; without one, the first item stands for it.
            orders[number] = Order(number, scope.scopes.get("order", scope), named, identities)
        if doubt and doubt not in orders[number].doubts:
            orders[number].doubts.append(doubt)
        if scope.level == "item":
            orders[number].packings += _packings(reader, scope, identities)
    if not orders:
        number, doubt = _number(reader, root)
        orders[""] = Order(number, root, named, identities, doubts=list(filter(None, [doubt])))
    if not identities:
        # Without any package each order is one container, and the header speaks for one order only.
        root.packages = len(orders)
    if not reader.findings.errors:
        _note_empty(packages, list(orders.values()), identities)
    return list(orders.values())


def with_orders_above(
    reader: Reader, tree: Tree, orders: list[Order], results: list[MappingResult]
) -> list[MappingResult]:
    """Return the results, and a hold for each order that is named above the lines, and that no line is of.

    One alone in the head of the document is what lines are of that name none; where all of them do it is
    told beside their orders.
    """
    if not reader.watched.numbered:
        return results
    known = {order.number for order in orders}
    in_head = reader.watched.numbered == {DOCUMENT}
    loops = [tree.root] if in_head else tree.root.below(*reader.watched.numbered)
    told = reader.fields["purchase_order_number"].told_in(loops)
    if in_head and len({parts[0] for _, parts in told}) == 1:
        place, (number, *_) = told[0]
        if number in known:
            return results
        note = f"; {number[:60]} in {place} is the order of no line"
        return [msgspec.structs.replace(one, summary=one.summary + note) for one in results]
    found = list(results)
    for place, (number, *_) in told:
        if number not in known:
            known.add(number)
            reason = (
                f"order {number[:60]} is named in {place}, and no line of the document is of that "
                "order: have it sent again with its lines, or without it"
            )
            summary = f"order {number}: named without lines"
            found.append(MappingResult(hold=reason, purchase_order_number=number, summary=summary))
    return found


def _number(reader: Reader, scope: Scope) -> tuple[str, str]:
    """Return the number of the order that a loop is of, and why that is in doubt."""
    findings = reader.findings
    reader.findings = own = Findings()
    # The items of an order's loop speak for themselves.
    if scope.level == "item" and scope.children and "purchase_order_number" in reader.watched.scattered:
        reader.around = scope.walk()[1:]
    number = reader.text("purchase_order_number", scope)
    reader.findings, reader.around = findings, ()
    return number, "; ".join(own.holds)


def identity_of(reader: Reader, package: Scope) -> str:
    """Return the name of a package by its own marks; two loops with the same name are one package.

    A tracking number alone makes two loops one only where packages stand below their items, and so
    are told again for each. Elsewhere several cartons may travel under one tracking number.
    """
    # What a package tells twice is noted once it is made, not here, where it is only told from others.
    name, at, _ = reader.fields["container_identifier"].find(package)
    if at is package:
        return name
    tracking, at, _ = reader.fields["tracking_number"].find(package)
    if at is not package:
        return ""
    if "item" in package.scopes or package.first is None:
        return tracking
    return f"{tracking} ({package.first.tag} {package.first.number})"


def _packings(reader: Reader, item: Scope, identities: dict[int, str]) -> list[Packing]:
    for level in PACKAGES:
        if (package := item.scopes.get(level)) is not None:
            return [Packing(item, package)]
    inner = [
        scope
        for scope in item.below(*PACKAGES)
        # An EDIFACT line may have marks (PCI) that name no package.
        if identities[id(scope)] or reader.document.standard == "x12"
    ]
    if inner:
        return [Packing(item, package, splits=len(inner) > 1) for package in inner]
    scope = item.parent
    while scope is not None:
        beside = [child for child in scope.children if child.level in PACKAGES]
        if len(beside) == 1:
            return [Packing(item, beside[0])]
        if beside:
            reader.findings.error(
                opening(item),
                "ITEM_NOT_PACKED",
                f"{len(beside)} packages stand beside this item; which of them is it in?",
            )
            return [Packing(item, None)]
        scope = scope.parent
    return [Packing(item, None)]


def _count_packages(scope: Scope, identities: dict[int, str]) -> set[str]:
    """Count the packages at and below each loop, those of the same name once."""
    found: set[str] = set()
    for child in scope.children:
        found |= _count_packages(child, identities)
    if scope.level in PACKAGES and (scope.level == "pack" or not found):
        found.add(identities[id(scope)] or f"#{id(scope)}")
    if scope.level == "order" and not found:
        found.add(f"#{id(scope)}")  # an order without packages is one container
    scope.packages = len(found)
    return found


def _note_empty(packages: list[Scope], orders: list[Order], identities: dict[int, str]) -> None:
    used = {id(packing.package) for order in orders for packing in order.packings}
    names = {identities[key] for key in used if identities.get(key)}
    by_loop = {id(order.scope): order for order in orders}
    for package in packages:
        if id(package) in used or identities[id(package)] in names or _encloses(package):
            continue
        if package.first is not None and package.first.tag != "HL" and not identities[id(package)]:
            continue  # a PAC that only counts packages
        owner = by_loop.get(id(package.scopes.get("order")))
        for order in [owner] if owner else orders:
            order.empty.append(package)


def _encloses(package: Scope) -> bool:
    """Check whether items or packages stand in a package, or in the groups (CPS) below its own."""
    beside = package.parent.children if package.parent else []
    inside = [*package.children, *(scope for scope in beside if scope.level == "group")]
    return any(scope.level in {"item", *PACKAGES} for child in inside for scope in child.walk())
