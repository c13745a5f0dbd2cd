"""What a shipping document holds: its orders, the items of each, and which package each item is in.

Documents nest these in any order. A package is a `pack` loop, or a `tare` (pallet) without packs. An
item belongs to the package it stands in; else to those that stand in it (Amazon's own Order, Item,
Pack); else to the only package beside it or its parents (a CPS with one PAC); else, where the order
has no package at all, to the order as one container.
"""

from __future__ import annotations

import msgspec

from bridge.mapping.lookup import Scope
from bridge.mapping.loops import Tree
from bridge.mapping.reader import Reader, opening

_PACKAGES = ("pack", "tare")


class Packing(msgspec.Struct):
    """One item in one package. `package` is None where the order has none."""

    item: Scope
    package: Scope | None
    splits: bool = False
    """The item stands in several packages, which tell their own quantities."""


class Order(msgspec.Struct):
    """One order of a document: where it is told, and its items in their packages.

    `packages` are all loops that describe a package, by its name; `empty` those with nothing in them.
    """

    number: str
    scope: Scope
    packages: dict[str, list[Scope]]
    packings: list[Packing] = []
    empty: list[Scope] = []

    def loops_of(self, name: str, package: Scope) -> list[Scope]:
        """Give the loops that describe the package of this name, `package` being one of them."""
        if not name:
            return [package]
        of = package.scopes.get("order")
        return [scope for scope in self.packages[name] if scope.scopes.get("order") is of]


def read_orders(reader: Reader, tree: Tree) -> list[Order]:
    """Give the orders of a document in order of appearance; errors go to the tree's."""
    root = tree.root
    identities = {id(scope): identity_of(reader, scope) for scope in root.below(*_PACKAGES)}
    _count_packages(root, identities)
    named: dict[str, list[Scope]] = {}
    for scope in root.below(*_PACKAGES):
        named.setdefault(identities[id(scope)], []).append(scope)
    orders: dict[str, Order] = {}
    for scope in root.below("order", "item"):
        number = reader.text("purchase_order_number", scope)
        if number not in orders:
            # The items of an order share its loop; without one, the first item stands for it.
            orders[number] = Order(number, scope.scopes.get("order", scope), named)
        if scope.level == "item":
            orders[number].packings += _packings(reader, scope, identities)
    if not orders:
        orders[""] = Order(reader.text("purchase_order_number", root), root, named)
    if not identities:
        # Without any package each order is one container, and the header speaks for one order only.
        root.packages = len(orders)
    if not reader.findings.errors:
        _note_empty(root, list(orders.values()), identities)
    return list(orders.values())


def identity_of(reader: Reader, package: Scope) -> str:
    """Name a package by its own marks; two loops with the same name are one package.

    A tracking number alone makes two loops one only where packages stand below their items, and so
    are told again for each. Elsewhere several cartons may travel under one tracking number.
    """
    if _has_own(reader, "container_identifier", package):
        return reader.text("container_identifier", package)
    if not _has_own(reader, "tracking_number", package):
        return ""
    tracking = reader.text("tracking_number", package)
    if "item" in package.scopes or package.first is None:
        return tracking
    return f"{tracking} ({package.first.tag} {package.first.number})"


def _has_own(reader: Reader, name: str, package: Scope) -> bool:
    place = reader.fields[name].place(package)
    own = package.segments.get(place.segment.tag, ()) if place is not None else ()
    return any(place is not None and place.segment is segment for segment in own)


def _packings(reader: Reader, item: Scope, identities: dict[int, str]) -> list[Packing]:
    for level in _PACKAGES:
        if (package := item.scopes.get(level)) is not None:
            return [Packing(item, package)]
    inner = [
        scope
        for scope in item.below(*_PACKAGES)
        # An EDIFACT line may have marks (PCI) that name no package.
        if identities[id(scope)] or reader.document.standard == "x12"
    ]
    if inner:
        return [Packing(item, package, splits=len(inner) > 1) for package in inner]
    scope = item.parent
    while scope is not None:
        beside = [child for child in scope.children if child.level in _PACKAGES]
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
    if scope.level in _PACKAGES and (scope.level == "pack" or not found):
        found.add(identities[id(scope)] or f"#{id(scope)}")
    if scope.level == "order" and not found:
        found.add(f"#{id(scope)}")  # an order without packages is one container
    scope.packages = len(found)
    return found


def _note_empty(root: Scope, orders: list[Order], identities: dict[int, str]) -> None:
    used = {id(packing.package) for order in orders for packing in order.packings}
    names = {identities[key] for key in used if identities.get(key)}
    by_loop = {id(order.scope): order for order in orders}
    for package in root.below(*_PACKAGES):
        if id(package) in used or identities[id(package)] in names or _encloses(package):
            continue
        if package.first is not None and package.first.tag != "HL" and not identities[id(package)]:
            continue  # a PAC that only counts packages
        owner = by_loop.get(id(package.scopes.get("order")))
        for order in [owner] if owner else orders:
            order.empty.append(package)


def _encloses(package: Scope) -> bool:
    """Tell whether items or packages stand in a package, or in the groups (CPS) below its own."""
    beside = package.parent.children if package.parent else []
    inside = [*package.children, *(scope for scope in beside if scope.level == "group")]
    return any(scope.level in {"item", *_PACKAGES} for child in inside for scope in child.walk())
