"""A package of a document to its result: the event, or why it is refused or held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bridge.domain.events import MappingResult
from bridge.mapping.lookup import Place, Scope
from bridge.mapping.reader import Reader, opening
from bridge.programs.merchant_fulfillment.events import ShipmentRequested
from bridge.programs.merchant_fulfillment.rules import BrokenRule, reason_to_hold, violations
from bridge.programs.merchant_fulfillment.stated import (
    StatedPackage,
    requested,
    summary_of,
    why_not_from,
    with_default,
)

_FIELDS = {
    "amazon_order_id": "purchase_order_number",
    "length": "dimensions",
    "width": "dimensions",
    "height": "dimensions",
}
"""The field of a mapping by the name of a column, where those differ."""
_NOT_READ = frozenset({"QUANTITY", "UNIT", "PACKED_QUANTITY", "ITEM_NOT_PACKED"})
# A value that could not be read is told once; the rules that miss it add nothing.
_CAUSES = {
    "ZERO_QUANTITY": _NOT_READ,
    "NO_ITEMS": _NOT_READ,
    "MISSING_WEIGHT": frozenset({"WEIGHT", "UNIT", "PACKAGE_CONFLICT"}),
    "MISSING_DIMENSIONS": frozenset({"DIMENSIONS", "LENGTH", "WIDTH", "HEIGHT", "UNIT", "PACKAGE_CONFLICT"}),
}


class Where(NamedTuple):
    """Where a package and its items stand in their document, and whether that takes them back.

    `unpacked`: the document tells of no packages, so that the default package stands in.
    """

    scope: Scope
    items: Sequence[Scope]
    cancelling: bool
    unpacked: bool


def result_of(reader: Reader, stated: StatedPackage, where: Where) -> MappingResult:
    """Return what becomes of a package."""
    findings = reader.findings
    if where.unpacked:
        stated = with_default(stated, reader.profile)
    event = requested(stated, reader.profile)
    if not where.cancelling:
        _check(reader, event, where)
    unknown = why_not_from(event, reader.profile)
    reasons = [*findings.holds, unknown, reason_to_hold(event)]
    # Of a cancellation the numbers alone count.
    lacks = (findings.undecided or unknown) and not findings.errors and not where.cancelling
    return MappingResult(
        event=None if lacks else event,
        about=event,
        hold="" if findings.errors else "; ".join(filter(None, reasons)),
        errors=tuple(findings.errors),
        purchase_order_number=stated.order,
        summary=summary_of(event),
    )


def _check(reader: Reader, event: ShipmentRequested, where: Where) -> None:
    """Note what keeps a package from going: broken rules, or that nothing tells its size or weight."""
    findings = reader.findings
    found = {error.code for error in findings.errors}
    lacking = [one for one in violations(event) if one.code in {"MISSING_WEIGHT", "MISSING_DIMENSIONS"}]
    if where.unpacked and lacking:
        place = f"[sellers.{reader.profile.vendor or 'S'}.buy_shipping.default_package]"
        findings.undecided = True
        findings.hold(
            f"the document tells of no package with its size and weight: add {place}, then `edibridge rerun` "
            "the batch; or have it sent again with its packages"
        )
    for broken in violations(event):
        told = found & _CAUSES.get(broken.code, frozenset()) or (where.unpacked and broken in lacking)
        if not told:
            findings.error(_place(reader, broken, where), broken.code, broken.message)


def _place(reader: Reader, broken: BrokenRule, where: Where) -> Place | None:
    """Return where the partner finds what a broken rule is about."""
    scope = where.items[broken.line - 1] if broken.line is not None else where.scope
    name = _FIELDS.get(broken.about, broken.about)
    place = reader.place(name, scope) if name in reader.fields else opening(scope)
    return place or Place(reader.document.segments[0], 0)
