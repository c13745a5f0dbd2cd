"""A bare client of the stand-in: httpx and nothing of the bridge's own."""

from __future__ import annotations

from typing import Any

import httpx

from simulator.access import Credentials
from simulator.amazon import StandInAmazon

SHIPPING = "/vendor/directFulfillment/shipping/v1"
TRANSACTIONS = "/vendor/directFulfillment/transactions/v1/transactions"
CONFIRMATIONS = "shipmentConfirmations"
STATUS_UPDATES = "shipmentStatusUpdates"
LABELS = "shippingLabels"
KEYS = {CONFIRMATIONS: CONFIRMATIONS, STATUS_UPDATES: STATUS_UPDATES, LABELS: "shippingLabelRequests"}


class Caller:
    """Presents an account's credentials, then calls with the access token."""

    def __init__(self, amazon: StandInAmazon, credentials: Credentials | None = None) -> None:
        self.credentials = credentials or amazon.credentials
        self.http = httpx.Client(base_url=amazon.url, trust_env=False, timeout=10)
        self.token = ""

    def ask_token(self, **changes: str) -> httpx.Response:
        form = {
            "grant_type": "refresh_token",
            "client_id": self.credentials.client_id,
            "client_secret": self.credentials.client_secret,
            "refresh_token": self.credentials.refresh_token,
        }
        return self.http.post("/auth/o2/token", data=form | changes)

    def log_in(self) -> Caller:
        self.token = self.ask_token().raise_for_status().json()["access_token"]
        self.http.headers["x-amz-access-token"] = self.token
        return self

    def post(self, path: str, *items: dict[str, Any], **options: Any) -> httpx.Response:
        return self.http.post(f"{SHIPPING}/{path}", json={KEYS[path]: list(items)}, **options)

    def submit(self, path: str, *items: dict[str, Any]) -> str:
        """Post and give the transaction id."""
        reply = self.post(path, *items)
        assert reply.status_code == 202, reply.text
        found: str = reply.json()["payload"]["transactionId"]
        return found

    def poll(self, transaction_id: str) -> httpx.Response:
        return self.http.get(f"{TRANSACTIONS}/{transaction_id}")

    def verdict(self, transaction_id: str) -> dict[str, Any]:
        reply = self.poll(transaction_id)
        assert reply.status_code == 200, reply.text
        told: dict[str, Any] = reply.json()["payload"]["transactionStatus"]
        return told


def confirmation(order: str = "PO1", tracking: str = "1Z1", **changes: Any) -> dict[str, Any]:
    item = {"itemSequenceNumber": 1, "buyerProductIdentifier": "B000000001"}
    each = {"amount": 2, "unitOfMeasure": "Each"}
    return {
        "purchaseOrderNumber": order,
        "sellingParty": {"partyId": "ACMEV"},
        "shipFromParty": {"partyId": "ACMW1"},
        "shipmentDetails": {"shippedDate": "2026-03-02T15:04:05Z", "shipmentStatus": "SHIPPED"},
        "items": [item | {"shippedQuantity": each}],
        "containers": [
            {
                "containerType": "carton",
                "containerIdentifier": f"BOX-{tracking}",
                "trackingNumber": tracking,
                "shipMethod": "UPS_GROUND",
                "scacCode": "UPSN",
                "weight": {"unitOfMeasure": "KG", "value": "1.5"},
                "packedItems": [item | {"packedQuantity": each}],
            }
        ],
    } | changes


def status_update(order: str = "PO1", tracking: str = "1Z1", **changes: Any) -> dict[str, Any]:
    details = {
        "trackingNumber": tracking,
        "statusCode": "D1",
        "reasonCode": "NS",
        "statusDateTime": "2026-03-04T10:00:00-06:00",
        "statusLocationAddress": {"city": "Springfield", "stateOrRegion": "IL", "countryCode": "US"},
    }
    return {
        "purchaseOrderNumber": order,
        "sellingParty": {"partyId": "ACMEV"},
        "shipFromParty": {"partyId": "ACMW1"},
        "statusUpdateDetails": details | changes,
    }


def label_request(order: str = "PO1") -> dict[str, Any]:
    return {
        "purchaseOrderNumber": order,
        "sellingParty": {"partyId": "ACMEV"},
        "shipFromParty": {"partyId": "ACMW1"},
    }


def label_creation(*trackings: str) -> dict[str, Any]:
    """Make the body of createShippingLabels, with a container for each tracking number."""
    body = {name: value for name, value in label_request().items() if name != "purchaseOrderNumber"}
    if trackings:
        boxes = [confirmation(tracking=tracking)["containers"][0] for tracking in trackings]
        body["containers"] = [box | {"containerType": "Carton"} for box in boxes]
    return body


def container_label(identifier: str = "PALLET1", *trackings: str) -> dict[str, Any]:
    """Make the body of createContainerLabel."""
    return label_creation() | {
        "carrierId": "SWA",
        "vendorContainerId": identifier,
        "packages": [{"packageTrackingNumber": one} for one in trackings or ("1ZA", "1ZB")],
    }
