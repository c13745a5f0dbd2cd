"""Orders are followed until they end: what shipped, with its tracking numbers, and what never will. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from bridge.programs.follow_ups import (
    FollowUp,
    Look,
    NewsDocument,
    NewsFile,
    SandboxMoves,
    Start,
    Sweep,
    View,
)
from bridge.programs.multi_channel_fulfillment.advice import Advice, documents_of
from bridge.programs.multi_channel_fulfillment.events import FulfillmentOrdered, Original
from bridge.programs.multi_channel_fulfillment.operations import CREATE, GET, ID_KEY, LIST, STEER
from bridge.programs.multi_channel_fulfillment.orders import FulfillmentOrder, Package, Shipment
from bridge.programs.multi_channel_fulfillment.profile import values_of
from bridge.programs.multi_channel_fulfillment.shipments import (
    Line,
    Row,
    Whose,
    ended_rows,
    files_of,
    shipped_rows,
    tracking_rows,
)
from bridge.programs.multi_channel_fulfillment.tracking import TRACKING, tracked

ORDERS = "fulfillment-orders"
ENDS = frozenset({"Complete", "CompletePartialled", "Cancelled", "Unfulfillable", "Invalid"})
WAIT_FOR_TRACKING = timedelta(hours=6)
"""So long a shipment without all its tracking numbers waits; then it is told as it is."""
WAIT_FOR_SHIPMENTS = timedelta(hours=24)
"""So long an order that has ended waits for shipments that are still pending."""
LONG_HELD = timedelta(days=10)
"""Amazon cancels an order that is on hold for 14 days: so long before, an operator is told."""
_SOON, _HOURLY, _RARELY = timedelta(minutes=30), timedelta(hours=1), timedelta(hours=12)
_LOST_AFTER = 3


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """A shipment that was told: its pieces by line, the number of each package, and which are followed.

    `later`: it is told with the whole order, at its end.
    """

    pieces: dict[str, int]
    numbers: dict[str, str]
    corrections: int = 0
    followed: tuple[str, ...] = ()
    later: bool = False


class Kept(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What was ordered, which shipments were told, and how the order stood.

    `shipped_since` has when a shipment was first seen as shipped (seconds since the epoch), while its
    tracking numbers are waited for; `ended_since` when the order was first seen at its end.
    """

    order_number: str
    customer_order: str
    lines: tuple[Line, ...]
    original: Original = Original()
    on_hold: bool = False
    told: dict[str, Told] = {}
    shipped_since: dict[str, float] = {}
    ended_since: float | None = None
    status: str = ""
    updated: str = ""


def start(event: FulfillmentOrdered) -> Start:
    """Follow an order that Amazon accepted."""
    kept = Kept(
        order_number=event.order_number,
        customer_order=event.displayable_order_id,
        lines=tuple(
            Line(one.seller_fulfillment_order_item_id, one.seller_sku, one.quantity) for one in event.items
        ),
        original=event.original,
        on_hold=event.fulfillment_action == "Hold",
    )
    return Start(name=ORDERS, subject=event.seller_fulfillment_order_id, kept=msgspec.json.encode(kept))


def look(view: View[FulfillmentOrder]) -> Look:
    """Report what has shipped since the last look, each shipment once, and at the end what never will."""
    if view.found is None:
        alert = f"Amazon does not know order {view.subject} any more" if view.missed >= _LOST_AFTER else ""
        return Look(kept=view.kept, status="unknown", again=_HOURLY, alert=alert)
    return _Looking(view, view.found).look()


class _Looking:
    """One look at an order that is there."""

    def __init__(self, view: View[FulfillmentOrder], order: FulfillmentOrder) -> None:
        self.view = view
        self.order = order
        self.kept = msgspec.json.decode(view.kept, type=Kept)
        self.now = view.now.timestamp()
        self.told = dict(self.kept.told)
        self.waiting: dict[str, float] = {}
        self.files: list[NewsFile | NewsDocument] = []
        self.starts: list[Start] = []
        self.whose = Whose(
            order_id=self.kept.order_number,
            customer_order=self.kept.customer_order,
            lines=self.kept.lines,
            timezone=view.profile.timezone,
        )

    def look(self) -> Look:
        order, kept = self.order, self.kept
        # What Amazon planned anew, or the seller cancelled, ships under another id or not at all.
        for shipment in order.shipments:
            if shipment.status == "SHIPPED":
                self._shipped(shipment)
                self._followed(shipment)
        ended = order.status in ENDS
        since = (kept.ended_since if kept.ended_since is not None else self.now) if ended else None
        over = since is not None and not self._is_expected(since)
        if over:
            self._tell_end()
        return Look(
            kept=msgspec.json.encode(
                msgspec.structs.replace(
                    kept,
                    told=self.told,
                    shipped_since=self.waiting,
                    ended_since=since,
                    status=order.status,
                    updated=order.status_updated_date,
                )
            ),
            status=order.status,
            again=self._again(ended=ended),
            files=tuple(self.files),
            starts=tuple(self.starts),
            references=tuple(number for one in self.told.values() for number in one.numbers.values()),
            note="Amazon found it invalid after all" if over and order.status == "Invalid" else "",
            alert=self._alert(),
            over=order.status if over else "",
        )

    def _shipped(self, shipment: Shipment) -> None:
        known = self.told.get(shipment.amazon_shipment_id)
        if known is not None:
            self._renumbered(shipment, known)
            return
        since = self.kept.shipped_since.get(shipment.amazon_shipment_id, self.now)
        if not shipment.is_tracked and self.now - since < WAIT_FOR_TRACKING.total_seconds():
            self.waiting[shipment.amazon_shipment_id] = since
            return
        later = values_of(self.view.profile).advice == "order"
        if not later:
            self._tell(shipped_rows(self.whose, shipment, self._pieces()), shipment.amazon_shipment_id)
            self._advise(shipment.amazon_shipment_id, (shipment,))
        pieces: Counter[str] = Counter()
        for item in shipment.items:
            pieces[item.line] += item.quantity
        self.told[shipment.amazon_shipment_id] = Told(dict(pieces), _numbers(shipment.packages), later=later)

    def _renumbered(self, shipment: Shipment, known: Told) -> None:
        numbers = _numbers(shipment.packages)
        new = [one for one in shipment.packages if one.number and known.numbers.get(_name(one)) != one.number]
        if not new:
            return
        count = known.corrections
        if not known.later:
            count += 1
            rows = tracking_rows(self.whose, shipment, new)
            self._tell(rows, f"{shipment.amazon_shipment_id}.tracking-{count}")
        self.told[shipment.amazon_shipment_id] = msgspec.structs.replace(
            known, numbers=known.numbers | numbers, corrections=count
        )

    def _followed(self, shipment: Shipment) -> None:
        """Have the packages of a shipment followed from when it is told on, if the seller wants that."""
        known = self.told.get(shipment.amazon_shipment_id)
        if known is None or not values_of(self.view.profile).tracking:
            return
        new = [one for one in shipment.packages if _name(one) not in known.followed]
        self.starts += [tracked(self.whose, self.kept.original, shipment, one) for one in new]
        names = (*known.followed, *map(_name, new))
        self.told[shipment.amazon_shipment_id] = msgspec.structs.replace(known, followed=names)

    def _tell(self, rows: list[Row], what: str) -> None:
        forms = values_of(self.view.profile).shipment_files
        self.files += files_of(rows, f"{self.kept.order_number}.{what}", forms)

    def _tell_end(self) -> None:
        """Tell what never ships, and with it the shipments that waited for the end."""
        ids = {name for name, told in self.told.items() if told.later}
        shipments = [one for one in self.order.shipments if one.amazon_shipment_id in ids]
        what = "order" if shipments else "ended"
        rows, before = list[Row](), Counter(self._pieces(later=False))
        for shipment in shipments:
            rows += shipped_rows(self.whose, shipment, before)
            before.update(self.told[shipment.amazon_shipment_id].pieces)
        self._tell(rows + ended_rows(self.whose, self.order, self._pieces()), what)
        self._advise(what, shipments, ended=True)

    def _advise(self, what: str, shipments: Sequence[Shipment] = (), *, ended: bool = False) -> None:
        """Tell in documents what is new: shipments, or what never ships."""
        advice = Advice(
            order_number=self.kept.order_number,
            customer_order=self.kept.customer_order,
            original=self.kept.original,
            lines=self.kept.lines,
            order=self.order,
            shipments=shipments,
            before=self._pieces(later=False),
            now=self.view.now,
            ended=ended,
        )
        self.files += documents_of(advice, what, values_of(self.view.profile).shipment_files)

    def _pieces(self, *, later: bool = True) -> Mapping[str, int]:
        """Return the pieces of each line that have shipped; without `later` those that were told already."""
        sums: Counter[str] = Counter()
        for one in self.told.values():
            if later or not one.later:
                sums.update(one.pieces)
        return sums

    def _is_expected(self, since: float) -> bool:
        """Return whether more is to come of an order that has ended."""
        open_ends = self._is_unaccounted() or any(one.status == "PENDING" for one in self.order.shipments)
        return bool(self.waiting) or (open_ends and self.now - since < WAIT_FOR_SHIPMENTS.total_seconds())

    def _is_unaccounted(self) -> bool:
        """Return whether the order is complete, but Amazon does not tell yet of all that was ordered."""
        gone = sum(one.cancelled_quantity + one.unfulfillable_quantity for one in self.order.lines)
        missing = sum(one.quantity for one in self.kept.lines) - sum(self._pieces().values()) - gone
        return self.order.status in {"Complete", "CompletePartialled"} and missing > 0

    def _again(self, *, ended: bool) -> timedelta:
        if self.waiting or ended:
            return _SOON
        # A second shipment changes no status of the order, so that no list shows it.
        return _HOURLY if self.order.status == "Processing" else _RARELY

    def _alert(self) -> str:
        ordered = {one.line: one.quantity for one in self.kept.lines}
        if any(count > ordered.get(line, 0) for line, count in self._pieces().items()):
            return f"more of order {self.view.subject} was shipped than was ordered: look at it at Amazon"
        held = self.kept.on_hold and self.order.status in {"New", "Received", "Planning"}
        held = held and self.order.action != "Ship"  # which a change may have said since
        if held and self.view.now - self.view.started_at >= LONG_HELD:
            return f"order {self.view.subject} is on hold at Amazon, which cancels it after 14 days"
        return ""


def _name(package: Package) -> str:
    return str(package.package_number)


def _numbers(packages: tuple[Package, ...]) -> dict[str, str]:
    return {_name(one): one.number for one in packages if one.number}


def _query(since: datetime, token: str) -> dict[str, str]:
    if token:
        return {"nextToken": token}
    return {"queryStartDate": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}


def _changed(order: FulfillmentOrder, kept: bytes) -> bool:
    before = msgspec.json.decode(kept, type=Kept)
    return (order.status, order.status_updated_date) != (before.status, before.updated)


FOLLOW_UPS = (
    FollowUp(
        name=ORDERS,
        noun="fulfillment orders",
        after=CREATE,
        start=start,
        single=GET,
        path_name=ID_KEY,
        look=look,
        first=timedelta(minutes=5),
        at_most=timedelta(days=60),
        sandbox=SandboxMoves(
            operation=STEER,
            body=lambda status: {"fulfillmentOrderStatus": status},
            statuses=("Received", "Planning", "Processing"),
            ends=("Complete", "CompletePartialled", "Unfulfillable", "Cancelled", "Invalid"),
        ),
        sweep=Sweep(
            listed=LIST,
            query=_query,
            subject=lambda order: order.seller_fulfillment_order_id,
            changed=_changed,
            every=timedelta(minutes=15),
        ),
    ),
    TRACKING,
)
