"""Labels beside what else keeps a confirmation from going: neither overrules the other."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bridge.ledger.rows import EventRow
from bridge.pipeline.partner import Partner
from tests.pipeline.labels.support import Labels, confirmed, fetched, newest, notice, sent
from tests.pipeline.stubs import Clock, StubAmazon, drained, drop
from tests.system.traffic import order, x12


def as_function(code: str, body: list[str]) -> list[str]:
    return [segment.replace("BSN*00", f"BSN*{code}") for segment in body]


def only(partner: Partner, batch: int) -> EventRow:
    (event,) = partner.ledger.batch(batch).events
    return event


def test_a_label_fills_nothing_of_a_document_under_a_used_control_number(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZLABEL"))
    fetched(partner, 1)
    assert confirmed(partner, tmp_path, 9, notice(9), control=5).state == "succeeded"
    drop(tmp_path, "again.edi", x12("856", "SH", "004010", 5, [notice(1, "", None)]))
    drained(partner)
    event = newest(partner)
    assert event.state == "refused"
    assert "was used for other content" in event.reason
    assert [one[0] for one in sent(amazon)] == [order(9)]


def test_what_a_label_fills_still_waits_for_its_own_time(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZLABEL"))
    fetched(partner, 1)
    early = [one.replace("*20261101*0812*ET", "*20261122*1512*UT") for one in notice(1, "", None)]
    assert confirmed(partner, tmp_path, 1, early).state == "ready"
    assert sent(amazon) == []
    assert isinstance(partner.clock, Clock)
    partner.clock.now += timedelta(hours=4)
    drained(partner)
    assert [one[:2] for one in sent(amazon)] == [(order(1), "1ZLABEL")]


def test_a_label_fills_nothing_that_is_too_far_ahead(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZLABEL"))
    fetched(partner, 1)
    ahead = [one.replace("*20261101*0812*ET", "*20270101*0812*ET") for one in notice(1, "", None)]
    event = confirmed(partner, tmp_path, 1, ahead)
    assert event.state == "refused"
    assert "ahead of now" in event.reason
    assert sent(amazon) == []


def test_a_newer_label_lets_nothing_go_that_was_cancelled_before_it_came(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZOLD"))
    fetched(partner, 1)
    drop(tmp_path, "cancel.edi", x12("856", "SH", "004010", 2, [as_function("01", notice(1, "1ZNEW"))]))
    drained(partner)
    assert confirmed(partner, tmp_path, 1, notice(1, "1ZNEW")).state == "held"
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    drained(partner)
    event = newest(partner)
    assert event.state == "held"
    assert "cancelled order" in event.reason
    assert sent(amazon) == []


def test_a_replacement_that_a_newer_label_lets_go_supersedes_what_it_replaces(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZOLD"))
    fetched(partner, 1)
    first = confirmed(partner, tmp_path, 1, notice(1, "1ZOTHER"))
    second = confirmed(partner, tmp_path, 1, as_function("05", notice(1, "1ZNEW")), control=2)
    assert (first.state, second.state) == ("held", "held")
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    drained(partner)
    assert [only(partner, batch).state for batch in (1, 2)] == ["superseded", "succeeded"]
    assert [one[:2] for one in sent(amazon)] == [(order(1), "1ZNEW")]
