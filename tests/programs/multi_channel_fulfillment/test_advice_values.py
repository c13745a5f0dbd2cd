"""An order of several shipments in one document: each package names its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from bridge.programs.multi_channel_fulfillment.advice import Advice, values_of_advice
from bridge.programs.multi_channel_fulfillment.events import Original
from bridge.programs.multi_channel_fulfillment.orders import read_order
from bridge.programs.multi_channel_fulfillment.shipments import Line
from tests.mapping.outbound.test_write import DESADV, read_back, written
from tests.programs.multi_channel_fulfillment.contract_cases import FIRST, SECOND, followed

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def values(standard: Any) -> dict[str, Any]:
    order = read_order(msgspec.Raw(msgspec.json.encode(followed("Complete", FIRST, SECOND))))
    advice = Advice(
        order_number="1001",
        customer_order="1001",
        original=Original(),
        lines=(Line("1", "SKU-A", 2), Line("2", "SKU-B", 1)),
        order=order,
        shipments=order.shipments,
        ended=True,
        now=NOW,
    )
    return dict(values_of_advice(advice, standard))


def test_a_945_of_two_shipments_names_each_with_its_packages() -> None:
    told = [
        line for line in written(values("x12")).split("~") if line[:3] in {"W06", "LX*", "MAN", "N9*", "W12"}
    ]
    assert told == [
        "W06*F*1001",
        "N9*CO*1001",
        "LX*1", "MAN*CP*1ZS11", "N9*SI*S1**20261123", "W12*CC*2*1*0*EA**SK*SKU-A", "N9*LI*1",
        "LX*2", "MAN*CP*1ZS21", "N9*SI*S2**20261123", "W12*CC*2*1*0*EA**SK*SKU-A", "N9*LI*1",
        "LX*3", "MAN*CP*1ZS22", "N9*SI*S2**20261123", "W12*CC*1*1*0*EA**SK*SKU-B", "N9*LI*2",
    ]  # fmt: skip


@pytest.mark.parametrize("version", ["D96A", "D01B"])
def test_a_desadv_of_two_shipments_names_each_with_its_packages(version: str) -> None:
    addressing = msgspec.structs.replace(DESADV, versions=(version,))
    told = written(values("edifact"), "DESADV", addressing=addressing)
    read_back(told)
    assert [line for line in told.split("'") if line[:6] in {"FTX+AA", "DTM+11"}] == [
        "FTX+AAI+++S1", "DTM+11:20261123:102", "FTX+AAI+++S2", "DTM+11:20261123:102",
        "FTX+AAI+++S2", "DTM+11:20261123:102",
    ]  # fmt: skip
