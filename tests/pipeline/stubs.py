"""An Amazon in memory for the pipeline's tests: takes what comes, unless it is told otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bridge.domain.outcomes import Outcome, Verdict
from bridge.pipeline.drain import drain
from bridge.pipeline.partner import Partner
from bridge.pipeline.partner_drain import PartnerReport
from bridge.programs.operations import Item, Operation
from bridge.spapi.client import AmazonClient
from bridge.spapi.pages import UnreadableItem
from tests.pipeline.partners import partner_in


class StubAmazon:
    """What the jobs ask of an `AmazonClient`. `items` are those accepted; the rest is what it answers."""

    version = "v1"

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.answer: Callable[[list[dict[str, Any]]], Outcome] | None = None
        self.verdict: Callable[[str], Verdict] = lambda _transaction: Verdict(status="Success")
        self.of_order: Callable[[str], Item | UnreadableItem | None] = lambda _order: None
        self.reads = 0

    def rate(self, _operation: object) -> float:
        return 10.0

    def acquire_permit(self, _operation: Operation, _stopping: Callable[[], bool]) -> float:
        return 0.0

    def submit(self, operation: Operation, body: bytes, *, permit: float, **_path: str) -> Outcome:
        assert permit == 0.0
        items = list(json.loads(body)[operation.body_key])
        told = self.answer(items) if self.answer else Outcome(kind="submitted")
        if told.kind == "submitted":
            self.items += items
            return Outcome(kind="submitted", http_status=202, amazon_transaction_id=f"tx-{len(self.items)}")
        return told

    def transaction_status(self, _operation: object, amazon_transaction_id: str, **_version: str) -> Verdict:
        return self.verdict(amazon_transaction_id)

    def read_one(self, _operation: Operation, **names: str) -> Item | UnreadableItem | None:
        self.reads += 1
        return self.of_order(names["purchaseOrderNumber"])

    def read_page(self, *_query: object) -> object:
        raise AssertionError("no list is asked for in these tests")


def partner_with(folder: Path, monkeypatch: pytest.MonkeyPatch, amazon: StubAmazon) -> Partner:
    """Make a partner to an Amazon in memory; its lists are not read."""
    made = partner_in(folder, monkeypatch)
    partner = replace(made, amazon=cast("AmazonClient", amazon), clock=Clock(), amazon_time=None)
    partner.state.fetching.due_at = float("inf")
    return partner


class Clock:
    """A clock that goes on only when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def drained(partner: Partner, *, rounds: int = 4) -> PartnerReport:
    """Drain the partner a few times, minutes apart, each with a poll of its inbox; give the last report."""
    for _ in range(rounds):
        partner.state.listing_requested.set()
        report = drain([partner], wait=lambda _seconds: None)[0]
        if isinstance(partner.clock, Clock):
            partner.clock.now += timedelta(minutes=2)
    return report


def drop(folder: Path, name: str, data: bytes) -> Path:
    """Put a file into the inbox."""
    path = folder / "drop" / "inbox" / name
    path.write_bytes(data)
    return path
