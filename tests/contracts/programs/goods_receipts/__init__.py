"""A whole program: a warehouse says what it received, Amazon answers with a receipt, and pays a credit later.

One type of document (RECADV), one operation whose answer is the verdict, one feed, one follow-up.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from bridge.domain.events import Event, MappingResult, RuleError
from bridge.mapping.loops import build_tree
from bridge.mapping.reader import Reader
from bridge.mapping.translate import read_as_told
from bridge.programs import inputs
from bridge.programs.contract import Program
from bridge.programs.event_types import Contradiction, EventType, Found, Verification, Violation
from bridge.programs.feeds import Content, Feed
from bridge.programs.follow_ups import FollowUp, Look, NewsFile, Start, View
from bridge.programs.operations import Operation
from bridge.settings.table import Table

CONFIRM, LIST, GET, CREDIT = "confirmReceipt", "listReceipts", "getReceipt", "getCredit"
V1 = "v1"


class Fetch(Table):
    """`[vendors.V.fetch]`: the feed of this program."""

    receipts: bool = False
    """Whether to fetch receipts, into receipts/."""


class GoodsReceived(Event, frozen=True):
    """So many pieces of an order have come."""

    order: str
    pieces: int


class Receipt(msgspec.Struct, frozen=True):
    """Amazon's receipt for an order; `content` is a PDF in base64."""

    purchase_order_number: str = msgspec.field(name="orderId")
    pieces: int
    content: str


class Credit(msgspec.Struct, frozen=True):
    """What Amazon pays for an order."""

    purchase_order_number: str = msgspec.field(name="orderId")
    status: str


def _make(reader: Reader) -> list[MappingResult]:
    tree = build_tree(reader.document.segments, reader.mapping.loops)
    order = reader.text("order", tree.root)
    pieces = sum(int(reader.text("pieces", line) or 0) for line in tree.root.below("line"))
    event = GoodsReceived(order=order, pieces=pieces)
    broken = tuple(RuleError(code=one.code, message=one.message) for one in _rules(event))
    result = MappingResult(
        event=event, purchase_order_number=order, summary=f"{pieces} pieces of {order}", errors=broken
    )
    return read_as_told(reader, tree, [result])


def _rules(event: GoodsReceived) -> tuple[Violation, ...]:
    return () if event.pieces > 0 else (Violation(code="PIECES", message="nothing was received"),)


def _judge(event: GoodsReceived, receipt: Receipt) -> Found:
    if receipt.pieces == event.pieces:
        return "taken"
    return Contradiction(f"Amazon has a receipt for {receipt.pieces} pieces, not {event.pieces}")


def _look(view: View[Credit]) -> Look:
    status = view.found.status if view.found is not None else "unknown"
    paid = status == "Paid"
    file = NewsFile(kind="credit", folder="credits", name=f"{view.subject}.txt", data=b"paid\n")
    return Look(
        kept=b"",
        status=status,
        again=timedelta(minutes=10),
        files=(file,) if paid else (),
        over="paid" if paid else "",
    )


def _named(event: GoodsReceived) -> dict[str, str]:
    return {"orderId": event.order}


def _operation(name: str, method: Any, path: str, **more: Any) -> Operation:
    return Operation(name=name, method=method, paths={V1: f"/receipts/v1/{path}"}, **more)


def _read(raw: msgspec.Raw) -> Receipt:
    return msgspec.json.decode(raw, type=Receipt)


PROGRAM = Program(
    name="goods_receipts",
    versions=(V1,),
    settings=inputs.Settings(partners="vendors", tables={"fetch": Fetch}),
    operations=(
        _operation(CONFIRM, "PUT", "orders/{orderId}", reply="result", in_doubt="verify", read=_read),
        _operation(LIST, "GET", "receipts", list_key="receipts", number_key="orderId", limit=10, read=_read),
        _operation(GET, "GET", "receipts/{orderId}", read=_read),
        _operation(
            CREDIT, "GET", "credits/{orderId}", read=lambda raw: msgspec.json.decode(raw, type=Credit)
        ),
    ),
    event_types=(
        EventType(
            event=GoodsReceived,
            operation=CONFIRM,
            noun="receipt",
            ordering_key=lambda event: f"po:{event.order}",
            order=lambda event: event.order,
            rules=_rules,
            body=lambda event, _version: {"pieces": event.pieces},
            path_names=_named,
            answer_feed="receipts",
            verification=Verification(operation=GET, names=_named, judge=_judge),
        ),
    ),
    feeds=(
        Feed(
            name="receipts",
            listed=LIST,
            single=GET,
            path_name="orderId",
            contents=lambda receipt: [Content(content=receipt.content, format="pdf")],
            template="receipts/{purchase_order}.{ext}",
        ),
    ),
    follow_ups=(
        FollowUp(
            name="credits",
            noun="credits",
            after=CONFIRM,
            start=lambda event: Start(name="credits", subject=event.order),
            single=CREDIT,
            path_name="orderId",
            look=_look,
            at_most=timedelta(days=30),
        ),
    ),
    producers={
        "goods_received": inputs.Producer(
            operation=CONFIRM,
            make=_make,
            fields=inputs.kinds_of_fields(text="order pieces"),
            required=("order", "pieces"),
            level="line",
        ),
    },
)
