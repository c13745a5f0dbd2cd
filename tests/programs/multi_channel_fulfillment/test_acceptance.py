"""What the program was agreed to do, case by case, and the test of each: all over real sockets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.pipeline.partners import with_policies
from tests.programs.multi_channel_fulfillment.conftest import Shop
from tests.programs.multi_channel_fulfillment.test_edi_orders import answers, interchange, warehouse_order

ROOT = Path(__file__).parents[2]
HERE = "programs/multi_channel_fulfillment"
CASES: dict[str, tuple[tuple[str, str], ...]] = {
    "1 two lines that Amazon received: succeeded": (
        (f"{HERE}/test_orders.py", "test_two_lines_that_amazon_received_succeed"),
    ),
    "2 cut after Amazon kept it, and its repeat is refused: one order, no operator": (
        (f"{HERE}/test_orders.py", "test_a_cut_after_amazon_kept_it_leaves_one_order_and_needs_no_person"),
    ),
    "3 cut before: sent again under the same id": (
        (f"{HERE}/test_orders.py", "test_a_cut_before_amazon_kept_it_sends_the_same_order_again"),
    ),
    "4 killed while it is sent, before and after Amazon has it: one order": (
        (
            "system/test_fulfillment_orders.py",
            "test_a_process_that_dies_leaves_one_order_and_needs_no_person",
        ),
        (
            "crash/sellers/test_sellers_short.py",
            "test_no_kill_loses_an_order_or_creates_one_twice_and_every_piece_is_accounted_for",
        ),
    ),
    "5 the same 940 twice: one create": (
        (f"{HERE}/test_edi_orders.py", "test_case_5_the_same_940_twice_is_one_order_and_is_told"),
    ),
    "6 the same number with other lines: held": (
        (f"{HERE}/test_edi_orders.py", "test_case_6_the_same_number_with_other_lines_is_held"),
    ),
    "7 an id with a plus: refused unsent; 18 cases instead of pieces: held": (
        (
            f"{HERE}/test_edi_orders.py",
            "test_cases_7_and_18_an_id_with_a_plus_is_refused_and_cases_are_held_beside_a_good_sibling",
        ),
    ),
    "8 New, then Invalid: told by an 824": (
        (f"{HERE}/test_acceptance.py", "test_case_8_an_order_that_becomes_invalid_is_told_by_an_824"),
    ),
    "9 two shipments of three packages: two 945, and the sums are right": (
        (f"{HERE}/test_advice.py", "test_two_shipments_of_three_packages_are_two_945_and_the_sums_are_right"),
    ),
    "10 planned anew: one 945": (
        (f"{HERE}/test_advice.py", "test_a_shipment_that_amazon_planned_anew_is_one_945"),
    ),
    "11 cancelled in Planning, and in Processing": (
        (
            f"{HERE}/test_cancellations.py",
            "test_an_order_in_planning_is_cancelled_by_one_call_and_its_repeat_is_a_duplicate",
        ),
        (f"{HERE}/test_cancellations.py", "test_a_cancellation_that_comes_too_late_is_told_so"),
    ),
    "12 on hold, a new address, then shipped": (
        (f"{HERE}/test_updates.py", "test_an_order_on_hold_gets_a_new_address_and_then_ships"),
    ),
    "13 a short line: CP and DS": (
        (f"{HERE}/test_advice.py", "test_a_short_line_is_told_with_what_shipped_and_with_what_never_will"),
    ),
    "14 a token of the inventory dies in page 3: whole or nothing": (
        (
            f"{HERE}/test_inventory.py",
            "test_a_token_that_dies_in_the_third_page_has_nothing_told_of_that_reading",
        ),
    ),
    "15 a SKU that the inventory passes over is not zero": (
        (
            f"{HERE}/test_inventory.py",
            "test_a_sku_that_the_list_passes_over_is_asked_for_and_one_that_is_gone_is_not_zero",
        ),
    ),
    "16 EVENT_301 twice: one D1": (
        (
            f"{HERE}/test_tracking.py",
            "test_each_event_is_one_at7_and_one_that_the_mapping_does_not_know_is_none",
        ),
    ),
    "17 an answer with another state: no token is asked for": (
        ("system/test_authorize.py", "test_what_is_no_answer_to_the_question_is_never_sent"),
        ("system/test_authorize.py", "test_the_answer_to_an_earlier_question_is_refused"),
    ),
    "19 a storm of 429: none lost, none twice": (
        (f"{HERE}/test_orders.py", "test_a_storm_of_429_loses_none_and_sends_none_twice"),
    ),
    "20 an order of another channel in the list: ignored": (
        (f"{HERE}/test_shipments.py", "test_an_order_of_another_channel_in_the_list_is_ignored"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_every_case_has_its_test(case: str) -> None:
    for file, name in CASES[case]:
        assert f"def {name}(" in (ROOT / file).read_text(), f"{file} has no {name}"


def test_case_8_an_order_that_becomes_invalid_is_told_by_an_824(shop: Shop) -> None:
    shop.partner = with_policies(shop.partner, status_files=("json", "824"))
    shop.amazon.options.change({"order_received_after": 3600.0})
    shop.drop("orders.edi", interchange(1, warehouse_order("1001"), warehouse_order("1002")))
    shop.passes(2, seconds=2)
    assert (shop.states(), answers(shop, "824")) == (["submitted", "submitted"], [])
    shop.amazon.orders.move("1001", "Invalid")
    shop.amazon.orders.move("1002", "Received")
    shop.passes(3, minutes=2)
    assert shop.told() == {"1001": "Failure", "1002": "Success"}
    told = "".join(answers(shop, "824"))
    assert re.findall(r"OTI\*(T[AR])\*[^*]*\*(\d+)", told) == [("TR", "1001"), ("TA", "1002")]
