"""What the contract suite of programs drops and answers for Multi-Channel Fulfillment."""

from __future__ import annotations

from typing import Any

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


def order(status: str = "Received", number: str = "1001", **more: Any) -> dict[str, Any]:
    """Return an order as getFulfillmentOrder does."""
    return {
        "payload": {
            "fulfillmentOrder": {
                "sellerFulfillmentOrderId": number,
                "marketplaceId": "ATVPDKIKX0DER",
                "displayableOrderId": number,
                "displayableOrderDate": "2026-11-22T00:00:00-05:00",
                "displayableOrderComment": "Thank you.",
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


TAKEN = json_answer(200, {})
KNOWN: dict[str, Answer] = {"getFulfillmentOrder": json_answer(200, order())}
CASES = (
    ProgramCase(
        operation="createFulfillmentOrder", file="orders.csv", document=ORDER, taken=TAKEN, afterwards=KNOWN
    ),
)
