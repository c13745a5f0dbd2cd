"""Orders of a seller's CSV file at a stand-in Amazon: taken once each, whatever the line does."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.programs.registry import installed
from tests.programs.multi_channel_fulfillment.conftest import Shop, orders

CREATE, GET = "createFulfillmentOrder", "getFulfillmentOrder"
TWO_LINES = orders("1001,1,SKU-A,2", "1001,2,SKU-B,1")


def test_two_lines_that_amazon_received_succeed(shop: Shop) -> None:
    shop.drop("orders.csv", TWO_LINES)
    shop.passes(2, seconds=2)
    assert (shop.created(), shop.states()) == ({"1001": 1}, ["succeeded"])
    assert shop.told() == {"1001": "Success"}
    (taken,) = shop.amazon.accepted
    assert taken.item["items"] == [
        {"sellerSku": "SKU-A", "sellerFulfillmentOrderItemId": "1", "quantity": 2},
        {"sellerSku": "SKU-B", "sellerFulfillmentOrderItemId": "2", "quantity": 1},
    ]
    assert (taken.item["marketplaceId"], taken.item["displayableOrderDate"]) == (
        "ATVPDKIKX0DER",
        "2026-11-22T00:00:00-05:00",
    )


def test_a_200_is_no_verdict_and_one_that_does_not_come_is_told(shop: Shop) -> None:
    shop.drop("orders.csv", TWO_LINES)
    shop.amazon.options.order_received_after = 10**9
    shop.passes(3, seconds=10)
    assert (shop.states(), shop.told()) == (["submitted"], {})
    shop.passes(3, minutes=15)
    assert shop.states() == ["overdue"]
    shop.amazon.orders.move("1001", "Planning")
    shop.passes(2, minutes=10)
    assert (shop.states(), shop.told(), shop.created()) == (["succeeded"], {"1001": "Success"}, {"1001": 1})


def test_an_order_that_turns_out_invalid_is_told_as_failed(shop: Shop) -> None:
    shop.amazon.options.order_received_after = 10**9
    shop.drop("orders.csv", TWO_LINES)
    shop.passes(seconds=2)
    shop.amazon.orders.move("1001", "Invalid")
    shop.passes(2, minutes=2)
    assert (shop.states(), shop.told()) == (["failed"], {"1001": "Failure"})


@pytest.mark.parametrize("repeated", [200, 400])
def test_a_cut_after_amazon_kept_it_leaves_one_order_and_needs_no_person(shop: Shop, repeated: int) -> None:
    shop.amazon.options.change({"repeated_order": repeated, "order_received_after": 10**9})
    shop.amazon.faults.cut_after(operation=CREATE)
    shop.drop("orders.csv", TWO_LINES)
    shop.passes(seconds=2)
    assert (shop.states(), shop.calls(GET)) == (["in_doubt"], [])
    shop.passes(seconds=5)
    assert shop.states() == ["submitted"]  # there it is, and not judged yet
    shop.amazon.orders.move("1001", "Received")
    shop.passes(2, minutes=1)
    assert (shop.states(), shop.created(), shop.calls(CREATE)) == (["succeeded"], {"1001": 1}, [0])
    assert shop.partner.ledger.alerts("acme") == []


@pytest.mark.parametrize("unknown", [404, 400])
def test_a_cut_before_amazon_kept_it_sends_the_same_order_again(shop: Shop, unknown: int) -> None:
    shop.amazon.options.change({"unknown_order": unknown})
    shop.amazon.faults.cut_before(operation=CREATE)
    shop.drop("orders.csv", TWO_LINES)
    for seconds in (1, 5, 25):
        shop.passes(seconds=seconds)
        assert shop.states() == ["in_doubt"]
    assert shop.calls(GET) == [unknown, unknown]
    shop.passes(seconds=90)
    shop.passes(seconds=2)
    assert (shop.states(), shop.created(), shop.calls(CREATE)) == (["succeeded"], {"1001": 1}, [0, 200])


def test_looks_that_amazon_does_not_answer_do_not_count(shop: Shop) -> None:
    shop.amazon.faults.cut_after(operation=CREATE)
    shop.amazon.faults.reply(500, operation=GET, times=8)
    shop.drop("orders.csv", TWO_LINES)
    shop.passes(4, minutes=5)
    assert (shop.created(), len(shop.calls(CREATE))) == ({"1001": 1}, 1)
    shop.passes(2, minutes=5)
    assert shop.states() == ["succeeded"]


def test_another_order_with_the_id_at_amazon_is_left_to_an_operator(shop: Shop) -> None:
    shop.drop("orders.csv", TWO_LINES)
    shop.amazon.faults.cut_before(operation=CREATE)
    shop.passes(seconds=1)
    shop.amazon.orders.create("default", body(shop) | {"items": [ITEM]})
    shop.passes(3, minutes=1)
    assert (shop.states(), shop.calls(CREATE)) == (["in_doubt"], [0])
    (alert,) = shop.partner.ledger.alerts("acme")
    assert "the id 1001 is used by another order at Amazon" in alert.message

    # The operator's word that Amazon has not this one ends it: the refusal is told.
    shop.partner.ledger.resolve(1, None, shop.clock())
    shop.passes(2, minutes=1)
    assert (shop.states(), shop.calls(CREATE)) == (["refused"], [0, 400])
    assert shop.told() == {"1001": "Failure"}
    assert shop.partner.ledger.alerts("acme") == []


def test_a_refusal_of_a_second_attempt_is_looked_up_before_it_counts(shop: Shop) -> None:
    shop.amazon.faults.reply(503, operation=CREATE, taken=True)
    shop.drop("orders.csv", TWO_LINES)
    shop.passes(3, seconds=3)  # the second attempt is refused: the id is not unique
    assert (shop.states(), shop.calls(CREATE)) == (["in_doubt"], [503, 400])
    shop.passes(2, seconds=5)
    assert (shop.states(), shop.created()) == (["succeeded"], {"1001": 1})


def test_a_refusal_counts_where_amazon_has_nothing_and_refuses_it_again(shop: Shop) -> None:
    shop.amazon.faults.reply(429, operation=CREATE)
    shop.amazon.orders.refused["1001"] = ("InvalidInput", "No stock.")
    shop.drop("orders.csv", TWO_LINES)
    shop.passes(6, minutes=2)
    assert (shop.states(), shop.calls(CREATE)) == (["refused"], [429, 400, 400])
    assert (len(shop.calls(GET)), shop.told()) == (3, {"1001": "Failure"})


def test_a_refusal_of_the_first_attempt_is_told_and_not_repeated(shop: Shop) -> None:
    shop.amazon.orders.refused["1001"] = ("InvalidInput", "No stock.")
    shop.drop("orders.csv", TWO_LINES)
    shop.passes(4, minutes=2)
    assert (shop.states(), shop.calls(CREATE), shop.calls(GET)) == (["refused"], [400], [])
    assert shop.told() == {"1001": "Failure"}


def test_the_same_order_in_another_file_is_a_duplicate(shop: Shop) -> None:
    shop.drop("orders.csv", TWO_LINES)
    shop.passes(2, seconds=2)
    shop.drop("again.csv", TWO_LINES + b"\n")
    shop.drop("more.csv", TWO_LINES + orders("1002,1,SKU-A,1").split(b"\n", 1)[1])
    shop.passes(2, seconds=2)
    assert shop.created() == {"1001": 1, "1002": 1}
    first, *others = shop.events()["1001"]
    assert first == ("succeeded", "")
    assert others == [("not_sent", "a duplicate of event 1 (batch 1), which is succeeded")] * 2


def test_another_order_with_the_number_of_an_earlier_one_is_held(shop: Shop) -> None:
    shop.drop("orders.csv", TWO_LINES)
    shop.passes(2, seconds=2)
    shop.drop("other.csv", orders("1001,1,SKU-A,7"))
    shop.passes(2, seconds=2)
    assert shop.created() == {"1001": 1}
    (_, (state, reason)) = shop.events()["1001"]
    assert (state, "event 1 (batch 1) has the number of order 1001 already" in reason) == ("held", True)


def test_an_order_that_amazon_refused_may_come_again_corrected(shop: Shop) -> None:
    shop.amazon.orders.refused["1001"] = ("InvalidInput", "No stock.")
    shop.drop("orders.csv", TWO_LINES)
    shop.passes(2, seconds=2)
    del shop.amazon.orders.refused["1001"]
    shop.drop("corrected.csv", orders("1001,1,SKU-A,1"))
    shop.passes(2, seconds=2)
    assert (shop.states(), shop.created()) == (["refused", "succeeded"], {"1001": 1})


def test_an_id_that_amazon_cannot_find_again_is_refused_unsent(shop: Shop) -> None:
    shop.drop("orders.csv", orders("10+01,1,SKU-A,1", "1002,1,SKU-A,1"))
    shop.passes(2, seconds=2)
    assert shop.created() == {"1002": 1}
    ((state, reason),) = shop.events()["10+01"]
    assert (state, "row 2: order id '10+01' must have at most 40 of" in reason) == ("refused", True)


def test_a_bad_line_refuses_its_order_alone(shop: Shop) -> None:
    bad = {"1": "1,SKU-A,0", "2": "1,SKU-A,1.5", "3": "1,SKU-A,-1", "4": "1,,1"}
    lines = [f"{order},{rest}" for order, rest in bad.items()]
    shop.drop("orders.csv", orders(*lines, "5,1,SKU-A,1", "5,1,SKU-B,1", "6,1,SKU-A,1"))
    shop.passes(2, seconds=2)
    assert shop.created() == {"6": 1}
    assert {order: state for order, ((state, _),) in shop.events().items()} == {
        **dict.fromkeys("12345", "refused"),
        "6": "succeeded",
    }


def test_an_order_that_is_cancelled_before_it_was_sent_never_is(shop: Shop) -> None:
    shop.drop("a.csv", orders("1001,1,SKU-A,1"))
    shop.drop("b.csv", b"order_id,function\n1001,cancel\n1002,cancel\n")
    shop.drop("c.csv", orders("1002,1,SKU-A,1", "1003,1,SKU-A,1"))
    shop.passes(2, seconds=2)
    assert shop.created() == {"1003": 1}
    states = {order: [state for state, _ in told] for order, told in shop.events().items()}
    assert states == {"1001": ["cancelled", "not_sent"], "1002": ["refused", "held"], "1003": ["succeeded"]}


def test_a_storm_of_429_loses_none_and_sends_none_twice(shop: Shop) -> None:
    shop.amazon.faults.reply(429, operation=CREATE, times=3)
    shop.drop("orders.csv", orders(*(f"{number},1,SKU-A,1" for number in range(5))))
    shop.passes(12, minutes=5)
    assert shop.created() == {str(number): 1 for number in range(5)}
    assert set(shop.states()) == {"succeeded"}


ITEM = {"sellerSku": "OTHER", "sellerFulfillmentOrderItemId": "1", "quantity": 9}


def body(shop: Shop) -> dict[str, Any]:
    """Return the body of the order that is under way."""
    ((doubted,),) = [shop.partner.ledger.in_doubt("acme")]
    event = installed().decode(CREATE, doubted.bodies[0])
    return installed().element_of(event)
