"""Amazon's operations of Merchant Fulfillment as a table.

Sources: Merchant Fulfillment v0 of the Selling Partner API, and Orders 2026-01-01, which tells what an order
still lacks.
"""

from __future__ import annotations

from typing import Any

from bridge.programs.merchant_fulfillment.offers import read_offers
from bridge.programs.merchant_fulfillment.orders import read_listed, read_order
from bridge.programs.merchant_fulfillment.seller_inputs import read_definitions
from bridge.programs.merchant_fulfillment.shipments import read_shipment
from bridge.programs.operations import Method, Operation

V0 = "v0"
VERSIONS = (V0,)
OFFERS = "getEligibleShipmentServices"
INPUTS = "getAdditionalSellerInputs"
CREATE = "createShipment"
GET = "getShipment"
CANCEL = "cancelShipment"
SHIPMENT_KEY = "shipmentId"
GET_ORDER, SEARCH_ORDERS = "getOrder", "searchOrders"
ORDER_KEY = "orderId"
_ORDERS = "/orders/2026-01-01/orders"


def _operation(name: str, method: Method, path: str, **more: Any) -> Operation:  # noqa: ANN401 - as they are
    return Operation(name=name, method=method, paths={V0: path}, **more)


OPERATIONS = (
    # Reads, though Amazon wants a POST: they reserve nothing.
    _operation(OFFERS, "POST", "/mfn/v0/eligibleShippingServices", rate=6.0, burst=12, read=read_offers),
    _operation(INPUTS, "POST", "/mfn/v0/additionalSellerInputs", rate=1.0, burst=1, read=read_definitions),
    # It pays, and has no key by which Amazon would know a second one.
    _operation(
        CREATE,
        "POST",
        "/mfn/v0/shipments",
        reply="result",
        in_doubt="verify",
        read=read_shipment,
        rate=2.0,
        burst=2,
        restricted=True,
    ),
    _operation(
        GET,
        "GET",
        f"/mfn/v0/shipments/{{{SHIPMENT_KEY}}}",
        read=read_shipment,
        rate=1.0,
        burst=1,
        restricted=True,
    ),
    _operation(
        CANCEL,
        "DELETE",
        f"/mfn/v0/shipments/{{{SHIPMENT_KEY}}}",
        reply="result",
        in_doubt="verify",
        read=read_shipment,
        rate=1.0,
        burst=1,
        restricted=True,
    ),
    _operation(
        GET_ORDER,
        "GET",
        f"{_ORDERS}/{{{ORDER_KEY}}}?includedData=FULFILLMENT,PACKAGES,CANCELLATION",
        read=read_order,
        rate=0.5,
        burst=30,
    ),
    _operation(
        SEARCH_ORDERS,
        "GET",
        _ORDERS,
        rate=0.0056,
        burst=20,
        list_key="orders",
        number_key=ORDER_KEY,
        read=read_listed,
    ),
)
