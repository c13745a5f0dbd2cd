"""The short form of `make long-run`: some orders and kills, the same in every run as far as time allows."""

from __future__ import annotations

from pathlib import Path

from tests.crash.lives import AT_RANDOM
from tests.crash.sellers.rounds import run_orders

SEED = 8
POINTS = (
    "translate.committed",
    "submit.posted",
    "submit.intent_committed",
    "follow.asked",
    "follow.committed",
)


def test_no_kill_loses_an_order_or_creates_one_twice_and_every_piece_is_accounted_for(tmp_path: Path) -> None:
    figures = run_orders(
        SEED,
        tmp_path,
        orders=32,
        files=10,
        damaged=14,
        kills=5,
        points=POINTS,
        speed=3600.0,
        patience=60.0,  # a slow machine reaches them, too
    )
    assert figures.account.problems == []
    assert figures.kills.total() > figures.kills[AT_RANDOM], "no named point was reached"
    assert set(figures.account.fates) == {"sent", "refused", "held", "rejected"}
    assert figures.account.shipments
    assert figures.account.packages
