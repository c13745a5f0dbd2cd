"""A machine whose clock is days ahead of Amazon's: labels come, nothing is lost, and somebody is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bridge.config import load_config
from bridge.ledger.store import Ledger
from tests.system.conftest import Site
from tests.system.test_fetch import labels

LISTS = 'fetch = { labels = true, every = "1h" }'
DAYS = timedelta(days=3).total_seconds()


def cursors(site: Site) -> list[datetime]:
    ledger = Ledger.open(load_config(site.config).bridge.ledger)
    try:
        found = ledger.cursor(vendor(site), "labels:ABCD")
    finally:
        ledger.close()
    return [datetime.fromisoformat(found)] if found else []


def _minutes_ago(site: Site) -> datetime:
    """Return a time at Amazon that a read of now covers."""
    return datetime.fromtimestamp(site.amazon.now(), UTC) - timedelta(minutes=5)


def vendor(site: Site) -> str:
    [name] = load_config(site.config).vendors
    return name


def account(site: Site) -> str:
    [name] = load_config(site.config).accounts
    return name


def test_labels_come_while_the_clock_is_three_days_ahead_and_after(site: Site) -> None:
    site.configure(LISTS)
    site.amazon.options.clock_offset = -DAYS
    site.amazon.add_label(
        "PO1", _minutes_ago(site), ship_from="ABCD", selling_party="ACME", account="rehearsal"
    )
    done = site.edibridge("run")
    assert done.returncode == 1
    assert "clock is 3 days ahead of Amazon's" in done.stderr
    assert {name.partition("/")[0] for name in labels(site)} == {"PO1"}
    assert cursors(site) == []
    assert [alert["kind"] for alert in site.json("status")["alerts"]] == ["clock"]

    site.amazon.options.clock_offset = 0
    site.amazon.add_label(
        "PO2", _minutes_ago(site), ship_from="ABCD", selling_party="ACME", account="rehearsal"
    )
    assert site.edibridge("run").returncode == 0
    assert {name.partition("/")[0] for name in labels(site)} == {"PO1", "PO2"}
    [cursor] = cursors(site)
    assert cursor <= datetime.now(UTC)
    assert site.json("status")["alerts"] == []


def test_a_cursor_that_a_clock_has_moved_into_the_future_is_put_back(site: Site) -> None:
    site.configure(LISTS)
    name = vendor(site)
    ledger = Ledger.open(load_config(site.config).bridge.ledger)
    future = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    ledger.add_outbound(
        ledger.claim(account(site), datetime.now(UTC)),
        name,
        [],
        datetime.now(UTC),
        cursor=("labels:ABCD", future),
    )
    ledger.close()
    site.amazon.add_label(
        "PO1", _minutes_ago(site), ship_from="ABCD", selling_party="ACME", account="rehearsal"
    )
    done = site.edibridge("run")
    assert done.returncode == 0, done.stderr
    assert {name.partition("/")[0] for name in labels(site)} == {"PO1"}


def test_a_purge_by_hand_goes_by_the_time_that_amazon_confirmed(site: Site) -> None:
    site.configure(LISTS)
    site.edibridge("run")
    site.drop("requests.csv", b"purchase_order_number,ship_from\nPO1001,ABCD\n")
    site.edibridge("run", "--settle", "--timeout", "60")
    ledger = Ledger.open(load_config(site.config).bridge.ledger)
    early = datetime.now(UTC) - timedelta(days=40)
    ledger.confirm_time(ledger.claim(account(site), datetime.now(UTC)), early)
    ledger.close()
    told = site.json("purge", "--dry-run", "--older-than", "1h")
    assert all(datetime.fromisoformat(limit) <= early for limit in told["before"].values())
    assert told["batches"] == []
