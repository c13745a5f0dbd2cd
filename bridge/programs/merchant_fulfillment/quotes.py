"""Quotes for a seller: each offer for a package, which is chosen, and why not each other one. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from bridge.outfiles.names import safe_part
from bridge.outside_text import csv_rows, json_text
from bridge.programs.follow_ups import NewsFile
from bridge.programs.merchant_fulfillment.choosing import Choice
from bridge.programs.merchant_fulfillment.offers import ExcludedBenefit, Offer, Offers

FOLDER = "quotes"
Status = Literal[
    "chosen", "possible", "excluded", "unreadable", "rejected", "unavailable", "terms_not_accepted"
]


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """One row: an offer, a service that Amazon rejected, or a carrier that offers nothing.

    `price` is the larger of both rates. `possible` offers pass all filters, and another one is better.
    Several values are separated by blanks; an excluded benefit is `BENEFIT:REASON`.
    """

    order_id: str
    package: str
    status: Status
    carrier: str = ""
    service_id: str = ""
    service: str = ""
    price: str = ""
    currency: str = ""
    rate: str = ""
    rate_with_adjustments: str = ""
    ships_at: str = ""
    arrives_from: str = ""
    arrives_by: str = ""
    label_formats: str = ""
    benefits: str = ""
    excluded_benefits: str = ""
    requires_inputs: str = ""
    why_not: str = ""


def quotes_of(order_id: str, package: str, offers: Offers, choice: Choice) -> list[Quote]:
    """Return the rows of a package: the chosen offer first, then the others in the order of the policy."""
    blank = Quote(order_id=order_id, package=package, status="chosen")
    rows = [] if choice.chosen is None else [_row(blank, choice.chosen)]
    rows += [
        msgspec.structs.replace(
            _row(blank, one.offer),
            status="possible" if one.possible else "excluded",
            why_not="; ".join(one.why_not),
        )
        for one in choice.others
    ]
    return [*rows, *_not_offered(blank, offers)]


def files_of(rows: Sequence[Quote], stem: str, forms: Sequence[str] = ("csv",)) -> tuple[NewsFile, ...]:
    """Return the quotes of a package as files: CSV, JSON or both."""
    return tuple(
        NewsFile(kind="quote", folder=FOLDER, name=f"{safe_part(stem)}.{form}", data=_WRITERS[form](rows))
        for form in forms
    )


def _csv(rows: Sequence[Quote]) -> bytes:
    return csv_rows([Quote.__struct_fields__, *(msgspec.structs.astuple(row) for row in rows)])


def _json(rows: Sequence[Quote]) -> bytes:
    return json_text({"quotes": rows})


_WRITERS = {"csv": _csv, "json": _json}


def _row(blank: Quote, offer: Offer) -> Quote:
    return msgspec.structs.replace(
        blank,
        carrier=offer.carrier_name,
        service_id=offer.shipping_service_id,
        service=offer.shipping_service_name,
        price=f"{offer.price.value:f}" if offer.price else "",
        currency=offer.price.currency if offer.price else "",
        rate=f"{offer.rate.value:f}",
        rate_with_adjustments=f"{offer.rate_with_adjustments.value:f}",
        ships_at=_moment(offer.ship_date),
        arrives_from=_moment(offer.earliest_estimated_delivery_date),
        arrives_by=_moment(offer.latest_estimated_delivery_date),
        label_formats=" ".join(offer.available_label_formats or ()),
        benefits=" ".join(offer.included_benefits),
        excluded_benefits=" ".join(_excluded(one) for one in offer.excluded_benefits),
        requires_inputs="yes" if offer.requires_additional_seller_inputs else "no",
    )


def _not_offered(blank: Quote, offers: Offers) -> Iterator[Quote]:
    new = msgspec.structs.replace
    for bad in offers.unreadable:
        yield new(blank, status="unreadable", service_id=bad.shipping_service_id, why_not=bad.reason)
    for one in offers.rejected:
        yield new(
            blank,
            status="rejected",
            carrier=one.carrier_name,
            service_id=one.shipping_service_id,
            service=one.shipping_service_name,
            why_not=": ".join(filter(None, (one.rejection_reason_code, one.rejection_reason_message))),
        )
    for carrier in offers.temporarily_unavailable:
        yield new(blank, status="unavailable", carrier=carrier, why_not="temporarily unavailable")
    for carrier in offers.terms_not_accepted:
        why_not = "its terms and conditions are not accepted in Seller Central"
        yield new(blank, status="terms_not_accepted", carrier=carrier, why_not=why_not)


def _excluded(one: ExcludedBenefit) -> str:
    return f"{one.benefit}:{','.join(one.reason_codes)}" if one.reason_codes else one.benefit


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
