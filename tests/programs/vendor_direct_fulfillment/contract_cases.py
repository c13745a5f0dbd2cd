"""What the contract suite of programs drops and answers for Vendor Direct Fulfillment."""

from __future__ import annotations

from bridge.programs.event_types import Calls
from tests.contracts.program_case import ProgramCase
from tests.spapi.server import Answer, json_answer
from tests.system.traffic import carrier_status, ship_notice, x12

TAKEN = json_answer(202, {"payload": {"transactionId": "T-1"}})
VERDICT = json_answer(
    200, {"payload": {"transactionStatus": {"transactionId": "T-1", "status": "Success", "errors": []}}}
)
VERDICTS: dict[str, Answer] = {"getTransactionStatus": VERDICT}
ZPL = "XlhBXkZPNTAsNTBeRkRtYWRlIHVwXkZTXlha"
LABEL = json_answer(
    200,
    {
        "payload": {
            "purchaseOrderNumber": "PO1",
            "sellingParty": {"partyId": "ACME"},
            "shipFromParty": {"partyId": "ABCD"},
            "labelFormat": "ZPL",
            "labelData": [{"packageIdentifier": "P1", "trackingNumber": "1Z1", "content": ZPL}],
        }
    },
)

CREATED_LABELS = ProgramCase(
    operation="createShippingLabels",
    file="requests.csv",
    document=b"purchase_order_number,ship_from\nPO1,ABCD\n",
    taken=LABEL,
    afterwards={"getShippingLabel": LABEL},
    policies={"calls": Calls("2021-12-28", {"submitShippingLabelRequest": "createShippingLabels"})},
    api_version="2021-12-28",
)
CONTAINER_LABEL = ProgramCase(
    operation="createContainerLabel",
    file="pallets.csv",
    document=b"vendor_container_id,ship_from,package_tracking_number\nPALLET1,ABCD,1Z1\n",
    taken=json_answer(
        200,
        {"containerLabel": {"containerTrackingNumber": "TBA1", "content": ZPL, "format": "ZPL"}},
    ),
    policies={"calls": Calls("2021-12-28")},
    api_version="2021-12-28",
)
CASES = (
    ProgramCase(
        operation="submitShipmentConfirmations",
        file="856.edi",
        document=x12("856", "SH", "004010", 1, [ship_notice(1)]),
        taken=TAKEN,
        afterwards=VERDICTS,
    ),
    ProgramCase(
        operation="submitShipmentStatusUpdates",
        file="214.edi",
        document=x12("214", "QM", "004010", 1, [carrier_status(1)]),
        taken=TAKEN,
        afterwards=VERDICTS,
        policies={"confirmations_elsewhere": True},
    ),
    ProgramCase(
        operation="submitShippingLabelRequest",
        file="requests.csv",
        document=b"purchase_order_number,ship_from\nPO1,ABCD\n",
        taken=TAKEN,
        afterwards={**VERDICTS, "getShippingLabel": LABEL},
    ),
    CREATED_LABELS,
    CONTAINER_LABEL,
)
