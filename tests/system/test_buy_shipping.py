"""A seller buys shipping by file: the real command, a stand-in Amazon, a stand-in SFTP server."""

from __future__ import annotations

import csv
import hashlib
import signal

import pytest

from simulator.merchant.seller_orders import OrderItem, SellerOrder
from tests.system.conftest import Site

ORDER = "903-5563053-5647845"
SETTINGS = """
[sellers.acme.buy_shipping]
{purchase}

[sellers.acme.buy_shipping.warehouses.MAIN]
name = "Example Warehouse"
address_line1 = "1 Example Road"
city = "Springfield"
state_or_province_code = "IL"
postal_code = "62701"
country_code = "US"
email = "shipping@example.com"
phone = "5550100"
"""
BUYS = 'purchase = "buy"\nmax_price = "25.00 USD"\ndaily_cap = "40.00 USD"\nlabel_format = ["PNG"]'
PACKAGES = (
    "amazon_order_id,package,sku,quantity,length,width,height,dimension_unit,weight,weight_unit\n"
    f"{ORDER},1,MUG,1,12,9,4,IN,2,LB\n"
    f"{ORDER},2,BOWL,1,12,9,4,IN,3,LB\n"
)


@pytest.fixture
def market(shop: Site) -> Site:
    """Have Amazon know an order of two products."""
    items = tuple(
        OrderItem(order_item_id=str(at), sku=sku, quantity=1) for at, sku in enumerate(("MUG", "BOWL"))
    )
    shop.amazon.merchant.orders.add(SellerOrder(order_id=ORDER, items=items, account="rehearsal"))
    return shop


def buys(shop: Site, purchase: str) -> None:
    shop.config.write_text(shop.config.read_text() + SETTINGS.format(purchase=purchase))


def test_labels_are_bought_and_come_back_with_what_they_cost(market: Site) -> None:
    buys(market, BUYS)
    market.drop("packages.csv", PACKAGES.encode())

    done = market.edibridge("run", "--settle")

    assert done.returncode == 0, done.stderr
    bought = market.amazon.merchant.shipments("rehearsal")
    assert len(bought) == 2
    indices = sorted((market.home / "outbox" / "labels" / ORDER).glob("*.csv"))
    rows = [next(csv.DictReader(path.open())) for path in indices]
    assert {row["shipment_id"] for row in rows} == {one.shipment_id for one in bought}
    for row in rows:
        label = (market.home / "outbox" / row["file"]).read_bytes()
        assert label.startswith(b"\x89PNG")
        assert hashlib.sha256(label).hexdigest() == row["sha256"]
    (money,) = market.json("status")["vendors"]["acme"]["money"]
    assert money["spent"] == str(sum(one.charged for one in bought))
    assert (money["reserved"], money["cap"]) == ("0", "40.00")
    assert f"{money['spent']} of 40.00 USD today" in market.edibridge("status").stdout
    (cost,) = market.json("costs")["costs"]
    assert (cost["carrier"], cost["service"], cost["bought"]) == ("USPS", "USPS Ground Advantage", 2)
    lines = market.edibridge("costs", "--csv").stdout.splitlines()
    assert lines[1] == f"acme,USPS,USPS Ground Advantage,USD,2,{money['spent']},0"
    assert market.edibridge("costs", "--since", "2099-01-01").stdout.startswith("Nothing was bought")
    for number in (bought[0].shipment_id, bought[0].tracking):
        assert "createShipment" in market.edibridge("trace", number).stdout


def test_without_a_word_of_buying_offers_are_told_and_no_money_is_spent(market: Site) -> None:
    buys(market, "")
    market.drop("packages.csv", PACKAGES.encode())

    done = market.edibridge("run", "--settle")

    assert done.returncode == 0, done.stderr
    assert not market.amazon.merchant.shipments("rehearsal")
    assert "createShipment" not in {one.operation for one in market.amazon.requests}
    quotes = sorted((market.home / "outbox" / "quotes").iterdir())
    assert len(quotes) == 2
    rows = list(csv.DictReader(quotes[0].open()))
    assert [row["status"] for row in rows].count("chosen") == 1
    assert all(row["why_not"] for row in rows if row["status"] != "chosen")
    assert "quoted, and nothing is bought" in market.edibridge("show", "1").stdout


@pytest.mark.parametrize("point", ["watch.read", "watch.committed"])
def test_orders_to_ship_are_told_once_whatever_the_kill(market: Site, point: str) -> None:
    buys(market, "")

    assert market.edibridge("run", kill_at=point).returncode == -signal.SIGKILL
    for _ in range(2):
        assert market.edibridge("run").returncode == 0

    (told,) = market.outbox("orders")[:-1]
    assert [row["sku"] for row in csv.DictReader(told.open())] == ["MUG", "BOWL"]


def test_an_operator_names_the_shipment_that_a_doubt_is_about_and_amazon_confirms_it(market: Site) -> None:
    more = tuple(
        OrderItem(order_item_id=str(at), sku=sku, quantity=2) for at, sku in enumerate(("MUG", "BOWL"))
    )
    market.amazon.merchant.orders.add(SellerOrder(order_id=ORDER, items=more, account="rehearsal"))
    buys(market, BUYS)
    market.amazon.faults.cut_after(operation="createShipment", times=1)
    market.drop(
        "packages.csv", PACKAGES.splitlines(keepends=True)[0].encode() + PACKAGES.splitlines()[1].encode()
    )
    assert market.edibridge("run").returncode == 1
    (bought,) = market.amazon.merchant.shipments("rehearsal")

    wrong = market.edibridge("resolve", "1", "--shipment", "00000000-0000-4000-8000-000000000000")
    assert wrong.returncode != 0
    assert "Amazon knows no" in " ".join(wrong.stderr.split())
    done = market.edibridge("resolve", "1", "--shipment", bought.shipment_id)
    assert done.returncode == 0, done.stderr
    assert "Amazon confirms it" in done.stdout
    assert market.edibridge("run").returncode == 0

    (label,) = [
        path for path in (market.home / "outbox" / "labels" / ORDER).iterdir() if path.suffix == ".png"
    ]
    assert label.read_bytes() == bought.label
    (money,) = market.json("status")["vendors"]["acme"]["money"]
    assert (money["spent"], money["reserved"]) == (str(bought.charged), "0")
