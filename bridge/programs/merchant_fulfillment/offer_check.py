"""What becomes of a package by Amazon's offers: a quote, or the offer that it is bought by. Pure."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from bridge.domain.events import RuleError
from bridge.outfiles.names import safe_part
from bridge.outside_text import clipped_message
from bridge.programs.merchant_fulfillment import bodies
from bridge.programs.merchant_fulfillment.bodies import ORDER_ID_ON_LABEL
from bridge.programs.merchant_fulfillment.choosing import Choice, Wanted, choose
from bridge.programs.merchant_fulfillment.events import ChosenOffer, Money, ShipmentRequested
from bridge.programs.merchant_fulfillment.offers import Offer, Offers, moment_of
from bridge.programs.merchant_fulfillment.operations import OFFERS
from bridge.programs.merchant_fulfillment.profile import BuyShippingValues, values_of
from bridge.programs.merchant_fulfillment.quotes import files_of, quotes_of
from bridge.programs.prechecks import Asked, Checked, Question
from bridge.programs.spending import Amount


def buys(event: ShipmentRequested, values: BuyShippingValues) -> bool:
    """Return whether shipping is bought for a package; else its offers are only told."""
    return values.purchase == "buy" and event.action != "quote"


def wanted_of(event: ShipmentRequested, values: BuyShippingValues) -> Wanted:
    """Return what an offer for a package must be."""
    limit = values.max_price
    return Wanted(
        policy=values.policy,
        carriers=values.carriers,
        services=values.services,
        label_formats=values.label_formats,
        deliver_by=moment_of(event.deliver_by),
        required_benefits=values.required_benefits,
        avoid_reasons=values.avoid_reasons,
        max_price=Amount(limit.currency_code, Decimal(limit.value)) if limit else None,
        custom_text=event.label_text not in {"", ORDER_ID_ON_LABEL},
        inputs={event.inputs_for: event.input_problems} if event.inputs_for else {},
    )


def judge(asked: Asked[Offers]) -> Checked:
    """Return what follows from the offers for a package."""
    event: ShipmentRequested = asked.event
    if asked.found is None:
        return Checked(hold=clipped_message(f"Amazon was asked for its offers: {asked.why}"))
    values = values_of(asked.profile)
    choice = choose(asked.found, wanted_of(event, values), asked.now, moment_of(event.latest_ship))
    if choice.asks_inputs and not event.inputs_for and choice.chosen is not None:
        return Checked(event=replace(event, offer=_chosen(choice.chosen, choice)))
    stem = f"{safe_part(event.amazon_order_id)}_{safe_part(event.package or '1', 40)}"
    rows = quotes_of(event.amazon_order_id, event.package, asked.found, choice)
    files = files_of(rows, f"{stem}.{asked.now:%Y%m%dT%H%M%S}")
    return replace(_decided(event, choice, values), files=files)


def _decided(event: ShipmentRequested, choice: Choice, values: BuyShippingValues) -> Checked:
    if choice.chosen is None:
        hold = "; ".join(filter(None, (choice.alert, choice.hold)))
        return Checked(hold=clipped_message(hold), later=choice.later)
    if choice.asks_inputs:
        return Checked(hold=f"{choice.chosen.shipping_service_id} requires additional inputs as well")
    note = RuleError(code="QUOTE", message=clipped_message(_told(choice.chosen)))
    if not buys(event, values):
        return Checked(done=f"quoted, and nothing is bought: {_told(choice.chosen)}", notes=(note,))
    return Checked(event=replace(event, offer=_chosen(choice.chosen, choice)), notes=(note,))


def _told(offer: Offer) -> str:
    arrives = offer.latest_estimated_delivery_date
    by = f", arrives by {arrives.isoformat()}" if arrives else ""
    return f"{offer.shipping_service_id} of {offer.carrier_name} for {offer.price}{by}"


def _chosen(offer: Offer, choice: Choice) -> ChosenOffer | None:
    if offer.price is None:
        return None
    return ChosenOffer(
        shipping_service_id=offer.shipping_service_id,
        shipping_service_offer_id=offer.shipping_service_offer_id,
        carrier_name=offer.carrier_name,
        shipping_service_name=offer.shipping_service_name,
        price=Money(offer.price.currency, f"{offer.price.value:f}"),
        label_format=choice.label_format,
        asks_inputs=choice.asks_inputs,
    )


OFFERED = Question(operation=OFFERS, judge=judge, body=bodies.offers)
OFFERED_WITH_INPUTS = Question(
    operation=OFFERS,
    judge=judge,
    body=bodies.offers,
    needed=lambda event, _profile: bool(event.inputs_for),
)
"""An offer is bound to the details that it was made for, so with the inputs there is a new one."""
