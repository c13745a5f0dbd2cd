"""Dates that are missing, wrong or still to come: the real command, over SFTP and HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.system.conftest import Site
from tests.system.traffic import order, ship_notice, x12


def notice(number: int, shipped: datetime) -> list[str]:
    """Return the body of an 856 of an order that ships at a time."""
    stamp = f"{shipped:%Y%m%d*%H%M%S}*UT"
    return [segment.replace("20261101*0812*ET", stamp) for segment in ship_notice(number)]


def sent(site: Site) -> list[str]:
    return sorted(received.item["purchaseOrderNumber"] for received in site.amazon.accepted)


def test_a_notice_without_a_date_holds_up_nothing_else(site: Site) -> None:
    undated = [segment for segment in ship_notice(1) if not segment.startswith("DTM")]
    site.drop("two.edi", x12("856", "SH", "004010", 1, [undated, ship_notice(2)]))
    assert site.edibridge("run", "--settle").returncode == 1
    assert sent(site) == [order(2)]
    assert len(site.outbox("acknowledgements")) == 1
    assert site.edibridge("rerun", "1").returncode == 0
    moved_to = site.json("show", "1")["arrivals"][0]["moved_to"]
    explained = site.json("explain", str(site.home / "archive" / moved_to))
    assert [len(one["requests"]) for one in explained["interchanges"][0]["documents"]] == [0, 1]


def test_a_notice_before_its_truck_waits_is_told_and_goes_at_once_on_an_operator_s_word(site: Site) -> None:
    ships = datetime.now(UTC) + timedelta(hours=5)
    site.drop("early.edi", x12("856", "SH", "004010", 1, [notice(1, ships)]))
    done = site.edibridge("run", "--settle")
    assert done.returncode == 0, done.stderr
    assert "1 event waits for its own time, until" in done.stdout
    assert sent(site) == []

    again = site.edibridge("run")
    assert again.stdout.startswith("Nothing was due yet.")
    (status,) = site.json("status")["vendors"].values()
    assert status["delayed"]["events"] == 1
    assert status["delayed"]["first"].startswith(f"{ships:%Y-%m-%dT%H:%M}")
    assert f"{ships:%Y-%m-%d %H:%M}" in site.edibridge("status").stdout
    shown = site.edibridge("show", "1").stdout
    assert "waits until" in shown
    assert "edibridge resolve 1 --event" in shown
    assert site.json("show", "1")["events"][0]["not_before"].startswith(f"{ships:%Y-%m-%d}")

    assert site.edibridge("resolve", "1", "--event", "--send").returncode == 0
    assert site.edibridge("run", "--settle").returncode == 0
    assert sent(site) == [order(1)]


def test_a_notice_that_is_a_moment_early_goes_by_itself(site: Site) -> None:
    ships = datetime.now(UTC) + timedelta(seconds=6)
    site.drop("early.edi", x12("856", "SH", "004010", 1, [notice(1, ships)]))
    daemon = site.start("daemon")
    try:
        assert site.amazon.wait_until(lambda: bool(site.amazon.accepted), timeout=60)
    finally:
        daemon.terminate()
        daemon.wait(timeout=60)
    assert datetime.now(UTC) >= ships.replace(microsecond=0)
    assert sent(site) == [order(1)]
