from __future__ import annotations

from datetime import timedelta

import pytest

from simulator.amazon import StandInAmazon
from tests.simulator.reader import INVOICES, LABELS, SLIPS, Reader


@pytest.fixture
def reader(amazon: StandInAmazon) -> Reader:
    return Reader(amazon).unlock()


def fill(amazon: StandInAmazon, reader: Reader, count: int) -> list[str]:
    """Add labels of which each is a minute younger than the one before."""
    orders = [f"PO{n:03}" for n in range(count)]
    for place, order in enumerate(orders):
        amazon.add_label(order, reader.now - timedelta(minutes=count - place))
    return orders


def test_only_what_was_created_in_the_window_is_listed(amazon: StandInAmazon, reader: Reader) -> None:
    start, end = reader.now - timedelta(days=5), reader.now - timedelta(days=3)
    second = timedelta(seconds=1)
    for order, created in {"EARLY": start - second, "FIRST": start + second, "LATE": end}.items():
        amazon.add_label(order, created)
    window = {"createdAfter": start.isoformat(), "createdBefore": end.isoformat()}
    assert reader.page(LABELS, **window)[0] == ["FIRST"]


@pytest.mark.parametrize(("order", "expected"), [("", ["A", "B"]), ("ASC", ["A", "B"]), ("DESC", ["B", "A"])])
def test_the_sort_order_is_by_creation(
    amazon: StandInAmazon, reader: Reader, order: str, expected: list[str]
) -> None:
    amazon.add_label("B", reader.now - timedelta(hours=1))
    amazon.add_label("A", reader.now - timedelta(hours=2))
    assert reader.page(LABELS, **({"sortOrder": order} if order else {}))[0] == expected


def test_one_warehouse_can_be_asked_for(amazon: StandInAmazon, reader: Reader) -> None:
    amazon.add_label("A", reader.now, "ACMW1")
    amazon.add_label("B", reader.now, "ACMW2")
    assert reader.page(LABELS, shipFromPartyId="ACMW2")[0] == ["B"]


def test_every_item_is_on_one_page_and_pages_keep_to_the_limit(amazon: StandInAmazon, reader: Reader) -> None:
    orders = fill(amazon, reader, 7)
    assert reader.pages(LABELS, limit="3") == [orders[:3], orders[3:6], orders[6:]]
    assert reader.pages(LABELS, limit="7") == [orders]


def test_pages_hold_a_hundred_and_invoices_ten(amazon: StandInAmazon, reader: Reader) -> None:
    amazon.options.label_format = "ZPL"
    fill(amazon, reader, 101)
    for n in range(11):
        amazon.add("invoice", f"IN{n}", reader.now)
    assert [len(page) for page in reader.pages(LABELS)] == [100, 1]
    assert [len(page) for page in reader.pages(INVOICES)] == [10, 1]


def test_what_comes_while_one_pages_moves_nothing(amazon: StandInAmazon, reader: Reader) -> None:
    orders = fill(amazon, reader, 4)
    first, token = reader.page(LABELS, limit="2", sortOrder="DESC")
    amazon.add_label("NEW", reader.now)
    second, _ = reader.page(LABELS, limit="2", sortOrder="DESC", nextToken=token)
    assert first + second == orders[::-1]


_DAY = timedelta(days=1)
_WRONG: list[tuple[str, dict[str, str | None]]] = [
    (LABELS, {"createdAfter": None}),
    (LABELS, {"createdBefore": None}),
    (LABELS, {"createdBefore": "2026-01-01"}),
    (LABELS, {"createdAfter": "2019-08-20T14:00:00", "createdBefore": "2019-09-2100:00:00"}),
    (LABELS, {"limit": "0"}),
    (LABELS, {"limit": "101"}),
    (LABELS, {"limit": "ten"}),
    (SLIPS, {"limit": "101"}),
    (INVOICES, {"limit": "11"}),
    (LABELS, {"sortOrder": "asc"}),
    (LABELS, {"shipFromPartyID": "ACMW1"}),
]


@pytest.mark.parametrize(("name", "changes"), _WRONG)
def test_a_wrong_query_is_refused(reader: Reader, name: str, changes: dict[str, str | None]) -> None:
    query = {key: value for key, value in (reader.window() | changes).items() if value is not None}
    reply = reader.get(name, **query)
    assert reply.status_code == 400
    [error] = reply.json()["errors"]
    assert (error["code"], error["message"]) == ("InvalidRequest", "The request is invalid.")
    assert error["details"]


@pytest.mark.parametrize(
    ("after", "before", "status"),
    [
        (-7 * _DAY, 0 * _DAY, 200),
        (-7 * _DAY - timedelta(seconds=1), 0 * _DAY, 400),
        (0 * _DAY, 0 * _DAY, 200),
        (0 * _DAY, -timedelta(seconds=1), 400),
        (-180 * _DAY, -174 * _DAY, 200),
        (-185 * _DAY, -179 * _DAY, 400),
    ],
)
def test_a_window_is_a_week_at_most_and_not_too_old(
    reader: Reader, after: timedelta, before: timedelta, status: int
) -> None:
    ends = {"createdAfter": reader.now + after, "createdBefore": reader.now + before}
    assert reader.get(LABELS, **{name: at.isoformat() for name, at in ends.items()}).status_code == status


def test_an_offset_whose_plus_was_not_escaped_is_refused(reader: Reader) -> None:
    query = "&".join(f"{name}={value}" for name, value in reader.window().items())
    assert "+00:00" in query
    assert (
        reader.http.get(
            f"{reader.http.base_url}/vendor/directFulfillment/shipping/v1/{LABELS}?{query}"
        ).status_code
        == 400
    )


@pytest.mark.parametrize("changes", [{"limit": "3"}, {"sortOrder": "DESC"}, {"shipFromPartyId": "ACMW1"}])
def test_a_token_is_good_for_its_own_query_only(
    amazon: StandInAmazon, reader: Reader, changes: dict[str, str]
) -> None:
    fill(amazon, reader, 4)
    _, token = reader.page(LABELS, limit="2")
    query = reader.window(nextToken=token, limit="2")
    assert reader.get(SLIPS, **query).status_code == 400
    assert reader.get(LABELS, **query | changes).status_code == 400
    assert reader.get(LABELS, **query).status_code == 200


def test_made_up_and_ended_tokens_are_refused(amazon: StandInAmazon, reader: Reader) -> None:
    fill(amazon, reader, 2)
    _, token = reader.page(LABELS, limit="1")
    amazon.expire_page_tokens()
    for wrong in (token, "MDAwMDAwMDAwMQ=="):
        reply = reader.get(LABELS, **reader.window(nextToken=wrong, limit="1"))
        assert (reply.status_code, reply.json()["errors"][0]["code"]) == (400, "InvalidInput")


@pytest.mark.parametrize("name", [LABELS, SLIPS, INVOICES])
def test_an_order_without_a_document_is_not_found(amazon: StandInAmazon, reader: Reader, name: str) -> None:
    assert reader.get(f"{name}/PO1").status_code == 404
    amazon.options.unknown_order = 400
    assert reader.get(f"{name}/PO1").status_code == 400
    amazon.options.unknown_order = 404
    assert reader.get(f"{name}/PO-1").status_code == 400


def test_a_label_is_gone_after_its_days(amazon: StandInAmazon, reader: Reader) -> None:
    amazon.add_label("OLD", reader.now - 91 * _DAY)
    amazon.add_label("NEW", reader.now - 89 * _DAY)
    ends = {"createdAfter": reader.now - 92 * _DAY, "createdBefore": reader.now - 88 * _DAY}
    window = {name: at.isoformat() for name, at in ends.items()}
    assert reader.page(LABELS, **window)[0] == ["NEW"]
    assert reader.get(f"{LABELS}/OLD").status_code == 404
    amazon.options.label_days = None
    assert reader.page(LABELS, **window)[0] == ["OLD", "NEW"]


def test_reads_come_unwrapped_by_option(amazon: StandInAmazon, reader: Reader) -> None:
    amazon.add_label("PO1", reader.now)
    amazon.options.wrapped = False
    [label] = reader.get(LABELS, **reader.window()).json()[LABELS]
    assert reader.get(f"{LABELS}/PO1").json() == label


def test_reads_and_what_they_brought_are_remembered(amazon: StandInAmazon, reader: Reader) -> None:
    fill(amazon, reader, 3)
    reader.pages(LABELS, limit="2")
    reader.get(f"{LABELS}/PO000")
    reader.get(f"{LABELS}/UNKNOWN")
    told = [(read.operation, read.order, read.status, read.count) for read in amazon.reads]
    assert told == [
        ("getShippingLabels", "", 200, 2),
        ("getShippingLabels", "", 200, 1),
        ("getShippingLabel", "PO000", 200, 1),
        ("getShippingLabel", "UNKNOWN", 404, 0),
    ]
    assert amazon.reads[0].query == reader.window(limit="2")
    assert amazon.delivered("getShippingLabels") == {"PO000": 1, "PO001": 1, "PO002": 1}
    assert amazon.summary()["delivered"] == {"getShippingLabels": 3, "getShippingLabel": 1}


def test_a_read_whose_answer_was_lost_delivered_nothing(amazon: StandInAmazon, reader: Reader) -> None:
    amazon.add_label("PO1", reader.now)
    amazon.faults.reply(500, taken=True, operation="getShippingLabel", order="PO1")
    assert reader.get(f"{LABELS}/PO1").status_code == 500
    assert amazon.delivered("getShippingLabel") == {}
    assert (amazon.reads[-1].status, amazon.reads[-1].count) == (500, 0)


def test_thousands_over_many_days_are_listed_once_each(amazon: StandInAmazon, reader: Reader) -> None:
    amazon.options.label_format = "ZPL"
    count, days = 2000, 20
    for n in range(count):
        amazon.add_label(f"PO{n}", reader.now - (n + 0.5) * days * _DAY / count)
    found: list[str] = []
    for week in range(3):
        end = reader.now - week * 7 * _DAY
        window = {"createdAfter": (end - 7 * _DAY).isoformat(), "createdBefore": end.isoformat()}
        found += [order for page in reader.pages(LABELS, **window) for order in page]
    assert len(found) == len(set(found)) == count
    assert amazon.documents == {"label": count}
