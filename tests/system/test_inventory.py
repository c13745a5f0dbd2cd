"""A seller's stock by the command: told once for each reading, even where the process dies in between."""

from __future__ import annotations

import csv
import signal

from simulator.inventory import summary
from tests.system.conftest import Site


def test_stock_is_told_once_whatever_the_kill_and_again_where_an_operator_asks(shop: Site) -> None:
    wanted = 'marketplace = "US"\ninventory = ["csv"]\n'
    shop.config.write_text(shop.config.read_text().replace('marketplace = "US"\n', wanted))
    shop.amazon.options.change({"inventory_rate": 200.0, "inventory_page": 2})
    skus = [f"SKU-{number}" for number in range(5)]
    shop.amazon.inventory.stock([summary(sku, 40) for sku in skus], account="rehearsal")

    assert shop.edibridge("run", kill_at="snapshot.read").returncode == -signal.SIGKILL
    assert shop.edibridge("run", kill_at="snapshot.committed").returncode == -signal.SIGKILL
    assert shop.outbox("inventory") == []
    done = shop.edibridge("run")
    assert done.returncode == 0, done.stderr
    (told,) = shop.outbox("inventory")
    with told.open() as rows:
        assert [row["seller_sku"] for row in csv.DictReader(rows)] == skus
    (stands,) = shop.json("status")["vendors"]["acme"]["snapshots"]
    assert (stands["name"], stands["told_count"], stands["held_at"]) == ("inventory", 5, None)
    assert "5 in it" in shop.edibridge("status").stdout

    shop.amazon.inventory.stock([summary(skus[0], 40)], account="rehearsal")
    held = shop.json("fetch", "inventory")
    assert (held["state"]["held_count"], len(shop.outbox("inventory"))) == (1, 1)
    again = shop.edibridge("fetch", "inventory")
    assert (again.returncode, again.stdout) == (0, "inventory: 1 told; see the outbox\n")
    assert len(shop.outbox("inventory")) == 2


def test_what_cannot_be_fetched_is_a_mistake_of_the_call(shop: Site) -> None:
    for arguments, words in {
        ("fetch", "inventory"): "set `inventory`",
        ("fetch", "inventory", "1001"): "leave out the numbers",
        ("fetch", "labels"): "of which orders",
    }.items():
        wrong = shop.edibridge(*arguments)
        assert (wrong.returncode, words in wrong.stderr) == (2, True), wrong.stderr
