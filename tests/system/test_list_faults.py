"""Lists whose pages lead nowhere: what Amazon made reaches the outbox, or the cursor stays and it is told."""

from __future__ import annotations

import time
from typing import Any

import pytest

from bridge.ledger.store import Ledger
from simulator.faults import Fault
from tests.system.conftest import Site

COUNT = 45
"""Invoices, of which Amazon lists ten a page."""
FETCH = 'fetch = { invoices = true, labels = false, every = "1h" }'


def add(site: Site, *, over: float, count: int = COUNT) -> set[str]:
    """Make invoices at Amazon, the first an hour ago, the others over some seconds after it."""
    begin = time.time() // 1 - 3600
    orders = {f"PO{number:04}" for number in range(count)}
    for number, order in enumerate(sorted(orders)):
        site.amazon.add(
            "invoice", order, begin + 0.5 + number * over / count, ship_from="ABCD", account="rehearsal"
        )
    return orders


def delivered(site: Site) -> set[str]:
    return {path.stem for path in site.outbox("invoices")}


def cursor(site: Site) -> str | None:
    ledger = Ledger.open(site.folder / "var" / "ledger.sqlite")
    try:
        return ledger.cursor("acme", "invoices:ABCD")
    finally:
        ledger.close()


@pytest.mark.parametrize(
    "fault",
    [
        {"listing": "repeat_token", "nth": 2, "times": 1},
        {"listing": "repeat_token", "times": None},
        {"listing": "token_loop", "times": None},
        {"listing": "repeat_page", "nth": 2, "times": 30},
        {"listing": "expired_token", "times": None},
        {"listing": "empty_page", "nth": 2, "times": 30},
        {"listing": "empty_payload", "nth": 3, "times": 1},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_a_list_that_leads_nowhere_loses_nothing(site: Site, fault: dict[str, Any]) -> None:
    site.configure(FETCH)
    orders = add(site, over=900)
    site.amazon.faults.inject(Fault(operation="getCustomerInvoices", action="none", taken=True, **fault))

    done = site.edibridge("run")

    assert done.returncode == 0, done.stderr
    assert delivered(site) == orders
    assert cursor(site) is not None


def test_what_cannot_be_read_is_told_and_no_cursor_passes_it(site: Site) -> None:
    site.configure(FETCH)
    orders = add(site, over=0.4)  # more of one second than two pages hold
    late = "PO9999"
    site.amazon.add("invoice", late, time.time() - 600, ship_from="ABCD", account="rehearsal")
    site.amazon.faults.listing("repeat_token", operation="getCustomerInvoices", times=None)

    done = site.edibridge("run")

    assert done.returncode == 1
    assert "invoices of warehouse ABCD made between" in done.stderr
    assert late in delivered(site)  # what comes after it goes on
    before = cursor(site)
    alert = site.json("status")["alerts"][0]
    assert (alert["kind"], alert["key"]) == ("fetch", "invoices:ABCD")
    assert "request id" in alert["message"]

    assert site.edibridge("run").returncode == 1
    assert cursor(site) == before

    site.amazon.faults.clear()
    done = site.edibridge("run")
    assert done.returncode == 0, done.stderr
    assert delivered(site) == orders | {late}
    assert (cursor(site) or "") > (before or "")
    assert not site.json("status")["alerts"]


def test_an_empty_list_that_repeats_its_token_is_empty(site: Site) -> None:
    site.configure(FETCH)
    site.amazon.faults.listing("repeat_token", operation="getCustomerInvoices", times=None)
    done = site.edibridge("run")
    assert done.returncode == 0, done.stderr
    assert cursor(site) is not None
