from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bridge.domain.outcomes import Outcome, Verdict
from bridge.pipeline.collect import collect
from bridge.pipeline.settle import settle
from bridge.pipeline.submit import submit
from bridge.pipeline.translate import translate
from bridge.spapi.errors import AmazonUnavailable
from tests.pipeline.partners import partner_in
from tests.system.traffic import order, ship_notice, x12


class Amazon:
    """Takes everything, and gives the verdict that it is told to give."""

    version = "v1"

    def __init__(self) -> None:
        self.status = "Processing"

    def rate(self, _operation: object) -> float:
        return 10.0

    def acquire_permit(self, *_asked: object) -> float:
        return 0.0

    def submit(self, operation: object, body: bytes, **_by_name: object) -> Outcome:
        del operation, body
        return Outcome(kind="submitted", http_status=202, amazon_transaction_id="t-1")

    def transaction_status(self, _operation: object, amazon_transaction_id: str, **_version: str) -> Verdict:
        assert amazon_transaction_id == "t-1"
        return Verdict(status=self.status)  # type: ignore[arg-type]


def reports(folder: Path, partner: object) -> list[dict[str, object]]:
    del folder
    ledger = partner.ledger  # type: ignore[attr-defined]
    due = ledger.outbound_due("acme", partner.clock(), 100)  # type: ignore[attr-defined]
    told = [one for one in due if one.kind == "status" and one.name.endswith(".json")]
    return [json.loads(b"".join(ledger.outbound_bytes(one))) for one in told]


def test_a_late_verdict_is_told_once_to_a_person_and_to_the_vendor_and_then_the_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = partner_in(tmp_path, monkeypatch)
    amazon = Amazon()
    partner = replace(partner, amazon=amazon)  # type: ignore[arg-type]
    begun = partner.clock()
    (tmp_path / "drop" / "inbox" / "856.edi").write_bytes(x12("856", "SH", "004010", 1, [ship_notice(1)]))
    assert collect(partner) == translate(partner) == submit(partner) == 1

    for minutes in (1, 31, 37, 45):
        partner = replace(partner, clock=partial(begun.__add__, timedelta(minutes=minutes)))
        settle(partner)
    (late,) = reports(tmp_path, partner)
    assert late["lines"][0]["status"] == "Overdue"  # type: ignore[index]
    assert late["lines"][0]["purchase_order_number"] == order(1)  # type: ignore[index]
    assert [alert.kind for alert in partner.ledger.alerts("acme")] == ["overdue"]

    amazon.status = "Success"
    partner = replace(partner, clock=lambda: begun + timedelta(hours=2))
    settle(partner)
    settle(partner)
    assert [report["lines"][0]["status"] for report in reports(tmp_path, partner)] == [  # type: ignore[index]
        "Overdue",
        "Success",
    ]


@pytest.mark.parametrize("sent_again", [False, True])
@pytest.mark.parametrize("answer", ["Failure", "none"])
def test_a_verdict_on_what_a_person_settled_meanwhile_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent_again: bool, answer: str
) -> None:
    partner = partner_in(tmp_path, monkeypatch)
    amazon = Amazon()
    partner = replace(partner, amazon=amazon)  # type: ignore[arg-type]
    begun = partner.clock()
    (tmp_path / "drop" / "inbox" / "856.edi").write_bytes(x12("856", "SH", "004010", 1, [ship_notice(1)]))
    assert collect(partner) == translate(partner) == submit(partner) == 1
    partner = replace(partner, clock=lambda: begun + timedelta(minutes=31))
    settle(partner)

    def ask(_operation: object, transaction: str, **_version: str) -> Verdict:
        assert transaction == "t-1"
        partner.ledger.resolve(1, None, partner.clock())
        if sent_again:
            taken = Outcome(kind="submitted", http_status=202, amazon_transaction_id="t-2")
            monkeypatch.setattr(amazon, "submit", lambda *_args, **_turn: taken)
            assert submit(partner) == 1
        if answer == "none":
            raise AmazonUnavailable("no answer")
        return Verdict(status=answer)  # type: ignore[arg-type]

    monkeypatch.setattr(amazon, "transaction_status", ask)
    partner = replace(partner, clock=lambda: begun + timedelta(minutes=60))
    settle(partner)
    (submission,) = partner.ledger.batch(1).submissions
    assert submission.state == ("submitted" if sent_again else "ready")
    assert submission.amazon_transaction_id == ("t-2" if sent_again else "t-1")
