"""What an operator or a confirmation lets go is whole and in its turn, or it is held."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.errors import LedgerError
from bridge.pipeline.partner import Partner
from tests.pipeline.stubs import StubAmazon, drained, drop, partner_with
from tests.system.traffic import carrier_status, order, ship_notice, tracking, x12


def notice(control_number: int, *orders: int) -> bytes:
    return x12("856", "SH", "004010", control_number, [ship_notice(number) for number in orders])


def status(control_number: int, number: int, *, with_order: bool = True) -> bytes:
    body = [s for s in carrier_status(number) if with_order or not s.startswith("L11")]
    return x12("214", "QM", "004010", control_number, [body])


def held(partner: Partner, batch: int) -> int:
    return next(event.id for event in partner.ledger.batch(batch).events if event.state == "held")


def states(partner: Partner, batch: int) -> list[str]:
    return [event.state for event in partner.ledger.batch(batch).events]


def test_a_released_confirmation_releases_the_updates_that_wait_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = StubAmazon()
    partner = partner_with(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "first.edi", notice(1, 1))
    drained(partner)
    drop(tmp_path, "other.edi", notice(1, 2))  # the control number again: held
    drop(tmp_path, "status.edi", status(2, 2))
    drained(partner)
    assert states(partner, 3) == ["waiting"]
    partner.ledger.release_event(held(partner, 2), partner.clock())
    drained(partner)
    assert states(partner, 3) == ["succeeded"]


def test_a_status_update_that_a_person_lets_go_still_waits_for_its_confirmation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = StubAmazon()
    partner = partner_with(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "first.edi", notice(1, 1))
    drained(partner)
    drop(tmp_path, "status.edi", status(1, 2, with_order=False))
    drained(partner)
    partner.ledger.release_event(held(partner, 2), partner.clock())
    drained(partner)
    assert states(partner, 2) == ["waiting"]
    drop(tmp_path, "second.edi", notice(3, 2))
    drained(partner)
    assert amazon.items[-1]["purchaseOrderNumber"] == order(2)
    assert amazon.items[-1]["shipFromParty"]["partyId"] == "ABCD"
    assert states(partner, 2) == ["succeeded"]


def test_a_confirmed_status_update_that_a_person_lets_go_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = StubAmazon()
    partner = partner_with(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "first.edi", notice(1, 1))
    drained(partner)
    drop(tmp_path, "status.edi", status(1, 1, with_order=False))
    drained(partner)
    partner.ledger.release_event(held(partner, 2), partner.clock())
    drained(partner)
    assert amazon.items[-1]["purchaseOrderNumber"] == order(1)
    assert amazon.items[-1]["shipFromParty"]["partyId"] == "ABCD"


def test_a_waiting_update_of_a_package_of_two_orders_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = StubAmazon()
    partner = partner_with(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "status.edi", status(1, 1, with_order=False))
    drained(partner)
    assert states(partner, 1) == ["waiting"]
    same = [segment.replace(tracking(2), tracking(1)) for segment in ship_notice(2)]
    drop(tmp_path, "both.edi", x12("856", "SH", "004010", 2, [ship_notice(1), same]))
    drained(partner)
    assert states(partner, 1) == ["held"]
    assert "several orders" in partner.ledger.batch(1).events[0].reason


def test_a_document_that_tells_two_tracking_numbers_has_nothing_to_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = StubAmazon()
    partner = partner_with(tmp_path, monkeypatch, amazon)
    body = ship_notice(1)
    at = next(index for index, segment in enumerate(body) if segment.startswith("MAN*"))
    bodies = [[*body[: at + 1], "MAN*CP*OTHER", *body[at + 1 :]], ship_notice(2)]
    drop(tmp_path, "two.edi", x12("856", "SH", "004010", 1, bodies))
    drained(partner)
    assert states(partner, 1) == ["held", "succeeded"]
    with pytest.raises(LedgerError, match="has nothing to send"):
        partner.ledger.release_event(held(partner, 1), partner.clock())
    assert [item["purchaseOrderNumber"] for item in amazon.items] == [order(2)]


def test_a_document_against_itself_goes_as_its_lines_say_once_it_is_released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = StubAmazon()
    partner = partner_with(tmp_path, monkeypatch, amazon)
    body = [f"{segment}**99*EA" if segment.startswith("SN1*") else segment for segment in ship_notice(1)]
    drop(tmp_path, "short.edi", x12("856", "SH", "004010", 1, [body]))
    drained(partner)
    assert (states(partner, 1), amazon.items) == (["held"], [])
    partner.ledger.release_event(held(partner, 1), partner.clock())
    drained(partner)
    assert states(partner, 1) == ["succeeded"]
    assert [item["purchaseOrderNumber"] for item in amazon.items] == [order(1)]
