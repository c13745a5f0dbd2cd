"""What the service that was chosen requires besides, and the answers of document and settings. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from bridge.outside_text import clipped_message
from bridge.programs.merchant_fulfillment import bodies
from bridge.programs.merchant_fulfillment.events import ShipmentRequested
from bridge.programs.merchant_fulfillment.operations import INPUTS
from bridge.programs.merchant_fulfillment.profile import values_of
from bridge.programs.merchant_fulfillment.seller_inputs import (
    Definitions,
    InputItem,
    Sources,
    seller_inputs,
)
from bridge.programs.prechecks import Asked, Checked, Question


def judge(asked: Asked[Definitions]) -> Checked:
    """Return a package with what its service requires besides, and what is wrong with that."""
    event: ShipmentRequested = asked.event
    if asked.found is None or event.offer is None:
        return Checked(hold=clipped_message(f"Amazon was asked which inputs are required: {asked.why}"))
    values = values_of(asked.profile)
    items = [
        InputItem(order_item_id=one.order_item_id, asin=one.asin, seller_inputs=one.seller_inputs)
        for one in event.items
    ]
    sources = Sources(
        document=event.seller_inputs,
        settings=values.seller_inputs,
        use_stored=values.use_stored,
        addresses=values.warehouses,
    )
    found = seller_inputs(asked.found, items, sources)
    return Checked(
        event=replace(
            event,
            inputs=bodies.kept(found.of_shipment),
            items=tuple(
                replace(one, inputs=bodies.kept(found.of_items.get(one.order_item_id, ())))
                for one in event.items
            ),
            inputs_for=event.offer.shipping_service_id,
            input_problems=found.problems,
            offer=None,
        )
    )


def _is_needed(event: ShipmentRequested, _profile: object) -> bool:
    return event.offer is not None and event.offer.asks_inputs


QUESTION = Question(operation=INPUTS, judge=judge, body=bodies.inputs, needed=_is_needed)
