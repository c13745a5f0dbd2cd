"""What the contract suite of programs drops and answers for Merchant Fulfillment."""

from __future__ import annotations

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
FOLLOW_UPS: tuple[FollowUpCase, ...] = ()
BOUGHT = ProgramCase(
    operation="createShipment",
    file="packages.csv",
    document=PACKAGE,
    taken=json_answer(200, {}),
    settings=SETTINGS,
    waits="labels are not bought yet: the offer is chosen by a quote before",
)
CASES = (
    BOUGHT,
    ProgramCase(
        operation="cancelShipment",
        file="cancellation.csv",
        document=CANCELLATION,
        taken=json_answer(200, {}),
        settings=SETTINGS,
        after=BOUGHT,
        waits="labels are not cancelled yet: ShipmentId comes with the label",
    ),
)
