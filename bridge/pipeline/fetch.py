"""Fetch: cursors → labels, packing slips and customer invoices in the outbox.

Lists are read in windows that overlap, each to its last page; the cursor moves when a window was read whole,
so a crash anywhere repeats a window and leaves no gap, and what cannot be read is not passed over. What was
queued before is known by name and bytes. What is wanted of one order is asked for by its number: after a
label verdict, when a list held something bad, and when a person asks.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Literal

import structlog

from bridge.errors import AmazonError
from bridge.faultpoints import reached
from bridge.ledger.rows import DueSubmission, Wanted
from bridge.pipeline.alerts import (
    CREDENTIALS,
    FETCH,
    PAPER,
    clear_alert,
    is_told,
    not_looked_for,
    raise_alert,
)
from bridge.pipeline.lane import Lane
from bridge.pipeline.papers import KINDS, PaperKind, is_foreign, keep_papers
from bridge.spapi.amazon_time import TOLERANCE
from bridge.spapi.errors import AmazonRefused, AmazonUnavailable, CredentialsRefused, ListIncomplete
from bridge.spapi.fetched import UnreadableItem
from bridge.spapi.lists import read_list
from bridge.spapi.windows import windows

log = structlog.get_logger(__name__)

OVERLAP = timedelta(hours=2)
"""So far a window begins before the one before it ended: what Amazon lists late is found all the same."""
AFTER_AN_ERROR = 60.0
"""Seconds until lists are asked for again that could not be read."""
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 30, 60))
"""Between two questions for one order; the last one goes on."""
GIVEN_UP = timedelta(hours=24)
"""So long one order's label is asked for."""
PATIENCE = timedelta(minutes=15)
"""So long Amazon gets to make a label before its absence tells that the request was not taken."""
TOLD_AFTER = timedelta(minutes=30)
"""After so long a person is told of labels that cannot be looked for."""
TRIES_OF_OTHERS = 3
"""Slips and invoices exist for some orders only: asked for a few times, then left to the lists."""


Found = Literal["kept", "bad", "nothing", "foreign"]
_REASONS = {
    "nothing": "Amazon has none yet",
    "foreign": "Amazon's is of another selling party than the vendor's",
}


def fetch(lane: Lane) -> int:
    """Fetch what is wanted by order, and the lists when their hour has come; give how many were new."""
    done = fetch_wanted(lane)
    if not fetch_is_due(lane, lane.clock()):
        return done
    failed = False
    for kind, warehouse in _lists(lane):
        try:
            done += _fetch_list(lane, KINDS[kind], warehouse)
        except ListIncomplete as error:
            lane.fetch_failures[kind, warehouse] += 1
            _not_whole(lane, kind, warehouse, error)
        except AmazonError as error:
            failed = True
            lane.fetch_failures[kind, warehouse] += 1
            _failed(lane, kind, error)
            if isinstance(error, AmazonUnavailable):
                break  # the others might take as long to fail, and the vendor's files wait
        else:
            lane.fetch_failures[kind, warehouse] = 0
            clear_alert(lane, CREDENTIALS, f"{lane.account}/{kind}")
            clear_alert(lane, FETCH, list_name(kind, warehouse))
    lane.fetch_at = lane.seconds() + (AFTER_AN_ERROR if failed else lane.papers.every)
    if not failed:
        clear_alert(lane, FETCH, "")
    return done


def _lists(lane: Lane) -> list[tuple[str, str]]:
    """Give the lists to read, kinds by warehouses, those first that failed least often of late."""
    lists = [
        (kind, warehouse) for kind in lane.papers.kinds for warehouse in lane.profile.warehouses or ("",)
    ]
    return sorted(lists, key=lambda one: lane.fetch_failures[one])


def fetch_is_due(lane: Lane, now: datetime) -> bool:
    """Tell whether the vendor's lists are to be read now."""
    plan = lane.papers
    return bool(plan.kinds) and lane.seconds() >= lane.fetch_at and plan.is_open(now)


def look_for_labels(lane: Lane, submission: DueSubmission) -> None:
    """Settle a label request in doubt: if the labels are there, Amazon took it; else it is sent again.

    Amazon gets the time that a verdict takes before their absence counts.
    """
    now = lane.clock()
    kind = KINDS["labels"]
    try:
        found = [
            event_id
            for event_id, order in zip(submission.event_ids, submission.purchase_order_numbers, strict=True)
            if _fetch_order(lane, kind, order) in {"kept", "bad"}
        ]
    except AmazonError as error:
        log.warning("not_looked_for", vendor=lane.vendor, submission=submission.id, reason=str(error))
        lane.ledger.apply_policy(lane.fence, submission.id, "look", now, now + WAITS[0])
        if isinstance(error, CredentialsRefused) or _doubted_for(submission, now) >= TOLD_AFTER:
            not_looked_for(lane, submission, error)
        return
    reached("fetch.looked")
    now = lane.clock()  # as Amazon's answer has just confirmed it
    over = _doubted_for(submission, now) >= PATIENCE
    lane.ledger.record_look(lane.fence, submission.id, found, now, None if over else now + WAITS[1])


def _doubted_for(submission: DueSubmission, now: datetime) -> timedelta:
    return now - submission.doubted_at if submission.doubted_at is not None else timedelta(0)


def _fetch_list(lane: Lane, kind: PaperKind, warehouse: str) -> int:
    name = list_name(kind.name, warehouse)
    confirmed = lane.confirmed_time()
    now = confirmed or lane.clock()
    cursor = lane.ledger.cursor(lane.vendor, name)
    through = datetime.fromisoformat(cursor) if cursor else None
    if through is not None and through > now + TOLERANCE:
        # A clock that was ahead has moved it: nobody knows what was not read before it.
        log.warning("cursor_in_the_future", vendor=lane.vendor, list=name, cursor=cursor)
        through = None
    since = through or now - lane.papers.since + OVERLAP
    cut = windows(since, now, overlap=OVERLAP)
    done = 0
    for step in read_list(lane.amazon, kind.listed, cut, ship_from_party_id=warehouse):
        if step.page is not None:
            reached("fetch.page_read")
            done += keep_papers(lane, kind, step.page.items, step.page.unreadable, made_at=step.window.since)
            reached("fetch.page_committed")
            if lane.stopping():
                break
        elif confirmed is not None and (
            through is None or step.window.until > through
        ):  # the first of two halves may end before it
            through = step.window.until
            moved = (name, through.isoformat())
            lane.ledger.add_outbound(lane.fence, lane.vendor, [], lane.clock(), cursor=moved)
            reached("fetch.cursor_committed")
    return done


def list_name(kind: str, warehouse: str) -> str:
    """Name a list, as its cursor and its alert are named."""
    return f"{kind}:{warehouse}"


def fetch_wanted(lane: Lane) -> int:
    """Ask for what is wanted by order and due; give how many papers came."""
    done = 0
    _review_refusals(lane)
    for wanted in lane.ledger.wanted_due(lane.vendor, lane.clock()):
        if lane.stopping():
            break
        try:
            found = _fetch_order(lane, KINDS[wanted.kind], wanted.purchase_order_number)
        except AmazonError as error:
            if isinstance(error, CredentialsRefused):
                _refused(lane, wanted.kind, _by_order(lane, wanted.kind), error)
            _missed(lane, wanted, str(error), for_good=isinstance(error, AmazonRefused))
            if isinstance(error, AmazonUnavailable):
                break  # the others might take as long to fail, and the vendor's files wait
        else:
            clear_alert(lane, CREDENTIALS, _by_order(lane, wanted.kind))
            if found == "kept":
                done += 1
            elif found != "bad":
                _missed(lane, wanted, _REASONS[found], for_good=False)
    return done


def _review_refusals(lane: Lane) -> None:
    """Take back what was told of papers refused by order where a list has brought them all."""
    for kind in KINDS:
        key = _by_order(lane, kind)
        if is_told(lane, CREDENTIALS, key) and not lane.ledger.still_wanted(
            lane.vendor, kind, given_up=False
        ):
            clear_alert(lane, CREDENTIALS, key)


def _fetch_order(lane: Lane, kind: PaperKind, order: str) -> Found:
    """Queue what Amazon has for one order; `bad` is told to a person and asked for again.

    `foreign` is of another vendor of the same account, and not ours to deliver.
    """
    try:
        item = lane.amazon.read_order(kind.single, order)
    except AmazonRefused as refused:
        if refused.http_status == HTTPStatus.BAD_REQUEST:  # what Amazon says of an order without a label
            return "nothing"
        raise
    if item is None or item.purchase_order_number not in {order, ""}:
        return "nothing"
    if isinstance(item, UnreadableItem):
        # We know what we asked for, even where the answer does not say it.
        keep_papers(lane, kind, (), (replace(item, purchase_order_number=order),))
        return "bad"
    if is_foreign(lane, item):
        return "foreign"
    reached("fetch.order_read")
    keep_papers(lane, kind, (item,), whole=True)
    reached("fetch.order_committed")
    return "kept"


def _missed(lane: Lane, wanted: Wanted, reason: str, *, for_good: bool) -> None:
    now = lane.clock()
    paper = (wanted.kind, wanted.purchase_order_number)
    if wanted.kind != "labels" and wanted.attempts + 1 >= TRIES_OF_OTHERS:
        lane.ledger.not_found(lane.fence, lane.vendor, paper, reason, None)
        return
    if for_good or now - wanted.wanted_at >= GIVEN_UP:
        lane.ledger.not_found(lane.fence, lane.vendor, paper, reason, None)
        message = (
            f"{wanted.kind} of order {wanted.purchase_order_number} did not come: {reason}; ask again with: "
            f"edibridge fetch {wanted.kind} {wanted.purchase_order_number}"
        )
        raise_alert(lane, PAPER, f"{wanted.kind}:{wanted.purchase_order_number}", message)
        return
    wait = WAITS[min(wanted.attempts, len(WAITS) - 1)]
    lane.ledger.not_found(lane.fence, lane.vendor, paper, reason, now + wait)


def _failed(lane: Lane, kind: str, error: AmazonError) -> None:
    log.warning("not_fetched", vendor=lane.vendor, kind=kind, fault=str(error.fault), reason=str(error))
    if isinstance(error, CredentialsRefused):
        _refused(lane, kind, f"{lane.account}/{kind}", error)
    else:
        raise_alert(lane, FETCH, "", f"{kind} could not be fetched: {error}; it is tried every minute")


def _not_whole(lane: Lane, kind: str, warehouse: str, error: ListIncomplete) -> None:
    """Tell that the cursor of a list stays, since Amazon shows no end of what was made in some time."""
    begin, end = (f"{at:%Y-%m-%d %H:%M:%SZ}" for at in (error.window.since, error.window.until))
    of = f" of warehouse {warehouse}" if warehouse else ""
    message = (
        f"the list of {kind}{of} made between {begin} and {end} cannot be read whole ({error}; request id "
        f"{error.request_id or 'unknown'}): what it showed is delivered, more may be missing, and each look "
        f"reads it again from there. Ask Amazon's support with the request id; one order's at once: "
        f"edibridge fetch {kind} ORDER --vendor {lane.vendor}"
    )
    if raise_alert(lane, FETCH, list_name(kind, warehouse), message):
        log.error("list_incomplete", vendor=lane.vendor, kind=kind, since=begin, until=end, reason=str(error))


def _refused(lane: Lane, kind: str, key: str, error: CredentialsRefused) -> None:
    raise_alert(lane, CREDENTIALS, key, f"Amazon refuses account {lane.account} the {kind}: {error}")


def _by_order(lane: Lane, kind: str) -> str:
    """Key of the alert that papers are refused by order: the lists may be granted all the same."""
    return f"{lane.account}/{kind} by order"
