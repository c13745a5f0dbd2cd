"""A long run: packages are dropped while the daemon is killed again and again, and taken to their end."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from simulator.merchant.labels import LabelFault
from simulator.merchant.refusals import Refusal
from tests.crash.buyers.audit import Account, audit
from tests.crash.buyers.desk import Desk
from tests.crash.buyers.market import SPEED, Market, market
from tests.crash.buyers.packages import Trade
from tests.crash.figures import lines_of, told
from tests.crash.lives import AT_RANDOM
from tests.crash.two_sellers import SELLERS

POINTS = (
    "drain.claimed", "collect.kept", "collect.committed", "translate.read", "translate.committed",
    "put_away.moved", "put_away.committed", "precheck.asked", "precheck.committed", "submit.planned",
    "submit.begun", "submit.intent_committed", "submit.posted", "submit.answer_committed", "submit.doubted",
    "submit.policy_committed", "settle.report_written", "settle.report_committed", "follow.asked",
    "follow.committed", "deliver.begun", "deliver.uploaded", "deliver.renamed", "deliver.committed",
)  # fmt: skip
"""Points at which the daemon is killed, each in its turn."""
STORM = 3
"""Requests in a row that Amazon throttles, a few times in a run."""
CREATE, OFFERS, ORDER = "createShipment", "getEligibleShipmentServices", "getOrder"
PATIENCE = 3.0
"""Seconds within which a point is reached, or the daemon is killed at a random moment all the same."""
LONGEST = 1200.0
"""Seconds that the last daemons may take for all that is left."""


@dataclass(slots=True)
class Figures:
    """What a run came to."""

    kills: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    """What the operator said."""
    account: Account = field(default_factory=Account)
    seconds: float = 0.0

    def lines(self) -> list[str]:
        """Report them."""
        account, kills = self.account, self.kills
        figures = {
            "kills": f"{kills.total()}, {kills[AT_RANDOM]} of them at random moments",
            "by point": told(Counter({name: kills[name] for name in kills if name != AT_RANDOM})),
            "dropped": f"{account.files} files with {account.packages} packages of {account.orders} orders",
            "which must be": told(account.fates),
            "troubles of Amazon's": told(self.troubles),
            "bought": account.bought,
            "bought twice": account.twice,
            "lost": account.lost,
            "spent by day": told(account.spent),
            "in doubt, all settled": account.doubted,
            "labels in the outboxes": account.labels,
            "said by the operator": told(self.words),
            "seconds": f"{self.seconds:.0f}",
            "problems": len(account.problems),
        }
        return lines_of(figures, account.problems)


def run_packages(
    seed: int,
    folder: Path,
    *,
    packages: int,
    orders: int,
    files: int,
    damaged: int,
    kills: int,
    cap: str,
    points: Sequence[str] = POINTS,
    speed: float = SPEED,
    patience: float = PATIENCE,
) -> Figures:
    """Run one in an empty folder; the kills are at `points`, in their turn, or at random moments.

    A point that is not reached within `patience` (seconds) is passed over.
    """
    begun = time.monotonic()
    chance = random.Random(seed)  # noqa: S311 - the same traffic and plan for the same seed
    figures, trade = Figures(), Trade(chance, SELLERS)
    dropped = trade.files(packages, orders, files, damaged)
    with market(folder, trade.orders, cap, speed) as site:
        desk = Desk(site, dropped, figures.words)
        left = list(dropped)
        for life in range(kills):
            while left and len(dropped) - len(left) <= life * len(dropped) // kills:
                site.drop(left.pop(0))
            _trouble(site, chance, figures)
            _live(site, chance, figures, points[life % len(points)], patience)
        for file in left:
            site.drop(file)
        deadline = time.monotonic() + LONGEST
        _to_the_end(site, len(dropped), deadline)
        while desk.settles() and time.monotonic() < deadline:
            _to_the_end(site, len(dropped), deadline)
        site.verb("run", "--settle", "--timeout", "60")
        figures.account = audit(site, dropped, cap)
        figures.account.problems += desk.problems
    figures.account.problems = [f"seed {seed}: {problem}" for problem in figures.account.problems]
    figures.seconds = time.monotonic() - begun
    return figures


def _trouble(site: Market, chance: random.Random, figures: Figures) -> None:
    """Have Amazon, or the line to it, fail at times."""
    faults, merchant, dice = site.amazon.faults, site.amazon.merchant, chance.random()
    reads = chance.choice((OFFERS, ORDER))
    troubles: dict[str, Callable[[], object]] = {
        "cut after": lambda: faults.cut_after(operation=CREATE),
        "cut before": lambda: faults.cut_before(operation=CREATE),
        "half an answer": lambda: faults.truncate(operation=CREATE),
        "503": lambda: faults.unavailable(operation=chance.choice((CREATE, reads))),
        "500": lambda: faults.reply(500, operation=chance.choice((CREATE, reads))),
        "500, taken": lambda: faults.reply(500, operation=CREATE, taken=True),
        "429": lambda: faults.reply(429, operation=chance.choice((CREATE, reads)), times=STORM),
        "offers expired": merchant.expire_offers,
        "offer gone": lambda: merchant.refusals.add(
            Refusal(code="ShippingServiceOfferNotAvailable", as_text=chance.random() < 0.5)
        ),
        "bad label": lambda: merchant.label_faults.add(
            LabelFault(how=chance.choice(("wrong_checksum", "bad_gzip", "wrong_type", "blank_types")))
        ),
    }
    if dice < 0.6:
        name = chance.choice(list(troubles))
        troubles[name]()
        figures.troubles[name] += 1
    elif dice > 0.99:  # nothing is bought for an hour of theirs
        merchant.refusals.add(Refusal(code="InsufficientFunds"))
        figures.troubles["no funds"] += 1


def _live(site: Market, chance: random.Random, figures: Figures, point: str, patience: float) -> None:
    """Start the daemon, and kill it at a point, or at any moment."""
    at_random = chance.random() < 0.25
    child = site.start("daemon", kill_at="" if at_random else f"{point}:{chance.choice((1, 1, 1, 2))}")
    reached = child.wait(chance.uniform(0.1, 1.5) if at_random else patience) is not None
    status = child.kill()
    assert status < 0, f"the daemon ended by itself: {status}\n{site.log[-3000:]}"
    figures.kills[point if reached and not at_random else AT_RANDOM] += 1


def _to_the_end(site: Market, files: int, deadline: float) -> None:
    """Let a daemon work until nothing is left but what an operator has to settle."""
    child = site.start("daemon")
    while not site.is_over(files):
        status = child.wait(0.3)
        assert status is None, f"the daemon ended by itself: {status}\n{site.log[-3000:]}"
        if time.monotonic() > deadline:
            break
    child.kill()
