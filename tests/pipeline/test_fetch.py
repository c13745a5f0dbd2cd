"""What is asked for by order's number: no question is repeated at once, and no label is lost."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from bridge.pipeline.fetch import fetch_wanted
from bridge.programs.operations import Item
from bridge.programs.vendor_direct_fulfillment.documents import LabelData, ShippingLabel
from bridge.spapi.pages import UnreadableItem
from tests.pipeline.stubs import StubAmazon, partner_with

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\npixels\x00\x00\x00\x00IEND\xaeB`\x82").decode()


@pytest.mark.parametrize(
    "answer",
    [
        ShippingLabel(
            purchase_order_number="PO1",
            selling_party="OTHER",
            label_format="PNG",
            labels=(LabelData(content=PNG, package_identifier="001", tracking_number="1Z1"),),
        ),
        UnreadableItem(purchase_order_number="", reason="no number", raw=b"{}"),
    ],
    ids=["of another vendor", "without a number"],
)
def test_what_cannot_be_used_is_not_asked_for_again_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Item | UnreadableItem
) -> None:
    amazon = StubAmazon()
    amazon.of_order = lambda _order: answer
    partner = partner_with(tmp_path, monkeypatch, amazon)
    partner.ledger.request_documents(partner.fence, partner.vendor, "labels", ["PO1"], partner.clock())
    assert fetch_wanted(partner) == 0
    assert partner.ledger.due_document_requests(partner.vendor, partner.clock()) == []
    assert set(partner.ledger.open_document_requests(partner.vendor, "labels")) == {"PO1"}
