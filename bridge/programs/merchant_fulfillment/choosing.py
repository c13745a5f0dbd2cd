"""The choice among Amazon's offers for a package: filters first, then a policy. Pure.

It depends on nothing but the offers and what is wanted, also not on the order in which Amazon lists them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from bridge.outside_text import clipped_message
from bridge.programs.merchant_fulfillment.offers import Offer, Offers
from bridge.programs.merchant_fulfillment.profile import OfferPolicy
from bridge.programs.spending import Amount

AGAIN_AFTER = timedelta(minutes=15)
"""How often Amazon is asked again while carriers are temporarily unavailable."""
AGAIN_UNTIL = timedelta(hours=4)
"""How long before the latest ship date that ends."""
_LAST = datetime.max.replace(tzinfo=UTC)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What an offer must be, and which of several is the best; empty: anything.

    `custom_text`: a text of the sender's own is to be printed, which FedEx does not do. `inputs` has, by the
    ShippingServiceId of offers about whose additional inputs Amazon was asked, what is wrong with the
    inputs that are there (nothing: all are there).
    """

    policy: OfferPolicy = "cheapest"
    carriers: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    label_formats: tuple[str, ...] = ()
    deliver_by: datetime | None = None
    required_benefits: tuple[str, ...] = ()
    avoid_reasons: tuple[str, ...] = ()
    max_price: Amount | None = None
    custom_text: bool = False
    inputs: Mapping[str, Sequence[str]] = {}


class Considered(msgspec.Struct, frozen=True, kw_only=True):
    """An offer that is not chosen, and why not; `possible`: it passes all filters, another one is better."""

    offer: Offer
    why_not: tuple[str, ...]
    possible: bool


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """The offer that is chosen, or what follows from there being none.

    `asks_inputs`: Amazon is to be asked which inputs the chosen one requires; then it is chosen again.
    `label_format` is the first wanted one that the chosen offer has; empty where that is not known.
    `others` are in the order of the policy. `hold` says why nothing is chosen. `later`: the package
    waits so long, and Amazon is asked again. `alert`: an operator is told, too.
    """

    chosen: Offer | None = None
    asks_inputs: bool = False
    label_format: str = ""
    others: tuple[Considered, ...] = ()
    hold: str = ""
    later: timedelta | None = None
    alert: str = ""


def choose(offers: Offers, wanted: Wanted, now: datetime, latest_ship: datetime | None) -> Choice:
    """Return the choice among offers; `latest_ship` is that of the order, None where it is not known."""
    ranked = sorted(offers.offers, key=lambda offer: _rank(offer, wanted))
    reasons = [tuple(reasons_against(offer, wanted)) for offer in ranked]
    possible = [offer for offer, why_not in zip(ranked, reasons, strict=True) if not why_not]
    currencies = sorted({offer.price.currency for offer in possible if offer.price})
    best = possible[0] if len(currencies) == 1 else None
    mixed = f"offers are in {' and '.join(currencies)}, which cannot be compared: set max_price"
    others = tuple(
        Considered(
            offer=offer,
            why_not=why_not or ((_behind(offer, best, wanted),) if best else (mixed,)),
            possible=not why_not,
        )
        for offer, why_not in zip(ranked, reasons, strict=True)
        if offer is not best
    )
    if best is None:
        return _nothing(offers, others, wanted, now, latest_ship)
    return Choice(
        chosen=best,
        asks_inputs=best.requires_additional_seller_inputs and best.shipping_service_id not in wanted.inputs,
        label_format=next((one for one in wanted.label_formats if one in _formats(best)), ""),
        others=others,
    )


def reasons_against(offer: Offer, wanted: Wanted) -> Iterator[str]:
    """Return why an offer cannot be chosen; nothing for one that can."""
    for check in _FILTERS:
        yield from check(offer, wanted)


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


def _formats(offer: Offer) -> Sequence[str]:
    return offer.available_label_formats or ()


def _rank(offer: Offer, wanted: Wanted) -> tuple[Any, ...]:
    """Return what offers are ordered by; its end makes it the same whatever order Amazon lists them in."""
    price = offer.price or offer.rate
    arrives = offer.latest_estimated_delivery_date or _LAST
    named = (
        wanted.services.index(offer.shipping_service_id) if _is_named(offer, wanted) else len(wanted.services)
    )
    by_policy: dict[OfferPolicy, tuple[Any, ...]] = {
        "cheapest": (price.value, arrives),
        "fastest": (arrives, price.value),
        "named": (named, price.value, arrives),
    }
    return (
        *by_policy[wanted.policy],
        offer.shipping_service_id,
        offer.shipping_service_offer_id,
        msgspec.json.encode(offer),
    )


def _is_named(offer: Offer, wanted: Wanted) -> bool:
    return offer.shipping_service_id in wanted.services


def _behind(offer: Offer, best: Offer, wanted: Wanted) -> str:
    """Return why another offer is better than one that could be chosen, too."""
    if wanted.policy == "named" and offer.shipping_service_id != best.shipping_service_id:
        return f"{best.shipping_service_id} stands before it in services"
    dearer = f"it costs {offer.price}, {best.shipping_service_id} {best.price}"
    later = f"it arrives by {_shown(offer)}, {best.shipping_service_id} by {_shown(best)}"
    differs = {
        dearer: offer.price is not None and best.price is not None and offer.price.value != best.price.value,
        later: offer.latest_estimated_delivery_date != best.latest_estimated_delivery_date,
    }
    order = (later, dearer) if wanted.policy == "fastest" else (dearer, later)
    return next(
        (text for text in order if differs[text]),
        f"it equals {best.shipping_service_id}, which is first by its id",
    )


def _shown(offer: Offer) -> str:
    latest = offer.latest_estimated_delivery_date
    return latest.isoformat() if latest else "a time that is not told"


def _nothing(
    offers: Offers,
    others: tuple[Considered, ...],
    wanted: Wanted,
    now: datetime,
    latest_ship: datetime | None,
) -> Choice:
    """Return what follows where no offer can be chosen: ask again while that may help, else hold."""
    unavailable = [one for one in offers.temporarily_unavailable if _may_be_chosen(one, wanted)]
    terms = [one for one in offers.terms_not_accepted if _may_be_chosen(one, wanted)]
    told = [
        *(f"{one.offer.shipping_service_id or 'an offer'}: {'; '.join(one.why_not)}" for one in others),
        *(f"{one.shipping_service_id or f'offer {one.number}'}: unreadable" for one in offers.unreadable),
        *(
            f"{one.shipping_service_id}: rejected, {one.rejection_reason_code or 'without a reason'}"
            for one in offers.rejected
        ),
        *(f"{one}: temporarily unavailable" for one in offers.temporarily_unavailable),
        *(f"{one}: terms and conditions not accepted" for one in offers.terms_not_accepted),
    ]
    until = latest_ship - AGAIN_UNTIL if latest_ship is not None else now
    return Choice(
        others=others,
        hold=clipped_message(f"no offer can be chosen: {'; '.join(told) or 'Amazon makes none'}"),
        later=min(AGAIN_AFTER, until - now) if unavailable and now < until else None,
        alert=clipped_message(
            f"terms and conditions of {', '.join(terms)} are not accepted, and no other offer can be chosen: "
            "accept them in Seller Central (Shipping settings), then release what is held"
        )
        if terms
        else "",
    )


def _may_be_chosen(carrier: str, wanted: Wanted) -> bool:
    return not wanted.carriers or any(same_name(carrier, one) for one in wanted.carriers)
