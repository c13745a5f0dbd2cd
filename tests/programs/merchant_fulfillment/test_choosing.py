"""The choice among offers: filters, policies, reasons, and what follows where nothing is left."""

from __future__ import annotations

import csv
import io
import json
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.programs.merchant_fulfillment.choosing import Choice, choose
from bridge.programs.merchant_fulfillment.events import Money, ShipmentRequested
from bridge.programs.merchant_fulfillment.filters import Wanted, reasons_against, same_name, wanted_of
from bridge.programs.merchant_fulfillment.offers import (
    ExcludedBenefit,
    Offer,
    Offers,
    RejectedService,
    UnreadableOffer,
)
from bridge.programs.merchant_fulfillment.profile import BuyShippingValues, OfferPolicy
from bridge.programs.merchant_fulfillment.quotes import files_of, quotes_of
from bridge.programs.spending import Amount

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SHIP = NOW + timedelta(hours=30)
UNPROTECTED = (ExcludedBenefit(benefit="CLAIMS_PROTECTED", reason_codes=("LATE_DELIVERY_RISK",)),)


def usd(amount: str, currency: str = "USD") -> Amount:
    return Amount(currency, Decimal(amount))


def offer(name: str = "UPS_GND", costs: str = "10", days: int | None = 3, **more: Any) -> Offer:
    given: dict[str, Any] = {
        "shipping_service_id": name,
        "shipping_service_offer_id": f"offer of {name}",
        "carrier_name": "UPS®",
        "rate": usd(costs),
        "rate_with_adjustments": usd(costs),
        "price": usd(costs),
        "latest_estimated_delivery_date": None if days is None else NOW + timedelta(days=days),
        "available_label_formats": ("PDF", "ZPL203"),
    }
    return Offer(**(given | more))


ASKING = offer(requires_additional_seller_inputs=True)


def chosen(*offers: Offer, **wanted: Any) -> Choice:
    return choose(Offers(offers=offers), Wanted(**wanted), NOW, SHIP)


@pytest.mark.parametrize(
    ("given", "wanted", "reason"),
    [
        (offer(), {}, ""),
        (offer(shipping_service_offer_id=""), {}, "no ShippingServiceOfferId"),
        (offer(), {"carriers": ("ups",)}, ""),
        (offer(), {"carriers": ("USPS", "FedEx")}, "carrier is not among carriers"),
        (offer(carrier_name=""), {"carriers": ("USPS",)}, "carrier is not among carriers"),
        (offer(), {"services": ("UPS_GND",)}, ""),
        (offer(), {"services": ("UPS_GN", "ups_gnd")}, "service is not among services"),
        (offer(), {"label_formats": ("PNG", "PDF")}, ""),
        (offer(), {"label_formats": ("PNG", "ZPL300")}, "as PDF, ZPL203 only"),
        (offer(available_label_formats=()), {"label_formats": ("PNG",)}, "as nothing only"),
        (offer(available_label_formats=None), {"label_formats": ("PNG",)}, ""),
        (offer(days=3), {"deliver_by": NOW + timedelta(days=3)}, ""),
        (offer(days=3), {"deliver_by": NOW + timedelta(days=3, seconds=-1)}, "it arrives by"),
        (offer(days=None), {"deliver_by": NOW + timedelta(days=3)}, "does not say by when"),
        (offer(days=None), {}, ""),
        (offer(), {"promise_unknown": True}, "not known by when its buyer was promised"),
        (offer(), {"required_benefits": ("CLAIMS_PROTECTED",)}, "does not include CLAIMS_PROTECTED"),
        (offer(included_benefits=("A", "B")), {"required_benefits": ("A", "B")}, ""),
        (offer(included_benefits=("A",)), {"required_benefits": ("A", "B")}, "does not include B"),
        (offer(excluded_benefits=UNPROTECTED), {}, ""),
        (offer(excluded_benefits=UNPROTECTED), {"avoid_reasons": ("OTHER",)}, ""),
        (
            offer(excluded_benefits=UNPROTECTED),
            {"avoid_reasons": ("OTHER", "LATE_DELIVERY_RISK")},
            "it excludes CLAIMS_PROTECTED for LATE_DELIVERY_RISK",
        ),
        (offer(costs="10.00"), {"max_price": usd("10")}, ""),
        (offer(costs="10.01"), {"max_price": usd("10")}, "it costs 10.01 USD, more than 10 USD"),
        (offer(costs="0.30"), {"max_price": Amount("USD", Decimal("0.1") + Decimal("0.2"))}, ""),
        (offer(costs="1"), {"max_price": usd("10", "EUR")}, "max_price is in EUR"),
        (offer(), {"max_price": usd("9.999")}, "more than 9.999 USD"),
        (offer(carrier_name="FedEx®"), {"custom_text": True}, "FedEx prints no label_text"),
        (offer(), {"custom_text": True}, ""),
        (ASKING, {"inputs": {"UPS_GND": ()}}, ""),
        (ASKING, {"inputs": {"UPS_GND": ("HS code is missing",)}}, "HS code"),
        (offer(), {"inputs": {"UPS_GND": ("HS code is missing",)}}, ""),
    ],
)  # fmt: skip
def test_filters(given: Offer, wanted: dict[str, Any], reason: str) -> None:
    told = "; ".join(reasons_against(given, Wanted(**wanted)))

    assert reason in told
    assert bool(told) == bool(reason)
    assert (chosen(given, **wanted).chosen is given) == (not reason)


def test_rates_of_two_currencies_are_no_price() -> None:
    found = chosen(offer(rate_with_adjustments=usd("1", "EUR"), price=None))

    assert found.chosen is None
    assert "two currencies" in found.hold


def test_all_reasons_against_an_offer_are_told() -> None:
    found = chosen(offer(), carriers=("USPS",), label_formats=("PNG",), max_price=usd("1"))

    assert len(found.others[0].why_not) == 3


@pytest.mark.parametrize(
    ("policy", "first", "reasons"),
    [
        ("cheapest", "SLOW", ["it arrives by ", "it costs 12 USD, SLOW 9.50 USD", "it costs 30 USD, SLOW"]),
        ("fastest", "AIR", ["it arrives by "] * 3),
        ("named", "GROUND", ["GROUND stands before it in services"] * 3),
    ],
)
def test_policies(policy: OfferPolicy, first: str, reasons: list[str]) -> None:
    found = chosen(
        offer("AIR", "30", 3),
        offer("GROUND", "12", 5),
        offer("SLOWER", "9.50", 7),
        offer("SLOW", "9.50", 6),
        policy=policy,
        services=("GROUND", "AIR", "SLOW", "SLOWER"),
    )

    assert found.chosen is not None
    assert found.chosen.shipping_service_id == first
    assert all(one.possible for one in found.others)
    for other, reason in zip(found.others, reasons, strict=True):
        assert other.why_not[0].startswith(reason)


def test_named_takes_the_first_service_that_is_offered() -> None:
    found = chosen(offer("B", "1"), offer("C", "2"), policy="named", services=("A", "C", "B"))

    assert found.chosen is not None
    assert found.chosen.shipping_service_id == "C"


@pytest.mark.parametrize("policy", ["cheapest", "fastest"])
def test_ties_go_by_the_id_of_the_service(policy: OfferPolicy) -> None:
    found = chosen(offer("B"), offer("A"), policy=policy)

    assert found.chosen is not None
    assert found.chosen.shipping_service_id == "A"
    assert found.others[0].why_not == ("it equals A, which is first by its id",)


@pytest.mark.parametrize(("policy", "first"), [("cheapest", "LATE"), ("fastest", "EARLY")])
def test_an_offer_without_a_time_is_the_latest(policy: OfferPolicy, first: str) -> None:
    found = chosen(offer("LATE", "1", None), offer("EARLY", "2", 9), policy=policy)

    assert found.chosen is not None
    assert found.chosen.shipping_service_id == first


def test_the_label_is_of_the_first_wanted_format_that_the_offer_has() -> None:
    assert chosen(offer(), label_formats=("PNG", "ZPL203", "PDF")).label_format == "ZPL203"
    assert chosen(offer(available_label_formats=None), label_formats=("PDF",)).label_format == ""


def test_offers_in_two_currencies_are_not_compared_without_a_limit() -> None:
    euros = offer("A", rate=usd("1", "EUR"), rate_with_adjustments=usd("1", "EUR"), price=usd("1", "EUR"))

    assert "set max_price" in chosen(euros, offer("B")).hold
    found = chosen(euros, offer("B"), max_price=usd("10"))
    assert found.chosen is not None
    assert found.chosen.shipping_service_id == "B"


def test_inputs_are_asked_for_where_the_best_offer_requires_them() -> None:
    best = offer("A", "1", requires_additional_seller_inputs=True)

    first = chosen(best, offer("B", "2"))
    assert (first.chosen, first.asks_inputs) == (best, True)
    there = chosen(best, offer("B", "2"), inputs={"A": ()})
    assert (there.chosen, there.asks_inputs) == (best, False)
    missing = chosen(best, offer("B", "2"), inputs={"A": ("HS code is missing",)})
    assert missing.chosen is not None
    assert missing.chosen.shipping_service_id == "B"
    assert missing.others[0].why_not == ("HS code is missing",)


REJECTED = RejectedService(
    shipping_service_id="FEDEX_PTP",
    shipping_service_name="FedEx",
    carrier_name="FedEx",
    rejection_reason_code="CARRIER_CANNOT_SHIP_TO_POBOX",
    rejection_reason_message="=no boxes",
)


def test_where_nothing_is_left_each_reason_is_told() -> None:
    offers = Offers(
        offers=(offer(),),
        rejected=(REJECTED,),
        unreadable=(UnreadableOffer(number=2, shipping_service_id="", reason="x"),),
        temporarily_unavailable=("DHL",),
        terms_not_accepted=("YANWEN",),
    )

    found = choose(offers, Wanted(carriers=("USPS",)), NOW, SHIP)

    for told in (
        "UPS_GND: its carrier",
        "offer 2: unreadable",
        "FEDEX_PTP: rejected, CARRIER_CANNOT",
        "DHL",
        "YANWEN",
    ):
        assert told in found.hold
    assert (found.chosen, found.later, found.alert) == (None, None, "")


def test_no_offers_at_all_are_told_so() -> None:
    assert chosen().hold == "no offer can be chosen: Amazon makes none"


@pytest.mark.parametrize(
    ("ship", "again"),
    [
        (timedelta(hours=30), timedelta(minutes=15)),
        (timedelta(hours=4, minutes=15), timedelta(minutes=15)),
        (timedelta(hours=4, minutes=5), timedelta(minutes=5)),
        (timedelta(hours=4), None),
        (timedelta(hours=-1), None),
        (None, None),
    ],
)
def test_amazon_is_asked_again_until_four_hours_before_the_latest_ship_date(
    ship: timedelta | None, again: timedelta | None
) -> None:
    offers = Offers(temporarily_unavailable=("UPS®",))

    found = choose(offers, Wanted(carriers=("UPS",)), NOW, None if ship is None else NOW + ship)

    assert found.later == again
    assert found.hold


def test_terms_that_are_not_accepted_raise_an_alert_only_where_nothing_is_left() -> None:
    offers = Offers(terms_not_accepted=("YANWEN", "CHINA_POST"))

    assert "YANWEN, CHINA_POST are not accepted" in choose(offers, Wanted(), NOW, SHIP).alert
    assert choose(Offers(offers=(offer(),), terms_not_accepted=("YANWEN",)), Wanted(), NOW, SHIP).alert == ""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("UPS®", "ups", True), ("DHL eCommerce", "DHLECOMMERCE", True), ("UPS", "USPS", False)],
)
def test_carriers_are_the_same_by_letters_and_digits(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) == same


EVENT = ShipmentRequested(amazon_order_id="903-5563053-5647845", package="", items=())


@pytest.mark.parametrize(
    ("deliver_by", "must_arrive", "promised", "limit", "unknown"),
    [
        ("", False, None, None, False),
        ("", False, SHIP, None, False),
        ("", True, SHIP, SHIP, False),
        ("", True, None, None, True),
        (NOW.isoformat(), True, SHIP, NOW, False),
        (SHIP.isoformat(), True, NOW, NOW, False),
        (NOW.isoformat(), True, None, NOW, True),
        (NOW.isoformat(), False, SHIP, NOW, False),
    ],
)
def test_the_earlier_limit_of_document_and_promise_counts(
    deliver_by: str, *, must_arrive: bool, promised: datetime | None, limit: datetime | None, unknown: bool
) -> None:
    event = msgspec.structs.replace(EVENT, deliver_by=deliver_by)

    wanted = wanted_of(event, BuyShippingValues(must_arrive=must_arrive), promised)

    assert (wanted.deliver_by, wanted.promise_unknown) == (limit, unknown)


@pytest.mark.parametrize(
    ("text", "formats", "custom"),
    [("", ("PDF", "ZPL203"), False), ("AmazonOrderId", ("ZPL203",), False), ("Aisle 4", ("ZPL203",), True)],
)
def test_a_text_on_the_label_wants_a_label_that_has_it(
    text: str, formats: tuple[str, ...], *, custom: bool
) -> None:
    values = BuyShippingValues(label_formats=("PDF", "ZPL203"), max_price=Money("USD", "12.50"))

    wanted = wanted_of(msgspec.structs.replace(EVENT, label_text=text), values, None)

    assert (wanted.label_formats, wanted.custom_text) == (formats, custom)
    assert wanted.max_price == usd("12.50")


def test_the_quote_file_tells_why_not_each_other_offer() -> None:
    offers = Offers(
        offers=(offer("A", "1"), offer("B", "2", excluded_benefits=UNPROTECTED), offer("C", "300")),
        rejected=(REJECTED,),
        unreadable=(UnreadableOffer(number=2, shipping_service_id="D", reason="it is no amount"),),
        temporarily_unavailable=("DHL",),
        terms_not_accepted=("YANWEN",),
    )
    found = choose(offers, Wanted(max_price=usd("10")), NOW, SHIP)

    rows = quotes_of("903-5563053-5647845", "1", offers, found)

    assert [(row.service_id or row.carrier, row.status) for row in rows] == [
        ("A", "chosen"), ("B", "possible"), ("C", "excluded"), ("D", "unreadable"),
        ("FEDEX_PTP", "rejected"), ("DHL", "unavailable"), ("YANWEN", "terms_not_accepted"),
    ]  # fmt: skip
    assert [bool(row.why_not) for row in rows] == [False] + [True] * 6
    as_csv, as_json = files_of(rows, "903-5563053-5647845_1", ("csv", "json"))
    assert (as_csv.folder, as_csv.name) == ("quotes", "903-5563053-5647845_1.csv")
    assert "/" not in files_of(rows, "../1")[0].name
    assert isinstance(as_csv.data, bytes)
    assert isinstance(as_json.data, bytes)
    read = list(csv.DictReader(io.StringIO(as_csv.data.decode())))
    assert read == json.loads(as_json.data)["quotes"]
    assert read[1]["excluded_benefits"] == "CLAIMS_PROTECTED:LATE_DELIVERY_RISK"


OFFERS = st.lists(
    st.builds(
        offer,
        st.sampled_from(["A", "B", "C"]),
        st.sampled_from(["1", "1.0", "2", "3"]),
        st.sampled_from([None, 1, 2, 3]),
        carrier_name=st.sampled_from(["UPS®", "FedEx"]),
        shipping_service_offer_id=st.sampled_from(["", "x", "y"]),
        available_label_formats=st.sampled_from([None, (), ("PDF",), ("PNG",)]),
        requires_additional_seller_inputs=st.booleans(),
        excluded_benefits=st.sampled_from([(), UNPROTECTED]),
    ),
    max_size=6,
)
WANTED = st.builds(
    Wanted,
    policy=st.sampled_from(["cheapest", "fastest", "named"]),
    carriers=st.sampled_from([(), ("ups",)]),
    services=st.sampled_from([(), ("B", "A")]),
    label_formats=st.sampled_from([(), ("PDF",)]),
    deliver_by=st.sampled_from([None, NOW + timedelta(days=2)]),
    avoid_reasons=st.sampled_from([(), ("LATE_DELIVERY_RISK",)]),
    max_price=st.sampled_from([None, usd("2")]),
    custom_text=st.booleans(),
    inputs=st.sampled_from([{}, {"A": ("missing",)}, {"A": ()}]),
)


@given(OFFERS, WANTED, st.randoms())
def test_the_choice_passes_all_filters_whatever_the_order_of_the_offers(
    offers: list[Offer], wanted: Wanted, chance: random.Random
) -> None:
    found = choose(Offers(offers=tuple(offers)), wanted, NOW, SHIP)
    mixed = chance.sample(offers, len(offers))

    assert choose(Offers(offers=tuple(mixed)), wanted, NOW, SHIP) == found
    possible = [one for one in offers if not list(reasons_against(one, wanted))]
    assert (found.chosen in possible) if possible else (found.chosen is None and found.hold)
    assert len(found.others) + (found.chosen is not None) == len(offers)
    assert all(one.why_not for one in found.others)
    if wanted.policy == "cheapest" and found.chosen and found.chosen.price:
        assert found.chosen.price.value == min(one.price.value for one in possible if one.price)
