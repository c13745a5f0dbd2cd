"""How the bridge dies: at a named point, at any moment, or with a POST under way."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.crash.nursery import Child
from tests.crash.place import Place
from tests.crash.trade import CONFIRM, LABEL, UPDATE, Trade

POINTS: dict[str, str] = {
    # The point, and the kind of file that it takes to get there (an empty one: any).
    "drain.claimed": "",
    "collect.begun": "",
    "collect.kept": "",
    "collect.committed": "",
    "translate.begun": "",
    "translate.read": "",
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
AFTER_A_DOUBT = ("submit.doubted", "submit.policy_committed", "fetch.looked")
"""Points that are on the way only of a process that finds something in doubt."""
IN_FLIGHT = "POST under way"
AT_RANDOM = "at random"
PATIENCE = 2.5
"""Seconds within which a point is reached, or the life ends at a random moment all the same."""


@dataclass(slots=True)
class Deaths:
    """Lets the bridge live and die; `counts` tells how often where."""

    place: Place
    trade: Trade
    chance: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    doubtful: bool = False
    """Whether the last life left something in doubt that the next one finds."""

    def once(self, *, scratch: bool = False) -> None:
        """Drop some files, start the daemon, and kill it."""
        dice = self.chance.random()
        if dice < 0.65:
            died_of = self._at_a_point(scratch=scratch)
        elif dice < 0.78:
            died_of = self._in_flight(scratch=scratch)
        else:
            self._drop()
            child = self.place.start("daemon", scratch=scratch)
            died_of = self._at_random(child, self.chance.uniform(0.0, 1.6))
        self.counts[died_of] += 1
        self.doubtful = died_of in {IN_FLIGHT, "submit.intent_committed", "submit.posted", *AFTER_A_DOUBT}

    def _drop(self, *kinds: str) -> None:
        for drop in self.trade.some(*kinds):
            self.place.drop(drop)

    def _at_a_point(self, *, scratch: bool) -> str:
        point = self._rarest()
        self._drop(*([POINTS[point]] if POINTS[point] else []))
        times = 1 if point in AFTER_A_DOUBT else self.chance.choice((1, 1, 1, 1, 2))
        child = self.place.start("daemon", kill_at=f"{point}:{times}", scratch=scratch)
        return self._at_random(child, PATIENCE, point)

    def _rarest(self) -> str:
        """Choose among the points that have killed the least."""
        if self.doubtful and self.chance.random() < 0.6:
            return self.chance.choice(AFTER_A_DOUBT)
        fit = [point for point in POINTS if point not in AFTER_A_DOUBT]
        if self.place.convention != "done-file":
            fit.remove("put_away.unmarked")
        self.chance.shuffle(fit)
        return self.chance.choice(sorted(fit, key=lambda point: self.counts[point])[:6])

    def _at_random(self, child: Child, seconds: float, point: str = AT_RANDOM) -> str:
        """Kill it after so many seconds, with more files dropped half-way."""
        if child.wait(seconds / 2) is None:
            if self.chance.random() < 0.5:
                self.place.drop(self.trade.one("updates"))
            if child.wait(seconds / 2) is None:
                point = AT_RANDOM
        child.kill()
        assert child.status is not None
        assert child.status < 0, f"the daemon ended by itself: {child.status}\n{self.place.log[-3000:]}"
        return point

    def _in_flight(self, *, scratch: bool) -> str:
        """Let Amazon take a POST and not answer it."""
        operation = self.chance.choice((CONFIRM, CONFIRM, UPDATE, LABEL))
        self._drop({CONFIRM: "despatches", UPDATE: "updates", LABEL: "requests"}[operation])
        amazon = self.place.amazon
        amazon.faults.hold(operation=operation, times=self.chance.randint(1, 2))
        before = sum(self._accepted(operation))
        child = self.place.start("daemon", scratch=scratch)
        reached = amazon.wait_until(lambda: sum(self._accepted(operation)) > before, PATIENCE)
        child.kill()
        amazon.faults.clear()
        return IN_FLIGHT if reached else AT_RANDOM

    def _accepted(self, operation: str) -> Iterator[int]:
        return (1 for one in self.place.amazon.accepted if one.operation == operation)
