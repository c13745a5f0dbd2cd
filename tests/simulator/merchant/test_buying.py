"""Labels at the stand-in: offered, bought, refused, and what each purchase does to the wallet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.amazon import StandInAmazon
from tests.simulator.merchant.buyer import ORDER, Buyer, details, order, unpacked


@pytest.fixture
def amazon() -> Iterator[StandInAmazon]:
    with StandInAmazon(rate=None) as standing_in:
        standing_in.merchant.orders.add(order())
        yield standing_in


@pytest.fixture
def buyer(amazon: StandInAmazon) -> Buyer:
    return Buyer(amazon)


def test_a_label_is_bought_at_the_price_of_its_offer(amazon: StandInAmazon, buyer: Buyer) -> None:
    offer = buyer.offers(details())["UPS_PTP_GND"]
    assert (offer["RateWithAdjustments"], offer["Rate"]["Amount"]) == (
        {"CurrencyCode": "USD", "Amount": 8.4},
        9.4,
    )
    shipment = buyer.bought(details(), ShippingServiceOfferId=offer["ShippingServiceOfferId"])
    assert (shipment["Status"], shipment["AmazonOrderId"]) == ("Purchased", ORDER)
    assert unpacked(shipment["Label"]).startswith(b"%PDF")
    told = buyer.control("wallet", timezone="America/Chicago")
    assert (told["spent"], told["times_bought"]) == ("8.40", {f"{ORDER} 1:2 2:1": 1})
    assert [one["outcome"] for one in told["journal"]] == ["answered", "bought"]
    assert sum(float(day["USD"]) for day in told["by_day"].values()) == 8.4
    assert amazon.merchant.wallet.times_bought().total() == 1
