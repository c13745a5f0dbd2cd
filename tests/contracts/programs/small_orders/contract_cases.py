"""The small program's stories for the contract suite."""

from __future__ import annotations

from tests.contracts.follow_up_case import FollowUpCase

_FIRST = {"shipmentId": "S1", "pieces": 1}
_SECOND = {"shipmentId": "S2", "pieces": 1}

FOLLOW_UPS = (
    FollowUpCase(
        name="small-orders",
        subject="A1",
        kept=b'{"pieces":2,"told":[],"status":""}',
        replies=(
            {"orderId": "A1", "status": "Planning"},
            {"orderId": "A1", "status": "Processing", "shipments": [_FIRST]},
            {"orderId": "A1", "status": "Complete", "shipments": [_FIRST, _SECOND]},
        ),
        files=2,
        over="complete",
    ),
)
