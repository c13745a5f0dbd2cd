from __future__ import annotations

import pytest

from simulator.amazon import StandInAmazon
from tests.simulator.caller import (
    CONFIRMATIONS,
    LABELS,
    STATUS_UPDATES,
    Caller,
    confirmation,
    label_request,
    status_update,
)


def test_a_transaction_processes_for_some_polls_then_succeeds(amazon: StandInAmazon, caller: Caller) -> None:
    amazon.options.verdict_polls = 2
    sent = caller.submit(CONFIRMATIONS, confirmation())
    told = [caller.verdict(sent)["status"] for _ in range(3)]
    assert told == ["Processing", "Processing", "Success"]
    assert amazon.verdicts == {sent: "Success"}


def test_a_transaction_processes_until_its_delay_is_over(amazon: StandInAmazon, caller: Caller) -> None:
    amazon.options.verdict_delay = 3600.0
    sent = caller.submit(CONFIRMATIONS, confirmation())
    assert caller.verdict(sent)["status"] == "Processing"
    amazon.options.verdict_delay = 0.0
    assert caller.verdict(sent)["status"] == "Success"


def test_shipped_without_containers_fails_as_empty_packages(caller: Caller) -> None:
    sent = caller.submit(CONFIRMATIONS, confirmation("M123", containers=[]))
    assert caller.verdict(sent) == {
        "transactionId": sent,
        "status": "Failure",
        "errors": [
            {"code": "EMPTY_PACKAGES", "message": "Request Rejected: Order ID M123 has empty packages."}
        ],
    }


def test_a_floor_denial_needs_no_containers(caller: Caller) -> None:
    denial = confirmation()
    denial["shipmentDetails"]["shipmentStatus"] = "FLOOR_DENIAL"
    del denial["containers"]
    assert caller.verdict(caller.submit(CONFIRMATIONS, denial))["status"] == "Success"


def test_an_item_without_a_product_identifier_fails(caller: Caller) -> None:
    bad = confirmation()
    del bad["items"][0]["buyerProductIdentifier"]
    assert caller.verdict(caller.submit(CONFIRMATIONS, bad))["errors"][0]["code"] == "INVALID_ITEM"


def test_an_injected_rule_fails_its_batch_and_names_its_order_only(
    amazon: StandInAmazon, caller: Caller
) -> None:
    amazon.fail_orders["PO2"] = ("INVALID_ORDER_ID", "is unknown")
    sent = caller.submit(LABELS, label_request("PO1"), label_request("PO2"))
    [error] = caller.verdict(sent)["errors"]
    assert error == {"code": "INVALID_ORDER_ID", "message": "Request Rejected: Order ID PO2 is unknown."}


def test_a_failure_can_name_nothing(amazon: StandInAmazon, caller: Caller) -> None:
    amazon.options.name_orders = False
    sent = caller.submit(CONFIRMATIONS, confirmation(containers=[]))
    assert caller.verdict(sent)["errors"] == [{"code": "NotAvailable", "message": "NotAvailable"}]


_NOWHERE = "8a3b6901-ef20-412f-9270-21c021796605"


@pytest.mark.parametrize("unknown", [_NOWHERE, f"20260101000000-{_NOWHERE}"])
def test_an_unknown_transaction_is_not_answered(caller: Caller, unknown: str) -> None:
    expected = 404 if unknown.startswith("20260101000000-") else 400
    assert caller.poll(unknown).status_code == expected


def test_another_accounts_transaction_is_not_found(amazon: StandInAmazon, caller: Caller) -> None:
    other = Caller(amazon, amazon.open_account("other")).log_in()
    assert other.poll(caller.submit(CONFIRMATIONS, confirmation())).status_code == 404


def test_a_status_update_after_its_confirmation_succeeds(caller: Caller) -> None:
    caller.submit(CONFIRMATIONS, confirmation())
    assert caller.verdict(caller.submit(STATUS_UPDATES, status_update()))["status"] == "Success"


@pytest.mark.parametrize(("order", "tracking"), [("PO1", "1Z9"), ("PO2", "1Z1")])
def test_a_status_update_for_a_package_not_confirmed_fails(caller: Caller, order: str, tracking: str) -> None:
    caller.submit(CONFIRMATIONS, confirmation("PO1", "1Z1"))
    sent = caller.submit(STATUS_UPDATES, status_update(order, tracking))
    [error] = caller.verdict(sent)["errors"]
    assert error["code"] == "INVALID_TRACKING_NUMBER"
    assert order in error["message"]


def test_a_status_update_before_its_confirmations_verdict_fails(
    amazon: StandInAmazon, caller: Caller
) -> None:
    amazon.options.verdict_polls = 1
    confirmed = caller.submit(CONFIRMATIONS, confirmation())
    caller.verdict(confirmed)
    early = caller.submit(STATUS_UPDATES, status_update())
    assert caller.verdict(confirmed)["status"] == "Success"
    late = caller.submit(STATUS_UPDATES, status_update())
    amazon.options.verdict_polls = 0
    assert caller.verdict(early)["errors"][0]["code"] == "SHIPMENT_NOT_CONFIRMED"
    assert caller.verdict(late)["status"] == "Success"


@pytest.mark.parametrize(("process_rest", "expected"), [(False, "Failure"), (True, "Success")])
def test_whether_a_failed_batch_confirms_its_good_orders_is_an_option(
    amazon: StandInAmazon, caller: Caller, process_rest: bool, expected: str
) -> None:
    amazon.options.process_rest = process_rest
    caller.submit(CONFIRMATIONS, confirmation("PO1", "1Z1"), confirmation("PO2", containers=[]))
    assert caller.verdict(caller.submit(STATUS_UPDATES, status_update()))["status"] == expected


def test_the_order_of_things_can_be_left_unchecked(amazon: StandInAmazon, caller: Caller) -> None:
    amazon.options.strict_order = False
    assert caller.verdict(caller.submit(STATUS_UPDATES, status_update()))["status"] == "Success"


@pytest.mark.parametrize(("code", "reason"), [("AF", "NS"), ("D1", "000"), ("CA", "NS")])
def test_a_pair_that_amazon_does_not_support_fails(
    amazon: StandInAmazon, caller: Caller, code: str, reason: str
) -> None:
    amazon.options.strict_order = False
    sent = caller.submit(STATUS_UPDATES, status_update(statusCode=code, reasonCode=reason))
    assert caller.verdict(sent)["errors"][0]["code"] == "INVALID_STATUS_CODE"
