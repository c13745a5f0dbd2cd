"""What the contract suite of programs drops and answers for Merchant Fulfillment."""

from __future__ import annotations

import base64
import gzip
import hashlib

from tests.contracts.follow_up_case import FollowUpCase
from tests.contracts.program_case import ProgramCase
from tests.spapi.server import json_answer

PACKAGE = b"""\
amazon_order_id,order_item_id,quantity,length,width,height,dimension_unit,weight,weight_unit,ship_from
903-5563053-5647845,52986411826454,1,10.25,10.25,10.25,IN,10.25,OZ,WAREHOUSE
"""
CANCELLATION = b"amazon_order_id,action\n903-5563053-5647845,cancel\n"
SETTINGS = """
[sellers.acme.buy_shipping.warehouses.WAREHOUSE]
name = "Acme Warehouse"
address_line1 = "1 Example Road"
city = "Springfield"
state_or_province_code = "IL"
postal_code = "62701"
country_code = "US"
email = "shipping@acme.example"
phone = "555-0100"
"""
BUYS = """
[sellers.acme.buy_shipping]
purchase = "buy"
max_price = "25.00 USD"
daily_cap = "500.00 USD"
"""
SHIPMENT_ID = "be7a0a53-00c3-4f6f-a63a-639f76ee9253"
_CREATED = "2026-11-23T11:00:00Z"
_FILE = gzip.compress(b"^XA^FO50,50^ADN,36,20^FDSAMPLE^FS^XZ", mtime=0)
LABEL = {
    "Contents": base64.b64encode(_FILE).decode(),
    "FileType": "application/zpl",
    "Checksum": base64.b64encode(hashlib.md5(_FILE, usedforsecurity=False).digest()).decode(),
}
SERVICE = {
    "ShippingServiceId": "UPS_GROUND",
    "ShippingServiceOfferId": "offer-1",
    "ShippingServiceName": "UPS Ground",
    "CarrierName": "UPS",
    "ShipDate": _CREATED,
    "Rate": {"CurrencyCode": "USD", "Amount": 7.5},
    "RateWithAdjustments": {"CurrencyCode": "USD", "Amount": 7.1},
    "RequiresAdditionalSellerInputs": False,
    "AvailableLabelFormats": ["PDF", "ZPL203"],
    "ShippingServiceOptions": {"DeliveryExperience": "NoTracking", "CarrierWillPickUp": False},
}
SHIPMENT = {
    "ShipmentId": SHIPMENT_ID,
    "AmazonOrderId": "903-5563053-5647845",
    "ItemList": [{"OrderItemId": "52986411826454", "Quantity": 1}],
    "ShippingService": SERVICE,
    "Status": "Purchased",
    "TrackingId": "1Z999",
    "CreatedDate": _CREATED,
    "Label": {"Dimensions": {}, "FileContents": LABEL},
}
STANDS = {
    "orderId": "903-5563053-5647845",
    "fulfillment": {"fulfillmentStatus": "UNSHIPPED", "fulfilledBy": "MERCHANT"},
    "orderItems": [
        {
            "orderItemId": "52986411826454",
            "product": {"sellerSku": "MUG", "asin": "B00EXAMPLE"},
            "fulfillment": {"quantityUnfulfilled": 1},
        }
    ],
}
EXISTS = f"A shipment {SHIPMENT_ID} already exists for the specified items."
SPOILT = SHIPMENT | {
    "Label": {"Dimensions": {}, "FileContents": LABEL | {"Checksum": "AAAAAAAAAAAAAAAAAAAAAA=="}}
}
FOLLOW_UPS: tuple[FollowUpCase, ...] = (
    FollowUpCase(
        name="bought-labels",
        subject=SHIPMENT_ID,
        kept=b'{"order_id":"903-5563053-5647845","package":"1"}',
        replies=(SPOILT, SHIPMENT),
        files=2,
        over="delivered",
    ),
    FollowUpCase(
        name="refunds",
        subject=SHIPMENT_ID,
        kept=b'{"order_id":"903-5563053-5647845","package":"1","status":""}',
        replies=tuple(
            SHIPMENT | {"Status": status} for status in ("RefundPending", "RefundPending", "RefundApplied")
        ),
        files=2,
        over="RefundApplied",
    ),
)
BOUGHT = ProgramCase(
    operation="createShipment",
    file="packages.csv",
    document=PACKAGE,
    taken=json_answer(200, {"payload": SHIPMENT}),
    before={
        "getOrder": json_answer(200, {"order": STANDS}),
        "getEligibleShipmentServices": json_answer(200, {"payload": {"ShippingServiceList": [SERVICE]}}),
    },
    afterwards={"getShipment": json_answer(200, {"payload": SHIPMENT})},
    repeated=json_answer(400, {"errors": [{"code": "ShipmentAlreadyExists", "message": EXISTS}]}),
    settings=SETTINGS.replace("\n[", f"{BUYS}\n[", 1),
)
PENDING = SHIPMENT | {"Status": "RefundPending"}
CASES = (
    BOUGHT,
    ProgramCase(
        operation="cancelShipment",
        file="cancellation.csv",
        document=CANCELLATION,
        taken=json_answer(200, {"payload": PENDING}),
        afterwards={"getShipment": json_answer(200, {"payload": PENDING})},
        settings=BOUGHT.settings,
        after=BOUGHT,
    ),
)
