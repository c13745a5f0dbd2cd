"""A seller's orders by the command: taken once each, even where the process dies in between."""

from __future__ import annotations

import json
import signal
import subprocess
from collections import Counter

import pytest

from tests.programs.multi_channel_fulfillment.conftest import orders
from tests.system.conftest import Site

SELLER = """\
[sellers.acme]
account = "rehearsal"
marketplace = "US"
comment = "Thank you."
speed = "Standard"
"""


@pytest.fixture
def shop(site: Site) -> Site:
    """Make the vendor a seller, on the same folder."""
    text = site.config.read_text()
    start, end = text.index("[vendors.acme]"), text.index("[vendors.acme.sftp]")
    kept = "".join(f"[{one}" for one in text[end:].split("[")[1:] if one.startswith("vendors.acme."))
    kept = "".join(
        f"[{one}"
        for one in kept.split("[")[1:]
        if one.split("]")[0].rsplit(".", 1)[1] in {"sftp", "local", "pickup", "schedule"}
    )
    site.config.write_text(text[:start] + SELLER + "\n" + kept.replace("vendors.acme", "sellers.acme"))
    return site


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


def test_a_vendors_document_in_a_sellers_folder_is_not_sent(shop: Site) -> None:
    shop.drop("requests.csv", b"purchase_order_number,ship_from\nPO1,ABCD\n")
    run(shop)
    assert not shop.amazon.accepted
    (batch,) = shop.json("batches")["batches"]
    assert batch["state"] == "quarantined"
