"""Labels at the stand-in: bought, refused, and what each purchase does to the wallet."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from simulator.amazon import StandInAmazon
from simulator.merchant.refusals import CODES
from tests.simulator.merchant.buyer import ALL, ORDER, PART, SHIPMENTS, Buyer, code, details, order

EXPIRED = (400, "ShippingServiceOfferNotAvailable")


def test_a_label_is_bought_at_the_price_of_its_offer(amazon: StandInAmazon, buyer: Buyer) -> None:
    offer = buyer.offers(details())["UPS_PTP_GND"]
    buyer.control("options", {"prices": {"UPS_PTP_GND": "99.00"}})
    shipment = buyer.bought(details(), ShippingServiceOfferId=offer["ShippingServiceOfferId"])
    assert shipment["ShippingService"]["RateWithAdjustments"] == {"CurrencyCode": "USD", "Amount": 8.4}
    told = buyer.control("wallet", timezone="America/Chicago")
    assert (told["spent"], told["times_bought"]) == ("8.40", {f"{ORDER} 1:2 2:1": 1})
    assert [list(day.items()) for day in told["by_day"].values()] == [[("USD", "8.40")]]
    journal = [(one["operation"], one["outcome"], one["shipment"]) for one in told["journal"]]
    bought = ("createShipment", "bought", shipment["ShipmentId"])
    assert told["journal"][-1]["weight"] == "20 oz"
    assert [one["request"]["ShipmentRequestDetails"] for one in told["journal"]] == [details()] * 2
    assert journal == [("getEligibleShipmentServices", "answered", ""), bought]
    assert amazon.requests[-2].order == ORDER


def test_an_offer_is_good_for_its_details_and_its_time_only(amazon: StandInAmazon, buyer: Buyer) -> None:
    def with_offer(wanted: dict[str, Any], service: str = "UPS_PTP_GND") -> httpx.Response:
        return buyer.buy(wanted, service, ShippingServiceOfferId=offer)

    offer = buyer.offers(details())["UPS_PTP_GND"]["ShippingServiceOfferId"]
    assert code(with_offer(details(ounces=20.5))) == EXPIRED
    assert code(with_offer(details(), "UPS_PTP_2ND_DAY_AIR")) == EXPIRED
    amazon.options.clock_offset += 601
    assert code(with_offer(details())) == EXPIRED
    offer = buyer.offers(details())["UPS_PTP_GND"]["ShippingServiceOfferId"]
    buyer.control("expire-offers", {})
    assert code(with_offer(details())) == EXPIRED
    offer = "none"
    assert code(with_offer(details())) == (400, "InvalidShippingServiceOfferId")
    assert amazon.merchant.wallet.purchases() == ()


def test_without_an_offer_or_by_a_switch_more_is_charged_than_was_quoted(
    amazon: StandInAmazon, buyer: Buyer
) -> None:
    dear = buyer.bought(details(PART), ShippingServiceOfferId=None)
    amazon.merchant.options.change({"dearer": "0.35"})
    dearer = buyer.bought(details(PART))
    charged = [one["ShippingService"]["RateWithAdjustments"]["Amount"] for one in (dear, dearer)]
    assert charged == [10.5, 8.75]
    quoted = [(str(one.quoted), str(one.charged)) for one in amazon.merchant.wallet.purchases()]
    assert quoted == [("None", "10.50"), ("8.40", "8.75")]


def test_a_whole_order_is_sold_once_and_a_part_of_one_twice(amazon: StandInAmazon, buyer: Buyer) -> None:
    first, second = buyer.bought(details(PART)), buyer.bought(details(PART))
    assert first["TrackingId"] != second["TrackingId"]
    assert amazon.merchant.wallet.times_bought() == {f"{ORDER} 1:1": 2}
    assert code(buyer.buy(details({"1": 3}), ShippingServiceOfferId=None)) == (400, "InvalidRequest")
    buyer.bought(details({"2": 1}))
    shipments = buyer.control("shipments")
    assert [one["status"] for one in shipments] == ["Purchased"] * 3

    def named(items: dict[str, int]) -> list[int]:
        """Return which shipments a repeat is told of."""
        again = buyer.buy(details(items))
        assert code(again) == (400, "ShipmentAlreadyExists")
        message = again.json()["errors"][0]["message"]
        return [place for place, one in enumerate(shipments) if one["shipment_id"] in message]

    assert [named({"2": 1}), named(PART), named({"1": 2})] == [[2], [1], [1]]
    amazon.merchant.options.change({"existing_named": "all"})
    assert named(PART) == [0, 1]


def test_a_repeat_is_refused_for_its_offer_first_or_not_noticed_at_all_by_a_switch(
    amazon: StandInAmazon, buyer: Buyer
) -> None:
    offer = buyer.offers(details())["UPS_PTP_GND"]["ShippingServiceOfferId"]
    shipment = buyer.bought(details(), ShippingServiceOfferId=offer)
    amazon.merchant.expire_offers()
    repeats = []
    for first in (False, True):
        amazon.merchant.options.change({"offer_checked_first": first})
        repeats.append(code(buyer.buy(details(), ShippingServiceOfferId=offer)))
    assert repeats == [(400, "ShipmentAlreadyExists"), EXPIRED]
    amazon.merchant.options.change({"repeat_noticed_after": 60})
    assert buyer.bought(details())["ShipmentId"] != shipment["ShipmentId"]
    assert amazon.merchant.wallet.times_bought() == {f"{ORDER} 1:2 2:1": 2}


def test_the_funds_run_out_and_a_refund_fills_them(buyer: Buyer) -> None:
    buyer.control("options", {"funds": "16.79"})
    shipment = buyer.bought(details(PART))
    assert code(buyer.buy(details(PART))) == (400, "InsufficientFunds")
    for _ in range(2):
        buyer.control("shipments", {"shipment": shipment["ShipmentId"], "status": "RefundApplied"})
    buyer.bought(details(PART))
    wallet = buyer.control("wallet")
    assert wallet["spent"] == "8.40"
    assert [list(day.values()) for day in wallet["by_day"].values()] == [["16.80"]]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"AmazonOrderId": "902-1234567-7654321"}, (404, "ResourceNotFound")),
        ({"items": {"9": 1}}, (404, "ItemsNotInOrder")),
        ({"items": {"1": 3}}, (400, "InvalidRequest")),
        ({"AmazonOrderId": "902"}, (400, "InvalidInput")),
        ({"Weight": {"Value": 1, "Unit": "LB"}}, (400, "InvalidInput")),
        ({"Wieght": {}}, (400, "InvalidInput")),
    ],
)
def test_a_request_that_does_not_fit_the_order_or_the_model_is_refused(
    buyer: Buyer, wanted: dict[str, Any], told: tuple[int, str]
) -> None:
    asked = details(wanted.pop("items", ALL), **wanted)
    body = {"ShipmentRequestDetails": asked, "ShippingServiceId": "UPS_PTP_GND"}
    assert code(buyer.create(body)) == told


def test_a_service_must_be_offered_and_its_carriers_terms_accepted(
    amazon: StandInAmazon, buyer: Buyer
) -> None:
    offers = buyer.offers(details(LabelFormat="ZPL203"))

    def bought(service: str) -> tuple[int, str]:
        offer = offers[service]["ShippingServiceOfferId"] if service in offers else None
        return code(buyer.buy(details(LabelFormat="ZPL203"), service, ShippingServiceOfferId=offer))

    assert bought("FEDEX_PTP_PRIORITY_OVERNIGHT") == (400, "LabelFormatNotSupported")
    assert bought("NO_SUCH_SERVICE") == (404, "ShippingServiceNotAvailable")
    amazon.merchant.options.change({"unavailable_carriers": ["USPS"], "terms_not_accepted": ["UPS"]})
    assert bought("USPS_PTP_GND_ADV") == (404, "ShippingServiceNotAvailable")
    assert bought("UPS_PTP_GND") == (403, "TermsAndConditionsNotAccepted")
    amazon.merchant.options.change({"error_words": "texts"})
    assert bought("UPS_PTP_GND") == (400, "InvalidInput")
    amazon.merchant.orders.add(order(status="CANCELLED"))
    assert bought("UPS_PTP_GND") == (400, "InvalidInput")
    amazon.merchant.options.change({"error_words": "bare"})
    message = buyer.create({"ShipmentRequestDetails": details(), "ShippingServiceId": "x"}).json()["errors"][
        0
    ]
    assert (message["code"], message["message"]) == ("InvalidInput", "Invalid Input")


@pytest.mark.parametrize("as_text", [False, True])
def test_every_error_of_the_guide_can_be_had_by_code_and_by_text(buyer: Buyer, *, as_text: bool) -> None:
    for name, (status, words) in CODES.items():
        buyer.control("refusals", {"code": name, "order": ORDER, "as_text": as_text})
        reply = buyer.buy(details())
        assert code(reply) == ((400, "InvalidInput") if as_text else (status, name))
        assert reply.json()["errors"][0]["message"] == words
    assert buyer.control("refusals") == []
    buyer.control("refusals", {"code": "Odd", "operation": "getShipment", "status": 401, "times": None})
    buyer.control("refusals", method="DELETE")
    assert buyer.shipment(buyer.bought(details())["ShipmentId"]).status_code == 200


def test_connections_are_cut_and_errors_come_before_and_after_the_purchase(
    amazon: StandInAmazon, buyer: Buyer
) -> None:
    bought = []
    for taken in (False, True):
        for status in (0, 429, 500, 502, 503, 504):
            fault = {"action": "cut"} if status == 0 else {"status": status}
            match = {"operation": "createShipment", "order": ORDER, "taken": taken}
            buyer.http.post("/_stand-in/faults", json=match | fault).raise_for_status()
            amazon.merchant.orders.add(order(items=(*order().items[:1],)))
            before = len(amazon.merchant.wallet.purchases())
            try:
                assert buyer.buy(details(PART)).status_code == status
            except httpx.RemoteProtocolError:
                assert status == 0
            bought.append(len(amazon.merchant.wallet.purchases()) - before)
            for one in amazon.merchant.shipments():
                amazon.merchant.set_status(one.shipment_id, "RefundPending")
    assert bought == [0] * 6 + [1] * 6


def test_faults_strike_the_reads_of_one_orders_shipments(amazon: StandInAmazon, buyer: Buyer) -> None:
    shipment = buyer.bought(details())["ShipmentId"]
    for operation in ("getShipment", "cancelShipment"):
        amazon.faults.reply(503, operation=operation, order=ORDER)
        amazon.faults.reply(500, operation=operation, order="another")
    told = [buyer.shipment(shipment, method).status_code for method in ("GET", "DELETE", "GET", "DELETE")]
    assert told == [503, 503, 200, 200]


def test_each_operation_has_its_rate_and_the_restricted_ones_their_token(
    amazon: StandInAmazon, buyer: Buyer
) -> None:
    plain = {"x-amz-access-token": buyer.token}
    for method, path in (("POST", SHIPMENTS), ("GET", f"{SHIPMENTS}/x"), ("DELETE", f"{SHIPMENTS}/x")):
        assert buyer.http.request(method, path, json={}, headers=plain).status_code == 403
    amazon.options.change({"rate": 1000.0, "merchant": {"create_burst": 1}})
    assert [buyer.create({}).status_code for _ in range(2)] == [400, 429]
    amazon.merchant.options.change({"rates": False})
    assert {buyer.create({}).status_code for _ in range(9)} == {400}
