"""Kills at single points that once made something double."""

from __future__ import annotations

import random
import signal
from pathlib import Path

from tests.crash.audit import audit
from tests.crash.place import place
from tests.crash.trade import Trade
from tests.crash.vendors import vendors

POINTS = ("put_away.moved", "put_away.acknowledged", "put_away.committed")


def test_a_file_that_comes_again_is_acknowledged_once_more_whatever_the_kill(tmp_path: Path) -> None:
    with place(tmp_path, vendors(0)[:1]) as site:
        trade = Trade(random.Random(1), site.vendors[0])  # noqa: S311 - the same traffic in every run
        site.drop(trade.one("notices"))
        site.verb("run", "--settle")
        for point in POINTS:
            site.drop(trade.one("again"))
            run = site.start("run", kill_at=f"{point}:1")
            assert run.wait(100.0) == -signal.SIGKILL, f"{point} was not reached"
            site.verb("run", "--settle")
            assert audit(site, trade.drops).problems == []
