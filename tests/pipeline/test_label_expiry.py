"""Labels that grow old before anybody ships with them: told once in time, and taken back."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.errors import RemoteFileError
from bridge.ledger.read_models import AlertRow
from bridge.pipeline.lane import Lane
from bridge.spapi.fetched import LabelData, ShippingLabel
from tests.pipeline.stubs import Clock, StubAmazon, drained, drop, lane_with
from tests.system.traffic import order, ship_notice, tracking, x12


@pytest.fixture
def amazon() -> StubAmazon:
    stub = StubAmazon()
    stub.of_order = lambda number: label(number, b"first")
    return stub


@pytest.fixture
def lane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, amazon: StubAmazon) -> Lane:
    return lane_with(tmp_path, monkeypatch, amazon)


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


def fetched(lane: Lane, *numbers: int) -> None:
    lane.ledger.want(lane.fence, lane.vendor, "labels", [order(one) for one in numbers], lane.clock())
    drained(lane, rounds=1)


def confirmed(lane: Lane, folder: Path, number: int) -> None:
    drop(folder, f"{number}.edi", x12("856", "SH", "004010", number, [ship_notice(number)]))
    drained(lane)


def passes(lane: Lane, **time: float) -> None:
    assert isinstance(lane.clock, Clock)
    lane.clock.now += timedelta(**time)
    lane.purge_at = 0.0  # as on any day
    drained(lane, rounds=1)


def told(lane: Lane, *, ever: bool = False) -> list[AlertRow]:
    return [one for one in lane.ledger.alerts("acme", open_only=not ever) if one.kind == "label_expiry"]


def test_unshipped_labels_are_told_once_a_week_before_they_are_void(lane: Lane, tmp_path: Path) -> None:
    confirmed(lane, tmp_path, 9)
    fetched(lane, 1, 2, 9)
    passes(lane, days=82)
    assert not told(lane)
    assert {batch.state for batch in lane.ledger.batches(vendor="acme")} == {"purged"}
    assert lane.ledger.loose_outbound("acme", lane.clock()) == 0  # the labels, too
    passes(lane, days=1)
    (alert,) = told(lane)
    assert f"2 orders that nobody has told us to be shipped ({order(1)}, {order(2)})" in alert.message
    assert alert.key in alert.message
    passes(lane, hours=5)
    confirmed(lane, tmp_path, 1)
    (alert,) = told(lane)
    assert f"1 order that nobody has told us to be shipped ({order(2)})" in alert.message
    confirmed(lane, tmp_path, 2)
    assert not told(lane)
    passes(lane, days=20)
    assert len(told(lane, ever=True)) == 1


def test_a_newer_label_takes_the_alert_back(lane: Lane, amazon: StubAmazon, tmp_path: Path) -> None:
    confirmed(lane, tmp_path, 9)
    fetched(lane, 1)
    passes(lane, days=84)
    assert told(lane)
    fetched(lane, 1)  # the same label once more makes it no younger
    drained(lane, rounds=1)
    assert told(lane)
    amazon.of_order = lambda number: label(number, b"second")
    fetched(lane, 1)
    drained(lane, rounds=1)
    assert not told(lane)
    passes(lane, days=84)
    assert told(lane)


def test_what_is_void_is_told_so_for_a_week_and_then_forgotten(lane: Lane, tmp_path: Path) -> None:
    confirmed(lane, tmp_path, 9)
    fetched(lane, 1)
    passes(lane, days=85)
    passes(lane, days=7)
    (alert,) = told(lane)
    assert "are void since" in alert.message
    passes(lane, days=7)
    assert not told(lane)


def test_a_vendor_whose_confirmations_pass_elsewhere_is_told_of_what_never_reached_its_outbox(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched(lane, 1)

    def refuse(*_what: object) -> None:
        raise RemoteFileError("no room")

    monkeypatch.setattr(type(lane.folder), "deliver", refuse)
    fetched(lane, 2)
    passes(lane, days=84)
    (alert,) = told(lane)
    assert f"1 order that nobody has told us to be shipped ({order(2)})" in alert.message
    assert "1 of the labels never reached the outbox" in alert.message


def test_each_day_has_an_alert_of_its_own(lane: Lane, tmp_path: Path) -> None:
    confirmed(lane, tmp_path, 9)
    fetched(lane, 1)
    passes(lane, days=2)
    fetched(lane, 2)
    passes(lane, days=84)
    assert len(told(lane)) == 2
    confirmed(lane, tmp_path, 1)
    (alert,) = told(lane)
    assert order(2) in alert.message
