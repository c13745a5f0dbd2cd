"""Precheck: ready events → what Amazon says of them before they are sent; they go, or are held.

Only for the types of events whose program declares it, and for partners who chose it. Each event is asked
about once. While Amazon gives no answer its events wait, for ten minutes at most.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from bridge.errors import AmazonError
from bridge.faultpoints import reached
from bridge.ledger.rows import ToPrecheck
from bridge.pipeline.partner import Partner
from bridge.programs.event_types import EventType
from bridge.programs.operations import Item
from bridge.programs.prechecks import Asked, Checked, Precheck
from bridge.programs.registry import installed
from bridge.spapi.errors import AmazonRefused, AmazonUnavailable, CredentialsRefused
from bridge.spapi.pages import UnreadableItem

log = structlog.get_logger(__name__)

AT_ONCE = 100
AGAIN = timedelta(minutes=1)
"""Time until Amazon is asked again after it gave no answer."""


def precheck(
    partner: Partner, note: Callable[[int], None] = lambda _asked: None, over: Callable[[], bool] = bool
) -> int:
    """Ask about all events that are due; return how many were judged.

    `note` is told of them as they are judged; nothing is begun once `over` says so.
    """
    if partner.ledger.restored(partner.account):  # nothing is sent either
        return 0
    return sum(
        _of_type(partner, kind, kind.precheck, note, over)
        for kind in installed().event_types
        if kind.precheck is not None and kind.precheck.wanted(partner.profile)
    )


def _of_type(
    partner: Partner,
    kind: EventType,
    how: Precheck[Any],
    note: Callable[[int], None],
    over: Callable[[], bool],
) -> int:
    judged = 0
    while due := partner.ledger.to_precheck(partner.vendor, kind.operation, partner.clock(), AT_ONCE):
        for event in due:
            if partner.stopping() or over():
                return judged
            if not _judge(partner, kind, how, event):
                return judged  # all of them wait: the others would fail likewise
            note(1)
            judged += 1
    return judged


def _judge(partner: Partner, kind: EventType, how: Precheck[Any], event: ToPrecheck) -> bool:
    """Ask about one event and commit what follows; False where Amazon gave no answer and it waits."""
    found: Item | None = None
    why = "Amazon knows nothing of it"
    try:
        found = _ask(partner, kind, how, event)
    except (AmazonUnavailable, CredentialsRefused) as error:
        why = str(error)
        if not _has_waited(event, how, partner.clock()):
            _postpone(partner, kind, why)
            return False
    except AmazonError as error:
        why = str(error)
    reached("precheck.asked")
    if found is None:
        log.warning("not_prechecked", vendor=partner.vendor, event_id=event.id, reason=why)
    checked = _checked(partner, kind, how, event, found, why)
    state = partner.ledger.record_precheck(partner.fence, event.id, checked, partner.clock())
    reached("precheck.committed")
    log.info("prechecked", vendor=partner.vendor, event_id=event.id, state=state)
    return True


def _ask(partner: Partner, kind: EventType, how: Precheck[Any], event: ToPrecheck) -> Item | None:
    operation = installed().operations[how.operation]
    version = operation.version_of(partner.amazon.version)
    read = installed().decode(kind.operation, event.body)
    body = operation.body_of([how.body(read, version)]) if operation.method != "GET" else b""
    found = partner.amazon.ask(operation, body, version, how.names(read))
    if isinstance(found, UnreadableItem):
        raise AmazonRefused(f"its answer is unreadable: {found.reason}")
    return found


def _checked(  # noqa: PLR0913, PLR0917 - all that a judgement is made of
    partner: Partner, kind: EventType, how: Precheck[Any], event: ToPrecheck, found: Item | None, why: str
) -> Checked:
    read = installed().decode(kind.operation, event.body)
    asked: Asked[Any] = Asked(
        event=read, found=found, why="" if found is not None else why, profile=partner.profile
    )
    try:
        checked = how.judge(asked)
    except Exception as error:
        # Of the program's own: what is wrong with one must not keep the others waiting.
        log.exception("precheck_failed", vendor=partner.vendor, event_id=event.id)
        name = type(error).__name__
        return Checked(hold=f"edibridge itself fails on Amazon's answer about it ({name}); see the log")
    return checked if checked.event != read else msgspec.structs.replace(checked, event=None)


def _has_waited(event: ToPrecheck, how: Precheck[Any], now: datetime) -> bool:
    return event.precheck_since is not None and now - event.precheck_since >= how.at_most


def _postpone(partner: Partner, kind: EventType, why: str) -> None:
    now = partner.clock()
    log.warning("not_prechecked", vendor=partner.vendor, operation=kind.operation, reason=why)
    reason = f"Amazon was asked about it before it is sent, and gave no answer: {why}"
    partner.ledger.postpone_prechecks(partner.fence, partner.vendor, kind.operation, reason, now, now + AGAIN)
