"""How many orders go in one POST by `auto`, and what becomes of the rest of one that failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bridge.domain.outcomes import AmazonApiError, Outcome, Verdict
from bridge.domain.planning import FULL_BATCH
from bridge.pipeline.partner import Partner
from tests.pipeline.partners import with_policies
from tests.pipeline.stubs import StubAmazon, drained, drop, partner_with
from tests.system.traffic import order, ship_notice, x12


class Amazon(StubAmazon):
    """Returns a rate, records the sizes of the POSTs, and accepts nothing while it is `down`."""

    def __init__(self, told: float) -> None:
        super().__init__()
        self.told = told
        self.sizes: list[int] = []
        self.down = False
        self.answer = self.answered

    def rate(self, _operation: object) -> float:
        return self.told

    def answered(self, items: list[dict[str, Any]]) -> Outcome:
        if self.down:
            return Outcome(kind="not_taken", reason="no connection")
        self.sizes.append(len(items))
        return Outcome(kind="submitted")


def notices(first: int, count: int) -> bytes:
    return x12("856", "SH", "004010", first, [ship_notice(number) for number in range(first, first + count)])


@pytest.mark.parametrize(
    ("rate", "documents", "sizes"),
    [(10.0, 30, {1: 30}), (0.5, 30, {1: 30}), (0.5, 100, {4: 25}), (1 / 60, 100, {50: 2})],
)
def test_a_post_holds_one_order_until_more_waits_than_a_minute_clears(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate: float, documents: int, sizes: dict[int, int]
) -> None:
    amazon = Amazon(rate)
    partner = partner_with(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "a.edi", notices(1, documents))
    drained(partner, rounds=1)
    assert {size: amazon.sizes.count(size) for size in amazon.sizes} == sizes
    assert len(amazon.items) == documents


def test_while_amazon_is_down_what_comes_gathers_and_goes_in_full_posts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = Amazon(0.1)  # six a minute
    partner = partner_with(tmp_path, monkeypatch, amazon)
    amazon.down = True
    for first in range(1, 301, 6):  # little by little, as it comes in a day
        drop(tmp_path, f"{first}.edi", notices(first, 6))
        drained(partner, rounds=1)
    drained(partner)  # a pass that is still sending leaves the inbox to the next one
    counts = partner.ledger.counts()[partner.vendor]
    assert (counts["submissions"], counts["events"]["ready"]) == ({"ready": 6}, 294)

    amazon.down = False
    drained(partner, rounds=8)
    assert sorted({item["purchaseOrderNumber"] for item in amazon.items}) == [order(n) for n in range(1, 301)]
    assert len(amazon.items) == 300
    # The six made at first go alone. A plan made while some of them wait fills its POSTs, one made after the
    # last of them spreads the 294 evenly: six POSTs either way, the fewest that hold them all.
    assert amazon.sizes.count(1) == 6
    gathered = [size for size in amazon.sizes if size > 1]
    assert (len(gathered), sum(gathered)) == (6, 294)
    assert max(gathered) <= FULL_BATCH


def failing(partner: Partner, amazon: StubAmazon, *named: str) -> Partner:
    """Make the first verdict a failure that names orders, the others successes; three orders a POST."""
    errors = tuple(AmazonApiError("EMPTY_PACKAGES", f"Order ID {one} has empty packages") for one in named)
    amazon.verdict = lambda tx: Verdict(status="Success" if tx != "tx-3" else "Failure", errors=errors)
    return with_policies(partner, batch_size=3)


@pytest.mark.parametrize(
    ("after", "sent", "states"),
    [
        ("retry", 5, {order(1): "succeeded", order(2): "failed", order(3): "succeeded"}),
        ("hold", 3, {order(1): "held", order(2): "failed", order(3): "held"}),
    ],
)
def test_the_rest_of_a_failed_post_goes_again_alone_or_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: str, sent: int, states: dict[str, str]
) -> None:
    amazon = StubAmazon()
    partner = partner_with(tmp_path, monkeypatch, amazon)
    partner = with_policies(failing(partner, amazon, order(2)), after_failure=after)
    drop(tmp_path, "a.edi", notices(1, 3))
    drained(partner)
    events = partner.ledger.batch(1).events
    assert {event.purchase_order_number: event.state for event in events} == states
    assert len(amazon.items) == sent
    reasons = [event.reason for event in events if event.state == "held"]
    assert all("one of 3 events of submission 1" in reason and "tx-3" in reason for reason in reasons)
    assert ("held" in {alert.kind for alert in partner.ledger.alerts(partner.vendor)}) == bool(reasons)


def test_an_event_held_after_a_failure_goes_alone_once_it_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = StubAmazon()
    partner = partner_with(tmp_path, monkeypatch, amazon)
    partner = with_policies(failing(partner, amazon), after_failure="hold")
    drop(tmp_path, "a.edi", notices(1, 3))
    drained(partner)
    held = [event.id for event in partner.ledger.batch(1).events if event.state == "held"]
    assert len(held) == 3
    for event in held:
        partner.ledger.release_event(event, partner.clock())
    drained(partner)
    assert {event.state for event in partner.ledger.batch(1).events} == {"succeeded"}
    assert [submission.event_count for submission in partner.ledger.batch(1).submissions] == [3, 1, 1, 1]
