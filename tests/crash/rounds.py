"""A round: a fresh installation, so many kills, a person's word on what is in doubt, and the account."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.audit import Account, audit
from tests.crash.lives import AT_RANDOM, Deaths
from tests.crash.place import Place, place
from tests.crash.trade import Trade

A_PERSON_LOOKS_EVERY = 12
"""So many kills pass between two looks at what is in doubt."""
CONVENTIONS = ("rename", "done-file")


@dataclass(slots=True)
class Figures:
    """What some rounds came to."""

    kills: Counter[str] = field(default_factory=Counter)
    scratch: int = 0
    resolved: Counter[str] = field(default_factory=Counter)
    account: Account = field(default_factory=Account)
    seconds: float = 0.0

    def add(self, other: Figures) -> None:
        """Add those of another round."""
        self.kills += other.kills
        self.scratch += other.scratch
        self.resolved += other.resolved
        self.seconds += other.seconds
        for name in ("documents", "files", "lost", "twice", "repeated"):
            setattr(self.account, name, getattr(self.account, name) + getattr(other.account, name))
        self.account.problems += other.account.problems

    def lines(self) -> list[str]:
        """Tell them."""
        account, kills = self.account, self.kills
        at_points = kills.total() - kills[AT_RANDOM]
        points = ", ".join(f"{name} {count}" for name, count in sorted(kills.items()) if name != AT_RANDOM)
        return [
            f"kills: {kills.total()}, {at_points} at points, {kills[AT_RANDOM]} at random moments",
            f"of these, of processes started from scratch: {self.scratch}",
            f"by point: {points}",
            f"dropped: {account.files} files with {account.documents} documents",
            f"lost: {account.lost}",
            f"sent twice outside policy: {account.twice}",
            f"status updates repeated by policy: {account.repeated}",
            f"in doubt: resolved as sent {self.resolved['sent']}, as not sent {self.resolved['not_sent']}",
            f"seconds: {self.seconds:.0f}",
            f"problems: {len(account.problems)}",
            *(f"  {problem}" for problem in account.problems[:50]),
        ]


def run_round(seed: int, kills: int, folder: Path) -> Figures:
    """Run one round in an empty folder."""
    begun = time.monotonic()
    chance = random.Random(seed)  # noqa: S311 - the same traffic and plan for the same seed
    figures = Figures()
    trade = Trade(chance)
    with place(folder, CONVENTIONS[seed % 2]) as site:
        deaths = Deaths(site, trade, chance, figures.kills)
        for number in range(kills):
            scratch = number == 0
            figures.scratch += scratch
            deaths.once(scratch=scratch)
            if number % A_PERSON_LOOKS_EVERY == A_PERSON_LOOKS_EVERY - 1:
                figures.resolved.update(site.settle_doubts())
        _come_to_rest(site, figures)
        figures.account = audit(site, trade.drops)
    named = [f"seed {seed} ({kills} kills): {problem}" for problem in figures.account.problems]
    figures.account.problems = named
    figures.seconds = time.monotonic() - begun
    return figures


def _come_to_rest(site: Place, figures: Figures) -> None:
    """Let it finish, with a person's word where it needs one, until nothing is left."""
    for _ in range(12):
        site.verb("run", "--settle", "--timeout", "60")
        figures.resolved.update(site.settle_doubts())
        if site.is_through():
            return
