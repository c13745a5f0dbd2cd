"""The short form of `make crash`: thirty kills, the same in every run as far as time allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.lives import AT_RANDOM
from tests.crash.rounds import run_round

KILLS = 15


@pytest.mark.parametrize("seed", [20261122, 20261123])
def test_no_kill_loses_a_document_or_sends_one_twice(seed: int, tmp_path: Path) -> None:
    figures = run_round(seed, KILLS, tmp_path)
    assert figures.account.problems == []
    assert figures.total == KILLS
    assert figures.kills.total() > figures.kills[AT_RANDOM], "no named point was reached"
    assert figures.of_verbs, "no verb was killed"
    assert figures.account.documents > KILLS
