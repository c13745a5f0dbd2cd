"""Packages of shipments on their way, as their carriers have scanned them."""

from __future__ import annotations

import threading
from http import HTTPStatus
from typing import Any

from simulator.options import Options
from simulator.replies import Refused

Item = dict[str, Any]
TRACK = "getPackageTrackingDetails"


class Packages:
    """Thread-safe. Packages are known by account and number; one never told of is not scanned yet."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._packages: dict[tuple[str, str], Item] = {}

    def scan(self, number: int, details: Item, *, account: str = "default") -> None:
        """Set what is known of a package: members of the model's `PackageTrackingDetails`."""
        with self._lock:
            self._packages[account, str(number)] = {**details, "packageNumber": number}

    def read(self, account: str, number: str) -> Item:
        """Return a package; raises `Refused` where it is not scanned yet."""
        if not number.isdecimal():
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", "packageNumber is no number.")
        with self._lock:
            found = self._packages.get((account, number))
        if found is None:
            status = HTTPStatus(self._options.unknown_order)
            code = "NotFound" if status == HTTPStatus.NOT_FOUND else "InvalidInput"
            raise Refused(status, code, f"No tracking information for package {number}.")
        return {"payload": found}
