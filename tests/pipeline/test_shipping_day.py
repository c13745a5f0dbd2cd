from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bridge.domain.outcomes import Outcome
from bridge.pipeline.collect import collect
from bridge.pipeline.submit import submit
from bridge.pipeline.translate import translate
from tests.pipeline.partners import partner_in

NEW_YORK = ZoneInfo("America/New_York")


class Amazon:
    """Counts what it is asked for."""

    version = "v1"

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def rate(self, _operation: object) -> float:
        return 10.0

    def acquire_permit(self, *_asked: object) -> float:
        return 0.0

    def submit(self, operation: object, body: bytes, **_by_name: object) -> Outcome:
        del operation
        self.bodies.append(body)
        return Outcome(kind="submitted", http_status=202, amazon_transaction_id=f"t-{len(self.bodies)}")


def test_a_label_request_waits_for_the_day_of_shipping_where_the_vendor_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = partner_in(tmp_path, monkeypatch)
    amazon = Amazon()
    partner = replace(partner, amazon=amazon)  # type: ignore[arg-type]
    midnight = datetime(2027, 3, 14, tzinfo=NEW_YORK)  # the clocks change on that day
    partner = replace(partner, clock=lambda: midnight - timedelta(minutes=1))
    inbox = tmp_path / "drop" / "inbox"
    inbox.joinpath("requests.csv").write_text(
        "purchase_order_number,ship_from,ship_date\nPO1,ABCD,2027-03-14\nPO2,ABCD,2027-03-13\nPO3,ABCD,\n"
    )
    assert collect(partner) == translate(partner) == 1

    assert submit(partner) == 2
    sent = b"".join(amazon.bodies)
    assert b"PO1" not in sent
    assert b"PO2" in sent
    assert b"PO3" in sent

    partner = replace(partner, clock=lambda: midnight)
    assert submit(partner) == 1
    assert b"PO1" in amazon.bodies[2]
    assert b"ship_date" not in amazon.bodies[2]
    assert b"2027" not in amazon.bodies[2]
