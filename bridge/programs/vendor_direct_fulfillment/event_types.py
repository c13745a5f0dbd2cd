"""What the core knows of confirmations, status updates and requests for labels."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Literal

import msgspec

from bridge.programs.event_types import (
    Announcement,
    Awaits,
    Call,
    EventType,
    LabelCheck,
    Verification,
    Violation,
)
from bridge.programs.vendor_direct_fulfillment import bodies
from bridge.programs.vendor_direct_fulfillment.documents import ContainerLabel
from bridge.programs.vendor_direct_fulfillment.events import (
    ContainerLabelRequested,
    LabelRequested,
    PartyIdentification,
    ShipmentConfirmed,
    ShipmentStatusChanged,
)
from bridge.programs.vendor_direct_fulfillment.label_match import SUPPLIED, lacking, match_label
from bridge.programs.vendor_direct_fulfillment.operations import (
    CONFIRM,
    CREATE_CONTAINER_LABEL,
    CREATE_LABELS,
    REQUEST_LABEL,
    UPDATE_STATUS,
)
from bridge.programs.vendor_direct_fulfillment.rules import violations

_OfOrder = ShipmentConfirmed | ShipmentStatusChanged | LabelRequested
_Any = _OfOrder | ContainerLabelRequested


def _order(event: _OfOrder) -> str:
    return event.purchase_order_number


def _of_order(event: _OfOrder) -> str:
    return f"po:{event.purchase_order_number}"


def _of_package(event: ShipmentStatusChanged) -> str:
    return f"pkg:{event.tracking_number}"


def _rules(event: _Any) -> tuple[Violation, ...]:
    return violations(event, require_containers=False)  # which was asked when the event was made


def _announced(event: ShipmentConfirmed) -> Announcement:
    numbers = dict.fromkeys(one.tracking_number for one in event.containers if one.tracking_number)
    return Announcement(tracking_numbers=tuple(numbers), ship_from_party=event.ship_from_party.party_id)


def _completed(
    event: ShipmentStatusChanged, purchase_order_number: str, ship_from: str
) -> ShipmentStatusChanged:
    """Fill what a status update does not tell itself from its package's confirmation."""
    order = event.purchase_order_number or purchase_order_number
    party = event.ship_from_party
    if not party.party_id and ship_from:
        party = PartyIdentification(party_id=ship_from, address=party.address)
    return msgspec.structs.replace(event, purchase_order_number=order, ship_from_party=party)


def _missing(event: ShipmentStatusChanged) -> Literal["order", "warehouse", ""]:
    if not event.purchase_order_number:
        return "order"
    return "" if event.ship_from_party.party_id else "warehouse"


def _of_container(event: ContainerLabelRequested) -> str:
    return f"container:{event.vendor_container_id}"


def _of_no_order(_event: ContainerLabelRequested) -> str:
    return ""


def _named_for_vendor(event: ContainerLabelRequested, label: ContainerLabel) -> ContainerLabel:
    return dataclasses.replace(label, container=event.vendor_container_id)


def _named_by_order(event: LabelRequested) -> dict[str, str]:
    return {"purchaseOrderNumber": event.purchase_order_number}


def _ship_day(event: LabelRequested) -> date | None:
    return date.fromisoformat(event.ship_date) if event.ship_date else None


EVENT_TYPES = (
    EventType(
        event=ShipmentConfirmed,
        operation=CONFIRM,
        noun="confirmation",
        ordering_key=_of_order,
        order=_order,
        rules=_rules,
        body=bodies.shipment_confirmation,
        own_time=lambda event: event.shipped_date,
        time_name="shippedDate",
        early=timedelta(hours=24),
        waits_for_time=True,
        too_early="Amazon takes no date in the future, and a notice waits 24 hours at most",
        due_within=timedelta(hours=4),
        ships=True,
        announces=_announced,
        label_check=LabelCheck(match=match_label, supplies=SUPPLIED, lacks=lacking),
    ),
    EventType(
        event=ShipmentStatusChanged,
        operation=UPDATE_STATUS,
        noun="status update",
        ordering_key=_of_package,
        order=_order,
        rules=_rules,
        body=bodies.shipment_status_update,
        subject=lambda event: f"{event.status_code}/{event.reason_code}",
        own_time=lambda event: event.status_date_time,
        time_name="statusDateTime",
        early=timedelta(minutes=15),  # as far as two clocks may be apart
        too_early="nothing is scanned in the future",
        ships=True,  # what a carrier did with the package tells it as well as the confirmation
        awaits=Awaits(complete=_completed, missing=_missing),
    ),
    EventType(
        event=LabelRequested,
        operation=REQUEST_LABEL,
        noun="label request",
        ordering_key=_of_order,
        order=_order,
        rules=_rules,
        body=bodies.shipping_label_request,
        day=_ship_day,
        day_by_choice=True,
        makes_available=("labels", "packing-slips", "invoices"),
        verification=Verification(feed="labels"),
        alternatives=(
            Call(
                operation=CREATE_LABELS,
                body=bodies.shipping_label_creation,
                path_names=_named_by_order,
                answer_feed="labels",
                # Amazon makes them within seconds; a second call that is too early conflicts with the first.
                verification=Verification(feed="labels", patience=timedelta(minutes=1)),
            ),
        ),
    ),
    EventType(
        event=ContainerLabelRequested,
        operation=CREATE_CONTAINER_LABEL,
        noun="container label request",
        ordering_key=_of_container,
        order=_of_no_order,
        rules=_rules,
        body=bodies.container_label_creation,
        answer_feed="container-labels",
        answer=_named_for_vendor,
    ),
)
