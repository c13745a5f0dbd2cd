"""Labels, packing slips and invoices put on the shelf by hand, for tests and rehearsals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from simulator.papers.model import Document, Kind, LabelFormat, Line, Package
from simulator.papers.people import tracking_number
from simulator.press import Press
from simulator.shelf import Shelf
from simulator.validation import is_order

Moment = datetime | float | None
"""An aware time, seconds since the epoch, or None for the stand-in's own time of day."""
Packages = int | Sequence[str | Package]
"""How many, their tracking numbers, or the packages themselves."""


class Documents:
    """The part of the stand-in that makes documents without a request. Thread-safe.

    `label_formats` maps an order or an account to the format of its labels; `gift_orders` get a packing
    slip when their label is requested. The newest document of an order replaces the older one.
    """

    def __init__(self, shelf: Shelf, press: Press, now: Callable[[], float]) -> None:
        self._shelf = shelf
        self._press = press
        self._now = now
        self.label_formats: dict[str, LabelFormat] = press.formats
        self.gift_orders: set[str] = press.gift_orders

    def add_label(  # noqa: PLR0913 - all that a label tells
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
        """Put an order's label on the shelf; drawn when it is read, so that thousands cost little."""
        label = self._document(
            "label", order, created, ship_from=ship_from, selling_party=selling_party, account=account
        )
        label = msgspec.structs.replace(
            label,
            label_format=label_format or self._press.format_of(account, order),
            packages=_packages(order, packages),
        )
        self._shelf.put(label)
        return label

    def add_packing_slip(  # noqa: PLR0913 - all that a slip tells
        self,
        order: str,
        created: Moment = None,
        ship_from: str = "ACMW1",
        lines: Sequence[Line] = (),
        *,
        selling_party: str = "ACMEV",
        account: str = "default",
    ) -> Document:
        """Put an order's packing slip on the shelf; without lines it has a made-up one."""
        slip = self._document(
            "packing_slip", order, created, ship_from=ship_from, selling_party=selling_party, account=account
        )
        slip = msgspec.structs.replace(slip, lines=tuple(lines))
        self._shelf.put(slip)
        return slip

    def add_invoice(  # noqa: PLR0913 - all that an invoice tells
        self,
        order: str,
        created: Moment = None,
        ship_from: str = "ACMW1",
        lines: Sequence[Line] = (),
        *,
        selling_party: str = "ACMEV",
        account: str = "default",
    ) -> Document:
        """Put an order's customer invoice on the shelf; without lines it has a made-up one."""
        invoice = self._document(
            "invoice", order, created, ship_from=ship_from, selling_party=selling_party, account=account
        )
        invoice = msgspec.structs.replace(invoice, lines=tuple(lines))
        self._shelf.put(invoice)
        return invoice

    def change_label(self, order: str, created: Moment = None, *, account: str = "default") -> Document:
        """Replace an order's label by a new version: other content, same tracking numbers."""
        return self.change("label", order, created, account=account)

    def change(self, kind: Kind, order: str, created: Moment = None, *, account: str = "default") -> Document:
        """Replace a document by a new version; raises KeyError where there is none."""
        before = self._shelf.find(account, kind, order, self._now())
        if before is None:
            raise KeyError(f"{account} has no {kind} for order {order}")
        after = msgspec.structs.replace(before, version=before.version + 1, created=self._moment(created))
        self._shelf.put(after)
        return after

    @property
    def documents(self) -> dict[Kind, int]:
        """How many documents of each kind there are."""
        return dict(self._shelf.counts())

    def _document(  # noqa: PLR0913 - what all of them tell
        self, kind: Kind, order: str, created: Moment, *, ship_from: str, selling_party: str, account: str
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
        if created is None:
            return self._now()
        if isinstance(created, datetime):
            if created.tzinfo is None:
                raise ValueError("A creation time needs a time zone.")
            return created.timestamp()
        return float(created)


def _packages(order: str, wanted: Packages) -> tuple[Package, ...]:
    given = (
        [tracking_number(order, place + 1) for place in range(wanted)] if isinstance(wanted, int) else wanted
    )
    return tuple(
        one if isinstance(one, Package) else Package(identifier=f"PKG{place:03}", tracking_number=one)
        for place, one in enumerate(given, 1)
    )
