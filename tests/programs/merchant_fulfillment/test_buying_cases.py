"""The cases in which money is at stake, over real sockets: what is bought, how often, and for how much."""

from __future__ import annotations

import signal
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from bridge.programs.merchant_fulfillment.events import Money
from bridge.programs.merchant_fulfillment.operations import CREATE
from simulator.merchant.labels import LabelFault
from simulator.merchant.refusals import Refusal
from simulator.merchant.seller_orders import OrderItem, SellerOrder
from simulator.merchant.services import InputField
from tests.programs.merchant_fulfillment.conftest import ORDER, USUAL, Desk, row
from tests.system.conftest import Site, shop, site
from tests.system.test_buy_shipping import BUYS, buys

__all__ = ["shop", "site"]


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Have labels bought, within limits that no case but its own meets."""
    desk.sets(purchase="buy", **USUAL)
    return desk


def states(desk: Desk, order: str = ORDER) -> list[str]:
    return [state for state, _ in desk.events()[order]]


def reason(desk: Desk, order: str = ORDER) -> str:
    return desk.events()[order][-1][1]


def alerts(desk: Desk) -> dict[str, str]:
    return {one.kind: one.message for one in desk.partner.ledger.alerts("acme")}


def calls(desk: Desk) -> int:
    """Return how often a label was to be bought, as Amazon's journal has it."""
    return sum(one.operation == CREATE for one in desk.amazon.requests)


@pytest.mark.parametrize(
    ("values", "service"),
    [
        ({"policy": "cheapest"}, "USPS_PTP_GND_ADV"),
        ({"policy": "fastest"}, "UPS_PTP_2ND_DAY_AIR"),  # a day faster is dearer than max_price
        ({"policy": "named", "services": ("UPS_PTP_GND", "USPS_PTP_GND_ADV")}, "UPS_PTP_GND"),
        ({"carriers": ("ups",)}, "UPS_PTP_GND"),
        ({"required_benefits": ("FBM_SHIP_PLUS",)}, "UPS_PTP_GND"),
    ],
)
def test_case_2_the_offer_that_is_bought_is_the_one_that_was_wanted(
    desk: Desk, values: dict[str, Any], service: str
) -> None:
    desk.sets(**values)
    desk.order()
    desk.takes(row())
    (bought,) = desk.amazon.merchant.shipments("default")
    assert bought.service["ShippingServiceId"] == service


def test_case_3_a_cut_after_all_of_an_order_was_bought_leaves_one_label_which_is_adopted(desk: Desk) -> None:
    desk.order()
    desk.amazon.faults.cut_after(operation=CREATE)
    desk.takes(row())
    desk.passes(2, minutes=2)
    assert (states(desk), calls(desk), len(desk.bought())) == (["succeeded"], 2, 1)
    assert len(desk.outbox("labels")) == 2
    assert "in_doubt" not in alerts(desk)


def test_case_4_a_cut_after_a_part_was_bought_is_never_tried_again(desk: Desk) -> None:
    desk.order(MUG=3)
    desk.amazon.faults.cut_after(operation=CREATE)
    desk.takes(row(pieces=2))
    desk.passes(4, minutes=30)
    assert (states(desk), calls(desk)) == (["grouped"], 1)
    assert "only a part" in alerts(desk)["in_doubt"]


@pytest.mark.parametrize("point", ["submit.intent_committed", "submit.posted"])
def test_case_5_killed_while_it_is_bought(shop: Site, point: str) -> None:
    item = OrderItem(order_item_id="1", sku="MUG", quantity=1)
    shop.amazon.merchant.orders.add(SellerOrder(order_id=ORDER, items=(item,), account="rehearsal"))
    buys(shop, f'{BUYS}\norders = "none"')
    head = "amazon_order_id,sku,quantity,length,width,height,dimension_unit,weight,weight_unit\n"
    shop.drop("packages.csv", f"{head}{ORDER},MUG,1,12,9,4,IN,2,LB\n".encode())

    assert shop.edibridge("run", kill_at=point).returncode == -signal.SIGKILL
    shop.edibridge("run")

    assert len(shop.amazon.merchant.shipments("rehearsal")) == (point == "submit.posted")
    # It is tried again after two minutes; tests/contracts/test_spending.py has that, too.
    assert shop.json("status")["vendors"]["acme"]["submissions"] == {"in_doubt": 1}
    (money,) = shop.json("status")["vendors"]["acme"]["money"]
    assert (money["spent"], money["reserved"]) == ("0", "6.40")


def test_case_6_what_is_in_doubt_counts_against_the_cap(desk: Desk) -> None:
    desk.sets(daily_cap=Money("USD", "20.00"))
    orders = [f"903-0000000-000000{at}" for at in range(4)]
    for order in orders:
        desk.order(order, MUG=2)
    desk.amazon.faults.cut_after(operation=CREATE, times=3)
    desk.takes(*(row(order=order) for order in orders))
    told = [states(desk, order)[0] for order in orders]
    assert (sorted(told), calls(desk)) == (["grouped"] * 3 + ["held"], 3)
    held = orders[told.index("held")]
    assert "more than 20.00 USD a day" in reason(desk, held)
    assert "held" in alerts(desk)


def test_case_7_a_price_that_has_risen_above_the_limit_is_not_paid(desk: Desk) -> None:
    desk.sets(max_price=Money("USD", "6.50"))
    desk.amazon.merchant.options.change({"prices": {"USPS_PTP_GND_ADV": "6.60"}})
    desk.order()
    desk.takes(row())
    assert (states(desk), calls(desk)) == (["held"], 0)
    assert "it costs 6.60 USD, more than 6.50 USD (max_price)" in reason(desk)


def test_case_8_an_offer_that_expires_three_times_is_held(desk: Desk) -> None:
    desk.order()
    desk.amazon.merchant.refusals.add(Refusal(code="ShippingServiceOfferNotAvailable", times=3))
    desk.takes(row())
    desk.passes(4, seconds=5)
    assert (states(desk), calls(desk), desk.bought()) == (["held"], 3, [])
    assert "offer" in reason(desk)


@pytest.mark.parametrize(
    ("formats", "begins"), [(("PDF",), b"%PDF"), (("PNG",), b"\x89PNG"), (("ZPL203",), b"^XA")]
)
def test_case_9_a_label_is_whole_in_every_format(desk: Desk, formats: tuple[str, ...], begins: bytes) -> None:
    desk.sets(label_formats=formats)
    desk.order()
    desk.takes(row())
    (bought,) = desk.amazon.merchant.shipments("default")
    (label,) = [data for name, data in desk.outbox("labels").items() if not name.endswith(".csv")]
    assert label.startswith(begins)
    assert label == bought.label


def test_case_9_a_label_with_a_wrong_checksum_is_never_written_and_told_after_three_looks(desk: Desk) -> None:
    desk.order()
    desk.amazon.merchant.label_faults.add(LabelFault(how="wrong_checksum", times=None))
    desk.takes(row())
    assert (states(desk), desk.outbox("labels")) == (["succeeded"], {})
    desk.passes(5, minutes=6)
    assert desk.outbox("labels") == {}
    assert "cannot be used: the label's bytes do not agree" in alerts(desk)["follow_up"]


def test_case_9_a_label_that_is_good_at_the_second_look_comes(desk: Desk) -> None:
    desk.order()
    desk.amazon.merchant.label_faults.add(LabelFault(how="bad_gzip", times=1))
    desk.takes(row())
    assert desk.outbox("labels") == {}
    desk.passes(2, minutes=6)
    assert len(desk.outbox("labels")) == 2
    assert len(desk.bought()) == 1


def test_case_10_a_required_input_that_is_missing_is_asked_for_in_amazons_words(desk: Desk) -> None:
    asked = InputField(name="Incoterm", text="Who pays the duties?", values=("DDP", "DAP"))
    services = [
        msgspec.structs.replace(one, inputs=(asked,)) for one in desk.amazon.merchant.options.services[:1]
    ]
    desk.amazon.merchant.options.change({"services": msgspec.to_builtins(services)})
    desk.order()
    desk.takes(row())
    assert (states(desk), calls(desk)) == (["held"], 0)
    assert "Who pays the duties?" in reason(desk)

    desk.sets(seller_inputs={"Incoterm": "DDP"})
    desk.partner.ledger.release_event(1, desk.clock())
    desk.passes(2, seconds=5)
    (bought,) = [one for one in desk.amazon.merchant.wallet.entries if one.outcome == "bought"]
    sent = bought.request["ShipmentLevelSellerInputsList"]
    assert sent == [
        {
            "AdditionalInputFieldName": "Incoterm",
            "AdditionalSellerInput": {"DataType": "String", "ValueAsString": "DDP"},
        }
    ]


def test_case_11_a_prime_order_is_bought_for_its_ship_date_and_must_arrive_date_is_never_sent(
    desk: Desk,
) -> None:
    latest = desk.clock.now.timestamp() + 86400 * 2
    item = OrderItem(order_item_id="1", sku="MUG", quantity=1)
    desk.amazon.merchant.orders.add(
        SellerOrder(order_id=ORDER, items=(item,), programs=("PRIME",), latest_ship=latest)
    )
    desk.takes(row())
    (bought,) = [one for one in desk.amazon.merchant.wallet.entries if one.outcome == "bought"]
    details = bought.request["ShipmentRequestDetails"]
    assert details["ShipDate"][:10] == f"{desk.clock.now:%Y-%m}-{desk.clock.now.day + 2 - 0:02}"
    assert "MustArriveByDate" not in details


def test_case_16_an_order_that_its_buyer_asks_to_cancel_is_not_bought_for(desk: Desk) -> None:
    item = OrderItem(order_item_id="1", sku="MUG", quantity=1, cancellation_requested=True)
    desk.amazon.merchant.orders.add(SellerOrder(order_id=ORDER, items=(item,)))
    desk.takes(row())
    assert (states(desk), calls(desk)) == (["held"], 0)
    assert "the buyer asks to cancel it" in reason(desk)


def test_case_17_terms_that_are_not_accepted_hold_one_package_and_the_account_goes_on(desk: Desk) -> None:
    other = "903-1111111-2222222"
    desk.order()
    desk.order(other)
    desk.amazon.merchant.refusals.add(Refusal(code="TermsAndConditionsNotAccepted", order=ORDER, times=None))
    desk.takes(row(), row(order=other))
    desk.passes(2, seconds=5)
    assert (states(desk), states(desk, other)) == (["held"], ["succeeded"])
    assert "Seller Central" in reason(desk)
    assert desk.partner.ledger.pause("main", desk.clock()) is None


def test_case_20_a_storm_of_429_buys_none_twice(desk: Desk) -> None:
    orders = [f"903-0000000-000000{at}" for at in range(5)]
    for order in orders:
        desk.order(order)
    desk.amazon.faults.reply(429, operation=CREATE, times=4)
    desk.takes(*(row(order=order) for order in orders))
    desk.passes(6, minutes=3)
    assert {state for order in orders for state in states(desk, order)} == {"succeeded"}
    assert set(desk.amazon.merchant.wallet.times_bought().values()) == {1}


def test_more_than_was_offered_is_told_and_counted(desk: Desk) -> None:
    desk.amazon.merchant.options.change({"dearer": "1.00"})
    desk.order()
    desk.takes(row())
    (bought,) = desk.amazon.merchant.wallet.purchases()
    (spent,) = desk.partner.ledger.spent("acme", desk.clock.now.date())
    assert spent.spent == bought.charged == Decimal("7.40")
    batch = desk.partner.ledger.batch(1)
    assert any("had offered it for 6.40 USD" in note["message"] for note in batch.events[0].notes)


def test_two_packages_of_an_order_go_one_after_the_other(desk: Desk) -> None:
    desk.order(MUG=3)
    desk.takes(row("1", pieces=1), row("2", pieces=2))
    desk.passes(2, seconds=5)
    assert (states(desk), len(desk.bought())) == (["succeeded", "succeeded"], 2)
    desk.takes(row("3"), name="more.csv")
    assert states(desk)[-1] == "held"
    assert "the order is SHIPPED at Amazon" in reason(desk)


def test_a_setting_that_is_taken_back_buys_nothing_more(desk: Desk) -> None:
    desk.order()
    desk.amazon.faults.reply(503, operation=CREATE, times=None)
    desk.takes(row())
    assert states(desk) == ["grouped"]
    desk.amazon.faults.clear()
    tried = calls(desk)
    desk.sets(purchase="quote")
    desk.passes(3, minutes=2)
    assert (desk.bought(), calls(desk), states(desk)) == ([], tried, ["held"])


def test_no_funds_stop_buying_for_an_hour_and_operators_hear_of_it(desk: Desk) -> None:
    desk.amazon.merchant.options.change({"funds": "1.00"})
    desk.order()
    desk.takes(row())
    desk.passes(2, minutes=20)
    assert (states(desk), calls(desk)) == (["grouped"], 1)
    assert "insufficient funds" in alerts(desk)["stopped"]
    desk.amazon.merchant.options.change({"funds": None})
    desk.passes(3, minutes=21)
    assert (states(desk), len(desk.bought())) == (["succeeded"], 1)
    assert "stopped" not in alerts(desk)


CANCEL_ROW = f"amazon_order_id,package,action\n{ORDER},1,cancel\n"


def test_case_12_a_cancelled_label_is_refunded_and_each_step_told_once(desk: Desk) -> None:
    desk.order()
    desk.takes(row())
    (bought,) = desk.amazon.merchant.shipments("default")
    desk.drop("cancel.csv", CANCEL_ROW.encode())
    desk.passes(3, seconds=5)
    assert bought.status == "RefundPending"
    assert states(desk)[-1] == "succeeded"
    desk.passes(hours=25)
    desk.amazon.merchant.set_status(bought.shipment_id, "RefundApplied")
    desk.passes(3, hours=25)
    told = [name.rsplit(".", 2)[1] for name in desk.outbox("refunds")]
    assert sorted(told) == ["RefundApplied", "RefundPending"]
    (spent,) = desk.partner.ledger.spent("acme", desk.clock.now.date().replace(day=22))
    assert str(spent.spent) == "6.40", "a refund frees nothing of its day"


def test_case_12_a_label_whose_time_to_cancel_is_over_is_refused_and_told(desk: Desk) -> None:
    desk.amazon.merchant.options.change({"cancel_window": 60.0})
    desk.order()
    desk.takes(row())
    desk.passes(hours=1)
    desk.drop("cancel.csv", CANCEL_ROW.encode())
    desk.passes(3, seconds=5)
    assert states(desk)[-1] == "failed"
    assert desk.amazon.merchant.shipments("default")[0].status == "Purchased"
    assert "LabelCancelWindowExpired" in str(desk.partner.ledger.batch(2).events[0].errors)


def test_a_cancellation_whose_answer_is_lost_is_looked_up(desk: Desk) -> None:
    desk.order()
    desk.takes(row())
    desk.amazon.faults.cut_after(operation="cancelShipment")
    desk.drop("cancel.csv", CANCEL_ROW.encode())
    desk.passes(4, minutes=2)
    assert (states(desk)[-1], desk.amazon.merchant.shipments("default")[0].status) == (
        "succeeded",
        "RefundPending",
    )


def test_what_was_not_bought_yet_is_dropped_by_its_cancellation(desk: Desk) -> None:
    desk.sets(max_price=Money("USD", "1.00"))
    desk.order()
    desk.takes(row())
    desk.drop("cancel.csv", CANCEL_ROW.encode())
    desk.passes(3, seconds=5)
    assert (states(desk), desk.bought()) == (["cancelled", "not_sent"], [])


def test_each_package_of_an_order_is_cancelled_by_itself_and_may_be_bought_again(desk: Desk) -> None:
    desk.order(MUG=3)
    desk.takes(row("1"), row("2"))
    desk.passes(2, seconds=5)
    for package in ("1", "2"):
        head = "amazon_order_id,package,action\n"
        desk.drop(f"cancel-{package}.csv", f"{head}{ORDER},{package},cancel\n".encode())
        desk.passes(3, seconds=5)
    assert [one.status for one in desk.amazon.merchant.shipments("default")] == ["RefundPending"] * 2
    desk.takes(row("1"), name="again.csv")
    desk.passes(2, seconds=5)
    assert (states(desk)[-1], len(desk.bought())) == ("succeeded", 3), reason(desk)
    desk.drop("cancel-again.csv", f"amazon_order_id,package,function\n{ORDER},1,cancel\n".encode())
    desk.passes(3, seconds=5)
    assert [one.status for one in desk.amazon.merchant.shipments("default")] == ["RefundPending"] * 3


def test_a_refusal_after_a_throttled_try_is_a_refusal_and_no_doubt(desk: Desk) -> None:
    desk.order()
    desk.amazon.faults.reply(429, operation=CREATE, times=1)
    desk.amazon.merchant.refusals.add(Refusal(code="ShippingServiceOfferNotAvailable", times=1))
    desk.takes(row())
    desk.passes(3, seconds=10)
    assert (states(desk), len(desk.bought()), calls(desk)) == (["succeeded"], 1, 3)
    assert "in_doubt" not in alerts(desk)
