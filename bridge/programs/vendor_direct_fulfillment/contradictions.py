"""What a shipping document says against itself: less shipped than ordered, a denied order in a package.

Amazon takes no partial shipment, and what is sent cannot be taken back. So whatever is told twice and
differently is held, with both values. What an operator releases goes as the document's own lines say it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from bridge.mapping.contents import PACKAGES, Box, Line, Order
from bridge.mapping.fields import Told
from bridge.mapping.lookup import Place, Scope
from bridge.mapping.loops import DOCUMENT, Tree
from bridge.mapping.reader import Reader
from bridge.mapping.units import parse_number

_NO_PART = "Amazon takes no partial shipment"
_LONGEST = 60


def contradictions(
    reader: Reader, order: Order, lines: dict[int, Line], boxes: dict[str, Box], *, denied: bool
) -> Iterator[str]:
    """Return every reason to hold one order for what it says against itself."""
    yield from _other_orders(reader, order)
    if denied:
        yield from _denied_but_packed(reader, order)
        return
    yield from _verdicts(reader, "shipment_verdict", f"order {order.number}", [order.scope])
    for line in lines.values():
        name = f"line {line.number}"
        yield from _ordered(reader, name, line)
        yield from _outstanding(reader, name, line)
        yield from _verdicts(reader, "line_verdict", name, line.loops)
    for box in boxes.values():
        yield from _several_packages(reader, box.scopes)


def withheld_number(reader: Reader, package: Scope, tracking: str) -> str:
    """Return the reason to hold a package whose tracking number may be one that stands above several."""
    if not any(at.packages > 1 for at in package.scopes.values()):
        return ""
    for place, value, at in reader.fields["tracking_number"].withheld(package):
        if value != tracking:
            return (
                f"tracking_number {value[:60]} in {place} stands above {at.packages} packages, and "
                "not all of them have one of their own: have it sent in each package; or, if they all travel "
                f"under it, write {at.level!r} under scope, not single, of [fields.tracking_number] in a "
                "mapping of your own"
            )
    return ""


def contradicted_counts(reader: Reader, tree: Tree, orders: list[Order]) -> list[str]:
    """Return the reasons to hold a whole document whose totals tell more than is in it.

    Fewer lines or packages than there are is a sender who does not count; nothing is missing then.
    """
    root = tree.root
    reasons = []
    loops = root.walk()
    totals = reader.watched.totals
    ends = [scope for scope in loops if not totals.isdisjoint(scope.segments)] if totals else []
    for number, place in _totals_told(reader, "line_count", ends):
        here = _lines(loops)
        if number > here:
            reasons.append(f"{place} counts {number} lines, but the document has {here}")
    for number, place in _totals_told(reader, "quantity_total", ends):
        total = _total(reader, loops)
        if total is not None and number and not _same_total(number, total):
            reasons.append(f"{place} says that {number} are shipped, but the lines add up to {total}")
    for number, place in _totals_told(reader, "package_total", ends):
        if number > root.packages:
            reasons.append(f"{place} counts {number} packages, but the document tells of {root.packages}")
    reasons += _uncounted_packages(reader, root, orders)
    return reasons


def _other_orders(reader: Reader, order: Order) -> Iterator[str]:
    """Compare the order's number with what its lines, or its loop, name beside it."""
    field = reader.fields["other_order_number"]
    loops = [order.scope, *(packing.item for packing in order.packings)] if field.near else []
    for loop in loops:
        if field.may_tell(loop):
            for place, number in _all(reader, "other_order_number", loop):
                if number not in {"", order.number}:
                    yield (
                        f"order {order.number} is named as {number[:_LONGEST]}, too, in {place}: "
                        "which one these lines are of is not certain"
                    )
                    return


def _denied_but_packed(reader: Reader, order: Order) -> Iterator[str]:
    """Compare a denial with the packages: one with a tracking number is on its way."""
    field = reader.fields["tracking_number"]
    for scope in [
        order.scope,
        *(packing.package for packing in order.packings if packing.package is not None),
    ]:
        number, _, step = field.find(scope)
        if step is not None and not step.fallback and (place := field.place(scope)) is not None:
            yield (
                f"order {order.number} is denied, but a package of it has the tracking number {number} in "
                f"{place}: {_NO_PART}; released, the order is denied as a whole"
            )
            return


def _ordered(reader: Reader, name: str, line: Line) -> Iterator[str]:
    field = reader.fields["ordered_quantity"]
    if not field.near:
        return
    told = [found for loop in line.loops if field.may_tell(loop) and (found := field.parts(loop)) is not None]
    if not told:
        return
    numbers = [_number(reader, parts[0]) for _, parts in told]
    units = {_unit(reader, found) for found in told}
    where = f"{told[0][1][0]} ordered in {told[0][0]}"
    if None in numbers or units - {line.unit, ""}:
        code = " ".join(told[0][1])
        where = f"{code} ordered in {told[0][0]}"
        yield f"{name}: {line.amount} {line.unit} shipped, but {where}: they cannot be compared"
        return
    known = [number for number in numbers if number is not None]
    if line.amount not in {sum(known), *(known[:1] if len(set(known)) == 1 else ())}:
        yield f"{name}: {line.amount} shipped, but {where}: {_NO_PART}"


def _unit(reader: Reader, told: Told) -> str:
    code = told[1][1] if len(told[1]) > 1 else ""
    return reader.mappings.units.quantity.get(code, code)


def _outstanding(reader: Reader, name: str, line: Line) -> Iterator[str]:
    for loop in line.loops if reader.fields["outstanding_quantity"].near else ():
        for place, text in _all(reader, "outstanding_quantity", loop):
            if _number(reader, text) != 0:
                what = f"{text} in {place} says that less or more than ordered was shipped"
                yield f"{name}: {what}: {_NO_PART}"


def _all(reader: Reader, name: str, scope: Scope) -> Iterator[tuple[Place, str]]:
    """Return what every candidate of a field finds, not the first one only."""
    field = reader.fields[name]
    for _, step in field.near if field.may_tell(scope) else ():
        at = scope.scopes.get(step.level)
        if at is not None and step.tag in at.segments:
            for _, place in step.find(at.segments):
                yield place, place.segment.value(place.element, place.component).strip()


def _verdicts(reader: Reader, field: str, name: str, loops: Iterable[Scope]) -> Iterator[str]:
    verdicts = reader.fields[field]
    for loop in loops if verdicts.near else ():
        for verdict, place in verdicts.places(loop) if verdicts.may_tell(loop) else ():
            code = place.segment.value(place.element, place.component).strip()
            if verdict == "changed":
                if reader.fields["ordered_quantity"].parts(loop) is None:
                    what = "says that it was changed, and what was ordered is not told"
                    yield f"{name}: {code} in {place} {what}"
            elif verdict != "accepted":
                unknown = f"is not in [fields.{field}] of the mapping {reader.mapping.name!r}"
                yield f"{name}: {code} in {place} {_TOLD.get(verdict, unknown)}: {_NO_PART}"


_TOLD = {
    "rejected": "says that it is rejected",
    "open": "says that it is not shipped as a whole",
    "hold": "says that it is not what was ordered",
}


def _several_packages(reader: Reader, loops: Iterable[Scope]) -> Iterator[str]:
    counted = reader.fields["package_count"]
    for loop in loops:
        if counted.text(loop) in {"", "1"}:
            continue
        told = counted.places(loop)
        counts = [(number, place) for text, place in told if (number := _number(reader, text)) is not None]
        if counts and all(number > 1 for number, _ in counts):
            number, place = counts[0]
            yield (
                f"{place} counts {number} packages where one is described: have it sent with each of "
                "them, and what it holds"
            )


def _uncounted_packages(reader: Reader, root: Scope, orders: list[Order]) -> Iterator[str]:
    """Compare what a loop counts above the packages with those below its own group (CPS)."""
    if not reader.watched.grouped:
        return
    used = {id(packing.package) for order in orders for packing in order.packings}
    for scope in root.below(*PACKAGES):
        beside = scope.parent.children if scope.parent is not None else []
        if id(scope) in used or not any(one.level == "group" for one in beside):
            continue
        for text, place in reader.fields["package_count"].places(scope):
            number = _number(reader, text)
            below = [one for at in beside if at.level == "group" for one in at.below(*PACKAGES)]
            form = reader.fields["package_form"]
            alike = [one for one in below if form.text(one) == form.text(scope)]
            if number is not None and alike and number > len(alike):
                yield f"{place} counts {number} packages, but below it are {len(alike)} of that kind"


def _totals_told(reader: Reader, name: str, ends: list[Scope]) -> Iterator[tuple[Decimal, Place]]:
    """Return the totals of one kind; those of the document stand in whatever loop is open at its end."""
    field = reader.fields[name]
    for step in field.steps if ends else ():
        for at in ends:
            if step.level in {DOCUMENT, at.level} and step.tag in at.segments:
                for place, (text, *_) in field.told(at, step):
                    if (number := _number(reader, text)) is not None:
                        yield number, place


def _lines(loops: list[Scope]) -> int:
    """Count the lines, or all loops of the segment that opens a line where that are more (HL)."""
    items = [scope for scope in loops if scope.level == "item"]
    opener = items[0].first.tag if items and items[0].first is not None else ""
    return sum(1 for scope in loops if scope.first is not None and scope.first.tag == opener)


def _total(reader: Reader, loops: list[Scope]) -> Decimal | None:
    told = [reader.fields["quantity"].parts(scope) for scope in loops if scope.level == "item"]
    numbers = [_number(reader, found[1][0]) for found in told if found is not None]
    known = [number for number in numbers if number is not None]
    return sum(known, Decimal(0)) if len(known) == len(told) else None


def _same_total(told: Decimal, total: Decimal) -> bool:
    """Compare a total with one of ours; a hash total leaves decimal points out."""
    return told == total or f"{told:f}".lstrip("0") == f"{total:f}".replace(".", "").lstrip("0")


def _number(reader: Reader, text: str) -> Decimal | None:
    try:
        return parse_number(text, reader.mark)
    except ValueError:
        return None
