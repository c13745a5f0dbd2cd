"""An order that Amazon has is cancelled there, once, and the partner is told what came of it."""

from __future__ import annotations

import pytest

from tests.programs.multi_channel_fulfillment.conftest import Shop, orders

CREATE, CANCEL, GET = "createFulfillmentOrder", "cancelFulfillmentOrder", "getFulfillmentOrder"
ORDER = orders("1001,1,SKU-A,3", "1001,2,SKU-B,1")
WITHDRAWN = b"order_id,function\n1001,cancel\n"


@pytest.fixture
def accepted(shop: Shop) -> Shop:
    """Have an order accepted that Amazon plans."""
    shop.drop("orders.csv", ORDER)
    shop.passes(2, seconds=2)
    shop.amazon.orders.move("1001", "Planning")
    return shop


def test_an_order_in_planning_is_cancelled_by_one_call_and_its_repeat_is_a_duplicate(accepted: Shop) -> None:
    accepted.drop("cancel.csv", WITHDRAWN)
    accepted.passes(seconds=2)
    accepted.drop("again.csv", WITHDRAWN + b"\n")
    accepted.passes(3, minutes=1)
    assert accepted.calls(CANCEL) == [200]
    order, cancellation, repeat = accepted.events()["1001"]
    assert (order, cancellation) == (("succeeded", ""), ("succeeded", ""))
    assert repeat[0] == "not_sent"
    assert "a duplicate of event 2 (batch 2)" in repeat[1]


@pytest.mark.parametrize("asked", [True, False], ids=["requested", "refused"])
def test_a_cancellation_that_comes_too_late_is_told_so(accepted: Shop, asked: bool) -> None:
    if asked:  # Amazon took the request, but the warehouse was faster
        accepted.amazon.faults.reply(200, operation=CANCEL)
        accepted.drop("cancel.csv", WITHDRAWN)
        accepted.passes(seconds=2)
    accepted.amazon.orders.move("1001", "Processing")
    accepted.drop("cancel.csv", WITHDRAWN)
    accepted.passes(3, minutes=1)
    assert accepted.calls(CANCEL) == [200 if asked else 400]
    assert accepted.events()["1001"][1][0] == "failed"
    errors = accepted.errors()["1001"]
    assert errors["TOO_LATE"].startswith("too late: the order is Processing at Amazon and is not cancelled")
    assert ("InvalidInput" in errors) is not asked


@pytest.mark.parametrize("faster", [True, False], ids=["too-late", "in-time"])
def test_the_verdict_on_a_request_is_what_the_order_shows_in_the_end(accepted: Shop, faster: bool) -> None:
    accepted.amazon.options.change({"cancel_after": 300.0})
    accepted.drop("cancel.csv", WITHDRAWN)
    accepted.passes(seconds=2)
    accepted.passes(minutes=1)
    assert accepted.events()["1001"][1][0] == "grouped"
    if faster:
        accepted.amazon.orders.move("1001", "Processing")
    accepted.amazon.options.change({"clock_offset": 600.0})
    accepted.passes(2, minutes=5)
    assert accepted.told()["1001"] == ("Failure" if faster else "Success")
    assert accepted.calls(CANCEL) == [200]
    assert ("TOO_LATE" in accepted.errors()["1001"]) is faster


@pytest.mark.parametrize("taken", [True, False], ids=["taken", "not-taken"])
def test_a_doubt_about_a_cancellation_is_settled_by_looks_and_a_repeat(accepted: Shop, taken: bool) -> None:
    (accepted.amazon.faults.cut_after if taken else accepted.amazon.faults.cut_before)(operation=CANCEL)
    accepted.drop("cancel.csv", WITHDRAWN)
    accepted.passes(8, minutes=1)
    assert accepted.calls(CANCEL) == ([0] if taken else [0, 200])
    assert accepted.told()["1001"] == "Success"
    assert accepted.partner.ledger.alerts("acme") == []


def test_a_cancellation_waits_for_what_becomes_of_its_order(shop: Shop) -> None:
    shop.amazon.faults.cut_after(operation=CREATE)
    shop.drop("orders.csv", ORDER)
    shop.passes(seconds=1)
    shop.drop("cancel.csv", WITHDRAWN)
    shop.passes(seconds=1)
    assert shop.events()["1001"] == [
        ("grouped", ""),
        ("ready", "it goes after event 1 (batch 1), which is under way"),
    ]
    shop.passes(4, minutes=1)
    assert [state for state, _ in shop.events()["1001"]] == ["succeeded", "succeeded"]
    assert shop.calls(CANCEL) == [200]


def test_an_order_that_amazon_did_not_get_is_not_sent_again_once_it_is_cancelled(shop: Shop) -> None:
    shop.amazon.faults.cut_before(operation=CREATE)
    shop.drop("orders.csv", ORDER)
    shop.passes(seconds=1)
    shop.drop("cancel.csv", WITHDRAWN)
    shop.passes(8, minutes=1)
    assert [state for state, _ in shop.events()["1001"]] == ["cancelled", "not_sent"]
    assert (shop.calls(CREATE), shop.calls(CANCEL)) == ([0], [])


def test_an_unknown_order_is_refused_and_held_where_it_comes_later(shop: Shop) -> None:
    shop.drop("cancel.csv", WITHDRAWN)
    shop.passes(seconds=2)
    assert shop.events()["1001"][0][0] == "refused"
    assert "no fulfillment order of order 1001 is known" in shop.errors()["1001"]["UNKNOWN"]
    shop.drop("orders.csv", ORDER)
    shop.passes(seconds=2)
    state, reason = shop.events()["1001"][1]
    assert (state, "event 1 (batch 1) cancelled order 1001 before this came" in reason) == ("held", True)
    assert shop.created() == {}
