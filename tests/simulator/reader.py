"""A bare reader of the stand-in's documents: asks for restricted tokens and follows pages."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from simulator.access import Credentials
from simulator.amazon import StandInAmazon
from tests.simulator.caller import SHIPPING, Caller

RESTRICTED_TOKEN = "/tokens/2021-03-01/restrictedDataToken"
LABELS, SLIPS, INVOICES = "shippingLabels", "packingSlips", "customerInvoices"
PLACE = "{purchaseOrderNumber}"
EVERYTHING = [f"{SHIPPING}/{name}{end}" for name in (LABELS, SLIPS, INVOICES) for end in ("", f"/{PLACE}")]


def resources(*paths: str) -> dict[str, Any]:
    return {"restrictedResources": [{"method": "GET", "path": path} for path in paths]}


class Reader(Caller):
    """Has an access token, then a restricted one; reads the last week unless told otherwise."""

    def __init__(self, amazon: StandInAmazon, credentials: Credentials | None = None) -> None:
        super().__init__(amazon, credentials)
        self.log_in()
        self.now = datetime.fromtimestamp(amazon.now(), UTC)

    def ask_restricted(self, body: object) -> httpx.Response:
        return self.http.post(RESTRICTED_TOKEN, json=body, headers={"x-amz-access-token": self.token})

    def unlock(self, *paths: str) -> Reader:
        """Read with a token for some paths from now on, or for all of them."""
        told = self.ask_restricted(resources(*paths or EVERYTHING)).raise_for_status().json()
        self.http.headers["x-amz-access-token"] = told["restrictedDataToken"]
        return self

    def window(self, **changes: str) -> dict[str, str]:
        after, before = self.now - timedelta(days=6), self.now + timedelta(days=1)
        return {"createdAfter": after.isoformat(), "createdBefore": before.isoformat()} | changes

    def get(self, name: str, **query: str) -> httpx.Response:
        return self.http.get(f"{SHIPPING}/{name}", params=query)

    def page(self, name: str, **changes: str) -> tuple[list[str], str]:
        """Return one page's orders and the next token."""
        reply = self.get(name, **self.window(**changes))
        assert reply.status_code == 200, reply.text
        payload = reply.json()["payload"]
        orders = [item["purchaseOrderNumber"] for item in payload.get(name, ())]
        return orders, payload.get("pagination", {}).get("nextToken", "")

    def pages(self, name: str, **changes: str) -> list[list[str]]:
        """Follow the tokens to the end; gives the orders of each page."""
        orders, token = self.page(name, **changes)
        found = [orders]
        while token:
            orders, token = self.page(name, nextToken=token, **changes)
            found.append(orders)
        return found

    def items(self, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(name, **self.window()).json()["payload"][name]
        return found

    def label(self, order: str) -> tuple[dict[str, Any], list[bytes]]:
        """Return an order's label and its pictures."""
        label = self.get(f"{LABELS}/{order}").raise_for_status().json()["payload"]
        return label, [base64.b64decode(one["content"], validate=True) for one in label["labelData"]]
