"""A program as small as one can be: an order is placed, and followed until it is complete or cancelled.

Its prices are told once a day.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import msgspec

from bridge.domain.events import Event, RuleError
from bridge.programs.contract import Program
from bridge.programs.event_types import EventType, Violation
from bridge.programs.follow_ups import FollowUp, Look, NewsFile, NextNumber, Start, Sweep, View
from bridge.programs.operations import Operation
from bridge.programs.prechecks import Asked, Checked, Precheck, Question
from bridge.programs.snapshots import Snapshot, SnapshotFile, SnapshotView

PLACE = "placeOrder"
GET = "getOrder"
TERMS = "getTerms"
LIST = "listOrders"
VERDICT = "getVerdict"
ORDERS = "small-orders"
ASKED_BEFORE = "SMALL_ORDERS_ASKED_BEFORE"
"""While this is in the environment, Amazon is asked about orders before they are placed."""
PRICES = "listPrices"
PRICES_TOLD = "SMALL_ORDERS_PRICES"
"""While this is in the environment, prices are told every day at six."""
_HOUR = timedelta(hours=1)
TOLD, LATER, MANY = -1, -2, 100
"""Pieces that Amazon's terms are other answers with; with the last, it is asked once more."""


class OrderPlaced(Event, frozen=True):
    """An order of so many pieces."""

    order: str
    pieces: int = 1


class Shipment(msgspec.Struct, frozen=True, rename="camel"):
    """What left together."""

    shipment_id: str
    pieces: int


class Order(msgspec.Struct, frozen=True, rename="camel"):
    """An order as it stands at Amazon."""

    purchase_order_number: str = msgspec.field(name="orderId")
    status: str
    shipments: tuple[Shipment, ...] = ()


class Kept(msgspec.Struct, frozen=True):
    """What was ordered, which shipments were told, and how it stood."""

    pieces: int
    told: tuple[str, ...] = ()
    status: str = ""


def _start(event: OrderPlaced) -> Start:
    return Start(name=ORDERS, subject=event.order, kept=msgspec.json.encode(Kept(event.pieces)))


def _look(view: View[Order]) -> Look:
    again = _HOUR / 4 if view.now - view.started_at < timedelta(days=1) else 12 * _HOUR
    if view.found is None:
        alert = f"Amazon does not know order {view.subject}" if view.missed >= 3 else ""
        return Look(kept=view.kept, status="unknown", again=again, alert=alert)
    kept, order = msgspec.json.decode(view.kept, type=Kept), view.found
    new = [one for one in order.shipments if one.shipment_id not in kept.told]
    told = (*kept.told, *(one.shipment_id for one in new))
    return Look(
        kept=msgspec.json.encode(Kept(kept.pieces, told, order.status)),
        status=order.status,
        again=again,
        files=tuple(_file(view, one, kept.pieces) for one in new),
        note="short" if order.status == "Cancelled" else "",
        alert=f"order {view.subject} is on hold at Amazon" if order.status == "Hold" else "",
        over=order.status.lower() if order.status in {"Complete", "Cancelled"} else "",
    )


def _file(view: View[Order], shipment: Shipment, ordered: int) -> NewsFile:
    def data(number: NextNumber) -> bytes:
        line = f"{number('shipped', 'document')} {shipment.shipment_id}: {shipment.pieces} of {ordered}"
        return f"{line} for {view.profile.vendor}\n".encode()

    name = f"{view.subject}.{shipment.shipment_id}.txt"
    return NewsFile(kind="shipped", folder="shipped", name=name, data=data)


def _query(since: datetime, token: str) -> dict[str, str]:
    return {"nextToken": token} if token else {"changedAfter": since.isoformat()}


def _changed(order: Order, kept: bytes) -> bool:
    return order.status != msgspec.json.decode(kept, type=Kept).status


def _read(raw: msgspec.Raw) -> Order:
    return msgspec.json.decode(raw, type=Order)


def _no_violations(_event: Any) -> tuple[Violation, ...]:
    return ()


class Terms(msgspec.Struct, frozen=True, rename="camel"):
    """What Amazon would take of an order."""

    purchase_order_number: str = msgspec.field(name="orderId")
    pieces: int


def _judge(asked: Asked[Terms]) -> Checked:
    """Place an order of as many pieces as Amazon takes; of none it is held.

    With one fewer than none it is told and not sent, with two fewer it waits for an hour.
    """
    if asked.found is None:
        return Checked(notes=(RuleError(code="TERMS", message=asked.why),))
    if asked.found.pieces == TOLD:
        return Checked(done="Amazon's terms are told")
    if asked.found.pieces == LATER:
        return Checked(hold="Amazon's terms come later", later=_HOUR)
    if not asked.found.pieces:
        data = f"{asked.event.order}: none\n".encode()
        file = NewsFile(kind="terms", folder="terms", name=f"{asked.event.order}.txt", data=data)
        return Checked(hold="Amazon takes none of it", files=(file,))
    return Checked(event=msgspec.structs.replace(asked.event, pieces=asked.found.pieces))


_TERMS = Question(
    operation=TERMS,
    body=lambda event, _version: {"pieces": event.pieces},
    names=lambda event: {"orderId": event.order},
    judge=_judge,
)


class Price(msgspec.Struct, frozen=True):
    """What a piece of something costs."""

    purchase_order_number: str = msgspec.field(name="sku")
    price: str = ""


def _singly(_profile: Any, skus: Collection[str]) -> Iterator[dict[str, str]]:
    return ({"sku": sku} for sku in skus)


def _prices(view: SnapshotView[Price]) -> list[SnapshotFile]:
    lines = [f"{one.purchase_order_number} {one.price}\n" for one in view.elements]
    lines += [f"{sku} ?\n" for sku in view.missing]
    name = f"{view.taken_at:%d.%H%M}.txt"
    return [SnapshotFile(kind="prices", folder="prices", name=name, data=map(str.encode, lines))]


PROGRAM = Program(
    name="small_orders",
    versions=("v1",),
    operations=(
        Operation(name=PLACE, method="POST", paths={"v1": "/small/v1/orders"}, reply="transaction"),
        Operation(
            name=TERMS,
            method="POST",
            paths={"v1": "/small/v1/terms/{orderId}"},
            read=lambda raw: msgspec.json.decode(raw, type=Terms),
        ),
        Operation(name=GET, method="GET", paths={"v1": "/small/v1/orders/{orderId}"}, read=_read),
        Operation(
            name=LIST, method="GET", paths={"v1": "/small/v1/orders"}, list_key="orders", limit=2, read=_read
        ),
        Operation(
            name=PRICES,
            method="GET",
            paths={"v1": "/small/v1/prices"},
            list_key="prices",
            read=lambda raw: msgspec.json.decode(raw, type=Price),
        ),
        Operation(name=VERDICT, method="GET", paths={"v1": "/small/v1/transactions/{transactionId}"}),
    ),
    event_types=(
        EventType(
            event=OrderPlaced,
            operation=PLACE,
            noun="order",
            ordering_key=lambda event: f"order:{event.order}",
            order=lambda event: event.order,
            rules=_no_violations,
            body=lambda event, _version: {"orderId": event.order, "pieces": event.pieces},
            precheck=Precheck(
                wanted=lambda _profile: ASKED_BEFORE in os.environ,
                questions=(_TERMS, replace(_TERMS, needed=lambda event, _profile: event.pieces == MANY)),
            ),
            not_sendable=lambda event, _profile: "" if event.pieces else "there is nothing in it",
        ),
    ),
    follow_ups=(
        FollowUp(
            name=ORDERS,
            noun="small orders",
            after=PLACE,
            start=_start,
            single=GET,
            path_name="orderId",
            look=_look,
            first=_HOUR / 12,
            at_most=timedelta(days=30),
            sweep=Sweep(
                listed=LIST,
                query=_query,
                subject=lambda order: order.purchase_order_number,
                changed=_changed,
                every=_HOUR / 4,
            ),
        ),
    ),
    snapshots=(
        Snapshot(
            name="prices",
            noun="prices",
            listed=PRICES,
            element=Price,
            at=lambda _profile: time(6) if PRICES_TOLD in os.environ else None,
            query=lambda _profile: {},
            key=lambda one: one.purchase_order_number,
            identity=lambda one: one.purchase_order_number,
            singly=_singly,
            files=_prices,
        ),
    ),
    verdicts=VERDICT,
)
