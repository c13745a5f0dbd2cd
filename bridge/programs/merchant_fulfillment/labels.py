"""Labels that were bought, as files for the seller, and those that Amazon has to be asked for again. Pure."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import msgspec

from bridge.outfiles.names import safe_part
from bridge.outside_text import clipped_message, csv_rows
from bridge.programs.follow_ups import FollowUp, Look, NewsFile, Start, View
from bridge.programs.merchant_fulfillment.events import ShipmentRequested
from bridge.programs.merchant_fulfillment.label_files import LabelFile
from bridge.programs.merchant_fulfillment.operations import GET, SHIPMENT_KEY
from bridge.programs.merchant_fulfillment.shipments import Shipment

NAME = "bought-labels"
AT_FIRST, LATER = timedelta(minutes=5), timedelta(hours=1)
"""How often Amazon is asked again for a label that cannot be used, and how often once operators know."""
TOLD_AFTER = timedelta(minutes=10)
"""That is at the third look."""


class BoughtLabel(msgspec.Struct, frozen=True, kw_only=True):
    """A package whose shipping was bought, as far as later news needs it."""

    order_id: str
    package: str


class IndexRow(msgspec.Struct, frozen=True, kw_only=True):
    """One label in its index; `file` is its path in the outbox."""

    order_id: str
    package: str
    shipment_id: str
    carrier: str
    service_id: str
    service: str
    tracking_number: str
    price: str
    currency: str
    arrives_by: str
    status: str
    file: str
    sha256: str


def label_files(bought: BoughtLabel, shipment: Shipment, label: LabelFile) -> tuple[NewsFile, ...]:
    """Return a label with its index beside it."""
    folder = f"labels/{safe_part(bought.order_id)}"
    parts = (safe_part(bought.package or "1", 40), safe_part(shipment.tracking_id or "no-tracking", 60))
    stem = "_".join(parts)
    name = f"{stem}.{label.extension}"
    price, arrives = shipment.price, shipment.latest_estimated_delivery_date
    row = IndexRow(
        order_id=bought.order_id,
        package=bought.package,
        shipment_id=shipment.shipment_id,
        carrier=shipment.carrier_name,
        service_id=shipment.shipping_service_id,
        service=shipment.shipping_service_name,
        tracking_number=shipment.tracking_id,
        price=f"{price.value:f}" if price else "",
        currency=price.currency if price else "",
        arrives_by=arrives.isoformat() if arrives else "",
        status=shipment.status,
        file=f"{folder}/{name}",
        sha256=hashlib.sha256(label.data).hexdigest(),
    )
    index = csv_rows([IndexRow.__struct_fields__, msgspec.structs.astuple(row)])
    return (
        NewsFile(kind="label", folder=folder, name=name, data=label.data),
        NewsFile(kind="label-index", folder=folder, name=f"{stem}.csv", data=index),
    )


def start(event: ShipmentRequested, shipment: Shipment) -> Start:
    """Return that a label is to be asked for again, which came with its purchase and cannot be used."""
    kept = BoughtLabel(order_id=event.amazon_order_id, package=event.package)
    return Start(name=NAME, subject=shipment.shipment_id, kept=msgspec.json.encode(kept))


def look(view: View[Shipment]) -> Look:
    """Return the label of a shipment, or when to ask again."""
    kept = msgspec.json.decode(view.kept, type=BoughtLabel)
    why = "Amazon knows no such shipment"
    status = ""
    if view.found is not None:
        status, label = view.found.status, view.found.label.file()
        if isinstance(label, LabelFile):
            files = label_files(kept, view.found, label)
            return Look(
                kept=view.kept,
                status=status,
                again=LATER,
                files=files,
                note="its label can be used",
                references=(view.found.tracking_id,) if view.found.tracking_id else (),
                over="delivered",
            )
        why = label.reason
    late = view.now - view.started_at >= TOLD_AFTER
    told = (
        f"the label of package {kept.package or '1'} of order {kept.order_id} was bought (shipment "
        f"{view.subject}), and cannot be used: {why}. Print it from Seller Central, or cancel it there; "
        "Amazon is asked for it every hour"
    )
    return Look(
        kept=view.kept,
        status=status,
        again=LATER if late else AT_FIRST,
        alert=clipped_message(told) if late else "",
    )


FOLLOW_UP = FollowUp(
    name=NAME,
    noun="bought labels",
    single=GET,
    path_name=SHIPMENT_KEY,
    look=look,
    first=timedelta(minutes=1),
    at_most=timedelta(days=2),
)
