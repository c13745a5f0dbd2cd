"""What becomes of a package by Amazon's offers: a quote, or the offer that it is bought by. Pure.

An offer is bound to the details that it was made for. Where the choice among offers changes those (the
service requires inputs, or has its label in another format), Amazon is asked for offers anew.
"""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from bridge.domain.events import RuleError
from bridge.outfiles.names import safe_part
from bridge.outside_text import clipped_message
from bridge.programs.merchant_fulfillment import bodies
from bridge.programs.merchant_fulfillment.choosing import Choice, choose
from bridge.programs.merchant_fulfillment.events import ChosenOffer, Money, ShipmentRequested
from bridge.programs.merchant_fulfillment.filters import wanted_of
from bridge.programs.merchant_fulfillment.offers import Offer, Offers, moment_of
from bridge.programs.merchant_fulfillment.operations import OFFERS
from bridge.programs.merchant_fulfillment.profile import BuyShippingValues, values_of
from bridge.programs.merchant_fulfillment.quotes import files_of, quotes_of
from bridge.programs.prechecks import Asked, Checked, Question


def buys(event: ShipmentRequested, values: BuyShippingValues) -> bool:
    """Return whether shipping is bought for a package; else its offers are only told."""
    return values.purchase == "buy" and event.action != "quote"


def judge(asked: Asked[Offers], *, last: bool = False) -> Checked:
    """Return what follows from the offers for a package; after the `last` ones nothing is asked anew."""
    event: ShipmentRequested = asked.event
    if asked.found is None:
        return Checked(hold=clipped_message(f"Amazon was asked for its offers: {asked.why}"))
    values = values_of(asked.profile)
    inputs = {event.inputs_for: event.input_problems} if event.inputs_for else {}
    wanted = wanted_of(event, values, moment_of(event.promised), inputs)
    choice = choose(asked.found, wanted, asked.now, moment_of(event.latest_ship))
    changed = _changed(event, choice)
    if changed is not None and not last:
        return Checked(event=changed)
    stem = f"{safe_part(event.amazon_order_id)}_{safe_part(event.package or '1', 40)}"
    rows = quotes_of(event.amazon_order_id, event.package, asked.found, choice)
    files = files_of(rows, f"{stem}.{asked.now:%Y%m%dT%H%M%S}")
    if changed is not None:
        return Checked(
            hold="each choice among Amazon's offers asks for other details of the package", files=files
        )
    return replace(_decided(event, choice, values), files=files)


def _changed(event: ShipmentRequested, choice: Choice) -> ShipmentRequested | None:
    """Return a package with what its choice wants other than it was quoted with; None: nothing."""
    if choice.chosen is None:
        return None
    if choice.asks_inputs:
        return replace(event, offer=_chosen(choice.chosen, asks_inputs=True))
    if choice.label_format not in {"", event.label_format}:
        return replace(event, label_format=choice.label_format, offer=None)
    return None


def _decided(event: ShipmentRequested, choice: Choice, values: BuyShippingValues) -> Checked:
    if choice.chosen is None:
        hold = "; ".join(filter(None, (choice.alert, choice.hold)))
        return Checked(hold=clipped_message(hold), later=choice.later)
    note = RuleError(code="QUOTE", message=clipped_message(_told(choice.chosen)))
    if not buys(event, values):
        return Checked(done=f"quoted, and nothing is bought: {_told(choice.chosen)}", notes=(note,))
    return Checked(event=replace(event, offer=_chosen(choice.chosen)), notes=(note,))


def _told(offer: Offer) -> str:
    arrives = offer.latest_estimated_delivery_date
    by = f", arrives by {arrives.isoformat()}" if arrives else ""
    return f"{offer.shipping_service_id} of {offer.carrier_name} for {offer.price}{by}"


def _chosen(offer: Offer, *, asks_inputs: bool = False) -> ChosenOffer | None:
    if offer.price is None:  # which no choice is
        return None
    return ChosenOffer(
        shipping_service_id=offer.shipping_service_id,
        shipping_service_offer_id=offer.shipping_service_offer_id,
        carrier_name=offer.carrier_name,
        shipping_service_name=offer.shipping_service_name,
        price=Money(offer.price.currency, f"{offer.price.value:f}"),
        asks_inputs=asks_inputs,
    )


def _is_open(event: ShipmentRequested, _profile: object) -> bool:
    return event.offer is None


OFFERED = Question(operation=OFFERS, judge=judge, body=bodies.offers)
OFFERED_AGAIN = Question(operation=OFFERS, judge=judge, body=bodies.offers, needed=_is_open)
OFFERED_LAST = Question(
    operation=OFFERS, judge=partial(judge, last=True), body=bodies.offers, needed=_is_open
)
