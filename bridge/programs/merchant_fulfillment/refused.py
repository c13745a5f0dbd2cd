"""What becomes of a package whose label Amazon refused to sell. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from bridge.domain.outcomes import AmazonApiError
from bridge.outside_text import clipped_message, shown
from bridge.programs.merchant_fulfillment.events import ShipmentRequested
from bridge.programs.merchant_fulfillment.operations import GET, SHIPMENT_KEY
from bridge.programs.merchant_fulfillment.refusals import Action, refusal_of, shipment_id_of
from bridge.programs.merchant_fulfillment.shipments import PURCHASED, Shipment
from bridge.programs.refusals import Refusal, Refusals

WITHOUT_FUNDS = timedelta(hours=1)
"""How long nothing is bought where the seller's funds are short."""
CLOCKS = timedelta(minutes=1)
"""How far Amazon's clock may be behind ours; it tells whole seconds."""

_HELD: Mapping[Action, Callable[[str], Refusal]] = {
    "stop_buying": lambda why: Refusal(later=WITHOUT_FUNDS, hold=why),
    "hold_warehouse": lambda why: Refusal(hold=why),
    "hold_for_terms": lambda why: Refusal(hold=why),
    "next_label_format": lambda why: Refusal(hold=why),
    "quote_again": lambda why: Refusal(ask_anew=True, hold=why),
}
"""What else there is fails with Amazon's own text, or is no refusal."""


def judge(event: ShipmentRequested, errors: Sequence[AmazonApiError], http_status: int | None) -> Refusal:
    """Return what the refusal of a purchase means for its package; see `Refusals`."""
    known = refusal_of(errors, http_status)
    why = clipped_message(f"Amazon refuses it ({known.name}): {_told(errors)}: {known.advice}")
    if known.action == "known_label":
        return Refusal(hold=why, exists=shipment_id_of(errors))
    if known.action == "next_label_format" and event.label_format and not event.label_text:
        tried = (*event.refused_formats, event.label_format)
        other = replace(event, refused_formats=tried, label_format="", offer=None)
        return Refusal(ask_anew=True, event=other, hold=why)
    return _HELD[known.action](why) if known.action in _HELD else Refusal()


def is_own(event: ShipmentRequested, shipment: Shipment, since: datetime) -> bool:
    """Return whether a shipment is what a doubt is about: of the same order and items, bought since then.

    What is not told of it is not taken for granted.
    """
    items: Counter[str] = Counter()
    for item in event.items:
        items[item.order_item_id] += item.quantity
    theirs: Counter[str] = Counter()
    for one in shipment.items or ():
        theirs[one.order_item_id] += one.quantity
    created = shipment.created_date
    return (
        shipment.amazon_order_id == event.amazon_order_id
        and theirs == items
        and shipment.status == PURCHASED
        and created is not None
        and created >= since - CLOCKS
    )


def _told(errors: Sequence[AmazonApiError]) -> str:
    return "; ".join(shown(one.message or one.code) for one in errors) or "without a reason"


REFUSALS = Refusals(judge=judge, operation=GET, path_name=SHIPMENT_KEY, is_own=is_own)
