"""An Amazon in memory for the pipeline's tests: takes what comes, unless it is told otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bridge.pipeline.drain import LaneReport, drain
from bridge.pipeline.lane import Lane
from bridge.spapi.client import AmazonClient
from bridge.spapi.fetched import Fetched, UnreadableItem
from bridge.spapi.operations import Operation, Outcome, Verdict
from tests.pipeline.lanes import lane_in


class StubAmazon:
    """What the jobs ask of an `AmazonClient`. `items` are those accepted; the rest is what it answers."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.answer: Callable[[list[dict[str, Any]]], Outcome] | None = None
        self.verdict: Callable[[str], Verdict] = lambda _transaction: Verdict(status="Success")
        self.of_order: Callable[[str], Fetched | UnreadableItem | None] = lambda _order: None
        self.reads = 0

    def rate(self, _operation: object) -> float:
        return 10.0

    def turn(self, _operation: Operation, _stopping: Callable[[], bool]) -> float:
        return 0.0

    def submit(self, operation: Operation, body: bytes, *, turn: float) -> Outcome:
        assert turn == 0.0
        items = list(json.loads(body)[operation.body_key])
        told = self.answer(items) if self.answer else Outcome(kind="submitted")
        if told.kind == "submitted":
            self.items += items
            return Outcome(kind="submitted", http_status=202, amazon_transaction_id=f"tx-{len(self.items)}")
        return told

    def transaction_status(self, amazon_transaction_id: str) -> Verdict:
        return self.verdict(amazon_transaction_id)

    def read_order(self, _operation: Operation, order: str) -> Fetched | UnreadableItem | None:
        self.reads += 1
        return self.of_order(order)

    def read_page(self, *_query: object) -> object:
        raise AssertionError("no list is asked for in these tests")


def lane_with(folder: Path, monkeypatch: pytest.MonkeyPatch, amazon: StubAmazon) -> Lane:
    """Make a lane to an Amazon in memory; its lists are not read."""
    lane = lane_in(folder, monkeypatch)
    lane.amazon = cast("AmazonClient", amazon)
    lane.clock = Clock()
    lane.amazon_time = None
    lane.fetch_at = float("inf")
    return lane


class Clock:
    """A clock that goes on only when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def drained(lane: Lane, *, rounds: int = 4) -> LaneReport:
    """Drain the lane a few times, minutes apart, each with a look into its inbox; give the last report."""
    for _ in range(rounds):
        lane.look = True
        report = drain([lane], wait=lambda _seconds: None)[0]
        if isinstance(lane.clock, Clock):
            lane.clock.now += timedelta(minutes=2)
    return report


def drop(folder: Path, name: str, data: bytes) -> Path:
    """Put a file into the inbox."""
    path = folder / "drop" / "inbox" / name
    path.write_bytes(data)
    return path
