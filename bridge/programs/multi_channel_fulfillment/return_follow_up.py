"""Returns are followed until each piece was processed in a warehouse of Amazon's. Pure."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from bridge.programs.follow_ups import FollowUp, Look, NewsDocument, NewsFile, Start, View
from bridge.programs.multi_channel_fulfillment.events import FulfillmentReturned
from bridge.programs.multi_channel_fulfillment.operations import GET, ID_KEY, RETURN
from bridge.programs.multi_channel_fulfillment.orders import FulfillmentOrder
from bridge.programs.multi_channel_fulfillment.profile import values_of
from bridge.programs.multi_channel_fulfillment.return_files import (
    Row,
    authorized_row,
    files_of,
    processed_row,
)
from bridge.programs.multi_channel_fulfillment.return_items import PROCESSED
from bridge.programs.multi_channel_fulfillment.return_receipts import receipts_of

RETURNS = "fulfillment-returns"
LONGEST = timedelta(days=120)
"""What has not come back by then is asked about no more."""
_HOURLY, _RARELY = timedelta(hours=1), timedelta(hours=12)
_LOST_AFTER = 3


class Kept(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The order of the returns, and the pieces that were told as authorized and as processed.

    `files` counts the looks that told something.
    """

    order_number: str
    authorized: tuple[str, ...] = ()
    processed: tuple[str, ...] = ()
    files: int = 0


def start(event: FulfillmentReturned) -> Start:
    """Follow the returns of an order."""
    kept = Kept(order_number=event.order_number)
    return Start(name=RETURNS, subject=event.seller_fulfillment_order_id, kept=msgspec.json.encode(kept))


def look(view: View[FulfillmentOrder]) -> Look:
    """Report which pieces may be sent back, and which were processed since the last look, each once."""
    if view.found is None:
        alert = f"Amazon does not know order {view.subject} any more" if view.missed >= _LOST_AFTER else ""
        return Look(kept=view.kept, status="unknown", again=_HOURLY, alert=alert)
    kept, items = msgspec.json.decode(view.kept, type=Kept), view.found.return_items
    by_id = {one.return_authorization_id: one for one in view.found.return_authorizations}
    authorized = [
        authorized_row(kept.order_number, item, by_id[item.return_authorization_id])
        for item in items
        if item.return_authorization_id in by_id and item.seller_return_item_id not in kept.authorized
    ]
    processed = [
        processed_row(
            kept.order_number, item, by_id.get(item.return_authorization_id or ""), view.profile.timezone
        )
        for item in items
        if item.status == PROCESSED and item.seller_return_item_id not in kept.processed
    ]
    now = msgspec.structs.replace(
        kept,
        authorized=(*kept.authorized, *(one.piece for one in authorized)),
        processed=(*kept.processed, *(one.piece for one in processed)),
        files=kept.files + bool(authorized or processed),
    )
    over = bool(items) and all(one.status == PROCESSED for one in items)
    waits = not items or any(one.seller_return_item_id not in now.authorized for one in items)
    return Look(
        kept=msgspec.json.encode(now),
        status=f"{len(now.processed)} of {len(items)} processed",
        again=_HOURLY if waits else _RARELY,
        files=(*_files(view, now, authorized, processed), *_documents(view, view.found, now, processed)),
        over=PROCESSED if over else "",
    )


def _files(
    view: View[FulfillmentOrder], kept: Kept, authorized: list[Row], processed: list[Row]
) -> list[NewsFile]:
    forms, stem = values_of(view.profile).return_files, f"{kept.order_number}"
    return [
        *files_of(authorized, f"{stem}.authorized-{kept.files}", forms),
        *files_of(processed, f"{stem}.processed-{kept.files}", forms),
    ]


def _documents(
    view: View[FulfillmentOrder], order: FulfillmentOrder, kept: Kept, processed: list[Row]
) -> list[NewsDocument]:
    if "944" not in values_of(view.profile).return_files:
        return []
    skus = {line.seller_fulfillment_order_item_id: line.seller_sku for line in order.lines}
    return receipts_of(view.subject, kept.files, processed, skus)


FOLLOW_UP = FollowUp(
    name=RETURNS,
    noun="returns of orders",
    after=RETURN,
    start=start,
    single=GET,
    path_name=ID_KEY,
    look=look,
    at_most=LONGEST,
)
