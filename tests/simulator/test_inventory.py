"""Stock at the stand-in: pages whose tokens live for 30 seconds, SKUs that the list passes over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.amazon import StandInAmazon
from simulator.inventory import PATH, summary
from tests.simulator.caller import Caller

PLACE = {"granularityType": "Marketplace", "granularityId": "M", "marketplaceIds": "M"}


class Stock(Caller):
    def page(self, **query: str) -> Any:
        return self.http.get(PATH, params=PLACE | query)

    def skus(self, **query: str) -> list[str]:
        return [one["sellerSku"] for one in self.page(**query).json()["payload"]["inventorySummaries"]]


@pytest.fixture
def amazon() -> Iterator[StandInAmazon]:
    with StandInAmazon(rate=None, inventory_rate=None, inventory_page=2) as standing_in:
        yield standing_in


@pytest.fixture
def stock(amazon: StandInAmazon) -> Stock:
    made = Stock(amazon)
    made.log_in()
    control = {"summaries": [summary(sku, 4) for sku in ("A", "B,C", "D", "E")], "skipped": ["A"]}
    assert made.http.post("/_stand-in/inventory", json=control).status_code == 200
    return made


def test_a_token_leads_to_the_next_page_as_long_as_it_lives(amazon: StandInAmazon, stock: Stock) -> None:
    first = stock.page().json()
    assert [one["sellerSku"] for one in first["payload"]["inventorySummaries"]] == ["B,C", "D"]
    token = first["pagination"]["nextToken"]
    assert stock.skus(nextToken=token) == ["E"]
    assert "pagination" not in stock.page(nextToken=token).json()
    assert stock.page(nextToken="other").status_code == 400
    amazon.options.change({"inventory_token_lifetime": 0.0})
    dead = stock.page().json()["pagination"]["nextToken"]
    assert stock.page(nextToken=dead).status_code == 400


def test_what_the_list_passes_over_is_there_when_it_is_asked_for(stock: Stock) -> None:
    assert stock.skus(sellerSkus="A,E,nothing") == ["A", "E"]
    assert stock.skus(sellerSku="B,C") == ["B,C"]
    assert stock.page(sellerSkus=",".join(map(str, range(51)))).status_code == 400


def test_details_are_there_where_they_are_asked_for(stock: Stock) -> None:
    (plain,) = stock.page(sellerSku="D").json()["payload"]["inventorySummaries"]
    (whole,) = stock.page(sellerSku="D", details="true").json()["payload"]["inventorySummaries"]
    assert "inventoryDetails" not in plain
    assert whole["inventoryDetails"]["fulfillableQuantity"] == 4


def test_stock_that_was_not_set_is_that_of_the_orders(amazon: StandInAmazon) -> None:
    other = Stock(amazon)
    other.log_in()
    amazon.orders.restock({"KETTLE-17": 5})
    (told,) = other.page(details="true").json()["payload"]["inventorySummaries"]
    assert (told["sellerSku"], told["inventoryDetails"]["fulfillableQuantity"]) == ("KETTLE-17", 5)


def test_its_rate_is_one_of_its_own(amazon: StandInAmazon, stock: Stock) -> None:
    amazon.options.change({"inventory_rate": 0.001})
    assert [stock.page().status_code for _ in range(3)] == [200, 200, 429]
