from __future__ import annotations

from typing import Any

import pytest

from simulator.amazon import StandInAmazon
from tests.simulator.caller import CONFIRMATIONS, SHIPPING, confirmation
from tests.simulator.reader import EVERYTHING, INVOICES, LABELS, PLACE, SLIPS, Reader, resources


@pytest.fixture
def reader(amazon: StandInAmazon) -> Reader:
    amazon.add_label("PO1")
    amazon.add("packing_slip", "PO1")
    return Reader(amazon)


def test_a_restricted_token_is_granted_with_its_lifetime(amazon: StandInAmazon, reader: Reader) -> None:
    amazon.options.rdt_lifetime = 90.0
    reply = reader.ask_restricted(resources(*EVERYTHING))
    assert reply.status_code == 200
    assert reply.json()["restrictedDataToken"].startswith("Atz.sprdt|")
    assert reply.json()["expiresIn"] == 90
    assert reply.headers["x-amzn-RateLimit-Limit"] == "1.0"


@pytest.mark.parametrize(
    "name", [LABELS, SLIPS, INVOICES, f"{LABELS}/PO1", f"{SLIPS}/PO1", f"{INVOICES}/PO1"]
)
def test_a_plain_access_token_opens_no_read(reader: Reader, name: str) -> None:
    reply = reader.get(name, **reader.window())
    assert reply.status_code == 403
    [error] = reply.json()["errors"]
    assert error["code"] == "Unauthorized"
    assert "Restricted Data Token" in error["details"]


@pytest.mark.parametrize(
    ("granted", "opened"),
    [
        (f"{SHIPPING}/{LABELS}", LABELS),
        (f"{SHIPPING}/{LABELS}/{PLACE}", f"{LABELS}/PO1"),
        (f"{SHIPPING}/{LABELS}/PO1", f"{LABELS}/PO1"),
    ],
)
def test_a_token_opens_what_it_covers_and_nothing_else(reader: Reader, granted: str, opened: str) -> None:
    reader.unlock(granted)
    reads = {LABELS: 200, f"{LABELS}/PO1": 200, f"{LABELS}/PO2": 404, SLIPS: 200, f"{SLIPS}/PO1": 200}
    told = {name: reader.get(name, **reader.window()).status_code for name in reads}
    covered = [name for name in reads if name == opened or (PLACE in granted and name == f"{LABELS}/PO2")]
    assert told == {name: reads[name] if name in covered else 403 for name in reads}


def test_a_restricted_token_opens_no_other_operation(reader: Reader) -> None:
    assert reader.unlock().post(CONFIRMATIONS, confirmation()).status_code == 403


def test_another_accounts_documents_are_not_found(amazon: StandInAmazon, reader: Reader) -> None:
    assert reader.unlock().page(LABELS) == (["PO1"], "")
    other = Reader(amazon, amazon.open_account("other")).unlock()
    assert other.page(LABELS) == ([], "")
    assert other.get(f"{LABELS}/PO1").status_code == 404


def test_an_ended_restricted_token_is_refused_and_the_access_token_is_not(
    amazon: StandInAmazon, reader: Reader
) -> None:
    reader.unlock()
    amazon.expire_restricted_tokens()
    reply = reader.get(LABELS, **reader.window())
    assert (reply.status_code, "expired" in reply.json()["errors"][0]["details"]) == (403, True)
    assert reader.unlock().page(LABELS) == (["PO1"], "")


def test_an_ended_access_token_buys_no_restricted_one(amazon: StandInAmazon, reader: Reader) -> None:
    amazon.expire_tokens()
    assert reader.ask_restricted(resources(*EVERYTHING)).status_code == 403


def test_restricted_tokens_have_a_rate_of_their_own(amazon: StandInAmazon, reader: Reader) -> None:
    amazon.options.rdt_rate, amazon.options.rdt_burst = 0.001, 2
    told = [reader.ask_restricted(resources(EVERYTHING[0])).status_code for _ in range(3)]
    assert told == [200, 200, 429]


def resource(**changes: object) -> dict[str, Any]:
    return {"restrictedResources": [{"method": "GET", "path": EVERYTHING[0]} | changes]}


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"restrictedResources": []},
        resources(*[EVERYTHING[1].replace(PLACE, f"PO{n}") for n in range(51)]),
        resource(method=""),
        resource(method="POST"),
        resource(method="FETCH"),
        resource(path="/orders/v0/orders"),
        resource(path=f"{SHIPPING}/{LABELS}/{{orderId}}"),
        resource(path=f"{SHIPPING}/{LABELS}/"),
        resource(path=f"{SHIPPING}/{LABELS}?limit=1"),
        resource(paths="x"),
        resource(dataElements="buyerInfo"),
        resources(EVERYTHING[0]) | {"targetapplication": "x"},
    ],
)
def test_a_wrong_request_for_a_token_is_refused(reader: Reader, body: object) -> None:
    reply = reader.ask_restricted(body)
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (400, "InvalidRequest")


def test_fifty_resources_are_granted(reader: Reader) -> None:
    reader.unlock(*[f"{SHIPPING}/{LABELS}/PO{n}" for n in range(50)])
    assert reader.get(f"{LABELS}/PO1").status_code == 200


def test_the_token_operation_can_fail(amazon: StandInAmazon, reader: Reader) -> None:
    amazon.faults.unavailable(operation="createRestrictedDataToken")
    told = [reader.ask_restricted(resources(EVERYTHING[0])).status_code for _ in range(2)]
    assert told == [503, 200]
