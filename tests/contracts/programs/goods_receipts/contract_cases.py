"""The document of the goods receipts, its grammar and mapping as a partner's files, and Amazon's answers."""

from __future__ import annotations

import base64

from tests.contracts.follow_up_case import FollowUpCase
from tests.contracts.program_case import ProgramCase
from tests.spapi.server import json_answer

GRAMMAR = """\
UNH M 1
BGM M 1
DTM C 9
SG1 C 9
  RFF M 1
SG2 M 999
  LIN M 1
  QTY C 9
UNT M 1
"""
MAPPING = """\
name = "recadv"
standard = "edifact"
document = "RECADV"
produces = "goods_received"

[[loops]]
trigger = "LIN"
level = "line"

[fields.order]
scope = "document"
at = ["RFF01.2[RFF01.1=ON]"]

[fields.pieces]
scope = "line"
at = ["QTY01.2[QTY01.1=48]"]
"""
MAPPINGS = {"edifact/D96A/RECADV.txt": GRAMMAR, "recadv.toml": MAPPING}
RECADV = (
    b"UNB+UNOC:3+LAGER:ZZ+AMAZON:ZZ+261101:0930+7'UNH+1+RECADV:D:96A:UN'BGM+632+R1+9'DTM+137:20261101:102'"
    b"RFF+ON:PO1'LIN+1'QTY+48:2'LIN+2'QTY+48:1'UNT+9+1'UNZ+1+7'"
)
PDF = b"%PDF-1.4\nmade up\n%%EOF\n"
RECEIPT = {"orderId": "PO1", "pieces": 3, "content": base64.b64encode(PDF).decode()}

FOLLOW_UPS = (
    FollowUpCase(
        name="credits",
        subject="PO1",
        kept=b"",
        replies=({"orderId": "PO1", "status": "Open"}, {"orderId": "PO1", "status": "Paid"}),
        files=1,
        over="paid",
    ),
)
CASES = (
    ProgramCase(
        operation="confirmReceipt",
        file="recadv.edi",
        document=RECADV,
        taken=json_answer(200, RECEIPT),
        afterwards={
            "getReceipt": json_answer(200, {"payload": RECEIPT}),
            "getCredit": json_answer(200, {"orderId": "PO1", "status": "Paid"}),
        },
        mappings=MAPPINGS,
    ),
)
