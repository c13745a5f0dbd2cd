"""What the contract suite of programs drops and answers for Multi-Channel Fulfillment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.contracts.follow_up_case import FollowUpCase
from tests.contracts.program_case import ProgramCase
from tests.spapi.server import Answer, json_answer

ORDER = b"""\
order_id,order_date,name,address_line1,city,state_or_region,postal_code,country_code,line,sku,quantity
1001,2026-11-22,Ann Example,1 Example Road,Springfield,IL,62701,US,1,SKU-A,2
1001,,,,,,,,2,SKU-B,1
"""
ADDRESS = {
    "name": "Ann Example",
    "addressLine1": "1 Example Road",
    "city": "Springfield",
    "stateOrRegion": "IL",
    "postalCode": "62701",
    "countryCode": "US",
}
ITEMS = [("1", "SKU-A", 2), ("2", "SKU-B", 1)]


def order(
    status: str = "Received", number: str = "1001", action: str = "Ship", **more: Any
) -> dict[str, Any]:
    """Return an order as getFulfillmentOrder does."""
    return {
        "payload": {
            "fulfillmentOrder": {
                "sellerFulfillmentOrderId": number,
                "marketplaceId": "ATVPDKIKX0DER",
                "displayableOrderId": number,
                "displayableOrderDate": "2026-11-22T00:00:00-05:00",
                "displayableOrderComment": "Thank you.",
                "fulfillmentAction": action,
                "shippingSpeedCategory": "Standard",
                "destinationAddress": ADDRESS,
                "receivedDate": "2026-11-22T12:00:00Z",
                "fulfillmentOrderStatus": status,
                "statusUpdatedDate": "2026-11-22T12:00:00Z",
                "featureConstraints": None,
                "primeUpgraded": False,
            },
            "fulfillmentOrderItems": [
                {
                    "sellerSku": sku,
                    "sellerFulfillmentOrderItemId": line,
                    "quantity": quantity,
                    "cancelledQuantity": 0,
                    "unfulfillableQuantity": 0,
                }
                for line, sku, quantity in ITEMS
            ],
            "returnItems": [],
            "returnAuthorizations": [],
            **more,
        }
    }


def returned(piece: str, status: str = "New") -> dict[str, Any]:
    """Return a piece that comes back."""
    return {
        "sellerReturnItemId": piece,
        "sellerFulfillmentOrderItemId": "1",
        "amazonShipmentId": "S1",
        "sellerReturnReasonCode": "UNWANTED",
        "status": status,
        "statusChangedDate": "2026-11-24T12:00:00Z",
        "returnAuthorizationId": "RA1",
        "returnReceivedCondition": "Sellable",
    }


AUTHORIZATION = {
    "returnAuthorizationId": "RA1",
    "fulfillmentCenterId": "PHX7",
    "returnToAddress": ADDRESS,
    "amazonRmaId": "RMA1",
    "rmaPageURL": "https://returns.example/1",
}


def shipment(
    name: str, *items: tuple[str, str, int, int], status: str = "SHIPPED", numbers: bool = True
) -> dict[str, Any]:
    """Return a shipment of items `(line, sku, quantity, package)`."""
    packages = sorted({package for *_, package in items})
    return {
        "amazonShipmentId": name,
        "fulfillmentCenterId": "PHX7",
        "fulfillmentShipmentStatus": status,
        "shippingDate": "2026-11-23T15:00:00Z",
        "estimatedArrivalDate": "2026-11-25T04:00:00Z",
        "fulfillmentShipmentItem": [
            {
                "sellerSku": sku,
                "sellerFulfillmentOrderItemId": line,
                "quantity": quantity,
                "packageNumber": package,
            }
            for line, sku, quantity, package in items
        ],
        "fulfillmentShipmentPackage": [
            {
                "packageNumber": package,
                "carrierCode": "UPS",
                **({"trackingNumber": f"1Z{name}{package}"} if numbers else {}),
            }
            for package in packages
        ],
    }


def followed(status: str, *shipments: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of an order with shipments."""
    payload: dict[str, Any] = order(status, fulfillmentShipments=list(shipments))["payload"]
    return payload


def package(status: str, *events: tuple[str, str]) -> dict[str, Any]:
    """Return a package as getPackageTrackingDetails does, with what is personal; events `(code, date)`."""
    return {
        "packageNumber": 1,
        "trackingNumber": "1ZS11",
        "carrierCode": "UPS",
        "currentStatus": status,
        "estimatedArrivalDate": "2026-11-25T04:00:00Z",
        "shipToAddress": {"city": "Springfield", "state": "IL", "country": "US"},
        "signedForBy": "Ann Signer",
        "additionalLocationInfo": "FRONT_DESK",
        "trackingEvents": [
            {
                "eventDate": date,
                "eventAddress": {"city": "Phoenix", "state": "AZ", "country": "US"},
                "eventCode": code,
                "eventDescription": f"Words for {code}",
            }
            for code, date in events
        ],
    }


IN_TRANSIT, DELIVERED = ("EVENT_201", "2026-11-24T08:00:00Z"), ("EVENT_301", "2026-11-25T18:03:00Z")
FIRST = shipment("S1", ("1", "SKU-A", 1, 1))
SECOND = shipment("S2", ("1", "SKU-A", 1, 1), ("2", "SKU-B", 1, 2))
KEPT = b'{"order_number":"1001","customer_order":"1001","lines":[["1","SKU-A",2],["2","SKU-B",1]]}'
RETURNED = FollowUpCase(
    name="fulfillment-returns",
    subject="1001",
    kept=b'{"order_number":"1001"}',
    replies=tuple(
        order("Complete", returnItems=items, returnAuthorizations=[AUTHORIZATION])["payload"]
        for items in (
            [returned("R1.1.1"), returned("R1.1.2")],
            [returned("R1.1.1", "Processed"), returned("R1.1.2")],
            [returned("R1.1.1", "Processed"), returned("R1.1.2", "Processed")],
        )
    ),
    files=3,
    over="Processed",
)
FOLLOW_UPS = (
    RETURNED,
    FollowUpCase(
        name="fulfillment-orders",
        subject="1001",
        kept=KEPT,
        replies=(
            followed("Planning"),
            followed("Processing", FIRST),
            followed("Complete", FIRST, SECOND),
        ),
        files=2,
        over="Complete",
    ),
    FollowUpCase(
        name="packages",
        subject="1",
        kept=b'{"order_id":"1001","customer_order":"1001","shipment_id":"S1"}',
        replies=(
            package("IN_TRANSIT", IN_TRANSIT),
            package("IN_TRANSIT", IN_TRANSIT, IN_TRANSIT),
            package("DELIVERED", DELIVERED, IN_TRANSIT, DELIVERED),
        ),
        files=2,
        over="DELIVERED",
    ),
)
TAKEN = json_answer(200, {})
KNOWN: dict[str, Answer] = {"getFulfillmentOrder": json_answer(200, order())}
CREATED = ProgramCase(
    operation="createFulfillmentOrder", file="orders.csv", document=ORDER, taken=TAKEN, afterwards=KNOWN
)
HELD = replace(
    CREATED,
    document=ORDER.replace(b",quantity", b",quantity,action")
    .replace(b"SKU-A,2", b"SKU-A,2,Hold")
    .replace(b"SKU-B,1", b"SKU-B,1,"),
    afterwards={"getFulfillmentOrder": json_answer(200, order(action="Hold"))},
)
CASES = (
    CREATED,
    ProgramCase(
        operation="cancelFulfillmentOrder",
        file="cancellation.csv",
        document=b"order_id,function\n1001,cancel\n",
        taken=TAKEN,
        afterwards={"getFulfillmentOrder": json_answer(200, order("Cancelled"))},
        after=CREATED,
    ),
    ProgramCase(
        operation="updateFulfillmentOrder",
        file="update.csv",
        document=b"order_id,function,action\n1001,replace,Ship\n",
        taken=TAKEN,
        afterwards={"getFulfillmentOrder": json_answer(200, order(action="Ship"))},
        after=HELD,
    ),
    ProgramCase(
        operation="createFulfillmentReturn",
        file="returns.csv",
        document=b"return_id,order_id,line,shipment_id,sku,quantity,reason\nR1,1001,1,S1,SKU-A,2,UNWANTED\n",
        taken=json_answer(200, {"payload": {"returnItems": [returned("R1.1.1"), returned("R1.1.2")]}}),
        afterwards={
            "getFulfillmentOrder": json_answer(
                200, order("Complete", returnItems=[returned("R1.1.1"), returned("R1.1.2")])
            )
        },
    ),
)
