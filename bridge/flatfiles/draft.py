"""A label request of a flat file while it is read, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from bridge.domain.events import MappingResult, RuleError
from bridge.domain.values import Address, Dimensions
from bridge.mapping.parties import known_party
from bridge.mapping.profile import VendorProfile
from bridge.outside_text import LONGEST, clipped_message
from bridge.programs.contract import Violation
from bridge.programs.vendor_direct_fulfillment.events import Container, LabelRequested, PartyIdentification
from bridge.programs.vendor_direct_fulfillment.label_requests import summary_of
from bridge.programs.vendor_direct_fulfillment.rules import violations

# A value that could not be read is told once; the rules that miss it add nothing.
_CAUSES = {
    "MISSING_ORDER_NUMBER": frozenset({"VALUE", "TYPE"}),
    "MISSING_SHIP_FROM": frozenset({"SHIP_FROM", "ROW", "VALUE", "TYPE", "UNKNOWN_KEY"}),
    "MISSING_WEIGHT": frozenset({"WEIGHT", "UNIT", "TYPE", "UNKNOWN_KEY"}),
    "EMPTY_PACKAGES": frozenset({"QUANTITY", "ITEM_SEQUENCE_NUMBER", "VALUE", "TYPE", "UNKNOWN_KEY"}),
    "MISSING_PRODUCT_IDENTIFIER": frozenset({"VALUE", "TYPE", "UNKNOWN_KEY"}),
    "MISSING_CONTAINER_IDENTIFIER": frozenset({"VALUE", "TYPE", "UNKNOWN_KEY"}),
}
_NONE: frozenset[str] = frozenset()
MAX_ERRORS = 50
"""Most errors told of one request: whoever mends these sends it again anyway."""
_ROUNDED = re.compile(r"\d([.,]\d+)?E\+\d+")


class Draft(msgspec.Struct, kw_only=True):
    """One request. `start` and `end` count characters of the file's text, `end` not included.

    `unit` is "row" or "request", `number` its number in the file, counting from 1; `reference` names
    it for operators. `addresses` are of `selling_party` and `ship_from_party`. `places` tells the row of
    each container.
    """

    unit: str
    number: int
    reference: str
    start: int
    end: int
    order: str = ""
    selling_party: str = ""
    ship_from: str = ""
    addresses: dict[str, Address] = {}
    containers: tuple[Container, ...] = ()
    ship_date: str = ""
    function: str = ""
    errors: list[RuleError] = []
    places: dict[str, int] = {}

    @property
    def full(self) -> bool:
        """Check whether no more errors are noted."""
        return len(self.errors) >= MAX_ERRORS

    def error(self, code: str, message: str, number: int = 0, column: int = 0) -> None:
        """Record an error at a row (or request) and a column, each once, up to MAX_ERRORS."""
        if self.full:
            return
        at = number or self.number
        found = RuleError(
            code=code,
            message=clipped_message(f"{self.unit} {at}: {message}"),
            segment=self.unit,
            position=at,
            element=column,
        )
        if found not in self.errors:
            self.errors.append(found)


def result_of(draft: Draft, profile: VendorProfile) -> MappingResult:
    """Return the request, or why it is refused or held."""
    own = (profile.selling_party,) if profile.selling_party else ()
    selling, other_vendor = _party(profile, "selling party", draft.selling_party, own)
    warehouse, other_warehouse = _party(profile, "warehouse", draft.ship_from, profile.warehouses)
    event = LabelRequested(
        purchase_order_number=draft.order,
        selling_party=PartyIdentification(selling, draft.addresses.get("selling_party")),
        ship_from_party=PartyIdentification(warehouse, draft.addresses.get("ship_from_party")),
        containers=draft.containers,
        ship_date=draft.ship_date,
    )
    _check_lines(draft)
    found = {error.code for error in draft.errors}
    for violation in violations(event):
        if not found & _CAUSES.get(violation.code, _NONE):
            draft.error(violation.code, violation.message, _row(draft, violation))
    holds = [hold for hold in (other_vendor, other_warehouse) if hold]
    return MappingResult(
        event=event,
        hold="" if draft.errors else "; ".join(holds),
        errors=tuple(draft.errors),
        purchase_order_number=draft.order,
        tracking_number=next((c.tracking_number for c in draft.containers if c.tracking_number), ""),
        summary=f"{draft.reference}, {_told(event, draft)}",
    )


def _check_lines(draft: Draft) -> None:
    """Report a line of the order that is one product in one package and another in the next."""
    told: dict[tuple[int, str], str] = {}
    for container in draft.containers:
        for item in container.packed_items:
            number = item.item_sequence_number
            for name in ("buyer_product_identifier", "vendor_product_identifier"):
                value = getattr(item, name)
                if value and told.setdefault((number, name), value) != value:
                    draft.error(
                        "ITEM_CONFLICT",
                        f"line {number} is told with two products: {told[number, name][:60]}, {value[:60]}",
                        draft.places.get(container.container_identifier, draft.number),
                    )


def _told(event: LabelRequested, draft: Draft) -> str:
    # What could not be read is not in the event, so that its packages are not worth telling.
    return f"order {draft.order or 'without number'}: label request" if draft.errors else summary_of(event)


def dimensions_of(sides: Sequence[str | None], unit: str) -> Dimensions | None:
    """Return length, width and height, None where one of them could not be read."""
    length, width, height = sides
    return (
        None if length is None or width is None or height is None else Dimensions(length, width, height, unit)
    )


def spoiled(text: str) -> str:
    """Return what a spreadsheet or a wrong encoding has made of a value, "" if nothing."""
    if "\ufffd" in text:
        return "has letters that were lost on the way (�): save the file as UTF-8"
    if len(text) > LONGEST:
        return f"has {len(text)} characters, more than {LONGEST}"
    if any(ord(letter) < ord(" ") or ord(letter) == 0x7F for letter in text):
        return "holds a line end or another control character: is a quote missing?"
    if text[:1] in {"=", "@", "'"} or (text[:1] in {"+", "-"} and not re.fullmatch(r"[+-][\d.,]+", text)):
        return f"begins with {text[0]!r}, like a spreadsheet's formula: write the plain value"
    return ""


def rounded(text: str) -> bool:
    """Check whether a spreadsheet has turned a long number into `1.23E+17`, whose digits are lost."""
    return _ROUNDED.fullmatch(text.upper()) is not None


def _party(profile: VendorProfile, kind: str, code: str, known: tuple[str, ...]) -> tuple[str, str]:
    if code:
        return known_party(profile, kind, code, known)
    return (known[0] if len(known) == 1 else ""), ""


def _row(draft: Draft, violation: Violation) -> int:
    return draft.places.get(violation.container or "", draft.number)
