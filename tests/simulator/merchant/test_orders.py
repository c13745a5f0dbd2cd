"""Marketplace orders of the stand-in: how they stand after purchases, and how they are listed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from simulator.amazon import StandInAmazon
from simulator.merchant.seller_orders import SellerOrder
from tests.simulator.merchant.buyer import ORDER, ORDERS, PART, Buyer, details, order

WHOLE = "FULFILLMENT,PACKAGES,CANCELLATION"


def read(buyer: Buyer, order_id: str = ORDER) -> dict[str, Any]:
    reply = buyer.http.get(f"{ORDERS}/{order_id}", params={"includedData": WHOLE}).raise_for_status()
    told: dict[str, Any] = reply.json()["order"]
    return told


def search(buyer: Buyer, **query: str) -> tuple[list[str], str]:
    """Return the ids of a page of orders, and the token of the next."""
    since = {} if "createdAfter" in query else {"lastUpdatedAfter": "2020-01-01T00:00:00Z"}
    told = buyer.http.get(ORDERS, params=since | query).raise_for_status().json()
    return [one["orderId"] for one in told["orders"]], told.get("pagination", {}).get("nextToken", "")


def standing(told: dict[str, Any]) -> tuple[str, list[int], int]:
    left = [item["fulfillment"]["quantityUnfulfilled"] for item in told["orderItems"]]
    return told["fulfillment"]["fulfillmentStatus"], left, len(told["packages"])


def test_unfulfilled_quantities_sink_with_purchases_and_rise_with_refunds(
    amazon: StandInAmazon, buyer: Buyer
) -> None:
    seen = [standing(read(buyer))]
    part = buyer.bought(details(PART))["ShipmentId"]
    seen.append(standing(read(buyer)))
    buyer.bought(details({"1": 1, "2": 1}))
    seen.append(standing(read(buyer)))
    buyer.shipment(part, "DELETE")
    seen.append(standing(read(buyer)))
    assert seen == [
        ("UNSHIPPED", [2, 1], 0),
        ("PARTIALLY_SHIPPED", [1, 1], 1),
        ("SHIPPED", [0, 0], 2),
        ("PARTIALLY_SHIPPED", [1, 0], 1),
    ]
    amazon.merchant.options.change({"repeat_noticed_after": 60})
    assert standing(read(buyer)) == ("UNSHIPPED", [2, 1], 0)


def test_an_order_shows_what_it_was_seeded_with_and_the_data_that_are_asked_for(buyer: Buyer) -> None:
    made = order(programs=("PRIME",), latest_ship=1796000000.0, status="CANCELLED")
    given = msgspec.json.decode(msgspec.json.encode(made))
    given["items"][0] |= {"cancellation_requested": True, "asin": "B000000001"}
    (listed,) = buyer.control("orders", [given])
    told = read(buyer)
    assert (listed, told["programs"]) == (told, ["PRIME"])
    assert told["fulfillment"]["shipByWindow"]["latestDateTime"] == "2026-11-30T00:53:20.000Z"
    assert told["fulfillment"]["fulfillmentStatus"] == "CANCELLED"
    first, second = told["orderItems"]
    assert first["product"] == {"asin": "B000000001", "title": "Product SKU-A", "sellerSku": "SKU-A"}
    assert first["cancellation"]["cancellationRequest"]["requester"] == "BUYER"
    assert "cancellation" not in second
    plain = buyer.http.get(f"{ORDERS}/{ORDER}").json()["order"]
    assert not {"fulfillment", "packages"} & plain.keys()
    status = [
        buyer.http.get(f"{ORDERS}/{name}", params=query).status_code
        for name, query in (
            ("902-0", {}),
            (ORDER, {"includedData": "RECIPIENT"}),
            (ORDER, {"includedData": "X"}),
        )
    ]
    assert status == [404, 403, 400]


def test_orders_are_listed_by_change_and_filter_in_pages(amazon: StandInAmazon, buyer: Buyer) -> None:
    def numbered(number: int, **changes: Any) -> SellerOrder:
        return order(f"902-0000000-000000{number}", **changes)

    ids = [f"902-0000000-000000{number}" for number in range(4)]
    for number in range(3):
        amazon.merchant.orders.add(numbered(number, updated=1600000000.0 + number, created=1590000000.0))
    amazon.merchant.orders.add(numbered(3, fulfilled_by="AMAZON", updated=1600000000.0, created=1590000000.0))
    narrow = {"lastUpdatedAfter": "2020-09-13T12:26:41Z", "lastUpdatedBefore": "2020-09-13T12:27:00Z"}
    mine = {"fulfilledBy": "MERCHANT", "fulfillmentStatuses": "UNSHIPPED,PARTIALLY_SHIPPED"}
    assert search(buyer, **narrow)[0] == ids[1:3]
    first, token = search(buyer, maxResultsPerPage="2", **mine)
    rest, end = search(buyer, paginationToken=token, **mine)
    assert ([*first, *rest], end) == ([*ids[:3], ORDER], "")
    assert search(buyer, createdAfter="2020-01-01T00:00:00Z", fulfilledBy="AMAZON")[0] == [ids[3]]
    assert search(buyer, marketplaceIds="A1PA6795UKMFR9")[0] == []
    amazon.merchant.options.change({"orders_lag": 120})
    assert ORDER not in search(buyer, **mine)[0]
    since = {"lastUpdatedAfter": "2026-01-01T00:00:00Z"}
    assert buyer.http.get(ORDERS, params=since | {"paginationToken": token}).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"lastUpdatedAfter": "2026-01-01T00:00:00Z", "createdAfter": "2026-01-01T00:00:00Z"},
        {"createdAfter": "2026-01-01T00:00:00Z", "lastUpdatedBefore": "2026-01-02T00:00:00Z"},
        {"lastUpdatedAfter": "2026-01-01"},
        {"lastUpdatedAfter": "2026-01-01T00:00:00Z", "lastUpdatedBefore": "2099-01-01T00:00:00Z"},
        {"lastUpdatedAfter": "2026-01-01T00:00:00Z", "fulfilledBy": "SELLER"},
        {"lastUpdatedAfter": "2026-01-01T00:00:00Z", "maxResultsPerPage": "101"},
        {"lastUpdatedAfter": "2026-01-01T00:00:00Z", "nextToken": "x"},
    ],
)
def test_a_search_that_amazon_does_not_know_is_refused(buyer: Buyer, query: dict[str, str]) -> None:
    assert buyer.http.get(ORDERS, params=query).status_code == 400
