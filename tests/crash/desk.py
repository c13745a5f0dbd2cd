"""The operator of the bridge: settles what waits, purges, and has the verbs killed while they work."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bridge.ledger.rows import DueSubmission
from tests.crash.lives import AT_RANDOM, OF_PORTIONS
from tests.crash.place import Place
from tests.crash.tasks import Decide, Purge, Rerun, Resolve, Task
from tests.crash.trade import UPDATE

POINTS = {
    "resolve": ("resolve.begun", "resolve.committed"),
    "rerun": ("translate.begun", "translate.read", "translate.committed"),
    "purge": ("purge.blanked", "purge.removed", "purge.forgotten"),
}
MOST_PORTIONS = 3
"""A rerun in portions has its batch reported anew after each, where a daemon works beside it."""
SAID_AGAIN = 0.7
"""How often the operator notices: what was left half-way must come to its end all the same."""
BESIDE = "daemon beside a verb"
_PATIENCE = 20.0


@dataclass(slots=True)
class Desk:
    """What an operator said and had said; `kills` counts the verbs that were killed, by verb and place."""

    place: Place
    chance: random.Random
    kills: Counter[str]
    settled: Counter[str] = field(default_factory=Counter)
    said: Counter[int] = field(default_factory=Counter)
    """How often a word was said that has a batch reported anew, by batch."""
    problems: list[str] = field(default_factory=list)

    def work_through(self) -> None:
        """Do what an operator does about all that waits: each verb once, and undisturbed."""
        for task in list(self._waiting()):
            self._say(task)

    def purge(self) -> None:
        """Purge all that is done, undisturbed, and check whether it went."""
        task = self._purge_of("")
        before = task.state(self.place)
        self._say(task)
        self._check(task, before, alone=True)
        self._check_gone(task, alone=True)

    def have_one_killed(self, most: int) -> bool:
        """Have a verb killed, at times with a daemon at work beside it; False where none could be."""
        task = self._rarest([*self._waiting(), *self._always()])
        if task is None:
            return False
        beside = most > 1 and self.chance.random() < 0.35
        daemon = self.place.start("daemon") if beside else None
        if daemon is not None:
            daemon.wait(self.chance.uniform(0.2, 0.9))
        before = task.state(self.place)
        died = self._kill(task)
        if daemon is not None:
            daemon.wait(self.chance.uniform(0.0, 0.3))
            daemon.kill()
            self.kills[BESIDE] += 1
        self._check(task, before, alone=daemon is None)
        if died and self.chance.random() < SAID_AGAIN:
            self._finish(task, before, alone=daemon is None)
        return died or daemon is not None

    # --- what there is to do ---

    def _rarest(self, tasks: list[Task]) -> Task | None:
        """Choose among the verbs that were killed the least."""
        verbs = Counter({task.words[0]: 0 for task in tasks})
        for name, count in self.kills.items():
            verb = name.partition(":")[0]
            if verb in verbs:
                verbs[verb] += count
        if not verbs:
            return None
        rarest = min(verbs, key=lambda verb: (verbs[verb], verb))
        return self.chance.choice([task for task in tasks if task.words[0] == rarest])

    def _waiting(self) -> Iterator[Task]:
        yield from self._doubts()
        for event in self.place.rows(
            "SELECT id, file_id, reason FROM events WHERE state = 'held' ORDER BY id"
        ):
            said_before = event["reason"].startswith("it says the same as")
            yield Decide(event["id"], event["file_id"], send=not said_before)
        failed = self.place.rows(
            "SELECT DISTINCT file_id FROM events WHERE state = 'failed' ORDER BY file_id"
        )
        for row in failed:
            yield self._rerun_of(row["file_id"])

    def _doubts(self) -> Iterator[Task]:
        """Look what Amazon has of each doubt. Status updates need no operator: they are sent again."""
        if not self.place.ledger.exists():
            return
        with self.place.opened() as ledger:
            doubts = [
                doubt
                for vendor in self.place.vendors
                for doubt in ledger.in_doubt(vendor.name, 10_000)
                if doubt.operation != UPDATE
            ]
        if doubts:
            time.sleep(0.3)  # a request that was cut may still be on its way through the stand-in
        for doubt in doubts:
            found = self._transactions_of(doubt)
            if len(found) == 1:
                yield Resolve(doubt.id, found.pop())
            else:
                self.problems.append(f"submission {doubt.id} stands in parts at Amazon: {found}")

    def _transactions_of(self, doubt: DueSubmission) -> set[str | None]:
        """Find the transactions in which Amazon took the orders of a doubt; None for one it never took.

        Those that the ledger knows already are answers to other submissions.
        """
        known = {row[0] for row in self.place.rows("SELECT amazon_transaction_id FROM submissions")}
        taken = {
            one.item["purchaseOrderNumber"]: one.transaction_id
            for one in self.place.accepted(doubt.operation)
            if one.transaction_id not in known
        }
        return {taken.get(order) for order in doubt.purchase_order_numbers}

    def _rerun_of(self, batch: int) -> Rerun:
        """Run a batch again, after Amazon has corrected what it refused of it."""
        events = self.place.rows(
            "SELECT purchase_order_number FROM events WHERE file_id = :id", {"id": batch}
        )
        for event in events:
            self.place.correct(event["purchase_order_number"])
        return Rerun(batch)

    def _always(self) -> Iterator[Task]:
        """Return what can be said at any time: a purge, and a rerun of what has nothing to be done again.

        What Amazon failed is corrected before it is purged: without its bytes nobody can send it again.
        """
        clean = [vendor.name for vendor in self.place.vendors if not self.place.is_failing(vendor)]
        whose = [*clean, ""] if len(clean) == len(self.place.vendors) else clean
        if whose and (purge := self._purge_of(self.chance.choice(whose))).done:
            yield purge
        done = self.place.rows(
            "SELECT id FROM files WHERE state = 'translated' AND (purged_at IS NULL OR spool_name = '')"
        )
        if done:
            yield self._rerun_of(self.chance.choice(done)["id"])

    def _purge_of(self, vendor: str) -> Purge:
        names = [vendor] if vendor else [one.name for one in self.place.vendors]
        if not self.place.ledger.exists():
            return Purge(vendor)
        with self.place.opened() as ledger:
            now = datetime.now(UTC)
            done = {batch.id for name in names for batch in ledger.purgeable(name, now, 1_000_000)}
        return Purge(vendor, frozenset(done))

    # --- saying it ---

    def _say(self, task: Task) -> None:
        """Say it to its end; its exit code must be the right one for what the ledger says."""
        codes = task.codes(self.place, task.state(self.place))
        self._note(task)
        code = self.place.verb(*task.words)
        self.settled[task.outcome] += code == 0
        if code not in codes:
            self.problems.append(f"{' '.join(task.words)} ended with {code}, not {codes}")

    def _note(self, task: Task) -> None:
        if task.batch is not None:
            self.said[task.batch] += 1 + (self.place.portioned and isinstance(task, Rerun)) * MOST_PORTIONS

    def _kill(self, task: Task) -> bool:
        """Have a verb killed at one of its points or at any moment; False where it was through before."""
        verb = task.words[0]
        points = POINTS[verb]
        if verb == "rerun" and self.place.portioned:
            points += OF_PORTIONS
        point = min(points, key=lambda one: (self.kills[f"{verb}: {one}"], self.chance.random()))
        at_random = self.chance.random() < 0.35
        child = self.place.start(*task.words, kill_at="" if at_random else f"{point}:1")
        self._note(task)
        status = child.wait(self.chance.uniform(0.0, 0.25) if at_random else _PATIENCE)
        if status is None:
            status = child.kill()
        if status != -signal.SIGKILL:
            self.settled[task.outcome] += status == 0
            return False
        self.kills[f"{verb}: {AT_RANDOM if at_random else point}"] += 1
        return True

    def _finish(self, task: Task, before: Hashable, *, alone: bool) -> None:
        """Say a verb again that was killed: it must do now what it has not done, and no more."""
        now = task.state(self.place)
        codes = task.codes(self.place, before)
        self.settled[task.outcome] += 1
        if not alone and now != before and isinstance(task, Resolve):
            return  # the daemon may have sent it since, and it may be in doubt anew: look first
        self._note(task)
        code = self.place.verb(*task.words)
        said = f"{' '.join(task.words)}, said again,"
        if code not in codes:
            self.problems.append(f"{said} ended with {code}, not {codes}")
        if isinstance(task, Resolve | Decide):
            then = task.state(self.place)
            if now not in {before, then}:
                self.problems.append(f"{said} changed {now} to {then}, though it was done")
            if then == before:
                self.problems.append(f"{said} left {before}")
        self._check(task, before, alone=alone)
        if isinstance(task, Purge):
            self._check_gone(task, alone=alone)

    def _check(self, task: Task, before: Hashable, *, alone: bool) -> None:
        complaint = task.complaint(self.place, before, alone=alone)
        if complaint:
            self.problems.append(f"after {' '.join(task.words)}: {complaint}")

    def _check_gone(self, task: Purge, *, alone: bool) -> None:
        """After a purge that came to its end: what was done is blanked, and its bytes are gone."""
        left = set() if not alone else task.done - set(self._purged())
        if left or (left := set(self._purge_of(task.vendor).done)):
            self.problems.append(f"{' '.join(task.words)} left batches {sorted(left)}")
        named = self.place.rows(
            "SELECT id FROM files f WHERE purged_at IS NOT NULL AND spool_name != ''"
            " AND (:vendor = '' OR vendor = :vendor)"
            " AND NOT EXISTS (SELECT 1 FROM arrivals a WHERE a.file_id = f.id AND a.moved_at IS NULL)",
            {"vendor": task.vendor},
        )
        if named:
            ids = [row["id"] for row in named]
            self.problems.append(f"{' '.join(task.words)} left the bytes of batches {ids}")

    def _purged(self) -> Iterator[int]:
        return (row["id"] for row in self.place.rows("SELECT id FROM files WHERE purged_at IS NOT NULL"))
