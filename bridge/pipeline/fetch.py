"""Fetch: cursors → shipping documents in the outbox.

Lists are read in windows that overlap, each to its last page; the cursor moves when a window was read whole,
so a crash anywhere repeats a window and leaves no gap, and what cannot be read is not passed over. What was
queued before is known by name and bytes. What is wanted of one order is asked for by its number: after a
label verdict, when a list held something bad, and when an operator asks.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Literal

import structlog

from bridge.errors import AmazonError
from bridge.faultpoints import reached
from bridge.ledger.rows import DocumentRequest
from bridge.pipeline.alerts import (
    CREDENTIALS,
    FETCH,
    SHIPPING_DOCUMENT,
    clear_alert,
    is_told,
    raise_alert,
)
from bridge.pipeline.partner import Partner
from bridge.pipeline.shipping_documents import is_foreign, keep_shipping_documents
from bridge.pipeline.timekeeping import confirmed_time
from bridge.programs.feeds import Feed
from bridge.programs.registry import installed
from bridge.spapi.amazon_time import TOLERANCE
from bridge.spapi.errors import AmazonRefused, AmazonUnavailable, CredentialsRefused, ListIncomplete
from bridge.spapi.lists import read_list
from bridge.spapi.pages import UnreadableItem
from bridge.spapi.windows import windows

log = structlog.get_logger(__name__)

OVERLAP = timedelta(hours=2)
"""Overlap of each window with the one before it: what Amazon lists late is found all the same."""
AFTER_AN_ERROR = 60.0
"""Seconds until lists that could not be read are read again."""
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 30, 60))
"""Delays between two requests for one order; the last one is repeated."""
GIVEN_UP = timedelta(hours=24)
"""Time for which one order's document is requested."""

Fetched = Literal["kept", "bad", "nothing", "foreign"]
_REASONS = {
    "nothing": "Amazon has none yet",
    "foreign": "Amazon's is of another selling party than the vendor's",
}


def fetch(partner: Partner) -> int:
    """Fetch what is wanted by order, and the lists when their hour has come; return how many were new."""
    done = fetch_wanted(partner)
    if not fetch_is_due(partner, partner.clock()):
        return done
    failed = False
    for kind, warehouse in _lists(partner):
        try:
            done += _fetch_list(partner, installed().feeds[kind], warehouse)
        except ListIncomplete as error:
            partner.state.fetching.failures[kind, warehouse] += 1
            _not_whole(partner, kind, warehouse, error)
        except AmazonError as error:
            failed = True
            partner.state.fetching.failures[kind, warehouse] += 1
            _failed(partner, kind, error)
            if isinstance(error, AmazonUnavailable):
                break  # the others might take as long to fail, and the vendor's files wait
        else:
            partner.state.fetching.failures[kind, warehouse] = 0
            clear_alert(partner, CREDENTIALS, f"{partner.account}/{kind}")
            clear_alert(partner, FETCH, list_name(kind, warehouse))
    partner.state.fetching.due_at = partner.seconds() + (
        AFTER_AN_ERROR if failed else partner.fetch_plan.every
    )
    if not failed:
        clear_alert(partner, FETCH, "")
    return done


def _lists(partner: Partner) -> list[tuple[str, str]]:
    """Return the lists to read, kinds by warehouses, those first that failed least often of late."""
    lists = [
        (kind, warehouse)
        for kind in partner.fetch_plan.kinds
        for warehouse in partner.profile.warehouses or ("",)
    ]
    return sorted(lists, key=lambda one: partner.state.fetching.failures[one])


def fetch_is_due(partner: Partner, now: datetime) -> bool:
    """Return whether the vendor's lists are to be read now."""
    plan = partner.fetch_plan
    return bool(plan.kinds) and partner.seconds() >= partner.state.fetching.due_at and plan.is_open(now)


def _fetch_list(partner: Partner, kind: Feed, warehouse: str) -> int:
    name = list_name(kind.name, warehouse)
    confirmed = confirmed_time(partner)
    now = confirmed or partner.clock()
    cursor = partner.ledger.cursor(partner.vendor, name)
    through = datetime.fromisoformat(cursor) if cursor else None
    if through is not None and through > now + TOLERANCE:
        # A clock that was ahead has moved it: nobody knows what was not read before it.
        log.warning("cursor_in_the_future", vendor=partner.vendor, list=name, cursor=cursor)
        through = None
    since = through or now - partner.fetch_plan.since + OVERLAP
    cut = windows(since, now, overlap=OVERLAP)
    done = 0
    for step in read_list(
        partner.amazon, installed().operations[kind.listed], cut, ship_from_party_id=warehouse
    ):
        if step.page is not None:
            reached("fetch.page_read")
            done += keep_shipping_documents(
                partner, kind, step.page.items, step.page.unreadable, made_at=step.window.since
            )
            reached("fetch.page_committed")
            if partner.stopping():
                break
        elif confirmed is not None and (
            through is None or step.window.until > through
        ):  # the first of two halves may end before it
            through = step.window.until
            moved = (name, through.isoformat())
            partner.ledger.add_outbound(partner.fence, partner.vendor, [], partner.clock(), cursor=moved)
            reached("fetch.cursor_committed")
    return done


def list_name(kind: str, warehouse: str) -> str:
    """Name a list, as its cursor and its alert are named."""
    return f"{kind}:{warehouse}"


def fetch_wanted(partner: Partner) -> int:
    """Ask for what is wanted by order and due; return how many came."""
    done = 0
    _review_refusals(partner)
    for wanted in partner.ledger.due_document_requests(partner.vendor, partner.clock()):
        if partner.stopping():
            break
        try:
            found = fetch_order(partner, installed().feeds[wanted.kind], wanted.purchase_order_number)
        except AmazonError as error:
            if isinstance(error, CredentialsRefused):
                _refused(partner, wanted.kind, _by_order(partner, wanted.kind), error)
            _missed(partner, wanted, str(error), for_good=isinstance(error, AmazonRefused))
            if isinstance(error, AmazonUnavailable):
                break  # the others might take as long to fail, and the vendor's files wait
        else:
            clear_alert(partner, CREDENTIALS, _by_order(partner, wanted.kind))
            if found == "kept":
                done += 1
            elif found != "bad":
                _missed(partner, wanted, _REASONS[found], for_good=False)
    return done


def _review_refusals(partner: Partner) -> None:
    """Clear the alerts about documents refused by order where a list has brought them all."""
    for kind in installed().feeds:
        key = _by_order(partner, kind)
        if is_told(partner, CREDENTIALS, key) and not partner.ledger.open_document_requests(
            partner.vendor, kind, given_up=False
        ):
            clear_alert(partner, CREDENTIALS, key)


def fetch_order(partner: Partner, kind: Feed, order: str) -> Fetched:
    """Queue what Amazon has for one order; `bad` is reported to the operator and asked for again.

    `foreign` is of another vendor of the same account, and not ours to deliver.
    """
    try:
        item = partner.amazon.read_one(installed().operations[kind.single], **{kind.path_name: order})
    except AmazonRefused as refused:
        if refused.http_status == HTTPStatus.BAD_REQUEST:  # what Amazon says of an order without a label
            return "nothing"
        raise
    if item is None or item.purchase_order_number not in {order, ""}:
        return "nothing"
    if isinstance(item, UnreadableItem):
        # We know what we asked for, even where the answer does not say it.
        keep_shipping_documents(partner, kind, (), (replace(item, purchase_order_number=order),))
        return "bad"
    if is_foreign(partner, kind, item):
        return "foreign"
    reached("fetch.order_read")
    keep_shipping_documents(partner, kind, (item,), whole=True)
    reached("fetch.order_committed")
    return "kept"


def _missed(partner: Partner, wanted: DocumentRequest, reason: str, *, for_good: bool) -> None:
    now = partner.clock()
    key = (wanted.kind, wanted.purchase_order_number)
    tries = installed().feeds[wanted.kind].tries
    if tries and wanted.attempts + 1 >= tries:
        partner.ledger.postpone_document_request(partner.fence, partner.vendor, key, reason, None)
        return
    if for_good or now - wanted.requested_at >= GIVEN_UP:
        partner.ledger.postpone_document_request(partner.fence, partner.vendor, key, reason, None)
        message = (
            f"{wanted.kind} of order {wanted.purchase_order_number} did not come: {reason}; ask again with: "
            f"edibridge fetch {wanted.kind} {wanted.purchase_order_number}"
        )
        raise_alert(partner, SHIPPING_DOCUMENT, f"{wanted.kind}:{wanted.purchase_order_number}", message)
        return
    wait = WAITS[min(wanted.attempts, len(WAITS) - 1)]
    partner.ledger.postpone_document_request(partner.fence, partner.vendor, key, reason, now + wait)


def _failed(partner: Partner, kind: str, error: AmazonError) -> None:
    log.warning("not_fetched", vendor=partner.vendor, kind=kind, fault=str(error.fault), reason=str(error))
    if isinstance(error, CredentialsRefused):
        _refused(partner, kind, f"{partner.account}/{kind}", error)
    else:
        raise_alert(partner, FETCH, "", f"{kind} could not be fetched: {error}; retried every minute")


def _not_whole(partner: Partner, kind: str, warehouse: str, error: ListIncomplete) -> None:
    """Report that the cursor of a list stays, since Amazon shows no end of what was made in some time."""
    begin, end = (f"{at:%Y-%m-%d %H:%M:%SZ}" for at in (error.window.since, error.window.until))
    of = f" of warehouse {warehouse}" if warehouse else ""
    message = (
        f"the list of {kind}{of} made between {begin} and {end} cannot be read whole ({error}; request id "
        f"{error.request_id or 'unknown'}): what it showed is delivered, more may be missing, and each fetch "
        f"reads it again from there. Ask Amazon's support with the request id; one order's at once: "
        f"edibridge fetch {kind} ORDER --vendor {partner.vendor}"
    )
    if raise_alert(partner, FETCH, list_name(kind, warehouse), message):
        log.error(
            "list_incomplete", vendor=partner.vendor, kind=kind, since=begin, until=end, reason=str(error)
        )


def _refused(partner: Partner, kind: str, key: str, error: CredentialsRefused) -> None:
    raise_alert(partner, CREDENTIALS, key, f"Amazon refuses account {partner.account} the {kind}: {error}")


def _by_order(partner: Partner, kind: str) -> str:
    """Return the key of the alert that documents are refused by order: lists may be granted all the same."""
    return f"{partner.account}/{kind} by order"
