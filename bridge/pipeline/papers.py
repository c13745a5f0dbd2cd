"""Papers: the labels, packing slips and invoices that Amazon makes, as files for the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bridge.ledger.rows import Added, NewOutbound
from bridge.outfiles.indexes import FORMATS as INDEX_FORMATS
from bridge.outfiles.indexes import IndexLine
from bridge.outfiles.papers import BadPaperError, Format, NamedPaper, decode, named
from bridge.pipeline.alerts import PAPER, clear_alert, raise_alert
from bridge.pipeline.lane import Lane
from bridge.spapi.fetched import Fetched, LabelData, ShippingLabel, UnreadableItem
from bridge.spapi.operations import OPERATIONS, Operation

log = structlog.get_logger(__name__)

LOOK_AGAIN = timedelta(minutes=10)
"""After so long something bad is asked for once more, by its order's number."""


@dataclass(frozen=True, slots=True)
class PaperKind:
    """One kind of paper: how Amazon is asked for it, and what it is named where the vendor names it not."""

    name: str
    listed: Operation
    single: Operation
    template: str


KINDS: dict[str, PaperKind] = {
    kind.name: kind
    for kind in (
        PaperKind("labels", OPERATIONS["getShippingLabels"], OPERATIONS["getShippingLabel"], ""),
        PaperKind(
            "packing-slips",
            OPERATIONS["getPackingSlips"],
            OPERATIONS["getPackingSlip"],
            "packing-slips/{purchase_order}.{ext}",
        ),
        PaperKind(
            "invoices",
            OPERATIONS["getCustomerInvoices"],
            OPERATIONS["getCustomerInvoice"],
            "invoices/{purchase_order}.{ext}",
        ),
    )
}


def keep_papers(
    lane: Lane,
    kind: PaperKind,
    items: Iterable[Fetched],
    unreadable: Iterable[UnreadableItem] = (),
    *,
    made_at: datetime | None = None,
) -> int:
    """Queue what is new for the outbox, with its index, in one transaction; give how many papers were new.

    What is bad is told to a person and asked for again by its order; it holds up nothing else. Amazon
    does not tell when it made a label: `made_at` is the earliest that it can be; None is now.
    """
    files: list[NewOutbound] = []
    orders: list[str] = []
    lines: list[IndexLine | None] = []
    good: set[str] = set()
    bad = {item.purchase_order_number: item.reason for item in unreadable}
    for item in items:
        if is_foreign(lane, item):
            continue
        good.add(item.purchase_order_number)
        for made in _made(lane, kind, item):
            if isinstance(made, str):
                bad[item.purchase_order_number] = made
                continue
            paper, line = made
            files.append(NewOutbound(kind=kind.name, folder=paper.folder, name=paper.name, data=paper.data))
            orders.append(item.purchase_order_number)
            lines.append(line)
    good -= bad.keys()
    now = lane.clock()
    if bad:
        known = [order for order in bad if order]
        lane.ledger.want(lane.fence, lane.vendor, kind.name, known, now + LOOK_AGAIN)
        for order, reason in bad.items():
            _tell(lane, kind, order, reason)
    added = lane.ledger.add_outbound(
        lane.fence,
        lane.vendor,
        files,
        now,
        found=[(kind.name, order) for order in good],
        beside=lambda added: _index(lane, lines, added, now),
        labels=(orders, made_at or now) if kind.name == "labels" else None,
    )
    for order in good:
        clear_alert(lane, PAPER, f"{kind.name}:{order}")
    return sum(one.new for one in added)


def is_foreign(lane: Lane, item: Fetched) -> bool:
    """Tell whether a label is of another vendor of the same account."""
    return isinstance(item, ShippingLabel) and item.selling_party not in {"", lane.profile.selling_party}


def _made(lane: Lane, kind: PaperKind, item: Fetched) -> Iterator[tuple[NamedPaper, IndexLine | None] | str]:
    """Give each paper of an item with its line in the index, or why it is bad."""
    order = item.purchase_order_number
    contents = item.labels if isinstance(item, ShippingLabel) else (item,)
    for content in contents:
        label = content if isinstance(content, LabelData) else None
        form: Format = _format(item) if label else "pdf"
        try:
            data = decode(content.content, form)
        except BadPaperError as error:
            yield f"package {label.package_identifier}: {error}" if label else str(error)
            continue
        fields = {
            "purchase_order": order,
            "package": label.package_identifier if label else "",
            "tracking": label.tracking_number if label else "",
            "ext": form,
        }
        paper = named(kind.template or lane.papers.label_name, fields, data)
        yield paper, _line(order, label, paper) if label else None


def _format(item: Fetched) -> Format:
    return "zpl" if isinstance(item, ShippingLabel) and item.label_format.upper() == "ZPL" else "png"


def _line(order: str, label: LabelData, paper: NamedPaper) -> IndexLine:
    return IndexLine(
        purchase_order=order,
        package=label.package_identifier,
        tracking_number=label.tracking_number,
        ship_method=label.ship_method,
        file=f"{paper.folder}/{paper.name}",
        sha256=paper.sha256,
    )


def _index(lane: Lane, lines: list[IndexLine | None], added: list[Added], now: datetime) -> list[NewOutbound]:
    """List the labels that are new, under the names that they got; nothing where none is."""
    new = [
        IndexLine(
            purchase_order=line.purchase_order,
            package=line.package,
            tracking_number=line.tracking_number,
            ship_method=line.ship_method,
            file=f"{line.file.rpartition('/')[0]}/{one.name}",
            sha256=line.sha256,
        )
        for line, one in zip(lines, added, strict=True)
        if line is not None and one.new
    ]
    if not new or lane.papers.index not in INDEX_FORMATS:
        return []
    name = f"index.{now:%Y%m%dT%H%M%S}.{lane.papers.index}"
    data = INDEX_FORMATS[lane.papers.index](new)
    return [NewOutbound(kind="label-index", folder="labels", name=name, data=data)]


def _tell(lane: Lane, kind: PaperKind, order: str, reason: str) -> None:
    message = f"Amazon sent {kind.name} of order {order or 'unknown'} that cannot be used: {reason}"
    if raise_alert(lane, PAPER, f"{kind.name}:{order}", f"{message}; it is asked for again"):
        log.error("bad_paper", vendor=lane.vendor, kind=kind.name, order=order, reason=reason)
