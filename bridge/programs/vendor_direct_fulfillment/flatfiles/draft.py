"""A label request of a flat file while it is read, and what it becomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from bridge.domain.events import MappingResult
from bridge.domain.values import Address
from bridge.flatfiles.draft import Draft
from bridge.mapping.parties import known_party
from bridge.mapping.profile import VendorProfile
from bridge.programs.event_types import Violation
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
    "MISSING_TRACKING_NUMBER": frozenset({"ROW", "VALUE", "TYPE", "UNKNOWN_KEY"}),
    "NO_PACKAGES": frozenset({"ROW", "VALUE", "TYPE", "UNKNOWN_KEY", "MISSING_TRACKING_NUMBER"}),
}
_NONE: frozenset[str] = frozenset()


class PartiesDraft(Draft, kw_only=True):
    """A request of a vendor's while it is read. `addresses` are of `selling_party` and `ship_from_party`."""

    selling_party: str = ""
    ship_from: str = ""
    addresses: dict[str, Address] = msgspec.field(default_factory=dict)

    def parties(
        self, profile: VendorProfile
    ) -> tuple[PartyIdentification, PartyIdentification, tuple[str, ...]]:
        """Return the selling party and the warehouse, and why one of them is in doubt."""
        own = (profile.selling_party,) if profile.selling_party else ()
        selling, other_vendor = _party(profile, "selling party", self.selling_party, own)
        warehouse, other_warehouse = _party(profile, "warehouse", self.ship_from, profile.warehouses)
        return (
            PartyIdentification(selling, self.addresses.get("selling_party")),
            PartyIdentification(warehouse, self.addresses.get("ship_from_party")),
            tuple(hold for hold in (other_vendor, other_warehouse) if hold),
        )

    def check(self, found: Iterable[Violation], places: Mapping[str, int]) -> None:
        """Record the rules that an event breaks, but for those that what could not be read breaks.

        `places` tells the row of what a rule is about.
        """
        unread = {error.code for error in self.errors}
        for violation in found:
            if not unread & _CAUSES.get(violation.code, _NONE):
                row = places.get(violation.container or "", self.number)
                self.error(violation.code, violation.message, row)


class LabelRequestDraft(PartiesDraft, kw_only=True):
    """A label request while it is read; `places` tells the row of each container."""

    order: str = ""
    containers: tuple[Container, ...] = ()
    ship_date: str = ""
    places: dict[str, int] = msgspec.field(default_factory=dict)


def result_of(draft: LabelRequestDraft, profile: VendorProfile) -> MappingResult:
    """Return the request, or why it is refused or held."""
    selling, warehouse, holds = draft.parties(profile)
    event = LabelRequested(
        purchase_order_number=draft.order,
        selling_party=selling,
        ship_from_party=warehouse,
        containers=draft.containers,
        ship_date=draft.ship_date,
    )
    _check_lines(draft)
    draft.check(violations(event), draft.places)
    return MappingResult(
        event=event,
        hold="" if draft.errors else "; ".join(holds),
        errors=tuple(draft.errors),
        purchase_order_number=draft.order,
        tracking_number=next((c.tracking_number for c in draft.containers if c.tracking_number), ""),
        summary=f"{draft.reference}, {_told(event, draft)}",
    )


def _check_lines(draft: LabelRequestDraft) -> None:
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


def _told(event: LabelRequested, draft: LabelRequestDraft) -> str:
    # What could not be read is not in the event, so that its packages are not worth telling.
    return f"order {draft.order or 'without number'}: label request" if draft.errors else summary_of(event)


def _party(profile: VendorProfile, kind: str, code: str, known: tuple[str, ...]) -> tuple[str, str]:
    if code:
        return known_party(profile, kind, code, known)
    return (known[0] if len(known) == 1 else ""), ""
