"""The choice among Amazon's offers for a package: filters first, then a policy. Pure.

It depends on nothing but the offers and what is wanted, also not on the order in which Amazon lists them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from bridge.outside_text import clipped_message
from bridge.programs.merchant_fulfillment.filters import Wanted, may_carry, reasons_against
from bridge.programs.merchant_fulfillment.offers import Offer, Offers
from bridge.programs.merchant_fulfillment.profile import OfferPolicy

AGAIN_AFTER = timedelta(minutes=15)
"""How often Amazon is asked again while carriers are temporarily unavailable."""
AGAIN_UNTIL = timedelta(hours=4)
"""How long before the latest ship date that ends."""
_LAST = datetime.max.replace(tzinfo=UTC)


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
        label_format=_first(wanted.label_formats, best.available_label_formats or ()),
        others=others,
    )


def _first(wanted: Sequence[str], there: Sequence[str]) -> str:
    return next((one for one in wanted if one in there), "")


def _rank(offer: Offer, wanted: Wanted) -> tuple[Any, ...]:
    """Return what offers are ordered by; its end makes it the same whatever order Amazon lists them in."""
    price = offer.price or offer.rate
    arrives = offer.latest_estimated_delivery_date or _LAST
    service, services = offer.shipping_service_id, wanted.services
    named = services.index(service) if service in services else len(services)
    by_policy: dict[OfferPolicy, tuple[Any, ...]] = {
        "cheapest": (price.value, arrives),
        "fastest": (arrives, price.value),
        "named": (named, price.value, arrives),
    }
    return (
        *by_policy[wanted.policy],
        service,
        offer.shipping_service_offer_id,
        msgspec.json.encode(offer),
    )


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
    unavailable = any(may_carry(one, wanted) for one in offers.temporarily_unavailable)
    until = latest_ship - AGAIN_UNTIL if latest_ship is not None else now
    told = "; ".join(_reasons(offers, others)) or "Amazon makes none"
    return Choice(
        others=others,
        hold=clipped_message(f"no offer can be chosen: {told}"),
        later=min(AGAIN_AFTER, until - now) if unavailable and now < until else None,
        alert=_alert([one for one in offers.terms_not_accepted if may_carry(one, wanted)]),
    )


def _reasons(offers: Offers, others: Sequence[Considered]) -> Iterator[str]:
    for one in others:
        yield f"{one.offer.shipping_service_id or 'an offer'}: {'; '.join(one.why_not)}"
    for bad in offers.unreadable:
        yield f"{bad.shipping_service_id or f'offer {bad.number}'}: unreadable"
    for rejected in offers.rejected:
        code = rejected.rejection_reason_code or "without a reason"
        yield f"{rejected.shipping_service_id or rejected.carrier_name}: rejected, {code}"
    for carrier in offers.temporarily_unavailable:
        yield f"{carrier}: temporarily unavailable"
    for carrier in offers.terms_not_accepted:
        yield f"{carrier}: terms and conditions not accepted"


def _alert(terms: Sequence[str]) -> str:
    if not terms:
        return ""
    return clipped_message(
        f"terms and conditions of {', '.join(terms)} are not accepted, and no other offer can be chosen: "
        "accept them in Seller Central (Shipping settings), then release what is held"
    )
