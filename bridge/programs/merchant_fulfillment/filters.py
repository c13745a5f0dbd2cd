"""What an offer must be to be chosen, and why one is not. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from bridge.programs.merchant_fulfillment.bodies import ORDER_ID_ON_LABEL
from bridge.programs.merchant_fulfillment.events import ShipmentRequested
from bridge.programs.merchant_fulfillment.offers import Offer
from bridge.programs.merchant_fulfillment.profile import BuyShippingValues, OfferPolicy
from bridge.programs.merchant_fulfillment.rules import PRINTS_TEXT
from bridge.programs.spending import Amount


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What an offer must be, and which of several is the best; empty: anything.

    `promise_unknown`: it must arrive as its buyer was promised, and that is not known. `custom_text`: a text
    of the sender's own is to be printed, which FedEx does not do. `inputs` has what is wrong with the inputs
    that are there, by the ShippingServiceId of offers about whose inputs Amazon was asked; nothing: all are
    there.
    """

    policy: OfferPolicy = "cheapest"
    carriers: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    label_formats: tuple[str, ...] = ()
    deliver_by: datetime | None = None
    required_benefits: tuple[str, ...] = ()
    avoid_reasons: tuple[str, ...] = ()
    max_price: Amount | None = None
    promise_unknown: bool = False
    custom_text: bool = False
    inputs: Mapping[str, Sequence[str]] = {}


def wanted_of(
    event: ShipmentRequested,
    values: BuyShippingValues,
    promised: datetime | None,
    inputs: Mapping[str, Sequence[str]] | None = None,
) -> Wanted:
    """Return what a document and its seller's settings want of an offer.

    `promised` is by when Amazon promised the order to its buyer; it counts with `must_arrive`, as does the
    document's own deliver_by, if that is earlier. `inputs` are those of `Wanted`.
    """
    limits = [datetime.fromisoformat(event.deliver_by)] if event.deliver_by else []
    if values.must_arrive and promised is not None:
        limits.append(promised)
    most = values.max_price
    return Wanted(
        policy=values.policy,
        carriers=values.carriers,
        services=values.services,
        label_formats=(PRINTS_TEXT,)
        if event.label_text
        else tuple(one for one in values.label_formats if one not in event.refused_formats),
        deliver_by=min(limits, default=None),
        promise_unknown=values.must_arrive and promised is None,
        required_benefits=values.required_benefits,
        avoid_reasons=values.avoid_reasons,
        max_price=Amount(most.currency_code, Decimal(most.value)) if most else None,
        custom_text=event.label_text not in {"", ORDER_ID_ON_LABEL},
        inputs=inputs or {},
    )


def reasons_against(offer: Offer, wanted: Wanted) -> Iterator[str]:
    """Return why an offer cannot be chosen; nothing for one that can."""
    for check in _FILTERS:
        yield from check(offer, wanted)


def may_carry(carrier: str, wanted: Wanted) -> bool:
    """Return whether offers of a carrier may be chosen."""
    return not wanted.carriers or any(same_name(carrier, one) for one in wanted.carriers)


def same_name(one: str, other: str) -> bool:
    """Return whether two names of carriers are the same: by letters and digits, as UPS is UPS®."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _can_be_bought(offer: Offer, _wanted: Wanted) -> Iterator[str]:
    if not offer.shipping_service_offer_id or not offer.shipping_service_id:
        yield "it has no ShippingServiceOfferId, without which another price may be charged"


def _is_of_a_carrier(offer: Offer, wanted: Wanted) -> Iterator[str]:
    if wanted.carriers and not any(same_name(offer.carrier_name, one) for one in wanted.carriers):
        yield "its carrier is not among carriers"
    if wanted.custom_text and _plain(offer.carrier_name).startswith("fedex"):
        yield "FedEx prints no label_text"


def _is_a_service(offer: Offer, wanted: Wanted) -> Iterator[str]:
    if wanted.services and offer.shipping_service_id not in wanted.services:
        yield "its service is not among services"


def _has_a_format(offer: Offer, wanted: Wanted) -> Iterator[str]:
    told = offer.available_label_formats
    if told is not None and wanted.label_formats and not set(told) & set(wanted.label_formats):
        yield f"its label is to be had as {', '.join(told) or 'nothing'} only"


def _arrives(offer: Offer, wanted: Wanted) -> Iterator[str]:
    latest = offer.latest_estimated_delivery_date
    if wanted.promise_unknown:
        yield "it is not known by when its buyer was promised the order"
    if wanted.deliver_by is None:
        return
    if latest is None:
        yield "Amazon does not say by when it arrives"
    elif latest > wanted.deliver_by:
        yield f"it arrives by {latest.isoformat()}, after {wanted.deliver_by.isoformat()}"


def _has_benefits(offer: Offer, wanted: Wanted) -> Iterator[str]:
    for benefit in wanted.required_benefits:
        if benefit not in offer.included_benefits:
            yield f"it does not include {benefit}"
    for excluded in offer.excluded_benefits:
        for code in excluded.reason_codes:
            if code in wanted.avoid_reasons:
                yield f"it excludes {excluded.benefit} for {code}"


def _is_not_too_dear(offer: Offer, wanted: Wanted) -> Iterator[str]:
    price, most = offer.price, wanted.max_price
    if price is None:
        yield f"its rates are of two currencies ({offer.rate}, {offer.rate_with_adjustments})"
    elif most is not None and price.currency != most.currency:
        yield f"it costs {price}, and max_price is in {most.currency}"
    elif most is not None and price.value > most.value:
        yield f"it costs {price}, more than {most} (max_price)"


def _has_its_inputs(offer: Offer, wanted: Wanted) -> Iterator[str]:
    if offer.requires_additional_seller_inputs:
        yield from wanted.inputs.get(offer.shipping_service_id, ())


_FILTERS: tuple[Callable[[Offer, Wanted], Iterator[str]], ...] = (
    _can_be_bought,
    _is_of_a_carrier,
    _is_a_service,
    _has_a_format,
    _arrives,
    _has_benefits,
    _is_not_too_dear,
    _has_its_inputs,
)
