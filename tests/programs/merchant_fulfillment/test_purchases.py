"""Shipping is bought by file: quotes first, labels back, and no money spent twice."""

from __future__ import annotations

from simulator.merchant.refusals import Refusal
from tests.programs.merchant_fulfillment.conftest import USUAL, Desk, row


def test_case_1_a_quote_tells_the_offers_and_buys_nothing(desk: Desk) -> None:
    desk.order()
    desk.takes(row())
    assert desk.bought() == []
    ((state, reason),) = desk.events()["903-5563053-5647845"]
    assert (state, "quoted, and nothing is bought" in reason) == ("not_sent", True)
    (quote,) = desk.outbox("quotes").values()
    assert quote.count(b"chosen") == 1


def test_a_label_is_bought_and_comes_back_whole(desk: Desk) -> None:
    desk.sets(purchase="buy", **USUAL)
    desk.order()
    desk.takes(row())
    assert len(desk.bought()) == 1
    ((state, _),) = desk.events()["903-5563053-5647845"]
    assert state == "succeeded"
    files = desk.outbox("labels")
    assert len(files) == 2


def test_a_label_that_is_not_to_be_had_so_is_bought_in_the_next_format_and_last_in_none(desk: Desk) -> None:
    desk.sets(purchase="buy", label_formats=("ZPL203", "PNG"), **USUAL)
    desk.order()
    desk.amazon.merchant.refusals.add(Refusal(code="LabelFormatNotSupported", times=2))
    desk.takes(row())
    desk.passes(4, seconds=10)
    asked = [
        one.request["ShipmentRequestDetails"]["ShippingServiceOptions"].get("LabelFormat")
        for one in desk.amazon.merchant.wallet.entries
        if one.operation == "createShipment"
    ]
    assert asked == ["ZPL203", "PNG", None]
    assert len(desk.bought()) == 1
