"""Labels, packing slips and invoices: their store, and where they come from (requests, tests, rehearsals)."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from simulator.bodies import is_order
from simulator.options import Options
from simulator.pages import Query
from simulator.shipping_documents import SHIP_METHOD, Document, Item, Kind, LabelFormat, Package

Moment = datetime | float | None
"""An aware time, seconds since the epoch, or None for the stand-in's own time of day."""
Packages = int | Sequence[str | Package]
"""How many, their tracking numbers, or the packages themselves."""
_DAY = 86400.0


class DocumentStore:
    """Keeps the newest version of each document. Thread-safe."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._lock = threading.Lock()
        self._documents: dict[tuple[str, Kind], dict[str, Document]] = {}

    def put(self, *documents: Document) -> None:
        """Add documents; one for the same order takes the older one's place."""
        with self._lock:
            for document in documents:
                orders = self._documents.setdefault((document.account, document.kind), {})
                orders[document.order] = document

    def find(self, account: str, kind: Kind, order: str, now: float) -> Document | None:
        """Find an order's document, unless it has expired."""
        with self._lock:
            found = self._documents.get((account, kind), {}).get(order)
        return found if found is not None and self._good(found, now) else None

    def listed(self, account: str, kind: Kind, query: Query, now: float) -> list[Document]:
        """Find what a query asks for, by creation and then by order."""
        with self._lock:
            known = list(self._documents.get((account, kind), {}).values())
        found = [
            one
            for one in known
            if query.after < one.created < query.before
            and query.ship_from in ("", one.ship_from)
            and self._good(one, now)
        ]
        return sorted(found, key=lambda one: (one.created, one.order), reverse=query.descending)

    def counts(self) -> Counter[Kind]:
        """Count the documents of each kind, expired ones too."""
        with self._lock:
            counted: Counter[Kind] = Counter()
            for (_, kind), orders in self._documents.items():
                counted[kind] += len(orders)
            return counted

    def _good(self, document: Document, now: float) -> bool:
        days = self.options.label_days
        return document.kind != "label" or days is None or now - document.created < days * _DAY


class DocumentFactory:
    """Makes documents. Thread-safe.

    `label_formats` maps an order or an account to the format of its labels; `gift_orders` get a packing
    slip when their label is requested. The newest document of an order replaces the older one.
    """

    def __init__(self, store: DocumentStore, now: Callable[[], float]) -> None:
        self.options = store.options
        self._store = store
        self._now = now
        self.label_formats: dict[str, LabelFormat] = {}
        self.gift_orders: set[str] = set()

    def make_requested(self, account: str, item: Item, created: float) -> Document:
        """Make the label that a request asks for, and what goes with it; return the label.

        A request for an order that has such a label already changes nothing; other packages make a
        new version.
        """
        order = item["purchaseOrderNumber"]
        packages = _requested_packages(item)
        before = self._store.find(account, "label", order, created)
        if before is not None and before.packages == packages:
            return before
        label = Document(
            kind="label",
            account=account,
            order=order,
            created=created,
            ship_from=item["shipFromParty"]["partyId"],
            selling_party=item["sellingParty"]["partyId"],
            version=1 if before is None else before.version + 1,
            label_format=self.format_of(account, order),
            packages=packages,
        )
        self._store.put(label)
        if self.options.packing_slips or order in self.gift_orders:
            self._store.put(msgspec.structs.replace(label, kind="packing_slip", version=1))
        if self.options.invoices:
            self._store.put(msgspec.structs.replace(label, kind="invoice", version=1))
        return label

    def add_label(  # noqa: PLR0913 - the fields of a label
        self,
        order: str,
        created: Moment = None,
        ship_from: str = "ACMW1",
        packages: Packages = 1,
        *,
        selling_party: str = "ACMEV",
        label_format: LabelFormat | None = None,
        account: str = "default",
    ) -> Document:
        """Store an order's label; it is drawn when it is read, so that thousands cost little."""
        label = self._document("label", order, created, ship_from, selling_party, account)
        label = msgspec.structs.replace(
            label,
            label_format=label_format or self.format_of(account, order),
            packages=_packages(order, packages),
        )
        self._store.put(label)
        return label

    def add(  # noqa: PLR0913 - the fields of a document
        self,
        kind: Literal["packing_slip", "invoice"],
        order: str,
        created: Moment = None,
        ship_from: str = "ACMW1",
        *,
        selling_party: str = "ACMEV",
        account: str = "default",
    ) -> None:
        """Store an order's packing slip or customer invoice."""
        self._store.put(self._document(kind, order, created, ship_from, selling_party, account))

    def change_label(self, order: str, created: Moment = None, *, account: str = "default") -> None:
        """Replace a label by a new version, of the same packages; raises KeyError where there is none."""
        before = self._store.find(account, "label", order, self._now())
        if before is None:
            raise KeyError(f"{account} has no label for order {order}")
        version, moment = before.version + 1, self._moment(created)
        self._store.put(msgspec.structs.replace(before, version=version, created=moment))

    @property
    def documents(self) -> dict[Kind, int]:
        """How many documents of each kind there are."""
        return dict(self._store.counts())

    def format_of(self, account: str, order: str = "") -> LabelFormat:
        """Return the format of an order's labels, or of an account's container labels."""
        return self.label_formats.get(order) or self.label_formats.get(account) or self.options.label_format

    def _document(  # noqa: PLR0913, PLR0917 - the fields of all of them
        self, kind: Kind, order: str, created: Moment, ship_from: str, selling_party: str, account: str
    ) -> Document:
        if not is_order(order):
            raise ValueError(f"{order!r} is no purchase order number: letters and digits only")
        return Document(
            kind=kind,
            account=account,
            order=order,
            created=self._moment(created),
            ship_from=ship_from,
            selling_party=selling_party,
        )

    def _moment(self, created: Moment) -> float:
        if isinstance(created, datetime):
            if created.tzinfo is None:
                raise ValueError("A creation time needs a time zone.")
            return created.timestamp()
        return self._now() if created is None else float(created)


def _requested_packages(item: Item) -> tuple[Package, ...]:
    """One package for each container, or a single one where the request names none."""
    return tuple(
        Package(
            identifier=container.get("containerIdentifier") or f"PKG{place:03}",
            tracking_number=container.get("trackingNumber")
            or _tracking_number(item["purchaseOrderNumber"], place),
            ship_method=container.get("shipMethod") or SHIP_METHOD,
        )
        for place, container in enumerate(item.get("containers") or [{}], 1)
    )


def _packages(order: str, wanted: Packages) -> tuple[Package, ...]:
    if isinstance(wanted, int):
        wanted = [_tracking_number(order, place) for place in range(1, wanted + 1)]
    return tuple(
        one if isinstance(one, Package) else Package(identifier=f"PKG{place:03}", tracking_number=one)
        for place, one in enumerate(wanted, 1)
    )


def _tracking_number(order: str, place: int) -> str:
    """Make up the tracking number of the package at `place` (from 1) of an order."""
    digest = hashlib.sha256(f"{order} {place}".encode()).digest()
    return f"1Z9STAND{int.from_bytes(digest) % 10**10:010}"
