"""Sweep: Amazon's lists of what has changed → what is followed is asked about at once, before its time.

A list only hastens a look: whatever it lacks is still asked about when its time comes. So it is read again
from a while before the last time on, and its cursor moves once it was read to its last page.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import structlog

from bridge.errors import AmazonError
from bridge.faultpoints import reached
from bridge.ledger.rows import Followed
from bridge.pipeline.alerts import CREDENTIALS, FETCH, clear_alert, raise_alert
from bridge.pipeline.partner import Partner
from bridge.programs.follow_ups import FollowUp, Sweep
from bridge.programs.operations import Item
from bridge.programs.registry import installed
from bridge.spapi.errors import AmazonUnavailable, CredentialsRefused

log = structlog.get_logger(__name__)

AFTER_A_FAILURE = timedelta(minutes=5)
"""Time until a list that could not be read is read again."""
MOST_PAGES = 1000
"""Pages of one list, at most: more of them lead nowhere."""


def sweep(partner: Partner) -> int:
    """Read the lists that are due; return how much is to be asked about at once because of them."""
    return sum(_sweep_one(partner, one, one.sweep) for one in installed().follow_ups.values() if one.sweep)


def sweep_is_due(partner: Partner) -> bool:
    """Return whether a list of what is followed is to be read now."""
    return any(_is_due(partner, one.name) for one in installed().follow_ups.values() if one.sweep)


def _sweep_one(partner: Partner, follow_up: FollowUp[Any], swept: Sweep[Any]) -> int:
    name = follow_up.name
    if not _is_due(partner, name):
        return 0
    _put_off(partner, follow_up, swept.every)
    followed = {one.subject: one for one in partner.ledger.followed(partner.vendor, name)}
    if not followed:
        clear_alert(partner, FETCH, _cursor(name))
        return 0
    now = partner.clock()
    cursor: tuple[str, str] | None = (_cursor(name), now.isoformat())
    changed: dict[int, None] = {}
    try:
        for item in _items(partner, swept, _since(partner, follow_up, swept, followed, now)):
            one = followed.get(swept.subject(item))
            if one is not None and swept.changed(item, one.kept):
                changed[one.id] = None
    except AmazonError as error:
        _failed(partner, follow_up, swept, error)
        cursor = None  # what the list has shown counts all the same
    else:
        clear_alert(partner, FETCH, _cursor(name))
        clear_alert(partner, CREDENTIALS, _key(partner, swept))
    reached("follow.swept")
    partner.ledger.record_sweep(partner.fence, partner.vendor, cursor, list(changed), now)
    return len(changed)


def _items(partner: Partner, swept: Sweep[Any], since: datetime) -> Iterator[Item]:
    """Yield the elements of a list, page by page; those that cannot be read are looked at in their time."""
    operation, token, seen = installed().operations[swept.listed], "", {""}
    for _ in range(MOST_PAGES):
        page = partner.amazon.read_page(operation, swept.query(since, token), background=True)
        yield from page.items
        if page.errors:
            raise AmazonUnavailable("the list is not whole, a page of it has errors")
        token = page.next_token
        if not token:
            return
        if token in seen:
            break
        seen.add(token)
    raise AmazonUnavailable("the pages of the list lead to no end")


def _since(
    partner: Partner,
    follow_up: FollowUp[Any],
    swept: Sweep[Any],
    followed: dict[str, Followed],
    now: datetime,
) -> datetime:
    """Return from when on changes are listed: the last time, or when the first of all was started."""
    cursor = partner.ledger.cursor(partner.vendor, _cursor(follow_up.name))
    first = min(one.started_at for one in followed.values())
    last = max(datetime.fromisoformat(cursor), first) if cursor else first
    return min(last, now) - swept.overlap


def _failed(partner: Partner, follow_up: FollowUp[Any], swept: Sweep[Any], error: AmazonError) -> None:
    """Report a list that cannot be read, and read it again soon."""
    _put_off(partner, follow_up, AFTER_A_FAILURE)
    log.warning("not_swept", vendor=partner.vendor, name=follow_up.name, reason=str(error))
    if isinstance(error, CredentialsRefused):
        message = f"Amazon refuses account {partner.account} the list of {follow_up.noun}: {error}"
        raise_alert(partner, CREDENTIALS, _key(partner, swept), message)
        return
    message = (
        f"the list of {follow_up.noun} that have changed could not be read: {error}; retried every 5 "
        "minutes, and each is still asked about in its time"
    )
    raise_alert(partner, FETCH, _cursor(follow_up.name), message)


def _put_off(partner: Partner, follow_up: FollowUp[Any], time: timedelta) -> None:
    due = {follow_up.name: partner.seconds() + time.total_seconds()}
    partner.state.sweeping.due_at = partner.state.sweeping.due_at | due


def _is_due(partner: Partner, name: str) -> bool:
    return partner.seconds() >= partner.state.sweeping.due_at.get(name, 0.0)


def _cursor(name: str) -> str:
    return f"follow:{name}"


def _key(partner: Partner, swept: Sweep[Any]) -> str:
    return f"{partner.account}/{swept.listed}"
