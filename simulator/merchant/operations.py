"""The operations of Merchant Fulfillment v0 and Orders 2026-01-01 as data, with Amazon's usage plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec


class MerchantOperation(msgspec.Struct, frozen=True):
    """One operation: its name, method and path, its rate (requests a second) and burst.

    A path has `{order}` for the id of an order or of a shipment.
    """

    operation: str
    method: Literal["GET", "POST", "DELETE"]
    path: str
    rate: float
    burst: int
    restricted: bool = False


OFFERS, INPUTS, CREATE = "getEligibleShipmentServices", "getAdditionalSellerInputs", "createShipment"
GET, CANCEL = "getShipment", "cancelShipment"
SEARCH_ORDERS, GET_ORDER = "searchOrders", "getOrder"
SHIPMENT_PLACE = "{shipmentId}"
"""Stands literally in a restricted resource, for any shipment."""
_MFN, _ORDERS = "/mfn/v0", "/orders/2026-01-01/orders"
MERCHANT: Mapping[str, MerchantOperation] = {
    one.operation: one
    for one in (
        MerchantOperation(OFFERS, "POST", f"{_MFN}/eligibleShippingServices", 6.0, 12),
        MerchantOperation(INPUTS, "POST", f"{_MFN}/additionalSellerInputs", 1.0, 1),
        MerchantOperation(CREATE, "POST", f"{_MFN}/shipments", 2.0, 2, restricted=True),
        MerchantOperation(GET, "GET", f"{_MFN}/shipments/{{order}}", 1.0, 1, restricted=True),
        MerchantOperation(CANCEL, "DELETE", f"{_MFN}/shipments/{{order}}", 1.0, 1, restricted=True),
        MerchantOperation(SEARCH_ORDERS, "GET", _ORDERS, 0.0056, 20),
        MerchantOperation(GET_ORDER, "GET", f"{_ORDERS}/{{order}}", 0.5, 30),
    )
}
MERCHANT_RESTRICTED = frozenset(one.operation for one in MERCHANT.values() if one.restricted)
MERCHANT_RESOURCES = frozenset(
    (one.method, one.path.replace("{order}", SHIPMENT_PLACE)) for one in MERCHANT.values() if one.restricted
)
"""Method and path of what a Restricted Data Token opens."""
