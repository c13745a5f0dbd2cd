"""What the verbs tell is what was done, what is left, and what an operator can do about it."""

from __future__ import annotations

import json
import signal

from simulator.faults import Fault
from tests.system.conftest import Site
from tests.system.traffic import order, ship_notice, x12

CONFIRM = "submitShipmentConfirmations"


def words(text: str) -> str:
    """Join the folded lines of a terminal's width."""
    return " ".join(text.split())


def label(site: Site, number: str) -> None:
    site.amazon.add_label(number, ship_from="ABCD", selling_party="ACME", account="rehearsal")


def test_a_second_run_tells_what_is_still_in_doubt(site: Site) -> None:
    site.amazon.faults.cut_before(operation=CONFIRM)
    site.drop("856.edi", x12("856", "SH", "004010", 1, [ship_notice(1)]))
    assert site.edibridge("run").returncode == 1

    again = site.edibridge("run")

    assert again.returncode == 1
    assert "Nothing was due" not in again.stdout
    assert f"order {order(1)}" in again.stderr
    assert "edibridge resolve 1 --sent" in again.stderr
    assert "check --connect" not in again.stderr
    assert "resolve 1" in site.json("run")["problems"][0]


def test_a_run_that_only_fetched_tells_it(site: Site) -> None:
    site.configure('fetch = { labels = true, every = "1h" }')
    # A read ends at a whole second of Amazon's: the label comes well after the first and before the next.
    site.amazon.options.change({"clock_offset": -10.0})
    assert site.edibridge("run").stdout == "Nothing was due.\n"
    site.amazon.options.change({"clock_offset": -5.0})
    label(site, "PO1")
    site.amazon.options.change({"clock_offset": 0.0})

    done = site.edibridge("run")

    assert done.returncode == 0, done.stderr
    assert "Nothing was due" not in done.stdout
    assert "fetched" in done.stdout
    assert "put into the outbox" in done.stdout


def test_a_run_begins_nothing_after_its_time_and_tells_what_is_left(site: Site) -> None:
    site.amazon.faults.inject(
        Fault(operation=CONFIRM, action="none", taken=True, delay_after=0.7, times=None)
    )
    count = 150  # by seven at once: 15 seconds
    notices = [ship_notice(number) for number in range(count)]
    site.drop("856.edi", x12("856", "SH", "004010", 1, notices))

    cut = site.edibridge("run", "--settle", "--timeout", "4")

    assert cut.returncode == 1
    assert len(site.amazon.accepted) < count
    assert "the time was over" in cut.stderr
    assert "left: acme:" in cut.stderr
    before = site.json("status")["vendors"]["acme"]["submissions"]
    assert "sending" not in before
    assert "in_doubt" not in before

    nothing = site.json("run", "--timeout", "0")
    assert (nothing["finished"], nothing["did"]["acme"]) == (False, {})
    assert nothing["left"]["acme"]

    site.amazon.faults.clear()
    done = site.edibridge("run", "--settle")
    assert done.returncode == 0, done.stderr
    assert sorted(one.item["purchaseOrderNumber"] for one in site.amazon.accepted) == [
        order(number) for number in range(count)
    ]


def test_fetch_beside_the_daemon_is_queued_and_done_by_it(site: Site) -> None:
    daemon = site.start("daemon")
    try:
        assert site.amazon.wait_until(lambda: "daemon_started" in site.log, 60)
        label(site, "PO1")
        queued = site.edibridge("fetch", "labels", "PO1")
        assert queued.returncode == 0, queued.stderr
        assert "queued" in queued.stdout
        assert site.amazon.wait_until(lambda: site.amazon.delivered("getShippingLabel")["PO1"] == 1, 60)
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(60)
    assert site.edibridge("run").returncode == 0  # should the daemon have been ended before it delivered
    assert [path.name for path in site.outbox("labels") if path.is_dir()] == ["PO1"]


def test_a_label_that_cannot_be_used_has_a_reason_and_no_number_of_nobodys_is_asked_for(site: Site) -> None:
    label(site, "PO1")
    site.amazon.faults.listing("incomplete_item", operation="getShippingLabel")
    missing = json.loads(site.edibridge("fetch", "labels", "PO1", "--json").stdout)["missing"]
    assert missing["PO1"].startswith("it cannot be used: ")
    assert "labelData" in missing["PO1"]
    wrong = site.edibridge("fetch", "labels", "PO-1")
    assert wrong.returncode == 2
    assert "letters A-Z, a-z and digits only" in words(wrong.stderr)
    assert "PO-1" not in json.dumps(site.json("status")["alerts"])


def test_show_names_each_id_and_each_row_once(site: Site) -> None:
    site.drop("856.edi", x12("856", "SH", "004010", 1, [ship_notice(1)]))
    site.drop("requests.csv", b"purchase_order_number,ship_from\n,ABCD\n")
    site.edibridge("run", "--settle")
    posted = next(one for one in site.json("show", "1")["attempts"])
    shown = words(site.edibridge("show", "1").stdout)
    assert shown.count(posted["request_id"]) == 1
    assert f"request id of the POST {posted['request_id']}" in shown
    assert "verdict's request id" in shown
    rows = words(site.edibridge("show", "2").stdout)
    assert "number row" not in rows
    assert rows.count("the document names no purchase order") == 1
    assert "row 2: the document names" not in rows
