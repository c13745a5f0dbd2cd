"""Amazon's offers of shipping services for a package. Pure.

Names are those of Amazon's model Merchant Fulfillment v0 in snake case. Only what cannot be done without is
required: real answers leave out what the model wants. An offer whose price cannot be read is told as
unreadable, and the others are read.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from bridge.programs.merchant_fulfillment.amounts import amount_of, larger_of
from bridge.programs.spending import Amount

FRESH_FOR = timedelta(minutes=10)
"""How long an offer is bought from; then it is quoted again. Our own figure: Amazon tells none."""


class ExcludedBenefit(msgspec.Struct, frozen=True, kw_only=True):
    """A benefit that an offer does not have, and the codes why."""

    benefit: str
    reason_codes: tuple[str, ...] = ()


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """An offer of a shipping service: its ids exactly as Amazon wrote them, its price and dates.

    `price` is the larger of both rates; None where they are of two currencies. Times are aware, None where
    Amazon tells none that can be read. `available_label_formats` is None where Amazon tells none at all.
    """

    shipping_service_id: str
    shipping_service_offer_id: str
    shipping_service_name: str = ""
    carrier_name: str = ""
    rate: Amount
    rate_with_adjustments: Amount
    price: Amount | None
    ship_date: datetime | None = None
    earliest_estimated_delivery_date: datetime | None = None
    latest_estimated_delivery_date: datetime | None = None
    available_label_formats: tuple[str, ...] | None = None
    included_benefits: tuple[str, ...] = ()
    excluded_benefits: tuple[ExcludedBenefit, ...] = ()
    requires_additional_seller_inputs: bool = False


class UnreadableOffer(msgspec.Struct, frozen=True, kw_only=True):
    """An offer that is never chosen, since what its price depends on cannot be read."""

    number: int
    shipping_service_id: str
    reason: str


class RejectedService(msgspec.Struct, frozen=True, kw_only=True):
    """A shipping service that Amazon does not offer for this package, and why."""

    shipping_service_id: str
    shipping_service_name: str
    carrier_name: str
    rejection_reason_code: str
    rejection_reason_message: str


class Offers(msgspec.Struct, frozen=True, kw_only=True):
    """Amazon's answer of getEligibleShipmentServices."""

    offers: tuple[Offer, ...] = ()
    unreadable: tuple[UnreadableOffer, ...] = ()
    rejected: tuple[RejectedService, ...] = ()
    temporarily_unavailable: tuple[str, ...] = ()
    terms_not_accepted: tuple[str, ...] = ()
    purchase_order_number: str = ""


class _Excluded(msgspec.Struct, rename="pascal"):
    benefit: str | None = None
    reason_codes: list[str] | None = None


class _Benefits(msgspec.Struct, rename="pascal"):
    included_benefits: list[str] | None = None
    excluded_benefits: list[_Excluded] | None = None


class _Offer(msgspec.Struct, rename="pascal"):
    shipping_service_id: str
    rate: msgspec.Raw
    rate_with_adjustments: msgspec.Raw
    shipping_service_offer_id: str | None = None
    shipping_service_name: str | None = None
    carrier_name: str | None = None
    ship_date: str | None = None
    earliest_estimated_delivery_date: str | None = None
    latest_estimated_delivery_date: str | None = None
    available_label_formats: list[str] | None = None
    requires_additional_seller_inputs: bool | None = None
    benefits: _Benefits | None = None


class _Rejected(msgspec.Struct, rename="pascal"):
    shipping_service_id: str | None = None
    shipping_service_name: str | None = None
    carrier_name: str | None = None
    rejection_reason_code: str | None = None
    rejection_reason_message: str | None = None


class _Carrier(msgspec.Struct, rename="pascal"):
    carrier_name: str | None = None


class _Answer(msgspec.Struct, rename="pascal"):
    shipping_service_list: list[msgspec.Raw] | None = None
    rejected_shipping_service_list: list[_Rejected] | None = None
    temporarily_unavailable_carrier_list: list[_Carrier] | None = None
    terms_and_conditions_not_accepted_carrier_list: list[_Carrier] | None = None


class _Named(msgspec.Struct, rename="pascal"):
    shipping_service_id: str


class _Request(msgspec.Struct, rename="pascal"):
    shipment_request_details: msgspec.Raw


def read_offers(raw: msgspec.Raw) -> Offers:
    """Read the payload of getEligibleShipmentServices; see `Operation.read`."""
    answer = msgspec.json.decode(raw, type=_Answer)
    read = [_read(number, one) for number, one in enumerate(answer.shipping_service_list or (), 1)]
    return Offers(
        offers=tuple(one for one in read if isinstance(one, Offer)),
        unreadable=tuple(one for one in read if isinstance(one, UnreadableOffer)),
        rejected=tuple(map(_rejected, answer.rejected_shipping_service_list or ())),
        temporarily_unavailable=_names(answer.temporarily_unavailable_carrier_list),
        terms_not_accepted=_names(answer.terms_and_conditions_not_accepted_carrier_list),
    )


def quoted_details(body: bytes) -> msgspec.Raw:
    """Return the `ShipmentRequestDetails` of a quote's request as its bytes, for the purchase.

    An offer is bound to them: Amazon answers that it has expired where they come back otherwise.
    """
    return msgspec.json.decode(body, type=_Request).shipment_request_details.copy()


def moment_of(text: str | None) -> datetime | None:
    """Return a time with its offset; None for one that is absent, unreadable, or without an offset."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _read(number: int, raw: msgspec.Raw) -> Offer | UnreadableOffer:
    try:
        return _offer(msgspec.json.decode(raw, type=_Offer))
    except ValueError as error:  # msgspec's own is one, too
        return UnreadableOffer(number=number, shipping_service_id=_id_of(raw), reason=str(error))


def _id_of(raw: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(raw, type=_Named).shipping_service_id
    except msgspec.DecodeError:
        return ""


def _offer(read: _Offer) -> Offer:
    rate, adjusted = amount_of(read.rate), amount_of(read.rate_with_adjustments)
    benefits = read.benefits or _Benefits()
    formats = read.available_label_formats
    return Offer(
        shipping_service_id=read.shipping_service_id,
        shipping_service_offer_id=read.shipping_service_offer_id or "",
        shipping_service_name=read.shipping_service_name or "",
        carrier_name=read.carrier_name or "",
        rate=rate,
        rate_with_adjustments=adjusted,
        price=larger_of(rate, adjusted),
        ship_date=moment_of(read.ship_date),
        earliest_estimated_delivery_date=moment_of(read.earliest_estimated_delivery_date),
        latest_estimated_delivery_date=moment_of(read.latest_estimated_delivery_date),
        available_label_formats=None if formats is None else tuple(formats),
        included_benefits=tuple(benefits.included_benefits or ()),
        excluded_benefits=tuple(
            ExcludedBenefit(benefit=one.benefit or "", reason_codes=tuple(one.reason_codes or ()))
            for one in benefits.excluded_benefits or ()
        ),
        requires_additional_seller_inputs=bool(read.requires_additional_seller_inputs),
    )


def _rejected(read: _Rejected) -> RejectedService:
    return RejectedService(
        shipping_service_id=read.shipping_service_id or "",
        shipping_service_name=read.shipping_service_name or "",
        carrier_name=read.carrier_name or "",
        rejection_reason_code=read.rejection_reason_code or "",
        rejection_reason_message=read.rejection_reason_message or "",
    )


def _names(carriers: list[_Carrier] | None) -> tuple[str, ...]:
    return tuple(one.carrier_name or "without name" for one in carriers or ())
