from __future__ import annotations

import base64
from pathlib import Path

import pytest

from bridge.pipeline.deliver import deliver
from bridge.pipeline.shipping_documents import keep_shipping_documents
from bridge.programs.registry import installed
from bridge.programs.vendor_direct_fulfillment.documents import LabelData, PackingSlip, ShippingLabel
from tests.pipeline.partners import partner_in

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" + b"\x00\x00\x00\x00IEND\xaeB`\x82"
PDF = b"%PDF-1.4\n1 0 obj\nendobj\ntrailer\n%%EOF\n"


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def label(order: str, content: str = text(PNG), tracking: str = "1Z1", party: str = "ACME") -> ShippingLabel:
    data = LabelData(content=content, package_identifier="001", tracking_number=tracking)
    return ShippingLabel(purchase_order_number=order, selling_party=party, label_format="PNG", labels=(data,))


def test_numbers_made_to_escape_or_too_long_are_made_safe_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = partner_in(tmp_path, monkeypatch)
    items = [label("../../etc/x"), label("P" * 200), label("PO3", tracking="1Z/../../9"), label("PO4")]
    assert keep_shipping_documents(partner, installed().feeds["labels"], items) == 4
    while deliver(partner):
        pass
    outbox = tmp_path / "drop" / "outbox"
    files = [path.relative_to(outbox) for path in outbox.rglob("*") if path.is_file()]
    pictures = [path for path in files if path.suffix == ".png"]
    assert len(pictures) == 4
    assert all(path.parts[0] == "labels" and len(path.parts) == 3 for path in pictures)
    assert not [path for path in tmp_path.rglob("*.png") if not path.is_relative_to(outbox)]
    assert len([path for path in files if path.name.startswith("index.")]) == 1


def test_what_is_not_what_it_says_is_kept_back_told_and_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = partner_in(tmp_path, monkeypatch)
    labels = [label("PO1", text(PNG)[:-9]), label("PO2", ""), label("PO3")]
    assert keep_shipping_documents(partner, installed().feeds["labels"], labels) == 1
    html = PackingSlip(purchase_order_number="PO4", content=text(b"<html>Sorry</html>"))
    good = PackingSlip(purchase_order_number="PO5", content=text(PDF))
    assert keep_shipping_documents(partner, installed().feeds["packing-slips"], [html, good]) == 1
    told = {alert.key: alert.message for alert in partner.ledger.alerts("acme")}
    assert set(told) == {"labels:PO1", "labels:PO2", "packing-slips:PO4"}
    assert "cut off" in told["labels:PO1"]
    assert "empty" in told["labels:PO2"]
    assert "whole PDF" in told["packing-slips:PO4"]
    assert set(partner.ledger.open_document_requests("acme", "labels")) == {"PO1", "PO2"}

    assert keep_shipping_documents(partner, installed().feeds["labels"], [label("PO1")]) == 1
    assert {alert.key for alert in partner.ledger.alerts("acme")} == {"labels:PO2", "packing-slips:PO4"}
    assert set(partner.ledger.open_document_requests("acme", "labels")) == {"PO2"}


def test_labels_of_another_vendor_of_the_account_are_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = partner_in(tmp_path, monkeypatch)
    assert (
        keep_shipping_documents(
            partner, installed().feeds["labels"], [label("PO1", party="OTHER"), label("PO2")]
        )
        == 1
    )
