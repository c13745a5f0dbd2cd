"""What an operator does with the bridge: one saying of a verb each, and how to tell what came of it.

A verb that was killed must have done all of it or nothing, and be ready to be said again.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Protocol

from tests.crash.place import Place

SAID_TWICE = "the same was said before"
SENT, NOT_SENT = "resolved as sent", "resolved as not sent"
LET_GO, DROPPED = "let go", "dropped"
RUN_AGAIN, PURGED = "run again", "purged"
_LIVE = frozenset({"succeeded", "grouped", "replaced"})
"""States of events that a rerun leaves alone."""


class Task(Protocol):
    """One saying of a verb."""

    @property
    def words(self) -> tuple[str, ...]:
        """The verb and its arguments."""

    @property
    def batch(self) -> int | None:
        """The batch that is reported anew when the verb took hold; None where none is."""

    @property
    def outcome(self) -> str:
        """What it does, in a word for the figures."""

    def state(self, place: Place) -> Hashable:
        """Return all that the ledger says of what the verb changes."""

    def complaint(self, place: Place, before: Hashable, *, alone: bool) -> str:
        """Say what is half done since `before`; empty where all or nothing is.

        `alone`: nobody else was at work meanwhile.
        """

    def codes(self, place: Place, before: Hashable) -> set[int]:
        """Return the exit codes that are right if it is said now, for the second time where it took hold."""


@dataclass(frozen=True, slots=True)
class Resolve:
    """A word on a submission in doubt: sent, in this transaction, or (None) not."""

    submission: int
    transaction: str | None
    batch: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        said = ("--sent", self.transaction) if self.transaction else ("--not-sent",)
        return "resolve", str(self.submission), *said

    @property
    def outcome(self) -> str:
        return SENT if self.transaction else NOT_SENT

    def state(self, place: Place) -> Hashable:
        query = "SELECT state, amazon_transaction_id, attempts FROM submissions WHERE id = :id"
        return tuple(place.rows(query, {"id": self.submission})[0])

    def complaint(self, place: Place, before: Hashable, *, alone: bool) -> str:
        assert isinstance(before, tuple)
        state, transaction, attempts = before
        done = (
            ("submitted", self.transaction, attempts)
            if self.transaction
            else ("ready", transaction, attempts)
        )
        now = self.state(place)
        if alone and now not in {(state, transaction, attempts), done}:
            return f"submission {self.submission} was {before} and is {now}, not {done}"
        return ""

    def codes(self, place: Place, before: Hashable) -> set[int]:
        # What is settled already is told so, and left as it is.
        return {0} if self.state(place) == before else {1, 2}


@dataclass(frozen=True, slots=True)
class Decide:
    """A word on a held event: send it, or drop it."""

    event: int
    batch: int | None
    send: bool

    @property
    def words(self) -> tuple[str, ...]:
        said = ("--send",) if self.send else ("--drop", SAID_TWICE)
        return "resolve", str(self.event), "--event", *said

    @property
    def outcome(self) -> str:
        return LET_GO if self.send else DROPPED

    def state(self, place: Place) -> Hashable:
        return tuple(place.rows("SELECT state, reason FROM events WHERE id = :id", {"id": self.event})[0])

    def complaint(self, place: Place, before: Hashable, *, alone: bool) -> str:
        now = self.state(place)
        done = ("ready", "") if self.send else ("refused", SAID_TWICE)
        if alone and now not in {before, done}:
            return f"event {self.event} was {before} and is {now}, not {done}"
        return ""

    def codes(self, place: Place, before: Hashable) -> set[int]:
        return {0} if self.state(place) == before else {1, 2}


@dataclass(frozen=True, slots=True)
class Rerun:
    """A batch is worked through again."""

    batch: int | None
    force: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        return "rerun", str(self.batch), *(["--force"] if self.force else [])

    @property
    def outcome(self) -> str:
        return RUN_AGAIN

    def state(self, place: Place) -> Hashable:
        files = place.rows(
            "SELECT translated_at, purged_at, spool_name FROM files WHERE id = :id", {"id": self.batch}
        )
        events = place.rows(
            "SELECT id, state FROM events WHERE file_id = :id ORDER BY id", {"id": self.batch}
        )
        return tuple(files[0]), tuple(tuple(event) for event in events)

    def complaint(self, place: Place, before: Hashable, *, alone: bool) -> str:
        assert isinstance(before, tuple)
        now = self.state(place)
        assert isinstance(now, tuple)
        (file, events), (file_now, events_now) = before, now
        whole = alone and not place.portioned  # in portions each document is done or not, by itself
        if whole and file == file_now and events != events_now:
            return f"batch {self.batch} was not run again, and its events changed: {events}, now {events_now}"
        stood, stands = (
            {event for event, state in told if state != "replaced"} for told in (events, events_now)
        )
        if len(stood) != len(stands):
            return f"batch {self.batch} had {len(stood)} events and has {len(stands)}"
        again = {event for event, state in events if state not in _LIVE}
        if whole and file != file_now and again & stands:
            return f"batch {self.batch} was run again, but events {again & stands} stand as before"
        return ""

    def codes(self, place: Place, before: Hashable) -> set[int]:
        del before
        rows = place.rows("SELECT spool_name FROM files WHERE id = :id", {"id": self.batch})
        return {0} if rows[0]["spool_name"] else {1, 2}


@dataclass(frozen=True, slots=True)
class Purge:
    """Everything that is done goes, of one vendor or of all. `done` names the batches that are by now."""

    vendor: str = ""
    done: frozenset[int] = frozenset()
    batch: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        return "purge", "--older-than", "0.001s", *(["--vendor", self.vendor] if self.vendor else [])

    @property
    def outcome(self) -> str:
        return PURGED

    def state(self, place: Place) -> Hashable:
        return frozenset(row["id"] for row in place.rows("SELECT id FROM files WHERE purged_at IS NOT NULL"))

    def complaint(self, place: Place, before: Hashable, *, alone: bool) -> str:
        del alone, before
        return half_purged(place)

    def codes(self, place: Place, before: Hashable) -> set[int]:
        del place, before
        return {0}


def half_purged(place: Place) -> str:
    """Name batches that are blanked in part; empty where each is blanked, or stands, as a whole."""
    left = place.rows(
        "SELECT f.id FROM files f WHERE f.purged_at IS NOT NULL AND ("
        " EXISTS (SELECT 1 FROM events e WHERE e.file_id = f.id AND e.body IS NOT NULL)"
        " OR EXISTS (SELECT 1 FROM outbound_files o WHERE o.file_id = f.id AND o.purged_at IS NULL"
        "            AND o.created_at < f.purged_at)"
        " OR f.reason != '')"
    )
    gone = place.rows(
        "SELECT o.id FROM outbound_files o LEFT JOIN files f ON f.id = o.file_id WHERE"
        " (SELECT coalesce(sum(length(p.data)), 0) FROM outbound_parts p WHERE p.outbound_id = o.id)"
        " != CASE WHEN o.purged_at IS NULL THEN o.size ELSE 0 END"
        " OR (o.purged_at IS NOT NULL AND o.file_id IS NOT NULL AND f.purged_at IS NULL)"
    )
    told = [f"batch {row[0]}" for row in left] + [f"outbound file {row[0]}" for row in gone]
    return f"purged in part: {', '.join(told)}" if told else ""
