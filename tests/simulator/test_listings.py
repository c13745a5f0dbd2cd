"""How lists can deviate, each as a client that only follows tokens sees it."""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta

import pytest

from simulator.amazon import StandInAmazon
from simulator.faults import Listing
from tests.simulator.reader import LABELS, SLIPS, Reader

LIST = "getShippingLabels"


@pytest.fixture
def reader(amazon: StandInAmazon) -> Reader:
    reader = Reader(amazon).unlock()
    for n in range(6):
        amazon.add_label(f"PO{n}", reader.now - timedelta(minutes=6 - n), label_format="ZPL")
    return reader


@pytest.mark.parametrize(
    ("how", "nth", "expected"),
    [
        ("repeat_page", 1, ["01", "01", "23", "45"]),
        ("repeat_page", 2, ["01", "23", "23", "45"]),
        ("repeat_page", 3, ["01", "23", "45", "45"]),
        ("repeat_token", 2, ["01", "23", "23", "45"]),
        ("overlap", 1, ["01", "12", "34", "5"]),
        ("short_page", 1, ["0", "12", "34", "5"]),
        ("blank_token", 3, ["01", "23", "45"]),
        ("empty_payload", 1, [""]),
        ("empty_page", 2, ["01", "", "23", "45"]),
    ],
)
def test_a_list_deviates_and_goes_on(
    amazon: StandInAmazon, reader: Reader, how: Listing, nth: int, expected: list[str]
) -> None:
    amazon.faults.listing(how, operation=LIST, nth=nth)
    told = ["".join(order[2:] for order in page) for page in reader.pages(LABELS, limit="2")]
    assert told == expected


def test_a_repeated_page_has_another_token_and_a_repeated_token_is_the_same(
    amazon: StandInAmazon, reader: Reader
) -> None:
    _, first = reader.page(LABELS, limit="2")
    amazon.faults.listing("repeat_page")
    page, other = reader.page(LABELS, limit="2", nextToken=first)
    amazon.faults.listing("repeat_token", times=None)
    assert reader.page(LABELS, limit="2", nextToken=other) == (page, other)
    assert reader.page(LABELS, limit="2", nextToken=other) == (page, other)
    assert other != first


def test_tokens_can_lead_round_in_a_circle(amazon: StandInAmazon, reader: Reader) -> None:
    amazon.faults.listing("token_loop", times=None)
    _, first = reader.page(LABELS, limit="2")
    _, second = reader.page(LABELS, limit="2", nextToken=first)
    assert reader.page(LABELS, limit="2", nextToken=second) == (["PO4", "PO5"], first)


def test_an_empty_page_can_have_a_token(amazon: StandInAmazon, reader: Reader) -> None:
    amazon.faults.listing("short_page")
    orders, token = reader.page(LABELS, limit="1")
    assert orders == []
    assert reader.page(LABELS, limit="1", nextToken=token)[0] == ["PO0"]


def test_a_token_can_have_expired(amazon: StandInAmazon, reader: Reader) -> None:
    amazon.faults.listing("expired_token", operation=LIST, nth=2)
    _, token = reader.page(LABELS, limit="2")
    reply = reader.get(LABELS, **reader.window(limit="2", nextToken=token))
    assert reply.status_code == 400
    assert "nextToken" in reply.json()["errors"][0]["message"]
    assert reader.page(LABELS, limit="2", nextToken=token)[0] == ["PO2", "PO3"]


def test_one_item_can_be_broken_and_the_others_are_good(amazon: StandInAmazon, reader: Reader) -> None:
    amazon.faults.listing("broken_item")
    broken, *good = [item["labelData"][0]["content"] for item in reader.items(LABELS)]
    with pytest.raises(binascii.Error):
        base64.b64decode(broken, validate=True)
    assert all(base64.b64decode(content, validate=True).startswith(b"^XA") for content in good)


def test_one_item_can_be_incomplete(amazon: StandInAmazon, reader: Reader) -> None:
    amazon.add("packing_slip", "PO1", reader.now)
    amazon.faults.listing("incomplete_item", times=2)
    first, *others = reader.items(LABELS)
    assert "labelData" not in first
    assert all("labelData" in other for other in others)
    assert "content" not in reader.get(f"{SLIPS}/PO1").json()["payload"]


def test_a_listing_fault_is_injected_over_http(amazon: StandInAmazon, reader: Reader) -> None:
    fault = {"operation": LIST, "action": "none", "taken": True, "listing": "empty_payload"}
    assert reader.http.post("/_stand-in/faults", json=fault).json() == [fault]
    assert reader.get(LABELS, **reader.window()).json() == {"payload": {}}
    assert amazon.faults.active == []
