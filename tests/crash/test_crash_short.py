"""The short form of `make crash`: twenty kills, the same in every run as far as time allows."""

from __future__ import annotations

from pathlib import Path

from tests.crash.lives import AT_RANDOM
from tests.crash.rounds import run_round

SEED, KILLS = 20261123, 20


def test_no_kill_loses_a_document_or_sends_one_twice(tmp_path: Path) -> None:
    figures = run_round(SEED, KILLS, tmp_path)
    assert figures.account.problems == []
    assert figures.total == KILLS
    assert figures.kills.total() > figures.kills[AT_RANDOM], "no named point was reached"
    assert figures.of_verbs, "no verb was killed"
    assert figures.account.documents > KILLS
