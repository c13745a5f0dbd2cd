"""Documents with function codes, and what came of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bridge.domain.outcomes import Outcome
from bridge.ledger.rows import EventRow
from bridge.pipeline.partner import Partner
from tests.pipeline.stubs import StubAmazon
from tests.system.traffic import ship_notice, x12


def body(number: int, function: str, quantity: int = 2) -> list[str]:
    return [
        s.replace("BSN*00", f"BSN*{function}").replace("SN1**2*", f"SN1**{quantity}*")
        for s in ship_notice(number)
    ]


def notices(control_number: int, *bodies: list[str]) -> bytes:
    return x12("856", "SH", "004010", control_number, list(bodies))


def busy(_items: list[dict[str, Any]]) -> Outcome:
    return Outcome(kind="not_taken", http_status=429, reason="HTTP 429", retry_after=60.0)


def events(partner: Partner, batch: int) -> list[EventRow]:
    return [event for event in partner.ledger.batch(batch).events if event.state != "replaced"]


def states(partner: Partner, batch: int) -> list[str]:
    return [event.state for event in events(partner, batch)]


def sent(amazon: StubAmazon) -> list[str]:
    return [item["purchaseOrderNumber"] for item in amazon.items]


def reported(folder: Path, batch: int) -> list[dict[str, Any]]:
    """Return the lines of the newest status file of a batch."""
    found = sorted(
        (folder / "drop/outbox/statuses").glob(f"*.{batch}*.json"), key=lambda path: len(path.name)
    )
    lines: list[dict[str, Any]] = json.loads(found[-1].read_bytes())["lines"]
    return lines
