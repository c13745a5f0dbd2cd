"""A round: a fresh installation, so many kills, an operator's word on what waits, and the account."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.audit import Account, audit
from tests.crash.desk import Desk
from tests.crash.figures import lines_of, told
from tests.crash.lives import AT_RANDOM, Deaths
from tests.crash.place import Place, place
from tests.crash.tasks import DROPPED, LET_GO, NOT_SENT, RUN_AGAIN, SENT
from tests.crash.trade import Trade
from tests.crash.vendors import vendors

A_PERSON_LOOKS_EVERY = 12
"""So many kills pass between two checks of what waits for an operator."""
OF_VERBS = 0.2
"""The part of the kills that strikes an operator's verbs rather than those that drain."""


@dataclass(slots=True)
class Figures:
    """What some rounds came to."""

    kills: Counter[str] = field(default_factory=Counter)
    of_verbs: Counter[str] = field(default_factory=Counter)
    scratch: int = 0
    refused: int = 0
    settled: Counter[str] = field(default_factory=Counter)
    account: Account = field(default_factory=Account)
    seconds: float = 0.0

    def add(self, other: Figures) -> None:
        """Add those of another round."""
        self.kills += other.kills
        self.of_verbs += other.of_verbs
        self.scratch += other.scratch
        self.refused += other.refused
        self.settled += other.settled
        self.seconds += other.seconds
        self.account.add(other.account)

    @property
    def total(self) -> int:
        """All kills."""
        return self.kills.total() + self.of_verbs.total()

    def lines(self) -> list[str]:
        """Report them."""
        account, kills, settled = self.account, self.kills, self.settled
        by_point = Counter({name: count for name, count in kills.items() if name != AT_RANDOM})
        figures = {
            "kills": self.total,
            "of what drains": f"{by_point.total()} at points, {kills[AT_RANDOM]} at random moments",
            "by point": told(by_point),
            "of an operator's verbs": f"{self.of_verbs.total()}; {told(self.of_verbs)}",
            "started from scratch": self.scratch,
            "runs refused beside one that drains": self.refused,
            "dropped": f"{account.files} files with {account.documents} documents",
            "lost": account.lost,
            "sent twice outside policy": account.twice,
            "status updates repeated by policy": account.repeated,
            "failed by Amazon, corrected, sent again": account.corrected,
            "in doubt, all resolved": told(account.doubted),
            "of them by an operator's word": f"{settled[SENT]} as sent, {settled[NOT_SENT]} as not sent",
            "held": f"{settled[LET_GO]} let go, {settled[DROPPED]} dropped",
            "batches run again": settled[RUN_AGAIN],
            "purged": f"{account.purged} batches; {account.spooled} files left in the spool",
            "in the outboxes": told(account.delivered),
            "seconds": f"{self.seconds:.0f}",
            "problems": len(account.problems),
        }
        return lines_of(figures, account.problems)


def run_round(seed: int, kills: int, folder: Path) -> Figures:
    """Run one round in an empty folder."""
    begun = time.monotonic()
    chance = random.Random(seed)  # noqa: S311 - the same traffic and plan for the same seed
    figures = Figures()
    with place(folder, vendors(seed), portioned=seed % 2 == 1) as site:
        trades = tuple(Trade(chance, vendor) for vendor in site.vendors)
        deaths = Deaths(site, trades, chance, figures.kills)
        desk = Desk(site, chance, figures.of_verbs, figures.settled)
        looked = 0
        while figures.total < kills:
            scratch = figures.total == 0
            figures.scratch += scratch
            strikes_a_verb = not scratch and chance.random() < OF_VERBS
            if not (strikes_a_verb and desk.have_one_killed(most=kills - figures.total)):
                deaths.once(scratch=scratch)
            if figures.total >= looked + A_PERSON_LOOKS_EVERY:
                looked = figures.total
                desk.work_through()
        _come_to_rest(site, desk)
        if chance.random() < 0.5:
            desk.purge()
        figures.refused = deaths.refused
        drops = [drop for trade in trades for drop in trade.drops]
        figures.account = audit(site, drops, desk.said)
    figures.account.problems += [*desk.problems, *deaths.problems]
    named = [f"seed {seed} ({kills} kills): {problem}" for problem in figures.account.problems]
    figures.account.problems = named
    figures.seconds = time.monotonic() - begun
    return figures


def _come_to_rest(site: Place, desk: Desk) -> None:
    """Run it to its end, with an operator's word where it needs one, until nothing is left.

    The last run reads Amazon's lists once more, for the shipping documents of what came to its end since.
    """
    for _ in range(12):
        desk.work_through()
        through = site.is_through()
        site.verb("run", "--settle", "--timeout", "60")
        if through and site.is_through():
            return
