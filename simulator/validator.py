"""Amazon's processing after the 202: which items of a batch make it fail, and with which words.

Codes marked "seen" are ones that vendors got from Amazon; the others are made up in the same manner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from simulator.operations import CONFIRMATIONS, STATUS_UPDATES

Item = dict[str, Any]
ErrorBody = dict[str, str]

# The pairs of status and reason that Amazon supports, X12 and EDIFACT.
PAIRS = frozenset(
    {("DE", "AF"), ("D1", "NS"), ("XB", "NS"), ("O1", "NS"), ("CA", "PL"), ("OD", "NS"), ("A7", "AM")}
    | {("AP", "BG"), ("404", "117"), ("301", "000"), ("101", "000"), ("201", "000"), ("409", "000")}
    | {("302", "000"), ("407", "000"), ("416", "000")}
)
NOT_AVAILABLE: ErrorBody = {"code": "NotAvailable", "message": "NotAvailable"}  # seen


class _Confirmed(msgspec.Struct, frozen=True):
    """Which confirmation a tracking number stands in: its order and its transaction."""

    order: str
    transaction_id: str


class Validator:
    """Finds what makes items fail, by Amazon's rules and by what was confirmed before.

    `fail_orders` names orders that fail, each with a code and words. `succeeded` returns whether the
    Success of a transaction can be known by now.
    """

    def __init__(self, succeeded: Callable[[str], bool]) -> None:
        self.fail_orders: dict[str, tuple[str, str]] = {}
        self._succeeded = succeeded
        self._packages: dict[tuple[str, str], _Confirmed] = {}
        self._rules: Mapping[str, Callable[[str, Item, bool], Iterator[tuple[str, str]]]] = {
            CONFIRMATIONS.operation: self._confirmation,
            STATUS_UPDATES.operation: self._status_update,
        }

    def confirm(self, account: str, transaction_id: str, items: Sequence[Item]) -> None:
        """Remember the packages of confirmations that are to succeed."""
        for item in items:
            known = _Confirmed(item["purchaseOrderNumber"], transaction_id)
            for container in item.get("containers", ()):
                if tracking := container.get("trackingNumber"):
                    self._packages[account, tracking] = known

    def errors_of(self, account: str, operation: str, item: Item, *, strict_order: bool) -> list[ErrorBody]:
        """Name what makes one item fail; nothing where it is good."""
        order = item["purchaseOrderNumber"]
        found = []
        if injected := self.fail_orders.get(order):
            found.append(injected)
        if rules := self._rules.get(operation):
            found += rules(account, item, strict_order)
        return [{"code": code, "message": _sentence(order, words)} for code, words in found]

    def _confirmation(self, _account: str, item: Item, _strict: bool) -> Iterator[tuple[str, str]]:
        if item["shipmentDetails"]["shipmentStatus"] == "SHIPPED" and not item.get("containers"):
            yield "EMPTY_PACKAGES", "has empty packages"  # seen
        lines = [*item["items"], *(line for box in item.get("containers", ()) for line in box["packedItems"])]
        if not all("buyerProductIdentifier" in line or "vendorProductIdentifier" in line for line in lines):
            yield "INVALID_ITEM", "has an item without a product identifier"

    def _status_update(self, account: str, item: Item, strict: bool) -> Iterator[tuple[str, str]]:
        details = item["statusUpdateDetails"]
        if (details["statusCode"], details["reasonCode"]) not in PAIRS:
            yield "INVALID_STATUS_CODE", "has a status update with an unsupported status and reason code"
        if not strict:
            return
        confirmed = self._packages.get((account, details["trackingNumber"]))
        if confirmed is None or confirmed.order != item["purchaseOrderNumber"]:
            yield (
                "INVALID_TRACKING_NUMBER",
                f"has no package with tracking number {details['trackingNumber']}",
            )
        elif not self._succeeded(confirmed.transaction_id):
            yield "SHIPMENT_NOT_CONFIRMED", "has not been confirmed as shipped"


def _sentence(order: str, words: str) -> str:
    # An injected rule may bring a sentence of its own; a bare phrase gets Amazon's form.
    return words if words.startswith("Request Rejected") else f"Request Rejected: Order ID {order} {words}."
