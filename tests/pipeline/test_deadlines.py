"""What waits too long is held; what is late or silent is told once, and taken back."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.domain.outcomes import Outcome
from bridge.ledger.store import Ledger
from bridge.pipeline.partner import Partner
from tests.pipeline.partners import with_policies
from tests.pipeline.stubs import Clock, StubAmazon, drained, drop
from tests.system.traffic import carrier_status, order, ship_notice, x12

SHIPPED = datetime(2026, 11, 1, 13, 12, tzinfo=UTC)
"""When the orders of the tests' traffic were shipped."""


def notice(control_number: int, number: int) -> bytes:
    return x12("856", "SH", "004010", control_number, [ship_notice(number)])


def update(control_number: int, number: int) -> bytes:
    return x12("214", "QM", "004010", control_number, [carrier_status(number)])


def passes(partner: Partner, **time: float) -> None:
    assert isinstance(partner.clock, Clock)
    partner.clock.now += timedelta(**time)
    drained(partner, rounds=1)


def kinds(partner: Partner) -> set[str]:
    return {alert.kind for alert in partner.ledger.alerts("acme")}


def test_what_waits_is_not_gone_through_in_each_pass_of_a_drain(
    partner: Partner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[datetime] = []
    waits_since = Ledger.waits_since

    def note(ledger: Ledger, *arguments: Any) -> bool:
        asked.append(partner.clock())
        return waits_since(ledger, *arguments)

    monkeypatch.setattr(Ledger, "waits_since", note)
    drop(tmp_path, "update.edi", update(1, 1))
    drained(partner, rounds=3)  # minutes apart, some passes each
    assert len(asked) == len(set(asked)) == 3


def test_a_status_update_that_waits_too_long_is_held_and_told(partner: Partner, tmp_path: Path) -> None:
    partner = with_policies(partner, wait_for_confirmation=timedelta(hours=6))
    drop(tmp_path, "update.edi", update(1, 1))
    drained(partner)
    passes(partner, hours=5)
    (event,) = partner.ledger.batch(1).events
    assert event.state == "waiting"
    assert "waiting" not in kinds(partner)
    passes(partner, hours=2)
    (event,) = partner.ledger.batch(1).events
    assert (event.state, "did not come in time" in event.reason) == ("held", True)
    assert {"waiting", "held"} <= kinds(partner)
    statuses = tmp_path / "drop" / "outbox" / "statuses"
    assert any("Held" in path.read_text(encoding="utf-8") for path in statuses.glob("*.json"))


def test_a_status_update_that_waited_too_long_goes_when_its_confirmation_comes_at_last(
    partner: Partner, amazon: StubAmazon, tmp_path: Path
) -> None:
    drop(tmp_path, "update.edi", update(1, 1))
    drop(tmp_path, "other.edi", update(2, 2))
    drained(partner)
    passes(partner, hours=25)
    assert "waiting" in kinds(partner)
    drop(tmp_path, "notice.edi", notice(3, 1))
    drop(tmp_path, "another.edi", notice(4, 2))
    drained(partner)
    assert {event.state for batch in (1, 2) for event in partner.ledger.batch(batch).events} == {"succeeded"}
    told = Counter(item["purchaseOrderNumber"] for item in amazon.items)
    assert told == {order(1): 2, order(2): 2}  # the confirmation, then the update
    assert not {"waiting", "held"} & kinds(partner)
    statuses = tmp_path / "drop" / "outbox" / "statuses"
    assert "Held" in (statuses / "update.1.json").read_text(encoding="utf-8")
    assert "Success" in (statuses / "update.1.2.json").read_text(encoding="utf-8")


def test_a_person_sends_a_held_status_update_without_its_confirmation(
    partner: Partner, amazon: StubAmazon, tmp_path: Path
) -> None:
    drop(tmp_path, "update.edi", update(1, 1))
    drained(partner)
    passes(partner, hours=25)
    (event,) = partner.ledger.batch(1).events
    partner.ledger.release_event(event.id, partner.clock())
    drained(partner)
    assert [item["purchaseOrderNumber"] for item in amazon.items] == [order(1)]
    assert not {"waiting", "held"} & kinds(partner)


def test_a_confirmation_that_amazon_does_not_have_in_time_is_told_and_taken_back(
    partner: Partner, amazon: StubAmazon, tmp_path: Path
) -> None:
    amazon.answer = lambda _items: Outcome(kind="not_taken", reason="no line")
    assert isinstance(partner.clock, Clock)
    partner.clock.now = SHIPPED + timedelta(hours=2, minutes=50)
    drop(tmp_path, "notice.edi", notice(1, 1))
    drained(partner, rounds=1)
    assert "late_confirmation" not in kinds(partner)
    passes(partner, minutes=10)
    (alert,) = [alert for alert in partner.ledger.alerts("acme") if alert.kind == "late_confirmation"]
    assert alert.key == "1"
    passes(partner, minutes=10)
    assert len([kind for kind in partner.ledger.alerts("acme") if kind.kind == "late_confirmation"]) == 1
    amazon.answer = None
    passes(partner, minutes=20)
    drained(partner)
    assert "late_confirmation" not in kinds(partner)


def test_held_and_doubtful_confirmations_are_late_too(
    partner: Partner, amazon: StubAmazon, tmp_path: Path
) -> None:
    drop(tmp_path, "first.edi", notice(1, 1))
    drained(partner)
    amazon.answer = lambda _items: Outcome(kind="in_doubt", reason="the line was cut")
    drop(tmp_path, "conflict.edi", notice(1, 2))
    drop(tmp_path, "doubtful.edi", notice(3, 3))
    drained(partner)
    passes(partner, days=1)
    late = {alert.key for alert in partner.ledger.alerts("acme") if alert.kind == "late_confirmation"}
    assert late == {"2", "3"}
    assert set(partner.ledger.ages("acme")) == {"held", "in_doubt"}


def test_a_vendor_that_falls_silent_is_told_and_one_that_never_sent_is_not(
    partner: Partner, tmp_path: Path
) -> None:
    partner = with_policies(partner, silent_after=timedelta(hours=8))
    passes(partner, hours=24)
    assert "silent" not in kinds(partner)
    drop(tmp_path, "first.edi", notice(1, 1))
    drained(partner)
    passes(partner, hours=7)
    assert "silent" not in kinds(partner)
    passes(partner, hours=2)
    assert "silent" in kinds(partner)
    drop(tmp_path, "second.edi", notice(2, 2))
    drained(partner)
    assert "silent" not in kinds(partner)


def test_silence_is_not_told_unless_asked_for(partner: Partner, tmp_path: Path) -> None:
    drop(tmp_path, "first.edi", notice(1, 1))
    drained(partner)
    passes(partner, days=20)
    assert "silent" not in kinds(partner)
