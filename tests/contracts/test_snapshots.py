"""Lists that are told once a day, at a small program's Amazon on a real socket: each whole, or not at all."""

from __future__ import annotations

import pytest

from tests.contracts.programs.small_orders import PRICES_TOLD
from tests.contracts.small import SmallSite, killed
from tests.spapi.server import json_answer

WHOLE = "A 1\nB 2\nC 3\n"


@pytest.fixture
def shop(small: SmallSite, monkeypatch: pytest.MonkeyPatch) -> SmallSite:
    """Have prices told at six in New York, which is eleven in UTC; it is noon there."""
    monkeypatch.setenv(PRICES_TOLD, "1")
    small.amazon.prices = {"A": "1", "B": "2", "C": "3"}
    return small


def told(shop: SmallSite) -> list[str]:
    return list(shop.outbox("prices").values())


def test_a_list_is_told_once_a_day_from_its_time_on(shop: SmallSite) -> None:
    shop.passes(minutes=1)
    shop.passes(hours=1)
    assert told(shop) == [WHOLE]
    shop.passes(hours=23)
    assert told(shop) == [WHOLE, WHOLE]


def test_a_list_that_is_not_wanted_is_not_read(small: SmallSite) -> None:
    small.passes(minutes=1)
    assert [one for one in small.amazon.requests if "prices" in one.path] == []


@pytest.mark.parametrize(
    "page",
    [
        {"payload": {"prices": [{"price": "1"}]}},
        {"payload": {}},
        {"payload": {"prices": []}, "errors": [{"code": "InternalFailure"}]},
        {"payload": {"prices": [], "nextToken": "1"}},
    ],
    ids=["unreadable element", "no list", "errors beside it", "the same token"],
)
def test_a_page_that_is_not_whole_breaks_the_list(shop: SmallSite, page: dict[str, object]) -> None:
    first = {"payload": {"prices": [{"sku": "A", "price": "1"}], "nextToken": "1"}}
    shop.amazon.price_answers.extend([json_answer(200, first), json_answer(200, page)])
    shop.passes(minutes=1)
    assert told(shop) == []
    shop.passes(minutes=2)
    assert told(shop) == [WHOLE]


def test_what_a_list_has_lost_is_asked_for_and_what_is_gone_is_named(shop: SmallSite) -> None:
    shop.passes(minutes=1)
    short = {"payload": {"prices": [{"sku": "C", "price": "3"}, {"sku": "C", "price": "4"}]}}
    shop.amazon.price_answers.append(json_answer(200, short))
    del shop.amazon.prices["A"]
    shop.passes(hours=24)
    assert told(shop)[1] == "C 4\nB 2\nA ?\n"


@pytest.mark.parametrize("point", ["snapshot.page_read", "snapshot.read", "snapshot.committed"])
def test_a_kill_anywhere_tells_a_list_once(shop: SmallSite, point: str) -> None:
    killed(shop, point)
    shop.passes(minutes=2)
    shop.passes(minutes=2)
    assert told(shop) == [WHOLE]
