"""A seller's orders by the command: taken once each, even where the process dies in between."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter

import pytest

from tests.programs.multi_channel_fulfillment.conftest import orders
from tests.system.conftest import Site


def run(site: Site, kill_at: str = "") -> subprocess.CompletedProcess[str]:
    return site.edibridge("run", "--settle", "--timeout", "90", kill_at=kill_at)


def created(site: Site) -> Counter[str]:
    return Counter(one.item["sellerFulfillmentOrderId"] for one in site.amazon.accepted)


def test_a_file_of_orders_goes_the_whole_way(shop: Site) -> None:
    assert shop.edibridge("check").returncode == 0
    shop.drop("orders.csv", orders("1001,1,SKU-A,2", "1002,1,SKU-B,1"))
    done = run(shop)
    assert done.returncode == 0, done.stderr
    assert created(shop) == {"1001": 1, "1002": 1}
    (told,) = [path for path in shop.outbox("statuses") if path.suffix == ".json"]
    assert {
        line["purchase_order_number"]: line["status"] for line in json.loads(told.read_text())["lines"]
    } == {
        "1001": "Success",
        "1002": "Success",
    }
    (batch,) = shop.json("batches")["batches"]
    assert batch["events"] == {"succeeded": 2}


@pytest.mark.parametrize("place", ["submit.posted", "settle.asked"])
def test_a_process_that_dies_leaves_one_order_and_needs_no_person(shop: Site, place: str) -> None:
    shop.drop("orders.csv", orders("1001,1,SKU-A,2"))
    assert run(shop, kill_at=place).returncode == -signal.SIGKILL
    done = run(shop)
    assert done.returncode == 0, done.stderr
    assert created(shop) == {"1001": 1}
    assert [one.status for one in shop.amazon.requests if one.operation == "createFulfillmentOrder"] == [200]


def test_an_order_that_would_come_too_late_is_held_with_its_numbers_until_an_operator_sends_it(
    shop: Site,
) -> None:
    config = shop.config.read_text()
    shop.config.write_text(config.replace('speed = "Standard"\n', 'speed = "Standard"\npreview = "check"\n'))
    head, *rows = orders("1001,1,SKU-A,2", "1002,1,SKU-B,1").decode().splitlines()
    late = [f"{head},latest_arrival", f"{rows[0]},2026-11-23", f"{rows[1]},2098-12-31"]
    shop.drop("orders.csv", "\n".join(late).encode())
    assert run(shop, kill_at="precheck.asked").returncode == -signal.SIGKILL
    assert run(shop).returncode == 1  # something is held
    assert created(shop) == {"1002": 1}
    (held,) = [one for one in shop.json("show", "1")["events"] if one["state"] == "held"]
    assert "it must arrive by 2026-11-23T23:59:59" in held["reason"]
    done = shop.edibridge("resolve", str(held["id"]), "--event", "--send")
    assert done.returncode == 0, done.stderr
    assert run(shop).returncode == 0
    assert created(shop) == {"1001": 1, "1002": 1}


def test_a_vendors_document_in_a_sellers_folder_is_not_sent(shop: Site) -> None:
    shop.drop("requests.csv", b"purchase_order_number,ship_from\nPO1,ABCD\n")
    run(shop)
    assert not shop.amazon.accepted
    (batch,) = shop.json("batches")["batches"]
    assert batch["state"] == "quarantined"
