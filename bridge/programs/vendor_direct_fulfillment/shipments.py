"""Shipping documents (856, DESADV) to `ShipmentConfirmed`: one for each order."""

from __future__ import annotations

from bridge.domain.events import MappingResult, RuleError
from bridge.domain.values import ItemQuantity
from bridge.mapping.agreement import conflict, distinct, same_text
from bridge.mapping.conditions import holds
from bridge.mapping.contents import (
    Box,
    Line,
    Order,
    Packing,
    identity_of,
    read_orders,
    with_orders_above,
)
from bridge.mapping.fields import Step
from bridge.mapping.lookup import Place, Scope
from bridge.mapping.loops import Tree
from bridge.mapping.parties import selling_party, ship_from_party
from bridge.mapping.problems import Findings
from bridge.mapping.reader import Reader, opening
from bridge.programs.event_types import Violation
from bridge.programs.vendor_direct_fulfillment.contradictions import (
    contradicted_counts,
    contradictions,
    withheld_number,
)
from bridge.programs.vendor_direct_fulfillment.events import (
    Container,
    Item,
    PartyIdentification,
    ShipmentConfirmed,
)
from bridge.programs.vendor_direct_fulfillment.profile import values_of
from bridge.programs.vendor_direct_fulfillment.rules import violations

_FIELD_OF_RULE = {
    "ORDER_NUMBER_PATTERN": "purchase_order_number",
    "MISSING_ORDER_NUMBER": "purchase_order_number",
}
_NONE: frozenset[str] = frozenset()
_NOT_READ = frozenset({"QUANTITY", "UNIT", "ITEM_SEQUENCE_NUMBER", "ITEM_NOT_PACKED", "PACKED_QUANTITY"})
# A value that could not be read is told once; the rules that miss it add nothing.
_CAUSES = {
    "ZERO_QUANTITY": _NOT_READ,
    "EMPTY_PACKAGES": _NOT_READ | {"EMPTY_PACKAGES"},
    "PACKED_QUANTITY": _NOT_READ,
    "NO_ITEMS": _NOT_READ,
    "MISSING_SHIPPED_DATE": frozenset({"DATE_TIME"}),
    "MISSING_WEIGHT": frozenset({"WEIGHT", "UNIT"}),
}


def map_shipments(reader: Reader, tree: Tree) -> list[MappingResult]:
    """Return one result for each order of the document."""
    reader.watch(tree.root)
    orders = read_orders(reader, tree)
    errors = [*tree.errors, *reader.findings.errors]
    counts = contradicted_counts(reader, tree, orders)
    results = []
    for order in orders:
        reader.findings = findings_of(order, errors)
        for reason in counts:
            reader.findings.hold(reason)
        results.append(ShippedOrder(reader, order).result())
    return with_orders_above(reader, tree, orders, results)


def findings_of(order: Order, errors: list[RuleError]) -> Findings:
    """Return what is known of an order before its event is made."""
    findings = Findings()
    findings.errors.extend(errors)
    for doubt in order.doubts:
        findings.conflict(doubt, ())
    return findings


class ShippedOrder:
    """One order of a document while its lines and cartons are added up."""

    def __init__(self, reader: Reader, order: Order) -> None:
        self.reader = reader
        self.findings = reader.findings
        self.order = order
        self.lines: dict[int, Line] = {}
        self.boxes: dict[str, Box] = {}
        self._counted: set[int] = set()

    def containers(self) -> tuple[Container, ...]:
        """Return the packages with what is in them; errors go to the reader's findings. Call it once."""
        self._take_all()
        return tuple(self._container(box) for box in self.boxes.values())

    def result(self) -> MappingResult:
        """Return the confirmation of the order. Call it once."""
        denied = self._denied()
        if denied:
            self._take_all()
        containers = () if denied else self.containers()
        event = self._event("FLOOR_DENIAL" if denied else "SHIPPED", containers)
        for package in () if denied else self.order.empty:
            name = identity_of(self.reader, package)
            self.findings.error(
                opening(package), "EMPTY_PACKAGES", f"package {name} has nothing packed in it"
            )
        self._check(event)
        for reason in contradictions(self.reader, self.order, self.lines, self.boxes, denied=denied):
            self.findings.hold(reason)
        tracking = next((c.tracking_number for c in containers if c.tracking_number), "")
        return MappingResult(
            event=None if self.findings.undecided and not self.findings.errors else event,
            hold="" if self.findings.errors else "; ".join(self.findings.holds),
            errors=tuple(self.findings.errors),
            purchase_order_number=self.order.number,
            tracking_number=tracking,
            summary=f"order {self.order.number or 'without number'}: {event.shipment_status}, "
            f"{len(self.lines)} items in {len(containers)} containers",
            assumed_zone=self.reader.assumed_zone("shipped_date", self.order.scope),
        )

    def _check(self, event: ShipmentConfirmed) -> None:
        found = {error.code for error in self.findings.errors}
        for violation in violations(
            event, require_containers=values_of(self.reader.profile).require_containers
        ):
            if not found & _CAUSES.get(violation.code, _NONE):
                self.findings.error(self._place(violation), violation.code, violation.message)

    def _place(self, violation: Violation) -> Place | None:
        """Return where the vendor finds what a broken rule is about."""
        if (field := _FIELD_OF_RULE.get(violation.code)) is not None:
            return self.reader.place(field, self.order.scope)
        if violation.line in self.lines:
            return opening(self.lines[violation.line].scope)
        for box in self.boxes.values():
            if violation.container and violation.container in {self._name(box), self._tracking(box)}:
                return opening(box.scopes[0])
        return opening(self.order.scope)

    def _event(self, status: str, containers: tuple[Container, ...]) -> ShipmentConfirmed:
        reader, scope = self.reader, self.order.scope
        reader.around = self.order.around() if reader.watched.scattered else ()
        shipped = reader.time("shipped_date", scope)
        if not shipped and status == "FLOOR_DENIAL":
            shipped = reader.time("denial_date", scope)
        return ShipmentConfirmed(
            purchase_order_number=self.order.number,
            selling_party=PartyIdentification(selling_party(reader, scope)),
            ship_from_party=PartyIdentification(ship_from_party(reader, scope)),
            shipment_status=status,
            shipped_date=shipped,
            estimated_delivery_date=reader.time("estimated_delivery_date", scope),
            is_priority_shipment=reader.flag("is_priority_shipment", scope),
            vendor_order_number=reader.text("vendor_order_number", scope),
            items=tuple(
                Item(
                    item_sequence_number=line.number,
                    quantity=ItemQuantity(line.amount, line.unit),
                    buyer_product_identifier=line.buyer,
                    vendor_product_identifier=line.vendor,
                )
                for line in self.lines.values()
            ),
            containers=containers,
        )

    def _denied(self) -> bool:
        """Check whether the order cannot ship; one line that cannot is enough, Amazon takes no part."""
        scopes = [self.order.scope, *(packing.item for packing in self.order.packings)]
        return any(
            (at := scope.scopes.get(denial.level)) is not None and holds(denial.conditions, at.segments)
            for denial in self.reader.mapping.denied
            for scope in scopes
        )

    def _take_all(self) -> None:
        for packing in self.order.packings:
            self._take(packing)

    def _take(self, packing: Packing) -> None:
        line = self._line(packing.item)
        if line is None:
            return
        quantity = self._quantity(packing, line)
        box = self._box(packing.package)
        if box is not None and not packing.splits:
            box.items.append(packing.item)
        if box is None or quantity is None or quantity.amount == 0:
            return
        if self.reader.fields["piece_number"].near:
            self._number_piece(packing, line, box)
        packed = box.lines.get(line.number)
        amount = quantity.amount + (packed.amount if packed else 0)
        box.lines[line.number] = ItemQuantity(amount, quantity.unit_of_measure)

    def _number_piece(self, packing: Packing, line: Line, box: Box) -> None:
        """Note which piece of a line is in a package, where the document tells it."""
        package = packing.package
        below = package is not None and package.scopes.get("item") is packing.item
        scope = package if package is not None and below else packing.item
        number = self.reader.whole("piece_number", scope)
        if number is not None and box.pieces.setdefault(line.number, number) != number:
            message = (
                f"piece_number: line {line.number} is piece {box.pieces[line.number]} and piece {number} "
                "of one package"
            )
            self.findings.error(opening(scope), "ITEM_CONFLICT", message)

    def _line(self, scope: Scope) -> Line | None:
        """Find or make the line of an item loop, and count the loop's quantity once."""
        reader = self.reader
        number = reader.whole("item_sequence_number", scope)
        if number is None:
            if not reader.text("item_sequence_number", scope):
                message = "the item names no line of the order (itemSequenceNumber)"
                self.findings.error(
                    reader.place("item_sequence_number", scope), "ITEM_SEQUENCE_NUMBER", message
                )
            return None
        line = self.lines.setdefault(number, Line(scope, number, ""))
        if id(scope) not in self._counted:
            self._counted.add(id(scope))
            line.loops.append(scope)
            self._add(line, scope)
        return line

    def _add(self, line: Line, scope: Scope) -> None:
        reader = self.reader
        buyer = reader.text("buyer_product_identifier", scope)
        vendor = reader.text("vendor_product_identifier", scope)
        quantity = reader.quantity("quantity", scope)
        unit = quantity.unit_of_measure if quantity else line.unit
        if {line.buyer or buyer, line.unit or unit} != {buyer or line.buyer, unit}:
            message = f"line {line.number} stands twice with another product or unit"
            self.findings.error(opening(scope), "ITEM_CONFLICT", message)
        line.buyer = line.buyer or buyer
        line.vendor = line.vendor or vendor
        line.unit = line.unit or unit
        if quantity is not None:
            line.amount += quantity.amount
        elif reader.fields["quantity"].parts(scope) is None:
            self.findings.error(opening(scope), "QUANTITY", f"line {line.number} has no quantity")

    def _quantity(self, packing: Packing, line: Line) -> ItemQuantity | None:
        reader = self.reader
        if packing.package is not None and packing.package.scopes.get("item") is packing.item:
            own = reader.quantity("packed_quantity", packing.package)
            if own is not None:
                return own
        if packing.splits:
            message = (
                f"line {line.number} is in several packages, and they do not say how much of it each holds"
            )
            self.findings.error(opening(packing.item), "PACKED_QUANTITY", message)
            return None
        return reader.quantity("quantity", packing.item)

    def _box(self, package: Scope | None) -> Box | None:
        reader = self.reader
        if package is None:
            scope = self.order.scope
            reader.around = self.order.around() if reader.watched.scattered else ()
            if not (reader.text("tracking_number", scope) or reader.text("container_identifier", scope)):
                return None
            return self.boxes.setdefault("", Box([scope]))
        name = self.order.names[id(package)]
        return self.boxes.setdefault(name or f"#{id(package)}", Box(self.order.loops_of(name, package)))

    def _container(self, box: Box) -> Container:
        reader, values = self.reader, values_of(self.reader.profile)
        first = box.scopes[0]
        reader.around = box.inside() if reader.watched.beside_packages else ()
        name = self._name(box)
        tracking = self._tracking(box)
        if withheld := withheld_number(reader, first, tracking):
            self.findings.hold(withheld)
        weights = [found for scope in box.scopes if (found := reader.weight("weight", scope))]
        if len(set(weights)) > 1:
            self._conflict("weight", box)
        sides = [side for scope in box.scopes if (side := reader.dimensions(scope))]
        return Container(
            container_type=self._type(first),
            container_identifier=name or tracking,
            packed_items=tuple(self._packed(number, box) for number in box.lines),
            weight=weights[0] if weights else None,
            dimensions=sides[0] if sides else None,
            tracking_number=tracking,
            manifest_id=self._agreed("manifest_id", box),
            manifest_date=reader.time("manifest_date", first),
            ship_method=(method := self._ship_method(box)) or values.ship_method,
            scac_code=self._scac(box, method) or values.scac,
            carrier=self._agreed("carrier", box) or values.carrier,
            container_sequence_number=reader.whole("container_sequence_number", first),
        )

    def _name(self, box: Box) -> str:
        return self._agreed("container_identifier", box)

    def _tracking(self, box: Box) -> str:
        return self._agreed("tracking_number", box)

    def _type(self, scope: Scope) -> str:
        return self.reader.text("container_type", scope) or ("pallet" if scope.level == "tare" else "carton")

    def _agreed(self, name: str, box: Box) -> str:
        if len(box.scopes) == 1:
            return self.reader.text(name, box.scopes[0])
        values = list(
            dict.fromkeys(value for scope in box.scopes if (value := self.reader.text(name, scope)))
        )
        if len(values) > 1:
            self._conflict(name, box)
        return values[0] if values else ""

    def _ship_method(self, box: Box) -> str:
        """Return the ship method; the carrier's code that stands twice in one place is none."""
        method = self._agreed("ship_method", box)
        fields, scope = self.reader.fields, box.scopes[0]
        if method and method == fields["scac_code"].text(scope):
            places = (fields["ship_method"].place(scope), fields["scac_code"].place(scope))
            if len({(one.segment.tag, one.element) for one in places if one is not None}) == 1:
                return ""
        return method

    def _scac(self, box: Box, method: str) -> str:
        """Return the carrier's code; several are a conflict, but for the one that is read as ship method."""
        reader = self.reader
        field = reader.fields["scac_code"]
        _, at, found = field.find(box.scopes[0])
        if found is not None and at is not None and "scac_code" in reader.watched.twice:
            steps = [step for _, step in field.near if (step.level, step.tag) == (found.level, found.tag)]
            if _tell_one(steps, at):
                return self._agreed("scac_code", box)
            told = [one for step in steps for one in field.told(at, step) if one[1][0] != method]
            values = distinct(told, same_text)
            if len(values) > 1:
                reader.findings.conflict(conflict("scac_code", values), [place for place, _ in values])
        return self._agreed("scac_code", box)

    def _conflict(self, name: str, box: Box) -> None:
        message = f"one package is described twice, with another {name}"
        self.findings.error(opening(box.scopes[-1]), "CONTAINER_CONFLICT", message)

    def _packed(self, number: int, box: Box) -> Item:
        line = self.lines[number]
        both = self.reader.mapping.packed_item_identifiers == "both"
        return Item(
            item_sequence_number=number,
            quantity=box.lines[number],
            piece_number=box.pieces.get(number),
            buyer_product_identifier=line.buyer,
            vendor_product_identifier=line.vendor if both or not line.buyer else "",
        )


def _tell_one(steps: list[Step], at: Scope) -> bool:
    """Check quickly whether all candidates in one loop certainly tell one value, and once."""
    values = {step.get(at.segments) for step in steps}
    return len(values) == 1 and all(step.alone(at) for step in steps)
