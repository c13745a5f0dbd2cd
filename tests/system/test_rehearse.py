"""`edibridge rehearse`: an order's whole way by Amazon's sandbox operation, at the stand-in."""

from __future__ import annotations

import csv

import pytest

from tests.programs.multi_channel_fulfillment.conftest import orders
from tests.system.conftest import SELLER, Site


def test_an_order_is_moved_to_its_end_and_each_step_is_told(shop: Site) -> None:
    shop.drop("orders.csv", orders("1001,1,SKU-A,2", "1002,1,SKU-B,1"))
    assert shop.edibridge("run").returncode == 0
    steps = shop.json("rehearse", "1001")["steps"]
    # The stand-in has received it by itself.
    assert [(one["asked"], bool(one["refused"]), one["status"], one["over"]) for one in steps] == [
        ("Received", True, "Received", False),
        ("Planning", False, "Planning", False),
        ("Processing", False, "Processing", False),
        ("Complete", False, "Complete", True),
    ]
    (file,) = steps[-1]["told"]
    (row,) = csv.DictReader((shop.home / "outbox" / file).open())
    assert (row["order_id"], row["shipped"], row["status"]) == ("1001", "2", "complete")


def test_an_order_ends_as_it_is_wished(shop: Site) -> None:
    shop.drop("orders.csv", orders("1001,1,SKU-A,2", "1002,1,SKU-B,1"))
    told = shop.edibridge("run", "--settle")
    told = shop.edibridge("rehearse", "1002", "1001", "--end", "Unfulfillable")
    assert told.returncode == 0, told.stderr
    assert told.stdout.splitlines()[-4:] == [
        "1002: Unfulfillable; it is Unfulfillable, which is its end",
        "    shipments/1002.ended.csv",
        "1001: Unfulfillable; it is Unfulfillable, which is its end",
        "    shipments/1001.ended.csv",
    ]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("9",), "nothing that the sandbox can move on was sent for 9"),
        (("1001", "--end", "Lost"), "'Lost' is none of Complete, "),
    ],
)
def test_what_cannot_be_rehearsed_is_refused(shop: Site, arguments: tuple[str, ...], why: str) -> None:
    shop.drop("orders.csv", orders("1001,1,SKU-A,2"))
    shop.edibridge("run", "--settle")
    told = shop.edibridge("rehearse", *arguments)
    assert (told.returncode, why in told.stderr) == (2, True), told.stderr


def test_an_account_that_is_not_in_the_sandbox_is_refused(shop: Site) -> None:
    text = shop.config.read_text().replace(shop.amazon.url, "https://amazon.invalid")
    shop.config.write_text(text)
    told = shop.edibridge("rehearse", "1001")
    assert (told.returncode, "shipped for real" in told.stderr) == (2, True), told.stderr


def test_of_two_sellers_with_the_same_number_only_the_named_ones_order_is_moved(shop: Site) -> None:
    other = SELLER.replace("sellers.acme", "sellers.other") + 'order_prefix = "O-"\n'
    other += 'pickup = { convention = "rename" }\n'
    shop.config.write_text(f'{shop.config.read_text()}\n{other}\n[sellers.other.local]\nroot = "other"\n')
    (shop.folder / "other" / "inbox").mkdir(parents=True)
    (shop.folder / "other" / "inbox" / "orders.csv").write_bytes(orders("1001,1,SKU-A,1"))
    shop.drop("orders.csv", orders("1001,1,SKU-A,2"))
    told = shop.edibridge("rehearse", "1001", "--vendor", "other")
    assert (told.returncode, "nothing that the sandbox can move on" in told.stderr) == (2, True)
    assert shop.edibridge("run", "--settle", "--timeout", "60").returncode == 0
    assert shop.edibridge("rehearse", "1001", "--vendor", "other").returncode == 0
    assert shop.amazon.orders.statuses("rehearsal") == {"1001": "Received", "O-1001": "Complete"}
