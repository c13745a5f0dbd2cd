"""Sellers' stock as FBA Inventory lists it, with the ways in which its list deviates."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from simulator.options import Options
from simulator.replies import Refused

Item = dict[str, Any]
SUMMARIES = "getInventorySummaries"
PATH = "/fba/inventory/v1/summaries"
MOST_SKUS = 50
BURST = 2


class Inventory:
    """Thread-safe; `seconds` only grows. Stock is known by account.

    Of an account for which none was set it is that of the orders: `ordered` returns the pieces by SKU.
    """

    def __init__(
        self,
        options: Options,
        seconds: Callable[[], float],
        ordered: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        self._options = options
        self._seconds = seconds
        self._ordered = ordered
        self._lock = threading.Lock()
        self._stock: dict[str, list[Item]] = {}
        self._skipped: dict[str, frozenset[str]] = {}
        self._tokens: dict[str, tuple[int, float]] = {}

    def stock(
        self, summaries: Sequence[Item], *, skipped: Collection[str] = (), account: str = "default"
    ) -> None:
        """Set an account's stock, as the model has it; its list passes over the SKUs in `skipped`."""
        with self._lock:
            self._stock[account] = list(summaries)
            self._skipped[account] = frozenset(skipped)

    def read(self, account: str, query: Mapping[str, str]) -> Item:
        """Return one page; raises `Refused`."""
        _check(query)
        with self._lock:
            start = self._start(query.get("nextToken"))
            found, wanted = self._of(account), _wanted(query)
            if self._options.inventory_refused in wanted:
                raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", "A sellerSku is invalid.")
            if wanted:
                found = [one for one in found if one["sellerSku"] in wanted]
            else:
                found = [one for one in found if one["sellerSku"] not in self._skipped.get(account, ())]
            end = start + self._options.inventory_page
            page = found[start:end]
            if query.get("details", "").lower() != "true":
                page = [{name: one[name] for name in one if name != "inventoryDetails"} for one in page]
            content: Item = {
                "payload": {
                    "granularity": {
                        "granularityType": "Marketplace",
                        "granularityId": query["granularityId"],
                    },
                    "inventorySummaries": page,
                }
            }
            if end < len(found):
                # It has what has to be percent-encoded, as Amazon's do.
                token = f"{secrets.token_urlsafe(12)}+/=&{end}"
                self._tokens[token] = (end, self._seconds() + self._options.inventory_token_lifetime)
                content["pagination"] = {"nextToken": token}
        return content

    def _of(self, account: str) -> list[Item]:
        if account in self._stock:
            return self._stock[account]
        return [summary(sku, pieces) for sku, pieces in dict(self._ordered()).items()]

    def _start(self, token: str | None) -> int:
        if token is None:
            return 0
        start, good_until = self._tokens.get(token, (0, 0.0))
        if self._seconds() >= good_until:
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", "The nextToken is expired or invalid.")
        return start


def _wanted(query: Mapping[str, str]) -> frozenset[str]:
    if "sellerSkus" in query:
        return frozenset(query["sellerSkus"].split(","))
    return frozenset([query["sellerSku"]]) if "sellerSku" in query else frozenset()


def _check(query: Mapping[str, str]) -> None:
    for name in ("granularityType", "granularityId", "marketplaceIds"):
        if not query.get(name):
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", f"{name} is missing.")
    if len(query.get("sellerSkus", "").split(",")) > MOST_SKUS:
        raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", f"More than {MOST_SKUS} sellerSkus.")


def summary(sku: str, fulfillable: int, **more: Any) -> Item:  # noqa: ANN401 - members of the model
    """Make the summary of a SKU with some pieces, as the model has it."""
    return {
        "asin": "B00EXAMPLE",
        "fnSku": f"X00{sku}"[:10],
        "sellerSku": sku,
        "condition": "NewItem",
        "inventoryDetails": {
            "fulfillableQuantity": fulfillable,
            "inboundWorkingQuantity": 0,
            "inboundShippedQuantity": 7,
            "inboundReceivingQuantity": 0,
            "reservedQuantity": {
                "totalReservedQuantity": 3,
                "pendingCustomerOrderQuantity": 2,
                "pendingTransshipmentQuantity": 1,
                "fcProcessingQuantity": 0,
            },
            "researchingQuantity": {
                "totalResearchingQuantity": 1,
                "researchingQuantityBreakdown": [
                    {"name": "researchingQuantityInShortTerm", "quantity": 1},
                    {"name": "researchingQuantityInMidTerm", "quantity": 0},
                    {"name": "researchingQuantityInLongTerm", "quantity": 0},
                ],
            },
            "unfulfillableQuantity": {
                "totalUnfulfillableQuantity": 2,
                "customerDamagedQuantity": 2,
                "warehouseDamagedQuantity": 0,
                "distributorDamagedQuantity": 0,
                "carrierDamagedQuantity": 0,
                "defectiveQuantity": 0,
                "expiredQuantity": 0,
            },
        },
        "lastUpdatedTime": "2026-11-22T03:04:05Z",
        "productName": f"Product {sku}",
        "totalQuantity": fulfillable + 13,
        "stores": [],
        **more,
    }
