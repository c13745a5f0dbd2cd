"""Labels that grow old before anybody ships with them: told once in time, and taken back."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.errors import RemoteFileError
from bridge.ledger.read_models import AlertRow
from bridge.pipeline.partner import Partner
from bridge.programs.vendor_direct_fulfillment.documents import LabelData, ShippingLabel
from tests.pipeline.stubs import Clock, StubAmazon, drained, drop
from tests.system.traffic import order, ship_notice, tracking, x12


@pytest.fixture
def amazon() -> StubAmazon:
    stub = StubAmazon()
    stub.of_order = lambda number: label(number, b"first")
    return stub


def label(number: str, pixels: bytes) -> ShippingLabel:
    picture = b"\x89PNG\r\n\x1a\n" + pixels + b"\x00\x00\x00\x00IEND\xaeB`\x82"
    data = LabelData(
        content=base64.b64encode(picture).decode(),
        package_identifier="001",
        tracking_number=tracking(int(number[2:])),
    )
    return ShippingLabel(
        purchase_order_number=number, selling_party="ACME", label_format="PNG", labels=(data,)
    )


def fetched(partner: Partner, *numbers: int) -> None:
    partner.ledger.request_documents(
        partner.fence, partner.vendor, "labels", [order(one) for one in numbers], partner.clock()
    )
    drained(partner, rounds=1)


def confirmed(partner: Partner, folder: Path, number: int) -> None:
    drop(folder, f"{number}.edi", x12("856", "SH", "004010", number, [ship_notice(number)]))
    drained(partner)


def passes(partner: Partner, **time: float) -> None:
    assert isinstance(partner.clock, Clock)
    partner.clock.now += timedelta(**time)
    partner.state.timers.purge_due_at = 0.0  # as on any day
    drained(partner, rounds=1)


def told(partner: Partner, *, ever: bool = False) -> list[AlertRow]:
    return [one for one in partner.ledger.alerts("acme", open_only=not ever) if one.kind == "label_expiry"]


def test_unshipped_labels_are_told_once_a_week_before_they_are_void(partner: Partner, tmp_path: Path) -> None:
    confirmed(partner, tmp_path, 9)
    fetched(partner, 1, 2, 9)
    passes(partner, days=82)
    assert not told(partner)
    assert {batch.state for batch in partner.ledger.batches(vendor="acme")} == {"purged"}
    assert partner.ledger.loose_outbound("acme", partner.clock()) == 0  # the labels, too
    passes(partner, days=1)
    (alert,) = told(partner)
    assert f"2 orders not known to have shipped ({order(1)}, {order(2)})" in alert.message
    assert alert.key in alert.message
    passes(partner, hours=5)
    confirmed(partner, tmp_path, 1)
    (alert,) = told(partner)
    assert f"1 order not known to have shipped ({order(2)})" in alert.message
    confirmed(partner, tmp_path, 2)
    assert not told(partner)
    passes(partner, days=20)
    assert len(told(partner, ever=True)) == 1


def test_a_newer_label_takes_the_alert_back(partner: Partner, amazon: StubAmazon, tmp_path: Path) -> None:
    confirmed(partner, tmp_path, 9)
    fetched(partner, 1)
    passes(partner, days=84)
    assert told(partner)
    fetched(partner, 1)  # the same label once more makes it no younger
    drained(partner, rounds=1)
    assert told(partner)
    amazon.of_order = lambda number: label(number, b"second")
    fetched(partner, 1)
    drained(partner, rounds=1)
    assert not told(partner)
    passes(partner, days=84)
    assert told(partner)


def test_what_is_void_is_told_so_for_a_week_and_then_forgotten(partner: Partner, tmp_path: Path) -> None:
    confirmed(partner, tmp_path, 9)
    fetched(partner, 1)
    passes(partner, days=85)
    passes(partner, days=7)
    (alert,) = told(partner)
    assert "are void since" in alert.message
    passes(partner, days=7)
    assert not told(partner)


def test_a_vendor_whose_confirmations_pass_elsewhere_is_told_of_what_never_reached_its_outbox(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched(partner, 1)

    def refuse(*_what: object) -> None:
        raise RemoteFileError("no room")

    monkeypatch.setattr(type(partner.folder), "deliver", refuse)
    fetched(partner, 2)
    passes(partner, days=84)
    (alert,) = told(partner)
    assert f"1 order not known to have shipped ({order(2)})" in alert.message
    assert "1 of the labels never reached the outbox" in alert.message


def test_each_day_has_an_alert_of_its_own(partner: Partner, tmp_path: Path) -> None:
    confirmed(partner, tmp_path, 9)
    fetched(partner, 1)
    passes(partner, days=2)
    fetched(partner, 2)
    passes(partner, days=84)
    assert len(told(partner)) == 2
    confirmed(partner, tmp_path, 1)
    (alert,) = told(partner)
    assert order(2) in alert.message
