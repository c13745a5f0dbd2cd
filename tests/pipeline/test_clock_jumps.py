"""What cannot be taken back waits for a time that Amazon confirms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from bridge.ledger.new_rows import NewOutbound
from bridge.pipeline.partner import Partner
from bridge.spapi.amazon_time import AmazonTime
from tests.pipeline.stubs import StubAmazon, drained, drop, partner_with
from tests.system.traffic import carrier_status, ship_notice, x12

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


class TimedAmazon(StubAmazon):
    """Amazon, and a machine whose clock can be set."""

    def __init__(self) -> None:
        super().__init__()
        self.wall = NOON
        self.steady = 0.0
        self.time = AmazonTime(lambda: self.wall, lambda: self.steady)
        self.present: Callable[[], datetime | None] = lambda: NOON + timedelta(seconds=self.steady)

    def ask_time(self) -> None:
        if (present := self.present()) is not None:
            self.time.heard({"date": format_datetime(present, usegmt=True)})

    def passes(self, **span: float) -> None:
        self.wall += timedelta(**span)
        self.steady += timedelta(**span).total_seconds()


@pytest.fixture
def amazon() -> TimedAmazon:
    return TimedAmazon()


@pytest.fixture
def partner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, amazon: TimedAmazon) -> Partner:
    made = partner_with(tmp_path, monkeypatch, amazon)
    return replace(made, amazon_time=amazon.time, clock=amazon.time.now, seconds=lambda: amazon.steady)


def alerts(partner: Partner) -> dict[str, str]:
    return {alert.kind: alert.message for alert in partner.ledger.alerts("acme")}


def states(partner: Partner) -> list[str]:
    return [
        event.state for batch in partner.ledger.batches() for event in partner.ledger.batch(batch.id).events
    ]


def test_a_clock_three_days_ahead_holds_no_update_that_waits(
    partner: Partner, amazon: TimedAmazon, tmp_path: Path
) -> None:
    drop(tmp_path, "214.edi", x12("214", "QM", "004010", 1, [carrier_status(1)]))
    drained(partner, rounds=1)
    amazon.ask_time()
    amazon.passes(minutes=2)
    amazon.wall += timedelta(days=3)
    drained(partner, rounds=1)
    assert states(partner) == ["waiting"]
    assert "3 days ahead of Amazon's" in alerts(partner)["clock"]
    amazon.wall -= timedelta(days=3)
    amazon.passes(minutes=2)
    drained(partner, rounds=1)
    assert "clock" not in alerts(partner)
    amazon.passes(days=2)
    drained(partner, rounds=1)
    assert states(partner) == ["held"]


def test_nothing_is_held_for_its_age_while_amazon_does_not_tell_the_time(
    partner: Partner, amazon: TimedAmazon, tmp_path: Path
) -> None:
    told, amazon.present = amazon.present, lambda: None
    drop(tmp_path, "214.edi", x12("214", "QM", "004010", 1, [carrier_status(1)]))
    drained(partner, rounds=1)
    amazon.passes(days=3)
    drained(partner, rounds=1)
    assert states(partner) == ["waiting"]
    amazon.present = told
    amazon.passes(minutes=2)
    drained(partner, rounds=1)
    assert states(partner) == ["held"]


def test_a_clock_that_is_ahead_purges_nothing(partner: Partner, amazon: TimedAmazon, tmp_path: Path) -> None:
    drop(tmp_path, "856.edi", x12("856", "SH", "004010", 1, [ship_notice(1)]))
    drained(partner, rounds=1)
    amazon.passes(minutes=5)
    drained(partner, rounds=2)
    assert states(partner) == ["succeeded"]
    amazon.ask_time()
    amazon.wall += timedelta(days=60)
    amazon.passes(days=2)
    drained(partner, rounds=1)
    assert [batch.state for batch in partner.ledger.batches()] == ["succeeded"]
    amazon.wall -= timedelta(days=60)
    amazon.passes(days=60)
    drained(partner, rounds=1)
    assert [batch.state for batch in partner.ledger.batches()] == ["purged"]


def test_what_a_clock_that_was_ahead_put_off_is_due_again(
    partner: Partner, amazon: TimedAmazon, tmp_path: Path
) -> None:
    told, amazon.present = amazon.present, lambda: None
    drop(tmp_path, "856.edi", x12("856", "SH", "004010", 1, [ship_notice(1)]))
    amazon.wall += timedelta(days=3)
    drained(partner, rounds=1)
    assert amazon.items
    partner.ledger.request_documents(
        partner.fence, "acme", "labels", ["PO1"], partner.clock() + timedelta(minutes=10)
    )
    queued = NewOutbound(kind="status", folder="statuses", name="a.json", data=b"{}")
    partner.ledger.add_outbound(partner.fence, "acme", [queued], partner.clock())
    with partner.ledger._db.write() as connection:
        for table in ("submissions", "outbound_files"):
            connection.execute(text(f"UPDATE {table} SET next_attempt_at = next_attempt_at + 1"))
    amazon.wall -= timedelta(days=3)
    amazon.present = told
    amazon.passes(minutes=5)
    drained(partner, rounds=2)
    assert states(partner) == ["succeeded"]
    assert (tmp_path / "drop" / "outbox" / "statuses" / "a.json").exists()
    assert partner.ledger.due_document_requests("acme", partner.clock() + timedelta(hours=2))
    assert "this machine's clock was ahead" in alerts(partner)["clock"]
    amazon.passes(days=4)
    drained(partner, rounds=1)
    assert "clock" not in alerts(partner)


def test_a_clock_behind_the_ledger_is_told_before_amazon_is_asked(
    partner: Partner, amazon: TimedAmazon, tmp_path: Path
) -> None:
    amazon.present = lambda: None
    drop(tmp_path, "856.edi", x12("856", "SH", "004010", 1, [ship_notice(1)]))
    drained(partner, rounds=1)
    amazon.wall -= timedelta(days=3)
    drained(partner, rounds=1)
    assert "Amazon has not confirmed the time yet" in alerts(partner)["clock"]
