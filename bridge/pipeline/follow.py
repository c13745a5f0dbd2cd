"""Follow: what goes on at Amazon after an event has succeeded → news in the outbox, until it is over.

A program says what is asked about, how often, and what is news; lists of what has changed hasten that.
Each look is committed whole before the next one, so a crash anywhere repeats a look and tells nothing twice.
Half of Amazon's rate is left to others.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from bridge.errors import AmazonError
from bridge.faultpoints import reached
from bridge.ledger.rows import DueFollowUp
from bridge.ledger.timekeeping import LONGEST_LOOK
from bridge.pipeline.alerts import CREDENTIALS, clear_alert, raise_alert
from bridge.pipeline.news_documents import try_held_documents, write_news
from bridge.pipeline.partner import Partner
from bridge.pipeline.sweep import sweep
from bridge.programs.follow_ups import FollowUp, Look, View
from bridge.programs.operations import Item
from bridge.programs.registry import installed
from bridge.spapi.errors import AmazonUnavailable, CredentialsRefused
from bridge.spapi.pages import UnreadableItem

log = structlog.get_logger(__name__)

LOOKS_AT_ONCE = 100
SHORTEST_LOOK = timedelta(minutes=1)
"""Nothing is asked about more often, whatever its program says."""
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 30, 60))
"""Delays after looks that failed in a row; the last one is repeated."""
ALL_REST = timedelta(minutes=1)
"""Time for which nothing is asked about after Amazon did not answer,"""
ALL_REST_REFUSED = timedelta(minutes=5)
"""and after it refused our credentials."""
GIVEN_UP = "given_up"
"""The end of what went on for longer than its program wants it asked about."""


class _Failed(Exception):
    """One look failed; the text says why."""


def follow(
    partner: Partner, note: Callable[[int], None] = lambda _told: None, over: Callable[[], bool] = bool
) -> int:
    """Look at all that is due; return how many looks told something.

    `note` is told of them as they are made; nothing is begun once `over` says so.
    """
    sweep(partner)
    total = try_held_documents(partner)
    while due := partner.ledger.due_follow_ups(partner.vendor, partner.clock(), LOOKS_AT_ONCE):
        for asked in due:
            if partner.stopping() or over():
                return total
            try:
                told = _look(partner, asked)
            except AmazonError as error:
                _rest(partner, asked, error)
                return total  # the others would fail likewise
            note(told)
            total += told
    return total


def _look(partner: Partner, asked: DueFollowUp) -> bool:
    """Ask about one thing and commit what is found; return whether that tells something.

    Raises `AmazonUnavailable` and `CredentialsRefused`, which are not about this one alone.
    """
    try:
        follow_up = _declared(asked)
        found = _read(partner, follow_up, asked)
        clear_alert(partner, CREDENTIALS, _key(partner, asked))
        reached("follow.asked")
        now = partner.clock()  # as Amazon's answer has just confirmed it
        missed = asked.missed + 1 if found is None else 0
        look = _bounded(_judged(partner, follow_up, asked, found, missed, now), asked, follow_up, now)
    except _Failed as failed:
        _put_off(partner, asked, str(failed))
        return False
    files, held = write_news(partner, look.files, now)
    kept = partner.ledger.record_look(partner.fence, asked, look, now, missed=missed, files=files, held=held)
    if not kept:
        return False
    reached("follow.committed")
    told = bool(look.files or look.note or look.over)
    if told:
        log.info(
            "followed", vendor=partner.vendor, name=asked.name, subject=asked.subject, status=look.status
        )
    return told


def _declared(asked: DueFollowUp) -> FollowUp[Any]:
    try:
        return installed().follow_ups[asked.name]
    except KeyError:
        raise _Failed(f"no program of this version of edibridge follows {asked.name}") from None


def _read(partner: Partner, follow_up: FollowUp[Any], asked: DueFollowUp) -> Item | None:
    """Return what Amazon has; None where it knows no such thing."""
    operation = installed().operations[follow_up.single]
    version = installed().version_of(operation.name, asked.api_version)
    names = {follow_up.path_name: asked.subject}
    try:
        found = partner.amazon.read_in_background(operation, version=version, **names)
    except (AmazonUnavailable, CredentialsRefused):
        raise
    except AmazonError as error:
        raise _Failed(str(error)) from error
    if isinstance(found, UnreadableItem):
        raise _Failed(f"the reply is unreadable: {found.reason}")
    return found


def _judged(  # noqa: PLR0913, PLR0917 - all that a view is made of
    partner: Partner, follow_up: FollowUp[Any], asked: DueFollowUp, found: object, missed: int, now: datetime
) -> Look:
    view: View[Any] = View(
        subject=asked.subject,
        found=found,
        kept=asked.kept,
        missed=missed,
        started_at=asked.started_at,
        now=now,
        profile=partner.profile,
    )
    try:
        return follow_up.look(view)
    except Exception as error:
        # Of the program's own: what is wrong with one must not keep the others waiting.
        log.exception("not_followed", vendor=partner.vendor, name=asked.name, subject=asked.subject)
        raise _Failed(f"edibridge itself fails on it ({type(error).__name__}); see the log") from error


def _bounded(look: Look, asked: DueFollowUp, follow_up: FollowUp[Any], now: datetime) -> Look:
    """Keep the time until the next look, and the time for which it goes on, within their bounds."""
    if not look.over and now - asked.started_at >= follow_up.at_most:
        return _given_up(look, asked, follow_up, f"last state: {look.status or 'none'}")
    return msgspec.structs.replace(look, again=max(SHORTEST_LOOK, min(look.again, LONGEST_LOOK)))


def _given_up(look: Look, asked: DueFollowUp, follow_up: FollowUp[Any], why: str) -> Look:
    text = (
        f"{asked.subject} of the {follow_up.noun} is not over {follow_up.at_most.days} days after it began "
        f"({why}): it is asked about no more, and nothing more is told of it. Look at it at Amazon; "
        f"edibridge trace {asked.subject} shows what was told"
    )
    return msgspec.structs.replace(look, over=GIVEN_UP, alert=text)


def _put_off(partner: Partner, asked: DueFollowUp, reason: str) -> None:
    """Note a look that failed for this one alone; one that is past its time is given up."""
    now = partner.clock()
    log.warning("look_failed", vendor=partner.vendor, name=asked.name, subject=asked.subject, reason=reason)
    follow_up = installed().follow_ups.get(asked.name)
    if follow_up is not None and now - asked.started_at >= follow_up.at_most:
        last = Look(kept=asked.kept, status=asked.status, again=SHORTEST_LOOK)
        look = _given_up(last, asked, follow_up, reason)
        partner.ledger.record_look(partner.fence, asked, look, now, missed=asked.missed)
        return
    partner.ledger.record_look_failed(partner.fence, asked, reason, now + _wait(asked))


def _rest(partner: Partner, asked: DueFollowUp, error: AmazonError) -> None:
    """Leave all of the vendor's alone for a while: Amazon does not answer, or refuses our credentials.

    Nothing is given up on the word of a clock that Amazon's answer has not confirmed.
    """
    now = partner.clock()
    log.warning(
        "look_failed", vendor=partner.vendor, name=asked.name, subject=asked.subject, reason=str(error)
    )
    rest = ALL_REST
    if isinstance(error, CredentialsRefused):
        rest = ALL_REST_REFUSED
        message = f"Amazon refuses account {partner.account} the {asked.name}: {error}"
        raise_alert(partner, CREDENTIALS, _key(partner, asked), message)
    told = error.retry_after if isinstance(error, AmazonUnavailable) else None
    again_at = now + max(rest, _wait(asked), timedelta(seconds=told or 0.0))
    partner.ledger.record_look_failed(partner.fence, asked, str(error), again_at, all_rest_until=now + rest)


def _wait(asked: DueFollowUp) -> timedelta:
    return WAITS[min(asked.failures, len(WAITS) - 1)]


def _key(partner: Partner, asked: DueFollowUp) -> str:
    return f"{partner.account}/{asked.name}"
