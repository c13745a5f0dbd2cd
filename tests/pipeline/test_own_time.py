"""Events whose own time is still to come, through the real ledger and the real submit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.errors import LedgerError
from bridge.pipeline.deadlines import work_is_due
from bridge.pipeline.drain import drain
from bridge.pipeline.partner import Partner
from bridge.pipeline.rerun import rerun
from bridge.runners.fleet import Fleet
from bridge.runners.once import run
from tests.pipeline.stubs import Clock, StubAmazon, drop
from tests.system.traffic import carrier_status, order, ship_notice, x12

SHIPS = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # 04:30 in New York


def notice(number: int, stamp: str = "20261123*0430*ET") -> list[str]:
    return [s.replace("20261101*0812*ET", stamp) for s in ship_notice(number)]


def scanned(number: int, stamp: str) -> list[str]:
    return [s.replace("20261102*1405*ET", stamp) for s in carrier_status(number)]


def dropped(tmp_path: Path, number: int, *bodies: list[str]) -> None:
    kind, functional = ("856", "SH") if bodies[0][0].startswith("BSN") else ("214", "QM")
    drop(tmp_path, f"{number}.edi", x12(kind, functional, "004010", number, list(bodies)))


def at(partner: Partner, moment: datetime) -> None:
    """Set the clock, and drain once with a poll of the inbox."""
    assert isinstance(partner.clock, Clock)
    partner.clock.now = moment
    partner.state.listing_requested.set()
    for _ in range(2):
        drain([partner], wait=lambda _seconds: None)


def settled(partner: Partner) -> None:
    """Ask for the verdicts, a little later."""
    assert isinstance(partner.clock, Clock)
    at(partner, partner.clock.now + timedelta(seconds=3))


def events(partner: Partner, batch: int = 1) -> list[tuple[str, str]]:
    return [(one.state, one.reason) for one in partner.ledger.batch(batch).events if one.state != "replaced"]


def test_a_notice_written_before_the_truck_leaves_goes_when_it_has_left(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    dropped(tmp_path, 1, notice(1))
    at(partner, SHIPS - timedelta(hours=24))
    ((state, reason),) = events(partner)
    assert state == "ready"
    assert "shippedDate 2026-11-23T04:30:00-05:00" in reason
    assert "2026-11-23 09:30:00 UTC" in reason
    assert partner.ledger.delayed(partner.vendor, partner.clock()) == (1, SHIPS)
    assert partner.ledger.next_due(partner.vendor, partner.clock()) == SHIPS
    assert partner.ledger.batch(1).batch.state == "working"

    at(partner, SHIPS - timedelta(seconds=1))
    assert not amazon.items
    assert not work_is_due(partner, partner.clock(), None)
    assert isinstance(partner.clock, Clock)
    partner.clock.now = SHIPS
    assert work_is_due(partner, partner.clock(), None)
    at(partner, SHIPS)
    assert [item["purchaseOrderNumber"] for item in amazon.items] == [order(1)]
    settled(partner)
    assert events(partner) == [("succeeded", "")]
    assert partner.ledger.delayed(partner.vendor, partner.clock()) == (0, None)


@pytest.mark.parametrize(
    ("early", "state"), [(timedelta(hours=24), "ready"), (timedelta(hours=24, seconds=1), "held")]
)
def test_more_than_a_day_ahead_is_held(
    tmp_path: Path, partner: Partner, amazon: StubAmazon, early: timedelta, state: str
) -> None:
    dropped(tmp_path, 1, notice(1))
    at(partner, SHIPS - early)
    assert [one for one, _ in events(partner)] == [state]
    at(partner, SHIPS + timedelta(hours=1))
    assert len(amazon.items) == (state == "ready")


@pytest.mark.parametrize("ahead", [timedelta(hours=5), timedelta(days=40)], ids=["waiting", "held"])
def test_what_an_operator_releases_goes_at_once(
    tmp_path: Path, partner: Partner, amazon: StubAmazon, ahead: timedelta
) -> None:
    dropped(tmp_path, 1, notice(1))
    at(partner, SHIPS - ahead)
    assert not amazon.items
    partner.ledger.release_event(1, partner.clock())
    at(partner, SHIPS - ahead + timedelta(minutes=1))
    settled(partner)
    assert [state for state, _ in events(partner)] == ["succeeded"]


def test_what_waits_for_its_time_can_be_dropped(tmp_path: Path, partner: Partner, amazon: StubAmazon) -> None:
    dropped(tmp_path, 1, notice(1), notice(2, "20261101*0812*ET"))
    at(partner, SHIPS - timedelta(hours=5))
    partner.ledger.refuse_event(1, "the truck did not leave", partner.clock())
    with pytest.raises(LedgerError, match="nothing was changed"):
        partner.ledger.refuse_event(2, "sent already", partner.clock())
    at(partner, SHIPS + timedelta(hours=1))
    assert [item["purchaseOrderNumber"] for item in amazon.items] == [order(2)]
    assert events(partner)[0] == ("refused", "the truck did not leave")


def test_a_status_update_waits_as_long_as_its_confirmation_and_then_its_own_time(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    partner = replace(partner, policies=type(partner.policies)(wait_for_confirmation=timedelta(hours=6)))
    dropped(tmp_path, 1, notice(1))
    dropped(tmp_path, 2, scanned(1, "20261122*0300*ET"))
    dropped(tmp_path, 3, scanned(2, "20261122*0300*ET"))
    at(partner, SHIPS - timedelta(hours=23))
    at(partner, SHIPS - timedelta(hours=1))
    assert [state for state, _ in events(partner, 2)] == ["waiting"]
    assert [state for state, _ in events(partner, 3)] == ["held"]  # nothing confirms this one
    at(partner, SHIPS)
    settled(partner)
    settled(partner)
    assert [state for state, _ in events(partner, 2)] == ["succeeded"]
    assert [item.get("purchaseOrderNumber") for item in amazon.items] == [order(1), order(1)]


def test_a_confirmation_that_fails_lets_its_updates_wait_no_longer_than_others(
    tmp_path: Path, partner: Partner
) -> None:
    partner = replace(partner, policies=type(partner.policies)(wait_for_confirmation=timedelta(hours=6)))
    dropped(tmp_path, 1, notice(1))
    dropped(tmp_path, 2, scanned(1, "20261122*0300*ET"))
    at(partner, SHIPS - timedelta(hours=23))
    partner.ledger.refuse_event(1, "dropped", partner.clock())
    at(partner, SHIPS - timedelta(hours=10))
    assert [state for state, _ in events(partner, 2)] == ["held"]


def test_amazon_s_four_hours_are_counted_from_the_time_that_is_waited_for(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    dropped(tmp_path, 1, notice(1))
    at(partner, SHIPS - timedelta(hours=20))
    at(partner, SHIPS - timedelta(hours=1))
    assert not [alert for alert in partner.ledger.alerts(partner.vendor) if alert.kind == "late_confirmation"]
    assert not amazon.items


@pytest.mark.parametrize(
    ("ahead", "state"), [(timedelta(minutes=15), "waiting"), (timedelta(minutes=15, seconds=1), "held")]
)
def test_a_scan_in_the_future_is_held(tmp_path: Path, partner: Partner, ahead: timedelta, state: str) -> None:
    dropped(tmp_path, 1, scanned(1, "20261123*0430*ET"))
    at(partner, SHIPS - ahead)
    assert [one for one, _ in events(partner)] == [state]


def test_the_reason_names_the_zone_that_was_assumed(tmp_path: Path, partner: Partner) -> None:
    dropped(tmp_path, 1, notice(1, "20261123*0430*LT"), notice(2, "20261123*0430*ET"))
    at(partner, SHIPS - timedelta(hours=30))
    assumed, told = (reason for _, reason in events(partner))
    assert "configured time zone America/New_York" in assumed
    assert "configured" not in told


def test_years_off_is_held_unless_the_vendor_says_otherwise(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    dropped(tmp_path, 1, notice(1, "20161101*0812*ET"), notice(2, "20251123*0430*ET"))
    at(partner, SHIPS)
    settled(partner)
    (old, exact) = events(partner)
    assert old[0] == "held"
    assert "oldest_date_days" in old[1]
    assert exact[0] == "succeeded"
    partner = replace(partner, policies=type(partner.policies)(oldest_date=None))
    rerun(partner, 1, dry_run=False, force=False)
    at(partner, SHIPS + timedelta(minutes=1))
    assert len(amazon.items) == 2


def test_a_rerun_asks_the_time_again(tmp_path: Path, partner: Partner, amazon: StubAmazon) -> None:
    dropped(tmp_path, 1, notice(1))
    at(partner, SHIPS - timedelta(hours=30))
    rerun(partner, 1, dry_run=False, force=False)
    assert [state for state, _ in events(partner)] == ["held"]
    assert isinstance(partner.clock, Clock)
    partner.clock.now = SHIPS - timedelta(hours=3)
    rerun(partner, 1, dry_run=False, force=False)
    assert [state for state, _ in events(partner)] == ["ready"]
    at(partner, SHIPS - timedelta(hours=2))
    assert not amazon.items
    at(partner, SHIPS)
    assert len(amazon.items) == 1


def test_a_settling_run_does_not_wait_for_it_and_tells_until_when(
    tmp_path: Path, partner: Partner, amazon: StubAmazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped(tmp_path, 1, notice(1), notice(2, "20261101*0812*ET"))
    assert isinstance(partner.clock, Clock)
    partner.clock.now = SHIPS - timedelta(hours=2)
    waits: list[float] = []

    def wait(seconds: float | None = None) -> bool:
        assert isinstance(partner.clock, Clock)
        partner.clock.now += timedelta(seconds=seconds or 0.0)
        waits.append(seconds or 0.0)
        return False

    fleet = Fleet(partner.ledger, [partner])
    monkeypatch.setattr(fleet.stop, "wait", wait)
    report = run(fleet, clock=partner.clock, settle=True)
    assert report.finished
    assert not report.problems
    assert report.delayed == {partner.vendor: (1, SHIPS)}
    assert sum(waits) < 60
    assert [item["purchaseOrderNumber"] for item in amazon.items] == [order(2)]
