"""The short form of `make buying-run`: some packages and kills, the same in every run but for time."""

from __future__ import annotations

from pathlib import Path

from tests.crash.buyers.rounds import run_packages
from tests.crash.lives import AT_RANDOM

SEED = 8
POINTS = ("submit.posted", "submit.intent_committed", "precheck.committed", "submit.answer_committed")


def test_no_kill_buys_a_label_twice_or_loses_one_and_the_limits_hold(tmp_path: Path) -> None:
    figures = run_packages(
        SEED,
        tmp_path,
        packages=24,
        orders=18,
        files=6,
        damaged=5,
        kills=4,
        cap="120.00",
        points=POINTS,
        patience=60.0,  # a slow machine reaches them, too
    )
    assert figures.account.problems == []
    assert figures.kills.total() > figures.kills[AT_RANDOM], "no named point was reached"
    assert set(figures.account.fates) == {"bought", "quoted", "held", "refused"}
    assert len(figures.account.spent) > 1, "the day's money was enough"
