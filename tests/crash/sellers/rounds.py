"""A long run: orders are dropped while the daemon is killed again and again, and taken to their end."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.figures import lines_of, told
from tests.crash.lives import AT_RANDOM
from tests.crash.sellers.audit import Account, audit
from tests.crash.sellers.orders import Trade
from tests.crash.sellers.shops import SPEED, Shops, shops
from tests.crash.two_sellers import SELLERS

POINTS = (
    "drain.claimed", "collect.kept", "collect.committed", "translate.read", "translate.committed",
    "put_away.moved", "put_away.committed", "submit.planned", "submit.begun", "submit.intent_committed",
    "submit.posted", "submit.answer_committed", "submit.doubted", "submit.policy_committed", "settle.asked",
    "settle.committed", "settle.report_written", "settle.report_committed", "follow.swept", "follow.asked",
    "follow.committed", "deliver.begun", "deliver.uploaded", "deliver.renamed", "deliver.committed",
)  # fmt: skip
"""Points at which the daemon is killed, each in its turn."""
STORM = 3
"""Requests in a row that Amazon throttles, a few times in a run."""
CREATE, GET = "createFulfillmentOrder", "getFulfillmentOrder"
PATIENCE = 3.0
"""Seconds within which a point is reached, or the daemon is killed at a random moment all the same."""
LONGEST = 3600.0
"""Seconds that the last daemon may take for all that is left."""


@dataclass(slots=True)
class Figures:
    """What a run came to."""

    kills: Counter[str] = field(default_factory=Counter)
    throttled: int = 0
    account: Account = field(default_factory=Account)
    seconds: float = 0.0

    def lines(self) -> list[str]:
        """Report them."""
        account, kills = self.account, self.kills
        figures = {
            "kills": f"{kills.total()}, {kills[AT_RANDOM]} of them at random moments",
            "by point": told(Counter({name: kills[name] for name in kills if name != AT_RANDOM})),
            "dropped": f"{account.files} files with {account.orders} orders",
            "which must be": told(account.fates),
            "at Amazon": told(account.ends),
            "lost": account.lost,
            "created twice": account.twice,
            "in doubt, all resolved": account.doubted,
            "throttled on purpose": self.throttled,
            "files of shipments": account.shipments,
            "packages": account.packages,
            "seconds": f"{self.seconds:.0f}",
            "problems": len(account.problems),
        }
        return lines_of(figures, account.problems)


def run_orders(
    seed: int,
    folder: Path,
    *,
    orders: int,
    files: int,
    damaged: int,
    kills: int,
    points: Sequence[str] = POINTS,
    speed: float = SPEED,
    patience: float = PATIENCE,
) -> Figures:
    """Run one in an empty folder; the kills are at `points`, in their turn, or at random moments.

    A point that is not reached within `patience` (seconds) is passed over.
    """
    begun = time.monotonic()
    chance = random.Random(seed)  # noqa: S311 - the same traffic and plan for the same seed
    figures = Figures()
    with shops(folder, speed) as site:
        dropped = Trade(chance, SELLERS).files(orders, files, damaged)
        left = list(dropped)
        for life in range(kills):
            while left and len(dropped) - len(left) <= life * len(dropped) // kills:
                site.drop(left.pop(0))
            _trouble(site, chance, figures)
            _live(site, chance, figures, points[life % len(points)], patience)
        for file in left:
            site.drop(file)
        _to_the_end(site, len(dropped))
        figures.account = audit(site, dropped, figures.throttled)
    named = [f"seed {seed}: {problem}" for problem in figures.account.problems]
    figures.account.problems = named
    figures.seconds = time.monotonic() - begun
    return figures


def _trouble(site: Shops, chance: random.Random, figures: Figures) -> None:
    """Have Amazon, or the line to it, fail at times."""
    faults = site.amazon.faults
    dice = chance.random()
    if dice < 0.12:
        faults.cut_after(operation=CREATE)
    elif dice < 0.24:
        faults.cut_before(operation=CREATE)
    elif dice < 0.28:
        faults.unavailable(operation=chance.choice((CREATE, GET)))
    elif dice < 0.32:
        faults.reply(500, operation=GET)
    elif dice < 0.36:
        faults.reply(429, operation=chance.choice((CREATE, GET)), times=STORM)
        figures.throttled += STORM


def _live(site: Shops, chance: random.Random, figures: Figures, point: str, patience: float) -> None:
    """Start the daemon, and kill it at a point, or at any moment."""
    at_random = chance.random() < 0.25
    child = site.start("daemon", kill_at="" if at_random else f"{point}:{chance.choice((1, 1, 1, 2))}")
    reached = child.wait(chance.uniform(0.1, 1.5) if at_random else patience) is not None
    status = child.kill()
    assert status < 0, f"the daemon ended by itself: {status}\n{site.log[-3000:]}"
    figures.kills[point if reached and not at_random else AT_RANDOM] += 1


def _to_the_end(site: Shops, files: int) -> None:
    """Let a last daemon work until nothing is left, and a run deliver what it made last."""
    deadline = time.monotonic() + LONGEST
    child = site.start("daemon")
    while not site.is_over(files):
        status = child.wait(0.5)
        assert status is None, f"the daemon ended by itself: {status}\n{site.log[-3000:]}"
        if time.monotonic() > deadline:
            break
    child.kill()
    site.verb("run", "--settle", "--timeout", "60")
