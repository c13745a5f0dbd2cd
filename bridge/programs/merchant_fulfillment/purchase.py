"""Buying shipping: what it may cost, when it may be done again, and what comes of it. Pure."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from bridge.domain.events import RuleError
from bridge.mapping.profile import VendorProfile
from bridge.outside_text import clipped_message
from bridge.programs.event_types import Answered, Verification
from bridge.programs.merchant_fulfillment import input_check, order_check
from bridge.programs.merchant_fulfillment.events import Money, ShipmentRequested
from bridge.programs.merchant_fulfillment.label_files import LabelFile
from bridge.programs.merchant_fulfillment.labels import BoughtLabel, label_files, start
from bridge.programs.merchant_fulfillment.offer_check import OFFERED, OFFERED_AGAIN, OFFERED_LAST, buys
from bridge.programs.merchant_fulfillment.offers import FRESH_FOR
from bridge.programs.merchant_fulfillment.profile import values_of
from bridge.programs.merchant_fulfillment.shipments import Shipment
from bridge.programs.prechecks import Precheck
from bridge.programs.spending import Amount, Spending

NO_OFFER = "no offer was chosen for it, and without one nothing is bought"
ONLY_QUOTED = 'its offers are only told: purchase is "quote", in its document or in the settings'
NEVER_REPEATED = (
    "the package takes only a part of what is to be shipped of its order, so a second call might buy a "
    "second label: look in Seller Central whether there is one for it"
)


def not_sendable(event: ShipmentRequested, profile: VendorProfile) -> str:
    """Return why shipping is not bought for a package, right before it would be; empty where it is."""
    values = values_of(profile)
    if not buys(event, values):
        return ONLY_QUOTED
    if event.offer is None or event.offer.asks_inputs:
        return NO_OFFER
    most, price = values.max_price, event.offer.price
    if most is None or _too_dear(price, most):
        limit = f"{most.value} {most.currency_code}" if most else "nothing"
        return f"it costs {price.value} {price.currency_code}, and max_price allows {limit}"
    return ""


def _too_dear(price: Money, most: Money) -> bool:
    return price.currency_code != most.currency_code or Decimal(price.value) > Decimal(most.value)


def _price(event: ShipmentRequested) -> Amount:
    if event.offer is None:
        raise ValueError(NO_OFFER)
    return _amount(event.offer.price)


def _bought(event: ShipmentRequested) -> tuple[str, str]:
    offer = event.offer
    return (
        (offer.carrier_name, offer.shipping_service_name or offer.shipping_service_id) if offer else ("", "")
    )


def _cap(profile: VendorProfile) -> Amount | None:
    cap = values_of(profile).daily_cap
    return _amount(cap) if cap else None


def _amount(money: Money) -> Amount:
    return Amount(money.currency_code, Decimal(money.value))


def answered(event: ShipmentRequested, shipment: Shipment, _profile: VendorProfile) -> Answered:
    """Return what comes of a purchase: the label, where it can be used, else it is asked for again."""
    label = shipment.label.file()
    usable = isinstance(label, LabelFile)
    bought = BoughtLabel(order_id=event.amazon_order_id, package=event.package)
    return Answered(
        notes=tuple(RuleError(code="BOUGHT", message=clipped_message(one)) for one in _told(event, shipment)),
        files=label_files(bought, shipment, label) if isinstance(label, LabelFile) else (),
        reference=shipment.shipment_id,
        tracking_number=shipment.tracking_id,
        starts=() if usable else (start(event, shipment),),
    )


def _told(event: ShipmentRequested, shipment: Shipment) -> list[str]:
    price = shipment.price or (_price(event) if event.offer else None)
    service = f"{shipment.shipping_service_id} of {shipment.carrier_name} for {price}"
    numbers = f"tracking {shipment.tracking_id or 'not told'}, shipment {shipment.shipment_id}"
    told = [f"bought {service}, {numbers}"]
    if shipment.price and event.offer and shipment.price != _price(event):
        told.append(f"Amazon charged {shipment.price}, and had offered it for {_price(event)}")
    label = shipment.label.file()
    if not isinstance(label, LabelFile):
        told.append(f"its label cannot be used yet: {label.reason}; Amazon is asked for it again")
    return told


PRECHECK = Precheck(
    wanted=lambda _profile: True,
    questions=(order_check.QUESTION, OFFERED, input_check.QUESTION, OFFERED_AGAIN, OFFERED_LAST),
    at_most=timedelta(hours=2),
    good_for=FRESH_FOR,
)
SPENDING = Spending(price=_price, cap=_cap, charged=lambda shipment: shipment.price, bought=_bought)
VERIFICATION = Verification(
    looks=(timedelta(minutes=2),) * 3,
    repeated=lambda event: "" if event.takes_all else NEVER_REPEATED,
)
