"""Events: one business fact from a document, in Amazon's words, before any wire format.

Shapes follow Amazon's Vendor Direct Fulfillment Shipping v1 model (ShipmentConfirmation,
ShipmentStatusUpdate, ShippingLabelRequest); names are its element names in snake case. Absent
values are None or empty, never guessed. Times are ISO-8601 strings with an offset. Decimals are
strings, as Amazon's `Decimal` is. Events are stored as JSON in the ledger: fields may be added with
a default, never renamed.
"""

from __future__ import annotations

import msgspec

from bridge.domain.events import Event
from bridge.domain.values import Address, Dimensions, ItemQuantity, Weight


class PartyIdentification(msgspec.Struct, frozen=True, omit_defaults=True):
    """Selling party (vendor code) or ship-from party (warehouse code)."""

    party_id: str
    address: Address | None = None


class Item(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of the order: shipped (in the confirmation) or packed (in a container).

    `piece_number` is that of a packed item whose document tells it; None where it does not.
    """

    item_sequence_number: int
    quantity: ItemQuantity
    buyer_product_identifier: str = ""
    vendor_product_identifier: str = ""
    piece_number: int | None = None


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


class ShipmentConfirmed(Event, frozen=True, omit_defaults=True, kw_only=True, tag=True):
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


class ShipmentStatusChanged(Event, frozen=True, omit_defaults=True, kw_only=True, tag=True):
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


class LabelRequested(Event, frozen=True, omit_defaults=True, kw_only=True, tag=True):
    """The warehouse wants Amazon's shipping label for an order, with or without its containers.

    `ship_date` (ISO-8601 date, at the vendor's) is not sent: a vendor may have its requests wait for it.
    """

    purchase_order_number: str
    selling_party: PartyIdentification
    ship_from_party: PartyIdentification
    containers: tuple[Container, ...] = ()
    ship_date: str = ""


class ContainerLabelRequested(Event, frozen=True, omit_defaults=True, kw_only=True, tag=True):
    """The warehouse wants a label for a container (pallet) of packages that have their own labels.

    `packages` are the tracking numbers of those. Amazon has it in version 2021-12-28 only.
    """

    vendor_container_id: str
    carrier_id: str
    selling_party: PartyIdentification
    ship_from_party: PartyIdentification
    packages: tuple[str, ...]
