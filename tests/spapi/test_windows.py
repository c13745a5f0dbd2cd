"""Windows cover the time asked for, within Amazon's limits, and become queries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.spapi.windows import FARTHEST_BACK, LONGEST, Window, query_of, windows
from tests.operations import OPERATIONS

LABELS = OPERATIONS["getShippingLabels"]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
ZONES = [UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("America/Los_Angeles"), ZoneInfo("Asia/Kolkata")]

times = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.sampled_from(ZONES))  # noqa: DTZ001  zones are given beside
lengths = st.timedeltas(HOUR, LONGEST)


@given(since=times, span=st.timedeltas(-DAY, timedelta(days=400)), longest=lengths, data=st.data())
def test_windows_cover_the_time_without_a_gap_and_within_amazons_limits(
    since: datetime, span: timedelta, longest: timedelta, data: st.DataObject
) -> None:
    overlap = data.draw(st.timedeltas(timedelta(0), longest / 2))
    since = since.astimezone(UTC)
    until = since + span
    cut = windows(since, until, longest=longest, overlap=overlap)
    if not cut:
        assert until.replace(microsecond=0) <= since - overlap
        return
    assert cut[0].since <= max(since - overlap, until - FARTHEST_BACK)
    assert until - SECOND < cut[-1].until <= until
    for window in cut:
        assert timedelta(0) < window.until - window.since <= longest <= LONGEST
        assert window.since >= until - FARTHEST_BACK - SECOND
        assert window.since.microsecond == window.until.microsecond == 0
    for before, after in pairwise(cut):
        assert before.since < after.since <= before.until < after.until
        assert overlap - SECOND < before.until - after.since <= overlap


@given(since=times, span=st.timedeltas(SECOND, timedelta(days=170)))
def test_looking_on_from_the_last_end_leaves_no_gap_either(since: datetime, span: timedelta) -> None:
    first = windows(since, since.astimezone(UTC) + span, overlap=HOUR)
    cursor = first[-1].until
    [second, *_] = windows(cursor, cursor + DAY, overlap=HOUR)
    assert second.since == cursor - HOUR


def test_a_month_is_five_windows() -> None:
    cut = windows(NOON, NOON + 30 * DAY)
    assert [(window.since - NOON).days for window in cut] == [0, 7, 14, 21, 28]


def test_nothing_to_ask_for_is_no_window() -> None:
    assert windows(NOON, NOON) == windows(NOON + DAY, NOON) == []


def test_a_clock_that_went_back_a_little_is_covered_by_the_overlap() -> None:
    assert windows(NOON + timedelta(minutes=5), NOON, overlap=HOUR) == [
        Window(NOON - timedelta(minutes=55), NOON)
    ]


def test_what_is_older_than_six_months_is_left_out() -> None:
    assert windows(NOON - 900 * DAY, NOON)[0].since == NOON - FARTHEST_BACK


@pytest.mark.parametrize(
    ("longest", "overlap"),
    [(8 * DAY, HOUR), (timedelta(0), timedelta(0)), (DAY, 13 * HOUR), (DAY, -HOUR)],
)
def test_windows_that_would_not_move_on_are_the_callers_mistake(
    longest: timedelta, overlap: timedelta
) -> None:
    with pytest.raises(ValueError, match="overlap"):
        windows(NOON, NOON + DAY, longest=longest, overlap=overlap)


def test_times_without_an_offset_are_the_callers_mistake() -> None:
    bare = datetime(2026, 3, 1)  # noqa: DTZ001  that is the point
    for since, until in [(bare, NOON), (NOON, bare)]:
        with pytest.raises(ValueError, match="offset"):
            windows(since, until)
        with pytest.raises(ValueError, match="offset"):
            Window(since, until)


@pytest.mark.parametrize("length", [timedelta(0), -HOUR, 7 * DAY + SECOND])
def test_no_window_is_empty_or_longer_than_seven_days(length: timedelta) -> None:
    with pytest.raises(ValueError, match="7 days"):
        Window(NOON, NOON + length)


def test_seven_days_are_counted_over_a_change_of_the_clocks() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    begin = datetime(2026, 10, 20, 12, tzinfo=berlin)  # the clocks go back on the 25th
    with pytest.raises(ValueError, match="7 days"):
        Window(begin, begin.replace(day=27))


def test_a_query_names_both_ends_with_an_offset() -> None:
    berlin = NOON.astimezone(ZoneInfo("Europe/Berlin"))
    assert query_of(LABELS, Window(berlin, NOON + DAY)) == {
        "createdAfter": "2026-03-01T12:00:00Z",
        "createdBefore": "2026-03-02T12:00:00Z",
        "limit": "100",
        "sortOrder": "ASC",
    }


@pytest.mark.parametrize(
    ("name", "asked", "limit"),
    [
        ("getShippingLabels", 0, "100"),
        ("getPackingSlips", 500, "100"),
        ("getPackingSlips", 3, "3"),
        ("getCustomerInvoices", 0, "10"),
        ("getCustomerInvoices", 100, "10"),
    ],
)
def test_no_more_is_asked_for_than_the_operation_gives(name: str, asked: int, limit: str) -> None:
    assert query_of(OPERATIONS[name], Window(NOON, NOON + DAY), limit=asked)["limit"] == limit


def test_a_warehouse_and_a_token_go_along() -> None:
    query = query_of(LABELS, Window(NOON, NOON + DAY), ship_from_party_id="ABCD", next_token="MDA=")
    assert (query["shipFromPartyId"], query["nextToken"]) == ("ABCD", "MDA=")
    assert query["createdAfter"]


@pytest.mark.parametrize("name", ["getShippingLabel", "submitShipmentConfirmations", "getTransactionStatus"])
def test_what_has_no_pages_has_no_query(name: str) -> None:
    with pytest.raises(ValueError, match="no pages"):
        query_of(OPERATIONS[name], Window(NOON, NOON + DAY))
