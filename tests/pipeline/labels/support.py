"""Orders' labels at a stub of Amazon, and the confirmations and files that go with them."""

from __future__ import annotations

import base64
import csv
import io
import json
from pathlib import Path
from typing import Any

from bridge.ledger.read_models import AlertRow
from bridge.ledger.rows import EventRow
from bridge.pipeline.partner import Partner
from bridge.programs.vendor_direct_fulfillment.documents import LabelData, ShippingLabel
from tests.pipeline.stubs import StubAmazon, drained, drop
from tests.system.traffic import order, ship_notice, tracking, x12

GROUND = "UPS_GR_RES"


class Labels:
    """What Amazon answers about orders' labels."""

    def __init__(self) -> None:
        self.of: dict[str, tuple[LabelData, ...]] = {}

    def make(self, number: int, *packages: tuple[str, str], method: str = GROUND) -> None:
        self.of[order(number)] = tuple(
            LabelData(
                content=base64.b64encode(f"^XA^FD{tracking_number}^FS^XZ".encode()).decode(),
                package_identifier=name,
                tracking_number=tracking_number,
                ship_method=method,
                ship_method_name="UPS Ground",
            )
            for name, tracking_number in packages
        )

    def __call__(self, number: str) -> ShippingLabel | None:
        if number not in self.of:
            return None
        return ShippingLabel(
            purchase_order_number=number,
            selling_party="ACME",
            label_format="ZPL",
            labels=self.of[number],
        )


def fetched(partner: Partner, *numbers: int) -> None:
    partner.ledger.request_documents(
        partner.fence, partner.vendor, "labels", [order(one) for one in numbers], partner.clock()
    )
    drained(partner, rounds=2)


def notice(number: int, tracking_number: str | None = None, method: str | None = GROUND) -> list[str]:
    """Write the body of an 856; with an empty number or method it has none."""
    chosen = tracking(number) if tracking_number is None else tracking_number
    body: list[str] = []
    for segment in ship_notice(number):
        if segment.startswith("TD5"):
            if method and "*92*" in segment:
                body.append(f"TD5**92*{method}")
        elif segment.startswith("MAN"):
            body.append(f"MAN*GM*{number:020}" + f"**CP*{chosen}" * bool(chosen))
        else:
            body.append(segment)
    return body


def confirmed(partner: Partner, folder: Path, number: int, body: list[str], *, control: int = 0) -> EventRow:
    drop(folder, f"{control or number}.edi", x12("856", "SH", "004010", control or number, [body]))
    drained(partner)
    return newest(partner)


def newest(partner: Partner) -> EventRow:
    batch = max(one.id for one in partner.ledger.batches(vendor="acme"))
    return partner.ledger.batch(batch).events[-1]


def sent(amazon: StubAmazon) -> list[tuple[str, str, str]]:
    return [
        (item["purchaseOrderNumber"], box.get("trackingNumber", ""), box.get("shipMethod", ""))
        for item in amazon.items
        if "shipmentDetails" in item
        for box in item["containers"]
    ]


def index_lines(folder: Path) -> list[dict[str, str]]:
    found = sorted((folder / "drop" / "outbox" / "labels").glob("index.*.csv"))
    return [row for path in found for row in csv.DictReader(io.StringIO(path.read_text()))]


def statuses(folder: Path) -> list[dict[str, Any]]:
    found = sorted((folder / "drop" / "outbox" / "statuses").glob("*.json"))
    return [line for path in found for line in json.loads(path.read_text())["lines"]]


def alerts(partner: Partner, kind: str) -> list[AlertRow]:
    return [one for one in partner.ledger.alerts("acme") if one.kind == kind]


def states(partner: Partner, number: int) -> dict[str, str]:
    return {one.tracking_number: one.state for one in partner.ledger.trace(order(number)).labels}
