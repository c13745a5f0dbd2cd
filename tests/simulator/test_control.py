from __future__ import annotations

import msgspec
import pytest

from simulator.amazon import StandInAmazon
from tests.simulator.caller import CONFIRMATIONS, Caller, confirmation


def test_faults_are_injected_listed_and_cleared_over_http(caller: Caller) -> None:
    fault = {"operation": "submitShipmentConfirmations", "status": 503, "times": 2}
    assert caller.http.post("/_stand-in/faults", json=fault).json() == [fault]
    assert caller.post(CONFIRMATIONS, confirmation()).status_code == 503
    assert caller.http.get("/_stand-in/faults").json() == [fault]
    assert caller.http.delete("/_stand-in/faults").json() == []
    caller.submit(CONFIRMATIONS, confirmation())


def test_orders_are_made_to_fail_over_http(caller: Caller) -> None:
    caller.http.post("/_stand-in/fail-orders", json={"PO1": ["INVALID_ORDER_ID", "is unknown"]})
    told = caller.verdict(caller.submit(CONFIRMATIONS, confirmation("PO1")))
    assert told["errors"][0]["code"] == "INVALID_ORDER_ID"


def test_options_change_over_http(amazon: StandInAmazon, caller: Caller) -> None:
    assert caller.http.post("/_stand-in/options", json={"verdict_polls": 1}).json()["verdict_polls"] == 1
    assert caller.verdict(caller.submit(CONFIRMATIONS, confirmation()))["status"] == "Processing"
    assert amazon.options.rate is None


@pytest.mark.parametrize("options", [{"rates": 1.0}, {"burst": "many"}, {"keep": "everything"}])
def test_an_option_that_is_unknown_or_of_another_type_is_a_mistake(options: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError, match=next(iter(options))):
        StandInAmazon(0, journal=None, **options)


def test_tokens_end_over_http(caller: Caller) -> None:
    caller.http.post("/_stand-in/expire-tokens", json={})
    assert caller.post(CONFIRMATIONS, confirmation()).status_code == 403


def test_the_state_tells_what_was_taken_and_answered(caller: Caller) -> None:
    caller.submit(CONFIRMATIONS, confirmation())
    caller.submit(CONFIRMATIONS, confirmation())
    state = caller.http.get("/_stand-in/state").json()
    assert state["accepted"] == {"submitShipmentConfirmations": 2}
    assert state["duplicates"] == 1
    assert state["answers"]["submitShipmentConfirmations"] == {"202": 2}
    assert state["verdicts"] == {"Success": 2}


@pytest.mark.parametrize(
    ("path", "json"),
    [
        ("faults", {"sttus": 503}),
        ("faults", {"action": "explode"}),
        ("fail-orders", {"PO1": "no"}),
        ("options", {"verdict_pols": 1}),
        ("options", {"rate": "fast"}),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(
    amazon: StandInAmazon, caller: Caller, path: str, json: object
) -> None:
    reply = caller.http.post(f"/_stand-in/{path}", json=json)
    assert (reply.status_code, list(reply.json())) == (400, ["error"])
    assert amazon.faults.active == []
    assert amazon.fail_orders == {}


def test_a_form_of_a_web_page_steers_nothing(amazon: StandInAmazon, caller: Caller) -> None:
    plain = {"content-type": "text/plain"}
    assert caller.http.post("/_stand-in/faults", content=b"{}", headers=plain).status_code == 415
    assert amazon.faults.active == []
