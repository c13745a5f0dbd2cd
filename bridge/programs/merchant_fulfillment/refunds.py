"""Labels that are not wanted any more: Amazon is asked to take them back, and how that stands is told."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from msgspec.structs import replace

from bridge.domain.events import RuleError
from bridge.mapping.profile import VendorProfile
from bridge.outfiles.names import safe_part
from bridge.outside_text import csv_rows, shown
from bridge.programs.event_types import Answered, Found, Verification
from bridge.programs.follow_ups import FollowUp, Look, NewsFile, Start, View
from bridge.programs.merchant_fulfillment.events import ShipmentCancelled
from bridge.programs.merchant_fulfillment.operations import CANCEL, GET, SHIPMENT_KEY
from bridge.programs.merchant_fulfillment.shipments import (
    REFUND_APPLIED,
    REFUND_PENDING,
    REFUND_REJECTED,
    Shipment,
)

NAME = "refunds"
UNKNOWN = (
    "it is not known here which of Amazon's shipments this label is: cancel it in Seller Central, or have "
    "the cancellation sent with its shipment_id"
)
_DAILY = timedelta(days=1)
_REFUNDS = frozenset({REFUND_PENDING, REFUND_APPLIED, REFUND_REJECTED})


class RefundRow(msgspec.Struct, frozen=True, kw_only=True):
    """How the refund of a label stands."""

    order_id: str
    package: str
    shipment_id: str
    tracking_number: str
    price: str
    currency: str
    status: str


def refer(event: ShipmentCancelled, shipment_id: str) -> ShipmentCancelled:
    """Return a cancellation with Amazon's number of the shipment; its own, if it has one, counts."""
    return event if event.shipment_id else replace(event, shipment_id=shipment_id)


def not_sendable(event: ShipmentCancelled, _profile: VendorProfile) -> str:
    """Return why a label is not cancelled; empty where it is."""
    return "" if event.shipment_id else UNKNOWN


def answered(_event: ShipmentCancelled, shipment: Shipment, _profile: VendorProfile) -> Answered:
    """Return what comes of a cancellation: it is a request, and the refund is followed."""
    told = f"Amazon was asked to take the label back: {shown(shipment.status) or 'it tells no status'}"
    return Answered(notes=(RuleError(code="REFUND", message=told),), reference=shipment.shipment_id)


def found(_event: ShipmentCancelled, shipment: Shipment) -> Found:
    """Return whether Amazon has taken a cancellation that is in doubt."""
    return "taken" if shipment.status in _REFUNDS else "absent"


def _start(event: ShipmentCancelled) -> Start | None:
    if not event.shipment_id:
        return None
    return Start(
        name=NAME,
        subject=event.shipment_id,
        kept=msgspec.json.encode(_Kept(event.amazon_order_id, event.package)),
    )


class _Kept(msgspec.Struct, frozen=True):
    """The package whose label it was, and the status that was told last."""

    order_id: str
    package: str
    status: str = ""


def look(view: View[Shipment]) -> Look:
    """Return how a refund stands; each change of it is told once."""
    kept = msgspec.json.decode(view.kept, type=_Kept)
    if view.found is None:
        return Look(
            kept=view.kept, status="", again=_DAILY, alert=_alert(view.subject, kept, "Amazon knows none")
        )
    status = view.found.status
    rejected = status == REFUND_REJECTED
    return Look(
        kept=msgspec.json.encode(_Kept(kept.order_id, kept.package, status)),
        status=status,
        again=_DAILY,
        files=(_file(view.found, kept),) if status != kept.status and status in _REFUNDS else (),
        references=(view.found.tracking_id,) if view.found.tracking_id else (),
        alert=_alert(view.subject, kept, "Amazon rejects its refund") if rejected else "",
        over=status if status in {REFUND_APPLIED, REFUND_REJECTED} else "",
    )


def _alert(shipment: str, kept: _Kept, why: str) -> str:
    return (
        f"the label {shipment} (package {kept.package or '1'} of order {kept.order_id}) was cancelled: {why}"
    )


def _file(shipment: Shipment, kept: _Kept) -> NewsFile:
    price = shipment.price
    row = RefundRow(
        order_id=kept.order_id,
        package=kept.package,
        shipment_id=shipment.shipment_id,
        tracking_number=shipment.tracking_id,
        price=f"{price.value:f}" if price else "",
        currency=price.currency if price else "",
        status=shipment.status,
    )
    stem = f"{safe_part(kept.order_id or 'shipment')}_{safe_part(kept.package or '1', 40)}"
    name = f"{stem}.{safe_part(shipment.shipment_id)}.{safe_part(shipment.status, 20)}.csv"
    lines = [RefundRow.__struct_fields__, msgspec.structs.astuple(row)]
    return NewsFile(kind="refund", folder="refunds", name=name, data=csv_rows(lines))


VERIFICATION = Verification(
    operation=GET,
    names=lambda event: {SHIPMENT_KEY: event.shipment_id},
    judge=found,
    looks=(timedelta(minutes=1), timedelta(minutes=5)),
    doubts_refusals=True,
)
FOLLOW_UP = FollowUp(
    name=NAME,
    noun="refunds of labels",
    after=CANCEL,
    start=_start,
    single=GET,
    path_name=SHIPMENT_KEY,
    look=look,
    at_most=timedelta(days=30),
)
