"""Events: one business fact from a document, in Amazon's words, before any wire format.

Shapes follow Amazon's Vendor Direct Fulfillment Shipping v1 model (ShipmentConfirmation,
ShipmentStatusUpdate, ShippingLabelRequest); names are its element names in snake case. Absent
values are None or empty, never guessed. Times are ISO-8601 strings with an offset. Decimals are
strings, as Amazon's `Decimal` is. Events are stored as JSON in the ledger: fields may be added with
a default, never renamed.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class Address(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Postal address; `country_code` is ISO 3166-1 alpha-2."""

    name: str = ""
    address_line1: str = ""
    address_line2: str = ""
    address_line3: str = ""
    city: str = ""
    county: str = ""
    district: str = ""
    state_or_region: str = ""
    postal_code: str = ""
    country_code: str = ""
    phone: str = ""


class PartyIdentification(msgspec.Struct, frozen=True, omit_defaults=True):
    """Selling party (vendor code) or ship-from party (warehouse code)."""

    party_id: str
    address: Address | None = None


class ItemQuantity(msgspec.Struct, frozen=True):
    """An integer amount and its unit (`Each`)."""

    amount: int
    unit_of_measure: str


class Item(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of the order: shipped (in the confirmation) or packed (in a container)."""

    item_sequence_number: int
    quantity: ItemQuantity
    buyer_product_identifier: str = ""
    vendor_product_identifier: str = ""


class Weight(msgspec.Struct, frozen=True):
    """Gross weight; unit KG or LB."""

    value: str
    unit_of_measure: str


class Dimensions(msgspec.Struct, frozen=True):
    """Outer dimensions, all three; unit IN or CM."""

    length: str
    width: str
    height: str
    unit_of_measure: str


class Container(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One carton or pallet with the items packed in it."""

    container_type: str
    container_identifier: str
    packed_items: tuple[Item, ...] = ()
    weight: Weight | None = None
    dimensions: Dimensions | None = None
    tracking_number: str = ""
    manifest_id: str = ""
    manifest_date: str = ""
    ship_method: str = ""
    scac_code: str = ""
    carrier: str = ""
    container_sequence_number: int | None = None


class ShipmentConfirmed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag=True):
    """The warehouse shipped an order (`SHIPPED`) or cannot ship it (`FLOOR_DENIAL`)."""

    purchase_order_number: str
    selling_party: PartyIdentification
    ship_from_party: PartyIdentification
    shipment_status: str
    shipped_date: str
    items: tuple[Item, ...] = ()
    containers: tuple[Container, ...] = ()
    is_priority_shipment: bool | None = None
    vendor_order_number: str = ""
    estimated_delivery_date: str = ""


class ShipmentSchedule(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Delivery appointment, for scheduled-delivery orders."""

    estimated_delivery_date_time: str = ""
    appt_window_start_date_time: str = ""
    appt_window_end_date_time: str = ""


class ShipmentStatusChanged(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag=True):
    """A carrier scanned a package. `status_code` and `reason_code` are one of Amazon's pairs.

    `purchase_order_number` and `ship_from_party.party_id` are empty where the document does not tell
    them; the ledger fills them in from the confirmation of `tracking_number`.
    """

    purchase_order_number: str
    selling_party: PartyIdentification
    ship_from_party: PartyIdentification
    tracking_number: str
    status_code: str
    reason_code: str
    status_date_time: str
    status_location_address: Address
    shipment_schedule: ShipmentSchedule | None = None


class LabelRequested(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag=True):
    """The warehouse wants Amazon's shipping label for an order, with or without its containers.

    `ship_date` (ISO-8601 date, at the vendor's) is not sent: a vendor may have its requests wait for it.
    """

    purchase_order_number: str
    selling_party: PartyIdentification
    ship_from_party: PartyIdentification
    containers: tuple[Container, ...] = ()
    ship_date: str = ""


Event = ShipmentConfirmed | ShipmentStatusChanged | LabelRequested


_STEPS = frozenset({"cancel", "none"})


class RuleError(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Why a fact is refused before it is sent: a rule of the mapping or of Amazon's is broken.

    `code` is stable (`MISSING_WEIGHT`); `segment`, `position`, `element`, `component` point into the
    document where known.
    """

    code: str
    message: str
    segment: str = ""
    position: int = 0
    element: int = 0
    component: int = 0


Function = Literal["original", "resend", "replace", "cancel", "none", "hold"]
"""What a document is for, as its function code (X12 353, EDIFACT 1225) says."""


class MappingResult(msgspec.Struct, frozen=True, kw_only=True):
    """One outcome of mapping: what is to be sent, or why it is not.

    With neither `hold` nor `errors` the event may go. `hold` is a reason that waits for an operator
    (`event` may be None where no event can be made, e.g. for an unknown status pair). `errors`
    refuse it for good: the vendor must send it again, corrected. `summary` names the fact for operators:
    order or tracking number and status. `assumed_zone` is the configured zone in which the event's time
    was read, where the document names none. `wait` says that it goes by itself, and when.

    `function` is what the document is for. A cancellation, and what nothing is sent for (`none`), have
    no event that could be sent; `about` is the one that they speak of, where it could be made. `told`
    says where the document says so, or why nothing is sent.
    """

    event: Event | None = None
    hold: str = ""
    errors: tuple[RuleError, ...] = ()
    purchase_order_number: str = ""
    tracking_number: str = ""
    summary: str = ""
    assumed_zone: str = ""
    wait: str = ""
    function: Function = "original"
    told: str = ""
    about: Event | None = None
    withdraws: bool = False
    """Nothing is sent; where something was to be sent for its order before, that is taken back."""

    @property
    def nothing_to_send(self) -> bool:
        """Return whether the fact needs no step at all: neither event nor hold nor errors."""
        return self.event is None and not self.hold and not self.errors and self.function not in _STEPS
