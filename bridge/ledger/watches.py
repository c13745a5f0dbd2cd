"""The lists that are read again and again: what was kept of each element, and how far they were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bridge.ledger.database import Store
from bridge.ledger.news import queue_news
from bridge.ledger.outbound import set_cursor
from bridge.ledger.outbound_schema import is_due_once, watched
from bridge.ledger.row_conversion import chunks, moment, seconds, storable
from bridge.ledger.rows import Fence
from bridge.programs.follow_ups import NewsFile
from bridge.programs.watches import Noted

_KEPT = select(watched.c.number, watched.c.kept).where(
    watched.c.vendor == bindparam("v"),
    watched.c.name == bindparam("of"),
    watched.c.number.in_(bindparam("numbers", expanding=True)),
)

_DUE = (
    select(watched.c.number, watched.c.due_at)
    .where(
        watched.c.vendor == bindparam("v"),
        watched.c.name == bindparam("of"),
        is_due_once,
        watched.c.due_at <= bindparam("until"),
    )
    .order_by(watched.c.due_at, watched.c.number)
)


class WatchStore(Store):
    """What the job watch asks and writes."""

    def watched(self, vendor: str, name: str, numbers: Sequence[str]) -> dict[str, bytes]:
        """Return what was kept of elements of a list that are known, by their numbers."""
        found: dict[str, bytes] = {}
        with self._db.read() as connection:
            for part in chunks(numbers, 500):
                rows = connection.execute(_KEPT, {"v": vendor, "of": name, "numbers": part})
                found.update((row.number, row.kept.encode()) for row in rows)
        return found

    def record_watched(  # noqa: PLR0913, PLR0917 - a page, whose, and what is told of it
        self,
        fence: Fence,
        vendor: str,
        name: str,
        noted: Mapping[str, Noted],
        files: Sequence[NewsFile],
        now: datetime,
    ) -> None:
        """Commit what is kept of a page's elements with the files that tell them, as one."""
        with self._db.write(fence) as connection:
            for number, one in noted.items():
                at = (watched.c.vendor == vendor, watched.c.name == name, watched.c.number == number)
                due = seconds(one.due) if one.due is not None else None
                values = {"kept": storable(one.kept.decode()), "due_at": due, "noted_at": seconds(now)}
                if connection.execute(update(watched).where(*at).values(values)).rowcount == 0:
                    whose = {"vendor": vendor, "name": name, "number": number}
                    connection.execute(insert(watched).values(whose | values))
            for file in files:
                queue_news(connection, vendor, None, file, now)

    def due_watched(self, vendor: str, name: str, until: datetime) -> list[tuple[str, datetime]]:
        """List what is due by then and not done, the longest due first: number, and by when."""
        with self._db.read() as connection:
            rows = connection.execute(_DUE, {"v": vendor, "of": name, "until": seconds(until)})
            return [(row.number, moment(row.due_at)) for row in rows]

    def record_watched_until(self, fence: Fence, vendor: str, cursor: tuple[str, str]) -> None:
        """Note how far a list was read to its last page: the cursor's name and value."""
        with self._db.write(fence) as connection:
            set_cursor(connection, vendor, *cursor)


def forget_watched(connection: Connection, vendor: str, before: float) -> None:
    """Forget, within a write, elements that were listed last before then (seconds since the epoch)."""
    connection.execute(delete(watched).where(watched.c.vendor == vendor, watched.c.noted_at < before))
