"""What the time of an event lets become of it, at each boundary."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bridge.domain.events import Event
from bridge.domain.timeliness import Timing, day_timing
from bridge.domain.values import Address
from bridge.mapping.profile import explain_profile
from bridge.pipeline.event_checks import timing_of
from bridge.pipeline.partner import Policies
from bridge.programs.vendor_direct_fulfillment.events import (
    LabelRequested,
    PartyIdentification,
    ShipmentConfirmed,
    ShipmentStatusChanged,
)

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
PARTY = PartyIdentification("X")
YEAR = timedelta(days=365)


def timing(event: Event, now: datetime, *, oldest: timedelta | None = None, zone: str = "") -> Timing:
    return timing_of(event, now, explain_profile(), Policies(oldest_date=oldest), zone=zone)


def confirmation(shipped: str, status: str = "SHIPPED") -> ShipmentConfirmed:
    return ShipmentConfirmed(
        purchase_order_number="D1",
        selling_party=PARTY,
        ship_from_party=PARTY,
        shipment_status=status,
        shipped_date=shipped,
    )


def scan(at: str) -> ShipmentStatusChanged:
    return ShipmentStatusChanged(
        purchase_order_number="D1",
        selling_party=PARTY,
        ship_from_party=PARTY,
        tracking_number="1Z",
        status_code="D1",
        reason_code="NS",
        status_date_time=at,
        status_location_address=Address(country_code="US"),
    )


@pytest.mark.parametrize(
    ("shipped", "verdict"),
    [
        ("2026-11-27T12:00:00Z", "send"),
        ("2026-11-27T07:00:00-05:00", "send"),
        ("2026-11-27T12:00:01Z", "wait"),
        ("2026-11-28T12:00:00Z", "wait"),
        ("2026-11-28T12:00:01Z", "hold"),
        ("2062-11-27T12:00:00Z", "hold"),
        ("9999-12-31T23:59:59-12:00", "hold"),
        ("0001-01-01T00:00:00+12:00", "hold"),
        ("", "hold"),
        ("no time", "hold"),
        ("2025-11-27T12:00:00Z", "send"),
        ("2025-11-27T11:59:59Z", "hold"),
        ("1999-11-27T12:00:00Z", "hold"),
    ],
)
def test_a_confirmation_waits_for_its_own_time_a_day_at_most(shipped: str, verdict: str) -> None:
    for status in ("SHIPPED", "FLOOR_DENIAL"):
        found = timing(confirmation(shipped, status), NOW, oldest=YEAR)
        assert found.verdict == verdict
        assert (found.until is not None) == (verdict == "wait")
        assert bool(found.reason) == (verdict != "send")


@pytest.mark.parametrize(
    ("at", "verdict"),
    [
        ("2026-11-27T12:15:00Z", "send"),
        ("2026-11-27T12:15:01Z", "hold"),
        ("2026-11-27T13:15:00+01:00", "send"),
        ("2026-11-29T12:00:00Z", "hold"),
        ("2025-11-27T12:00:00Z", "send"),
        ("2025-11-26T12:00:00Z", "hold"),
    ],
)
def test_a_scan_is_not_in_the_future_but_for_the_skew_of_clocks(at: str, verdict: str) -> None:
    assert timing(scan(at), NOW, oldest=YEAR).verdict == verdict


def test_without_a_limit_nothing_is_too_old() -> None:
    assert timing(confirmation("1999-01-01T00:00:00Z"), NOW).verdict == "send"


def test_the_reason_names_the_time_the_distance_and_the_zone_that_was_assumed() -> None:
    held = timing(scan("2026-11-30T12:00:00-05:00"), NOW, zone="America/New_York")
    assert "statusDateTime 2026-11-30T12:00:00-05:00" in held.reason
    assert "America/New_York" in held.reason
    assert "3 days ahead" in held.reason
    waits = timing(confirmation("2026-11-27T20:00:00Z"), NOW)
    assert "zone" not in waits.reason
    assert "2026-11-27 20:00:00 UTC" in waits.reason


def test_a_label_waits_for_its_day_and_no_longer_than_a_label_lives() -> None:
    request = LabelRequested(purchase_order_number="D1", selling_party=PARTY, ship_from_party=PARTY)
    assert timing(request, NOW, oldest=YEAR).verdict == "send"
    assert day_timing(NOW, NOW).verdict == "send"
    assert day_timing(NOW + timedelta(days=90), NOW) == day_timing(NOW + timedelta(days=90), NOW)
    assert day_timing(NOW + timedelta(days=90), NOW).verdict == "wait"
    assert day_timing(NOW + timedelta(days=90, seconds=1), NOW).verdict == "hold"
