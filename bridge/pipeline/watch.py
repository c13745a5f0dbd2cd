"""Watch: Amazon's lists of what has changed → each change told to the partner once, by files in the outbox.

Each page is committed whole, what is kept of its elements with the files that tell them, so that a crash
tells nothing twice; the cursor moves once a list was read to its last page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from bridge.errors import AmazonError
from bridge.faultpoints import reached
from bridge.pipeline.alerts import CREDENTIALS, DUE, FETCH, clear_alert, open_keys, raise_alert
from bridge.pipeline.partner import Partner
from bridge.programs.registry import installed
from bridge.programs.watches import WARNINGS, Watch
from bridge.spapi.errors import AmazonUnavailable, CredentialsRefused
from bridge.spapi.pages import Page

log = structlog.get_logger(__name__)

AFTER_A_FAILURE = timedelta(minutes=5)
"""Time until a list that could not be read is read again, at the least."""
_NAMED = 10
MOST_PAGES = 1000
"""Pages of one list, at most: more of them lead nowhere."""


def watch(
    partner: Partner, note: Callable[[int], None] = lambda _told: None, over: Callable[[], bool] = bool
) -> int:
    """Read the lists that are due; return how many elements were told."""
    told = 0
    for one in installed().watches_for(partner.profile.kind):
        every = one.every(partner.profile)
        if every is not None and _is_due(partner, one) and not (partner.stopping() or over()):
            _put_off(partner, one, every)
            found = _read(partner, one, every)
            note(found)
            told += found
    return told


def review_watched(partner: Partner) -> None:
    """Report what is due by now or soon, and not done: an alert for each warning, of all together."""
    now = partner.clock()
    found: dict[str, str] = {}
    for one in installed().watches_for(partner.profile.kind):
        if one.every(partner.profile) is None:
            continue
        due = partner.ledger.due_watched(partner.vendor, one.name, now + WARNINGS[0])
        for place, before in enumerate(WARNINGS):
            sooner = WARNINGS[place + 1] if place + 1 < len(WARNINGS) else None
            late = [
                (number, at)
                for number, at in due
                if at - now <= before and (sooner is None or at - now > sooner)
            ]
            if late:
                found[f"{one.name}:{before.total_seconds() / 3600:g}"] = _late(one, late)
    for key in open_keys(partner, DUE):
        if key not in found:
            clear_alert(partner, DUE, key)
    for key, message in found.items():
        if raise_alert(partner, DUE, key, message):
            log.warning("due", vendor=partner.vendor, key=key)


def _late(one: Watch[Any], late: Sequence[tuple[str, datetime]]) -> str:
    numbers = [number for number, _ in late]
    named = ", ".join(numbers[:_NAMED]) + (", ..." if len(numbers) > _NAMED else "")
    return (
        f"{len(late)} of the {one.noun} {one.to_do} (the first by {late[0][1]:%Y-%m-%d %H:%M} UTC): {named}"
    )


def watch_is_due(partner: Partner) -> bool:
    """Return whether a list is to be read now."""
    wanted = (
        one for one in installed().watches_for(partner.profile.kind) if one.every(partner.profile) is not None
    )
    return any(_is_due(partner, one) for one in wanted)


def _read(partner: Partner, one: Watch[Any], every: timedelta) -> int:
    """Read a list to its last page, from where it was interrupted if it was; return how many were told."""
    places, told, now = partner.state.watching.places, 0, partner.clock()
    since, begun, token = places.pop(one.name, (_since(partner, one, now), now, ""))
    seen = {""}
    try:
        while len(seen) <= MOST_PAGES:
            page = _page(partner, one, since, token)
            told += _take(partner, one, page)
            token = page.next_token
            if not token:
                _ended(partner, one, begun)
                return told
            if token in seen:
                break
            seen.add(token)
    except AmazonError as error:
        if token and isinstance(error, AmazonUnavailable):
            places[one.name] = (since, begun, token)
        _failed(partner, one, every, error)
        return told
    _failed(partner, one, every, AmazonUnavailable("the pages of the list lead to no end"))
    return told


def _page(partner: Partner, one: Watch[Any], since: datetime, token: str) -> Page:
    operation = installed().operations[one.listed]
    page = partner.amazon.read_page(operation, one.query(since, token), background=True)
    if page.errors or not page.listed:
        raise AmazonUnavailable("the list is not whole, a page of it has errors, or no list")
    return page


def _take(partner: Partner, one: Watch[Any], page: Page) -> int:
    """Commit a page: what is kept of its elements, and the files that tell what has changed."""
    known = partner.ledger.watched(partner.vendor, one.name, [one.number(item) for item in page.items])
    kept, changed = {}, []
    for item in page.items:
        before = known.get(one.number(item), b"")
        noted = one.note(item, before)
        if noted.kept != before:
            kept[one.number(item)] = noted
        if noted.told:
            changed.append(item)
    now = partner.clock()
    files = list(one.files(changed, now, partner.profile)) if changed else []
    reached("watch.read")
    if kept or files:
        partner.ledger.record_watched(partner.fence, partner.vendor, one.name, kept, files, now)
    for number in map(one.number, page.items):
        clear_alert(partner, FETCH, f"{_cursor(one)}:{number}")  # of when it could not be read
    for bad in page.unreadable:
        message = f"one of the {one.noun} cannot be read: {bad.reason} (request {page.request_id})"
        raise_alert(partner, FETCH, f"{_cursor(one)}:{bad.purchase_order_number}", message)
        log.warning("not_watched", vendor=partner.vendor, name=one.name, reason=bad.reason)
    reached("watch.committed")
    return len(changed)


def _ended(partner: Partner, one: Watch[Any], now: datetime) -> None:
    partner.ledger.record_watched_until(partner.fence, partner.vendor, (_cursor(one), now.isoformat()))
    clear_alert(partner, FETCH, _cursor(one))
    clear_alert(partner, CREDENTIALS, _key(partner, one))


def _since(partner: Partner, one: Watch[Any], now: datetime) -> datetime:
    cursor = partner.ledger.cursor(partner.vendor, _cursor(one))
    return min(datetime.fromisoformat(cursor), now) - one.overlap if cursor else now - one.first


def _failed(partner: Partner, one: Watch[Any], every: timedelta, error: AmazonError) -> None:
    """Read a list again later, and report why it could not be read; that Amazon's rate is slow is no news."""
    wait = error.retry_after if isinstance(error, AmazonUnavailable) else None
    _put_off(partner, one, max(every, AFTER_A_FAILURE) if wait is None else timedelta(seconds=wait))
    if wait is not None:
        log.info("not_watched", vendor=partner.vendor, name=one.name, reason=str(error))
        return
    log.warning("not_watched", vendor=partner.vendor, name=one.name, reason=str(error))
    if isinstance(error, CredentialsRefused):
        message = f"Amazon refuses account {partner.account} the list of {one.noun}: {error}"
        raise_alert(partner, CREDENTIALS, _key(partner, one), message)
        return
    message = f"the list of {one.noun} could not be read: {error}; it is read again by itself"
    raise_alert(partner, FETCH, _cursor(one), message)


def _put_off(partner: Partner, one: Watch[Any], time: timedelta) -> None:
    due = {one.name: partner.seconds() + time.total_seconds()}
    partner.state.watching.due_at = partner.state.watching.due_at | due


def _is_due(partner: Partner, one: Watch[Any]) -> bool:
    return partner.seconds() >= partner.state.watching.due_at.get(one.name, 0.0)


def _cursor(one: Watch[Any]) -> str:
    return f"watch:{one.name}"


def _key(partner: Partner, one: Watch[Any]) -> str:
    return f"{partner.account}/{one.listed}"
