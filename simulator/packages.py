"""Packages of shipments on their way: by the clock, or as a test says that they were scanned."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Any

from simulator.options import Options
from simulator.order_course import iso_time
from simulator.replies import Refused

Item = dict[str, Any]
TRACK = "getPackageTrackingDetails"
_ROUTE = (
    ("IN_TRANSIT", "EVENT_202", "Departure scan.", ("Phoenix", "AZ")),
    ("OUT_FOR_DELIVERY", "EVENT_302", "Out for delivery.", ("Springfield", "IL")),
    ("DELIVERED", "EVENT_301", "Delivered.", ("Springfield", "IL")),
)
"""What happens to a package, step by step after its shipment has left."""


class Packages:
    """Thread-safe. Packages are known by account and number; `wall` returns the stand-in's time of day.

    `shipped` returns a package of an order that goes by the clock, with its shipment; `scan` goes before.
    """

    def __init__(
        self,
        options: Options,
        wall: Callable[[], float],
        shipped: Callable[[str, int], tuple[Item, Item] | None],
    ) -> None:
        self._options = options
        self._wall = wall
        self._shipped = shipped
        self._lock = threading.Lock()
        self._packages: dict[tuple[str, int], Item] = {}

    def scan(self, number: int, details: Item, *, account: str = "default") -> None:
        """Set what is known of a package: members of the model's `PackageTrackingDetails`."""
        with self._lock:
            self._packages[account, number] = {**details, "packageNumber": number}

    def read(self, account: str, number: str) -> Item:
        """Return a package; raises `Refused` where it is not scanned yet."""
        if not number.isdecimal():
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", "packageNumber is no number.")
        with self._lock:
            found = self._packages.get((account, int(number)))
        found = found or self._by_the_clock(account, int(number))
        if found is None:
            status = HTTPStatus(self._options.unknown_order)
            code = "NotFound" if status == HTTPStatus.NOT_FOUND else "InvalidInput"
            raise Refused(status, code, f"No tracking information for package {number}.")
        return {"payload": found}

    def _by_the_clock(self, account: str, number: int) -> Item | None:
        shipped = self._shipped(account, number)
        # Where somebody moves the orders, a package that has left is there at once.
        step = self._options.order_step or 0.0
        if shipped is None:
            return None
        shipment, package = shipped
        left = datetime.fromisoformat(shipment["shippingDate"]).timestamp()
        passed = int((self._wall() - left) // step) if step else len(_ROUTE)
        happened = list(_events(left, step))[: max(0, passed)]
        if not happened:
            return None
        status, told = _ROUTE[len(happened) - 1][0], happened[::-1]
        delivered = status == "DELIVERED"
        return {
            **package,
            "currentStatus": status,
            "shipDate": shipment["shippingDate"],
            "estimatedArrivalDate": shipment["estimatedArrivalDate"],
            # Carriers tell some events twice; the last one was signed for.
            "trackingEvents": [told[0], *told] if delivered else told,
            **({"signedForBy": "A. Signer", "additionalLocationInfo": "FRONT_DOOR"} if delivered else {}),
        }


def _events(left: float, step: float) -> Iterator[Item]:
    for place, (_, code, words, (city, state)) in enumerate(_ROUTE, start=1):
        yield {
            "eventDate": iso_time(left + place * step),
            "eventAddress": {"city": city, "state": state, "country": "US"},
            "eventCode": code,
            "eventDescription": words,
        }
