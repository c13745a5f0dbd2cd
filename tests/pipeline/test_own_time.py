"""Events whose own time is still to come, through the real ledger and the real submit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.errors import LedgerError
from bridge.pipeline.drain import drain
from bridge.pipeline.due import work_is_due
from bridge.pipeline.lane import Lane
from bridge.pipeline.rerun import rerun
from bridge.runners.fleet import Fleet
from bridge.runners.once import run
from tests.pipeline.stubs import Clock, StubAmazon, drop, lane_with
from tests.system.traffic import carrier_status, order, ship_notice, x12

SHIPS = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # 04:30 in New York


def notice(number: int, stamp: str = "20261123*0430*ET") -> list[str]:
    return [s.replace("20261101*0812*ET", stamp) for s in ship_notice(number)]


def scanned(number: int, stamp: str) -> list[str]:
    return [s.replace("20261102*1405*ET", stamp) for s in carrier_status(number)]


def dropped(tmp_path: Path, number: int, *bodies: list[str]) -> None:
    kind, functional = ("856", "SH") if bodies[0][0].startswith("BSN") else ("214", "QM")
    drop(tmp_path, f"{number}.edi", x12(kind, functional, "004010", number, list(bodies)))


def at(lane: Lane, moment: datetime) -> None:
    """Set the clock, and drain once with a look into the inbox."""
    assert isinstance(lane.clock, Clock)
    lane.clock.now = moment
    lane.look = True
    for _ in range(2):
        drain([lane], wait=lambda _seconds: None)


def settled(lane: Lane) -> None:
    """Ask for the verdicts, a little later."""
    assert isinstance(lane.clock, Clock)
    at(lane, lane.clock.now + timedelta(seconds=3))


def events(lane: Lane, batch: int = 1) -> list[tuple[str, str]]:
    return [(one.state, one.reason) for one in lane.ledger.batch_events(batch) if one.state != "replaced"]


@pytest.fixture
def amazon() -> StubAmazon:
    return StubAmazon()


@pytest.fixture
def lane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, amazon: StubAmazon) -> Lane:
    return lane_with(tmp_path, monkeypatch, amazon)


def test_a_notice_written_before_the_truck_leaves_goes_when_it_has_left(
    tmp_path: Path, lane: Lane, amazon: StubAmazon
) -> None:
    dropped(tmp_path, 1, notice(1))
    at(lane, SHIPS - timedelta(hours=24))
    ((state, reason),) = events(lane)
    assert state == "ready"
    assert "shippedDate 2026-11-23T04:30:00-05:00" in reason
    assert "2026-11-23 09:30:00 UTC" in reason
    assert lane.ledger.delayed(lane.vendor, lane.clock()) == (1, SHIPS)
    assert lane.ledger.next_due(lane.vendor, lane.clock()) == SHIPS
    assert lane.ledger.batch(1).batch.state == "working"

    at(lane, SHIPS - timedelta(seconds=1))
    assert not amazon.items
    assert not work_is_due(lane, lane.clock(), None)
    assert isinstance(lane.clock, Clock)
    lane.clock.now = SHIPS
    assert work_is_due(lane, lane.clock(), None)
    at(lane, SHIPS)
    assert [item["purchaseOrderNumber"] for item in amazon.items] == [order(1)]
    settled(lane)
    assert events(lane) == [("succeeded", "")]
    assert lane.ledger.delayed(lane.vendor, lane.clock()) == (0, None)


@pytest.mark.parametrize(
    ("early", "state"), [(timedelta(hours=24), "ready"), (timedelta(hours=24, seconds=1), "held")]
)
def test_more_than_a_day_ahead_is_held(
    tmp_path: Path, lane: Lane, amazon: StubAmazon, early: timedelta, state: str
) -> None:
    dropped(tmp_path, 1, notice(1))
    at(lane, SHIPS - early)
    assert [one for one, _ in events(lane)] == [state]
    at(lane, SHIPS + timedelta(hours=1))
    assert len(amazon.items) == (state == "ready")


@pytest.mark.parametrize("ahead", [timedelta(hours=5), timedelta(days=40)], ids=["waiting", "held"])
def test_what_an_operator_releases_goes_at_once(
    tmp_path: Path, lane: Lane, amazon: StubAmazon, ahead: timedelta
) -> None:
    dropped(tmp_path, 1, notice(1))
    at(lane, SHIPS - ahead)
    assert not amazon.items
    lane.ledger.release_event(1, lane.clock())
    at(lane, SHIPS - ahead + timedelta(minutes=1))
    settled(lane)
    assert [state for state, _ in events(lane)] == ["succeeded"]


def test_what_waits_for_its_time_can_be_dropped(tmp_path: Path, lane: Lane, amazon: StubAmazon) -> None:
    dropped(tmp_path, 1, notice(1), notice(2, "20261101*0812*ET"))
    at(lane, SHIPS - timedelta(hours=5))
    lane.ledger.refuse_event(1, "the truck did not leave", lane.clock())
    with pytest.raises(LedgerError, match="nothing was changed"):
        lane.ledger.refuse_event(2, "sent already", lane.clock())
    at(lane, SHIPS + timedelta(hours=1))
    assert [item["purchaseOrderNumber"] for item in amazon.items] == [order(2)]
    assert events(lane)[0] == ("refused", "the truck did not leave")


def test_a_status_update_waits_as_long_as_its_confirmation_and_then_its_own_time(
    tmp_path: Path, lane: Lane, amazon: StubAmazon
) -> None:
    lane.policies = type(lane.policies)(wait_for_confirmation=timedelta(hours=6))
    dropped(tmp_path, 1, notice(1))
    dropped(tmp_path, 2, scanned(1, "20261122*0300*ET"))
    dropped(tmp_path, 3, scanned(2, "20261122*0300*ET"))
    at(lane, SHIPS - timedelta(hours=23))
    at(lane, SHIPS - timedelta(hours=1))
    assert [state for state, _ in events(lane, 2)] == ["waiting"]
    assert [state for state, _ in events(lane, 3)] == ["held"]  # nothing confirms this one
    at(lane, SHIPS)
    settled(lane)
    settled(lane)
    assert [state for state, _ in events(lane, 2)] == ["succeeded"]
    assert [item.get("purchaseOrderNumber") for item in amazon.items] == [order(1), order(1)]


def test_a_confirmation_that_fails_lets_its_updates_wait_no_longer_than_others(
    tmp_path: Path, lane: Lane
) -> None:
    lane.policies = type(lane.policies)(wait_for_confirmation=timedelta(hours=6))
    dropped(tmp_path, 1, notice(1))
    dropped(tmp_path, 2, scanned(1, "20261122*0300*ET"))
    at(lane, SHIPS - timedelta(hours=23))
    lane.ledger.refuse_event(1, "dropped", lane.clock())
    at(lane, SHIPS - timedelta(hours=10))
    assert [state for state, _ in events(lane, 2)] == ["held"]


def test_amazon_s_four_hours_are_counted_from_the_time_that_is_waited_for(
    tmp_path: Path, lane: Lane, amazon: StubAmazon
) -> None:
    dropped(tmp_path, 1, notice(1))
    at(lane, SHIPS - timedelta(hours=20))
    at(lane, SHIPS - timedelta(hours=1))
    assert not [alert for alert in lane.ledger.alerts(lane.vendor) if alert.kind == "late_confirmation"]
    assert not amazon.items


@pytest.mark.parametrize(
    ("ahead", "state"), [(timedelta(minutes=15), "waiting"), (timedelta(minutes=15, seconds=1), "held")]
)
def test_a_scan_in_the_future_is_held(tmp_path: Path, lane: Lane, ahead: timedelta, state: str) -> None:
    dropped(tmp_path, 1, scanned(1, "20261123*0430*ET"))
    at(lane, SHIPS - ahead)
    assert [one for one, _ in events(lane)] == [state]


def test_the_reason_names_the_zone_that_was_assumed(tmp_path: Path, lane: Lane) -> None:
    dropped(tmp_path, 1, notice(1, "20261123*0430*LT"), notice(2, "20261123*0430*ET"))
    at(lane, SHIPS - timedelta(hours=30))
    assumed, told = (reason for _, reason in events(lane))
    assert "configured time zone America/New_York" in assumed
    assert "configured" not in told


def test_years_off_is_held_unless_the_vendor_says_otherwise(
    tmp_path: Path, lane: Lane, amazon: StubAmazon
) -> None:
    dropped(tmp_path, 1, notice(1, "20161101*0812*ET"), notice(2, "20251123*0430*ET"))
    at(lane, SHIPS)
    settled(lane)
    (old, exact) = events(lane)
    assert old[0] == "held"
    assert "oldest_date_days" in old[1]
    assert exact[0] == "succeeded"
    lane.policies = type(lane.policies)(oldest_date=None)
    rerun(lane, 1, dry_run=False, force=False)
    at(lane, SHIPS + timedelta(minutes=1))
    assert len(amazon.items) == 2


def test_a_rerun_asks_the_time_again(tmp_path: Path, lane: Lane, amazon: StubAmazon) -> None:
    dropped(tmp_path, 1, notice(1))
    at(lane, SHIPS - timedelta(hours=30))
    rerun(lane, 1, dry_run=False, force=False)
    assert [state for state, _ in events(lane)] == ["held"]
    assert isinstance(lane.clock, Clock)
    lane.clock.now = SHIPS - timedelta(hours=3)
    rerun(lane, 1, dry_run=False, force=False)
    assert [state for state, _ in events(lane)] == ["ready"]
    at(lane, SHIPS - timedelta(hours=2))
    assert not amazon.items
    at(lane, SHIPS)
    assert len(amazon.items) == 1


def test_a_settling_run_does_not_wait_for_it_and_tells_until_when(
    tmp_path: Path, lane: Lane, amazon: StubAmazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped(tmp_path, 1, notice(1), notice(2, "20261101*0812*ET"))
    assert isinstance(lane.clock, Clock)
    lane.clock.now = SHIPS - timedelta(hours=2)
    waits: list[float] = []

    def wait(seconds: float | None = None) -> bool:
        assert isinstance(lane.clock, Clock)
        lane.clock.now += timedelta(seconds=seconds or 0.0)
        waits.append(seconds or 0.0)
        return False

    fleet = Fleet(lane.ledger, [lane])
    monkeypatch.setattr(fleet.stop, "wait", wait)
    report = run(fleet, clock=lane.clock, settle=True)
    assert report.finished
    assert not report.problems
    assert report.delayed == {lane.vendor: (1, SHIPS)}
    assert sum(waits) < 60
    assert [item["purchaseOrderNumber"] for item in amazon.items] == [order(2)]
