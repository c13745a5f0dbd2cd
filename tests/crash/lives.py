"""How the bridge dies: at a named point, at any moment, or with a POST under way."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field

from tests.crash.place import Place
from tests.crash.trade import CONFIRM, LABEL, UPDATE, Trade
from tests.crash.vendors import Vendor
from tests.forkserver import Forked

POINTS: dict[str, str] = {
    # The point, and the kind of file that it takes to get there (an empty one: any).
    "drain.claimed": "",
    "collect.begun": "",
    "collect.kept": "",
    "collect.committed": "",
    "translate.begun": "",
    "translate.read": "",
    "translate.portion": "notices",
    "translate.portion_committed": "notices",
    "translate.committed": "",
    "put_away.begun": "",
    "put_away.acknowledged": "again",
    "put_away.explained": "junk",
    "put_away.moved": "",
    "put_away.unmarked": "",
    "put_away.committed": "",
    "submit.planned": "notices",
    "submit.begun": "notices",
    "submit.intent_committed": "notices",
    "submit.posted": "notices",
    "submit.answer_committed": "notices",
    "submit.doubted": "",
    "submit.policy_committed": "",
    "settle.asked": "",
    "settle.committed": "",
    "settle.report_written": "",
    "settle.report_committed": "",
    "fetch.looked": "",
    "fetch.page_read": "requests",
    "fetch.page_committed": "requests",
    "fetch.cursor_committed": "",
    "fetch.order_read": "requests",
    "fetch.order_committed": "requests",
    "deliver.begun": "",
    "deliver.uploaded": "",
    "deliver.renamed": "",
    "deliver.committed": "",
}
OF_PORTIONS = ("translate.portion", "translate.portion_committed")
"""Points that are on the way only where files are committed in portions."""
AFTER_A_DOUBT = ("submit.doubted", "submit.policy_committed", "fetch.looked")
"""Points that are on the way only of a process that finds something in doubt."""
IN_FLIGHT = "POST under way"
AT_RANDOM = "at random"
REFUSED = 2
"""Exit code of a run that finds another process at work."""
PATIENCE = 2.0
"""Seconds within which a point is reached, or the life ends at a random moment all the same."""


@dataclass(slots=True)
class Deaths:
    """Starts and kills the bridge; `counts` has how often, by place."""

    place: Place
    trades: tuple[Trade, ...]
    chance: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    doubtful: bool = False
    """Whether the last life left something in doubt that the next one finds."""
    refused: int = 0
    """How often a run beside a daemon was told that somebody is at work."""
    problems: list[str] = field(default_factory=list)

    def once(self, *, scratch: bool = False) -> None:
        """Drop some files, start the daemon (or a run), and kill it."""
        dice = self.chance.random()
        if dice < 0.65:
            died_of = self._at_a_point(scratch=scratch)
        elif dice < 0.78 and not scratch:  # which would be too late for its patience
            died_of = self._in_flight()
        else:
            self._drop()
            child = self.place.start("daemon", scratch=scratch)
            died_of = self._at_random(child, self.chance.uniform(0.0, 1.6))
        self.counts[died_of] += 1
        self.doubtful = died_of in {IN_FLIGHT, "submit.intent_committed", "submit.posted", *AFTER_A_DOUBT}

    def _drop(self, *kinds: str, vendor: Vendor | None = None) -> None:
        """Drop files of one vendor, those of `kinds` among them, and some of another's."""
        trade = next((one for one in self.trades if one.vendor == vendor), None) or self._trade()
        others = [one for one in self.trades if one is not trade]
        for drop in trade.some(*kinds):
            self.place.drop(drop)
        if self.chance.random() < 0.6:
            self.place.drop(self.chance.choice(others).any())

    def _trade(self) -> Trade:
        return self.chance.choice(self.trades)

    def _at_a_point(self, *, scratch: bool) -> str:
        point = self._rarest()
        # A file that must settle is taken a second later than others: let that be rarer.
        weights = [1 if one.convention == "settled" else 2 for one in self.place.vendors]
        (vendor,) = self.chance.choices(self.place.vendors, weights)
        if point == "put_away.unmarked":
            vendor = next(one for one in self.place.vendors if one.convention == "done-file")
        self._drop(*([POINTS[point]] if POINTS[point] else []), vendor=vendor)
        times = 1 if point in AFTER_A_DOUBT else self.chance.choice((1, 1, 1, 1, 2))
        verb = self.chance.choice((["daemon"],) * 8 + (["run"], ["run", "--settle", "--vendor", vendor.name]))
        child = self.place.start(*verb, kill_at=f"{point}:{times}", scratch=scratch)
        return self._at_random(child, PATIENCE, point, ends=verb[0] == "run")

    def _rarest(self) -> str:
        """Choose among the points that have killed the least."""
        if self.doubtful and self.chance.random() < 0.6:
            return self.chance.choice(AFTER_A_DOUBT)
        never = AFTER_A_DOUBT if self.place.portioned else (*AFTER_A_DOUBT, *OF_PORTIONS)
        fit = [point for point in POINTS if point not in never]
        self.chance.shuffle(fit)
        return self.chance.choice(sorted(fit, key=lambda point: self.counts[point])[:6])

    def _at_random(self, child: Forked, seconds: float, point: str = AT_RANDOM, *, ends: bool = False) -> str:
        """Kill it after so many seconds, with more files dropped half-way; it may be one that `ends`."""
        if child.wait(seconds / 2) is None:
            if self.chance.random() < 0.5:
                self.place.drop(self._trade().one("updates"))
            if self.chance.random() < 0.1:
                self._run_beside(child)
            if child.wait(seconds / 2) is None:
                point = AT_RANDOM
        status = child.kill()
        if ends and status >= 0:
            return self._outlived(status)
        assert status < 0, f"the daemon ended by itself: {status}\n{self.place.log[-3000:]}"
        return point

    def _outlived(self, status: int) -> str:
        """Kill a daemon instead of a run that was through before its time."""
        assert status in {0, 1}, f"ended by itself: {status}\n{self.place.log[-3000:]}"
        child = self.place.start("daemon")
        child.wait(self.chance.uniform(0.0, 0.8))
        status = child.kill()
        assert status < 0, f"the daemon ended by itself: {status}\n{self.place.log[-3000:]}"
        return AT_RANDOM

    def _run_beside(self, child: Forked) -> None:
        """Start a run while another process drains: it must be refused, and hurt nobody."""
        if not self.place.is_drained_by(child.pid):
            return
        status = self.place.verb("run")
        if child.wait(0.0) is not None:  # it died meanwhile, and the run was let in
            return
        self.refused += 1
        if status != REFUSED:
            self.problems.append(f"a run beside process {child.pid} ended with {status}, not {REFUSED}")

    def _in_flight(self) -> str:
        """Have Amazon accept a POST and not answer it."""
        operation = self.chance.choice((CONFIRM, CONFIRM, UPDATE, LABEL))
        self._drop({CONFIRM: "despatches", UPDATE: "updates", LABEL: "requests"}[operation])
        amazon = self.place.amazon
        amazon.faults.hold(operation=operation, times=self.chance.randint(1, 2))
        before = len(self.place.accepted(operation))
        child = self.place.start("daemon")
        reached = amazon.wait_until(lambda: len(self.place.accepted(operation)) > before, PATIENCE)
        child.kill()
        amazon.faults.clear()
        return IN_FLIGHT if reached else AT_RANDOM
