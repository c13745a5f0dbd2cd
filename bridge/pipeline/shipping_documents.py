"""Shipping documents that Amazon makes, as files for the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bridge.domain.labels import LabelPackage
from bridge.ledger.new_rows import LabelAnswer, NewLabels, NewOutbound, ToldLabel
from bridge.ledger.row_conversion import LONGEST_KEY, storable
from bridge.ledger.rows import Added
from bridge.outfiles.shipping_documents import (
    INDEX_FORMATS,
    BadShippingDocumentError,
    IndexLine,
    NamedFile,
    decode,
    named,
)
from bridge.pipeline.alerts import SHIPPING_DOCUMENT, clear_alert, raise_alert
from bridge.pipeline.partner import Partner
from bridge.programs.feeds import Content, Feed
from bridge.programs.operations import Item
from bridge.spapi.pages import UnreadableItem

log = structlog.get_logger(__name__)

LOOK_AGAIN = timedelta(minutes=10)
"""Time after which something unusable is requested once more, by its order's number."""


@dataclass(slots=True)
class _Came:
    """What came of Amazon's: the files, each with its order and its line in the index, and what is bad."""

    bad: dict[str, str]
    """Order → why."""
    good: set[str] = field(default_factory=set)
    files: list[NewOutbound] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    lines: list[IndexLine | None] = field(default_factory=list)
    answers: list[LabelAnswer] = field(default_factory=list)

    def take(self, partner: Partner, kind: Feed, item: Item) -> None:
        """Add what Amazon has of one order."""
        order = item.purchase_order_number
        self.good.add(order)
        places: list[int | None] = []
        contents = kind.contents(item)
        for content in contents:
            made = _made(partner, kind, order, content)
            if isinstance(made, str):
                self.bad[order] = made
                places.append(None)
                continue
            file, line = made
            places.append(len(self.files))
            self.files.append(NewOutbound(kind=kind.name, folder=file.folder, name=file.name, data=file.data))
            self.orders.append(order)
            self.lines.append(line)
        if kind.labels:
            self.answers.append(_answer(order, contents, places))

    def labels(self, partner: Partner, kind: Feed, made_at: datetime, *, whole: bool) -> NewLabels:
        """Return what is to be noted of the labels among it."""
        return NewLabels(
            kind=kind.name,
            orders=self.orders,
            made_at=made_at,
            answers=self.answers,
            whole=whole,
            policy=partner.policies.labels,
        )


def keep_shipping_documents(  # noqa: PLR0913 - what came, and by name how it was asked for
    partner: Partner,
    kind: Feed,
    items: Iterable[Item],
    unreadable: Iterable[UnreadableItem] = (),
    *,
    made_at: datetime | None = None,
    whole: bool = False,
) -> int:
    """Queue what is new for the outbox, with its index, in one transaction; return how many were new.

    What is bad is reported to the operator and asked for again by its order; it holds up nothing else. Amazon
    does not tell when it made a label: `made_at` is the earliest that it can be; None is now. `whole` says
    that the items are Amazon's answer to a question about one order, not entries of a list.
    """
    came = _Came(bad={item.purchase_order_number: item.reason for item in unreadable})
    for item in items:
        if not is_foreign(partner, kind, item):
            came.take(partner, kind, item)
    good = came.good - came.bad.keys()
    now = partner.clock()
    if came.bad:
        known = {order: f"it cannot be used: {reason}" for order, reason in came.bad.items() if order}
        partner.ledger.request_documents(partner.fence, partner.vendor, kind.name, known, now + LOOK_AGAIN)
        for order, reason in came.bad.items():
            _tell(partner, kind, order, reason)
    added = partner.ledger.add_outbound(
        partner.fence,
        partner.vendor,
        came.files,
        now,
        found=[(kind.name, order) for order in good],
        beside=lambda added, told: _index(partner, came.lines, added, told, now),
        labels=came.labels(partner, kind, made_at or now, whole=whole) if kind.labels else None,
    )
    for order in good:
        clear_alert(partner, SHIPPING_DOCUMENT, f"{kind.name}:{order}")
    return sum(one.new for one in added)


def why_unusable(partner: Partner, kind: Feed, item: Item, order: str) -> str:
    """Return why the item that a call about an order returned is not what it should be; empty where it is.

    What is only damaged is asked for again by its order, where it can be.
    """
    if order and item.purchase_order_number != order:
        return "it is of another order"
    if is_foreign(partner, kind, item):
        return "it is of another selling party than the partner's"
    if kind.single:
        return ""
    made = (_made(partner, kind, item.purchase_order_number, content) for content in kind.contents(item))
    return next((why for why in made if isinstance(why, str)), "")


def is_foreign(partner: Partner, kind: Feed, item: Item) -> bool:
    """Return whether a document is of another vendor of the same account."""
    return kind.selling_party(item) not in {"", partner.profile.selling_party}


def _made(
    partner: Partner, kind: Feed, order: str, content: Content
) -> tuple[NamedFile, IndexLine | None] | str:
    """Return the file of a content with its line in the index, or why it is bad."""
    package = content.package
    try:
        data = decode(content.content, content.format)
    except BadShippingDocumentError as error:
        which = f"package {package.package_identifier}: " if package and package.package_identifier else ""
        return f"{which}{str(error) or type(error).__name__}"
    fields = {
        "purchase_order": order,
        "package": package.package_identifier if package else "",
        "tracking": package.tracking_number if package else "",
        "ext": content.format,
    }
    file = named(kind.template or partner.fetch_plan.label_name, fields, data)
    return file, _line(order, package, file) if package and kind.labels else None


def _answer(order: str, contents: Sequence[Content], places: list[int | None]) -> LabelAnswer:
    """Return the numbers of a label's packages, those whose content is bad too: Amazon has made them."""
    return LabelAnswer(
        purchase_order_number=order,
        packages=tuple(
            LabelPackage(
                package_identifier=_kept(package.package_identifier),
                tracking_number=_kept(package.tracking_number),
                ship_method=_kept(package.ship_method),
                ship_method_name=_kept(package.ship_method_name),
            )
            for content in contents
            if (package := content.package) is not None
        ),
        files=tuple(places),
    )


def _kept(text: str) -> str:
    """Return a number or code as it can be kept; one that is too long is none."""
    return "" if len(text) > LONGEST_KEY else storable(text).strip()


def _line(order: str, label: LabelPackage, file: NamedFile) -> IndexLine:
    return IndexLine(
        purchase_order=order,
        package=label.package_identifier,
        tracking_number=label.tracking_number,
        ship_method=label.ship_method,
        file=f"{file.folder}/{file.name}",
        sha256=file.sha256,
    )


def _index(
    partner: Partner, lines: list[IndexLine | None], added: list[Added], told: list[ToldLabel], now: datetime
) -> list[NewOutbound]:
    """List the labels that are new, under the names that they got, and those whose state changed.

    A label that became void is told even to a vendor that wants no index.
    """
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
    changed = [_changed(one) for one in told]
    form = partner.fetch_plan.index if partner.fetch_plan.index in INDEX_FORMATS else ""
    listed = [*new, *changed] if form else changed
    if not listed:
        return []
    name = f"index.{now:%Y%m%dT%H%M%S}.{form or 'csv'}"
    data = INDEX_FORMATS[form or "csv"](listed)
    return [NewOutbound(kind="label-index", folder="labels", name=name, data=data)]


def _changed(label: ToldLabel) -> IndexLine:
    return IndexLine(
        purchase_order=label.purchase_order_number,
        package=label.package_identifier,
        tracking_number=label.tracking_number,
        ship_method=label.ship_method,
        file=label.file,
        sha256=label.sha256,
        status="void" if label.state == "void" else "valid",
        replaced_by=label.replaced_by,
    )


def _tell(partner: Partner, kind: Feed, order: str, reason: str) -> None:
    message = f"Amazon sent {kind.name} of order {order or 'unknown'} that cannot be used: {reason}"
    if raise_alert(partner, SHIPPING_DOCUMENT, f"{kind.name}:{order}", f"{message}; it is asked for again"):
        log.error("bad_shipping_document", vendor=partner.vendor, kind=kind.name, order=order, reason=reason)
