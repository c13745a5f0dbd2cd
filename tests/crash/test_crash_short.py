"""The short form of `make crash`: thirty kills, the same in every run as far as time allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.lives import AT_RANDOM
from tests.crash.rounds import CONVENTIONS, run_round

KILLS = 15


@pytest.mark.parametrize("seed", range(20261122, 20261122 + len(CONVENTIONS)))
def test_no_kill_loses_a_document_or_sends_one_twice(seed: int, tmp_path: Path) -> None:
    figures = run_round(seed, KILLS, tmp_path)
    assert figures.account.problems == []
    assert figures.kills.total() == KILLS
    assert figures.kills.total() > figures.kills[AT_RANDOM], "no named point was reached"
    assert figures.account.documents > KILLS
