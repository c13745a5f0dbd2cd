"""Snapshot: a list of Amazon's, once a day → files in the outbox that tell it whole, or none at all.

A reading that breaks begins anew, from the first page; nothing of it was told. What the list lacks of the
last one is asked for singly. One that has lost more than half is held, until another reading says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bridge.domain.snapshots import last_due, may_be_told
from bridge.errors import AmazonError, LedgerError
from bridge.faultpoints import reached
from bridge.ledger.new_rows import NewOutbound
from bridge.ledger.outbound_buffer import BufferedFile, OutboundBuffer, StructBuffer
from bridge.pipeline.alerts import CREDENTIALS, SNAPSHOT, clear_alert, open_keys, raise_alert
from bridge.pipeline.news_documents import write_news
from bridge.pipeline.partner import Partner
from bridge.programs.registry import installed
from bridge.programs.snapshots import Snapshot, SnapshotFile, SnapshotView
from bridge.spapi.errors import AmazonRefused, AmazonUnavailable, CredentialsRefused

log = structlog.get_logger(__name__)

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60))
"""Delays after readings that broke in a row; the last one is repeated."""
TOLD_AFTER = 3
"""Readings that broke in a row after which an operator is told."""
MOST_PAGES = 20_000
"""Pages of one list, at most: more of them lead nowhere."""


class _Ending(Exception):
    """The process is to end; the reading begins anew at the next start."""


def snapshot(
    partner: Partner, note: Callable[[int], None] = lambda _told: None, over: Callable[[], bool] = bool
) -> int:
    """Read the lists that are due; return how many were told. See `background` for what is asked for."""
    told = 0
    for one in installed().snapshots_for(partner.profile.kind):
        if one.at(partner.profile) is None:
            _clear_alerts(partner, one)  # of when it was wanted
        if not _is_due(partner, one, partner.clock()):
            continue
        try:
            done = _read_and_tell(partner, one, over)
        except _Ending:
            return told
        except AmazonError as error:
            _failed(partner, one, error)
            continue
        except (LedgerError, MemoryError):
            raise
        except Exception as error:
            # Of the bridge's own. Without a pause all pages would be read again and again, to fail likewise.
            _put_off(partner, one, f"edibridge itself fails on it ({type(error).__name__}); see the log")
            raise
        note(done)
        told += done
    return told


def snapshot_is_due(partner: Partner, now: datetime) -> bool:
    """Return whether a list is to be read now."""
    return any(_is_due(partner, one, now) for one in installed().snapshots_for(partner.profile.kind))


def _is_due(partner: Partner, one: Snapshot[Any], now: datetime) -> bool:
    at = one.at(partner.profile)
    if at is None:
        return False
    state = partner.ledger.snapshot(partner.vendor, one.name)
    # A clock that was ahead may have put it off: no reading that broke rests for longer than the last wait.
    if state.next_at is not None and now < state.next_at <= now + WAITS[-1]:
        return False
    done = [time for time in (state.told_at, state.held_at) if time is not None and time <= now]
    due = last_due(at, partner.profile.timezone, now)
    return state.requested_at is not None or not done or max(done) < due


def _read_and_tell(partner: Partner, one: Snapshot[Any], over: Callable[[], bool]) -> int:
    """Read a list whole, and tell or hold it; return whether it was told. Raises `AmazonError`."""
    now = partner.clock()
    last, held = partner.ledger.snapshot_keys(partner.vendor, one.name)
    reading = _Reading(partner, one, over)
    with closing(reading.buffer):
        reading.take([one.query(partner.profile)])
        lost = sorted(last - reading.keys)
        reading.ask(lost)
        reached("snapshot.read")
        keys = frozenset(reading.keys)
        clear_alert(partner, CREDENTIALS, _refusal_key(partner, one))
        if not may_be_told(keys, last, held):
            _hold(partner, one, keys, len(last), now)
            return 0
        missing = [key for key in lost if key not in keys]
        view = SnapshotView(elements=reading, missing=missing, taken_at=now, profile=partner.profile)
        with closing(_Files(partner, one)) as files:
            files.write(view, now)
            # As of when it was begun: what falls due while it is read is read anew.
            names = partner.ledger.record_snapshot(partner.fence, partner.vendor, one.name, keys, files, now)
    files.report()
    reached("snapshot.committed")
    log.info(
        "snapshot", vendor=partner.vendor, name=one.name, keys=len(keys), missing=len(missing), files=names
    )
    return 1


class _Files:
    """The files of a list, in temporary files: all documents of a type, or none where one does not fit."""

    def __init__(self, partner: Partner, one: Snapshot[Any]) -> None:
        self._partner = partner
        self._one = one
        self._buffers: dict[str, OutboundBuffer] = {}
        """Type of document, empty for what is none → its files."""
        self._refused: dict[str, str] = {}

    def write(self, view: SnapshotView[Any], now: datetime) -> None:
        """Write all, one by one; control numbers are taken meanwhile."""
        number = partial(self._partner.ledger.take_number, self._partner.fence, self._partner.vendor)
        for news in self._one.files(view):
            if isinstance(news, SnapshotFile):
                self._add("", NewOutbound(kind=news.kind, folder=news.folder, name=news.name, data=news.data))
            elif news.document not in self._refused:
                files, held = write_news(self._partner, [news], now)
                self._refused.update((news.document, reason) for _, reason in held)
                for file in files:
                    data = file.data(number) if callable(file.data) else file.data
                    facts = NewOutbound(kind=file.kind, folder=file.folder, name=file.name, data=data)
                    self._add(news.document, facts)

    def _add(self, document: str, facts: NewOutbound) -> None:
        self._buffers.setdefault(document, OutboundBuffer()).add(facts)

    def __iter__(self) -> Iterator[BufferedFile]:
        for document, files in self._buffers.items():
            if document not in self._refused:
                yield from files

    def report(self) -> None:
        """Report the documents that do not fit the partner's mapping; today's are not kept."""
        partner, one = self._partner, self._one
        for document, reason in self._refused.items():
            message = (
                f"the {document} of {one.noun} is not told: {reason}. Correct the mapping or the settings, "
                f"then: edibridge fetch {one.name} --vendor {partner.vendor}"
            )
            if raise_alert(partner, SNAPSHOT, f"{one.name}:{document}", message):
                log.error("snapshot_not_written", vendor=partner.vendor, name=one.name, document=document)
        _clear_alerts(partner, one, but=self._refused)

    def close(self) -> None:
        """Close the temporary files."""
        for files in self._buffers.values():
            files.close()


def _clear_alerts(partner: Partner, one: Snapshot[Any], *, but: Collection[str] = ()) -> None:
    """Clear the alerts about a list, and about its documents but some."""
    for key in open_keys(partner, SNAPSHOT):
        name, _, document = key.partition(":")
        if name == one.name and document not in but:
            clear_alert(partner, SNAPSHOT, key)


class _Reading:
    """The elements of one reading: in a temporary file, however many they are; their keys in memory."""

    def __init__(self, partner: Partner, one: Snapshot[Any], over: Callable[[], bool]) -> None:
        self._partner = partner
        self._one = one
        self._over = over
        self._last: dict[str, int] = {}
        """Identity → number of its last element."""
        self._count = 0
        self.buffer: StructBuffer[Any] = StructBuffer(one.element)
        self.keys: set[str] = set()

    def take(self, queries: Iterable[Mapping[str, str]]) -> None:
        """Read the pages of some queries. Raises `AmazonError`."""
        for query in queries:
            for element in self._elements(query):
                self._last[self._one.identity(element)] = self._count
                self._count += 1
                self.keys.add(self._one.key(element))
                self.buffer.add(element)

    def ask(self, keys: Sequence[str]) -> None:
        """Ask for some keys. One that Amazon refuses to look for is one that it does not know."""
        if not keys:
            return
        try:
            self.take(self._one.singly(self._partner.profile, keys))
        except AmazonRefused as refused:
            if len(keys) == 1:
                vendor, name = self._partner.vendor, self._one.name
                log.warning("snapshot_key_refused", vendor=vendor, name=name, reason=str(refused))
                return
            half = len(keys) // 2
            self.ask(keys[:half])
            self.ask(keys[half:])

    def __iter__(self) -> Iterator[Any]:
        for number, element in enumerate(self.buffer):
            if self._last[self._one.identity(element)] == number:
                yield element

    def _elements(self, query: Mapping[str, str]) -> Iterator[Any]:
        operation = installed().operations[self._one.listed]
        seen, asked = {""}, dict(query)
        for _ in range(MOST_PAGES):
            if self._partner.stopping() or self._over():
                raise _Ending
            page = self._partner.amazon.read_page(operation, asked)
            reached("snapshot.page_read")
            if page.errors or not page.listed:
                raise AmazonUnavailable("a page is not whole", request_id=page.request_id)
            for bad in page.unreadable:
                what = bad.purchase_order_number or "an element"
                raise AmazonUnavailable(f"{what} is unreadable: {bad.reason}", request_id=page.request_id)
            yield from page.items
            if not page.next_token:
                return
            if page.next_token in seen:
                break
            seen.add(page.next_token)
            asked = {**query, self._one.token: page.next_token}
        raise AmazonUnavailable("its pages lead to no end")


def _hold(partner: Partner, one: Snapshot[Any], keys: frozenset[str], last: int, now: datetime) -> None:
    message = (
        f"the list of {one.noun} has {len(keys)} where the last one had {last}: it is held, and not told. It "
        f"is told if the next one, read tomorrow, says the same. To have it read again now: "
        f"edibridge fetch {one.name} --vendor {partner.vendor}"
    )
    raise_alert(partner, SNAPSHOT, one.name, message)
    log.error("snapshot_held", vendor=partner.vendor, name=one.name, keys=len(keys), last=last)
    partner.ledger.record_snapshot_held(partner.fence, partner.vendor, one.name, keys, now)


def _failed(partner: Partner, one: Snapshot[Any], error: AmazonError) -> None:
    """Note a reading that broke; tell an operator where it does so again and again, or was refused."""
    failures = _put_off(partner, one, str(error))
    log.warning("snapshot_broken", vendor=partner.vendor, name=one.name, reason=str(error))
    if isinstance(error, CredentialsRefused):
        message = f"Amazon refuses account {partner.account} the list of {one.noun}: {error}"
        raise_alert(partner, CREDENTIALS, _refusal_key(partner, one), message)
    elif failures >= TOLD_AFTER:
        message = (
            f"the list of {one.noun} could not be read whole {failures} times in a row ({error}); "
            f"{_since(partner, one)}, and is read again from its first page, every hour at least"
        )
        raise_alert(partner, SNAPSHOT, one.name, message)


def _put_off(partner: Partner, one: Snapshot[Any], reason: str) -> int:
    """Note why a reading broke, to be begun anew after some time; return how many broke in a row."""
    failures = partner.ledger.snapshot(partner.vendor, one.name).failures + 1
    again = partner.clock() + WAITS[min(failures, len(WAITS)) - 1]
    partner.ledger.record_snapshot_failed(partner.fence, partner.vendor, one.name, reason, again)
    return failures


def _since(partner: Partner, one: Snapshot[Any]) -> str:
    state = partner.ledger.snapshot(partner.vendor, one.name)
    return f"it was told last at {state.told_at:%Y-%m-%d %H:%M}Z" if state.told_at else "it was never told"


def _refusal_key(partner: Partner, one: Snapshot[Any]) -> str:
    return f"{partner.account}/{one.listed}"
