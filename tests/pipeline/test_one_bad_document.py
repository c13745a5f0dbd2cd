"""Whatever fails for one document fails for it alone: siblings are sent, and the file is answered."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bridge.domain.events import MappingResult
from bridge.edi.model import Document
from bridge.ledger.commit import NewDocumentAt
from bridge.ledger.read_models import BatchDetail
from bridge.ledger.writer import FileWriter
from bridge.pipeline.partner import Partner
from bridge.pipeline.rerun import rerun
from tests.pipeline.stubs import StubAmazon, drained, drop, partner_with
from tests.system.traffic import carrier_status, order, ship_notice, x12

TRANSLATE = sys.modules["bridge.pipeline.translate"]


def told(partner: Partner, batch: int = 1) -> list[tuple[str, str]]:
    """List state and reason of a batch's events that were not replaced."""
    return [(one.state, one.reason) for one in partner.ledger.batch(batch).events if one.state != "replaced"]


def detail(partner: Partner, batch: int = 1) -> BatchDetail:
    return partner.ledger.batch(batch)


def acknowledgements(partner: Partner, batch: int = 1) -> list[str]:
    return [one.kind for one in detail(partner, batch).outbound if one.kind in {"997", "CONTRL"}]


def without(body: list[str], tag: str) -> list[str]:
    return [segment for segment in body if not segment.startswith(tag)]


def sent_orders(amazon: StubAmazon) -> list[str]:
    return sorted(item["purchaseOrderNumber"] for item in amazon.items)


def test_a_notice_without_a_date_is_refused_and_its_sibling_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = StubAmazon()
    partner = partner_with(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "two.edi", x12("856", "SH", "004010", 1, [without(ship_notice(1), "DTM"), ship_notice(2)]))
    drained(partner)

    assert sent_orders(amazon) == [order(2)]
    assert acknowledgements(partner) == ["997"]
    assert [state for state, _ in told(partner)] == ["refused", "succeeded"]
    assert "shippedDate is missing" in told(partner)[0][1]

    rerun(partner, 1, dry_run=False, force=False)
    drained(partner)
    assert [state for state, _ in told(partner)] == ["refused", "succeeded"]
    assert sent_orders(amazon) == [order(2)]


def test_a_status_without_a_date_is_refused_and_its_sibling_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = partner_with(tmp_path, monkeypatch, StubAmazon())
    bad = [segment.replace("***20261102*1405*ET", "") for segment in carrier_status(1)]
    drop(tmp_path, "two.edi", x12("214", "QM", "004010", 1, [bad, carrier_status(2)]))
    drained(partner, rounds=1)
    assert [state for state, _ in told(partner)] == ["refused", "waiting"]
    assert acknowledgements(partner) == ["997"]


def failing_on(number: int, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a step of the reading fail on one document of each file, as a mistake of our own would."""
    real_map, real_event = TRANSLATE.map_document, FileWriter.event

    def mapped(document: Document, *rest: object) -> list[MappingResult]:
        if document.number == number:
            raise IndexError("broken")
        return list(real_map(document, *rest))

    def written(writer: FileWriter, at: NewDocumentAt, facts: Any) -> int:
        made = real_event(writer, at, facts)
        if at.place + 1 == number and facts.state != "held":
            raise OverflowError("broken after it was gathered")
        return made

    if where == "mapping":
        monkeypatch.setattr(TRANSLATE, "map_document", mapped)
    else:
        monkeypatch.setattr(FileWriter, "event", written)


@pytest.mark.parametrize("where", ["mapping", "writer"])
def test_a_document_that_the_bridge_fails_on_is_held_alone_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    amazon = StubAmazon()
    partner = partner_with(tmp_path, monkeypatch, amazon)
    bodies = [ship_notice(number) for number in (1, 2, 3)]
    drop(tmp_path, "three.edi", x12("856", "SH", "004010", 1, bodies))
    with monkeypatch.context() as broken:
        failing_on(2, where, broken)
        drained(partner)

    assert sent_orders(amazon) == [order(1), order(3)]
    assert acknowledgements(partner) == ["997"]
    assert len(detail(partner).documents) == 3
    assert [state for state, _ in told(partner)] == ["succeeded", "held", "succeeded"]
    assert told(partner)[1][1].startswith("edibridge itself failed on this document (")
    (alert,) = [one.message for one in partner.ledger.alerts(partner.vendor) if one.kind == "translation"]
    assert "1 document of batch 1" in alert
    assert "edibridge rerun 1" in alert

    rerun(partner, 1, dry_run=False, force=False)
    drained(partner)
    assert sent_orders(amazon) == [order(1), order(2), order(3)]
    assert not [one for one in partner.ledger.alerts(partner.vendor) if one.kind == "translation"]


def test_a_ledger_that_cannot_be_used_is_no_document_s_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = partner_with(tmp_path, monkeypatch, StubAmazon())
    drop(tmp_path, "one.edi", x12("856", "SH", "004010", 1, [ship_notice(1)]))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(TRANSLATE, "map_document", full)
        drained(partner, rounds=1)
    assert detail(partner).batch.state == "collected"
    drained(partner)
    assert [state for state, _ in told(partner)] == ["succeeded"]


REQUEST = {"purchase_order_number": "PO1", "ship_from": "ABCD"}


@pytest.mark.parametrize(
    "spoiled",
    [
        {"purchase_order_number": "PO\ud800"},
        {"purchase_order_number": "PO\0"},
        {"purchase_order_number": "9" * 5000},
        {"ship_from": "\udfff"},
        {"ship_date": "9999-12-31"},
        {"ship_date": "0001-01-01"},
        {
            "containers": [
                {"container_identifier": "X\ud800", "weight": {"value": "1", "unit_of_measure": "LB"}}
            ]
        },
        {
            "containers": [
                {
                    "tracking_number": "9" * 5000,
                    "weight": {"value": 1, "unit_of_measure": "LB"},
                    "packed_items": [
                        {"item_sequence_number": 10**30, "buyer_product_identifier": "B", "quantity": 10**30}
                    ],
                }
            ]
        },
    ],
    ids=["surrogate", "nul", "long", "unknown-surrogate", "year-9999", "year-1", "container", "numbers"],
)
def test_a_request_that_no_ledger_can_hold_is_refused_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoiled: dict[str, object]
) -> None:
    amazon = StubAmazon()
    partner = partner_with(tmp_path, monkeypatch, amazon)
    drop(
        tmp_path,
        "labels.json",
        json.dumps([{**REQUEST, **spoiled}, {**REQUEST, "purchase_order_number": "PO2"}]).encode(),
    )
    drained(partner)

    first, second = [state for state, _ in told(partner)]
    assert (first, second) in {("refused", "succeeded"), ("ready", "succeeded"), ("held", "succeeded")}
    assert not told(partner)[0][1].startswith("edibridge itself")
    assert "PO2" in sent_orders(amazon)
    assert detail(partner).batch.state in {"attention", "working"}


def test_what_is_wrong_with_an_envelope_is_told_of_the_batch_though_all_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = StubAmazon()
    partner = partner_with(tmp_path, monkeypatch, amazon)
    whole = x12("856", "SH", "004010", 1, [ship_notice(1)])
    drop(tmp_path, "counts.edi", whole.replace(b"GE*1*", b"GE*3*").replace(b"IEA*1*", b"IEA*2*"))
    drop(tmp_path, "right.edi", x12("856", "SH", "004010", 2, [ship_notice(2)]))
    drained(partner)

    assert sent_orders(amazon) == [order(1), order(2)]
    reasons = {detail(partner, batch).batch.name: detail(partner, batch).batch.reason for batch in (1, 2)}
    assert reasons["right.edi"] == ""
    assert "GE counts 3, there are 1 transaction sets" in reasons["counts.edi"]
    assert "the number of groups in IEA does not match the actual count" in reasons["counts.edi"]
