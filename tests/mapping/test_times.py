from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.times import X12_ZONES, edifact_time, edifact_time_end, iso_time, x12_time, zone_of

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("day", "time", "code", "text"),
    [
        ("20260302", "0915", "UT", "2026-03-02T09:15:00Z"),
        ("20260302", "0915", "GM", "2026-03-02T09:15:00Z"),
        ("20260302", "091533", "ES", "2026-03-02T09:15:33-05:00"),
        ("20260302", "0915337", "ED", "2026-03-02T09:15:33.700-04:00"),
        ("20260302", "09153342", "01", "2026-03-02T09:15:33.420+01:00"),
        ("20260302", "16002600", "20", "2026-03-02T16:00:26-05:00"),
        ("20260302", "", "13", "2026-03-02T00:00:00-12:00"),
        ("260302", "0915", "24", "2026-03-02T09:15:00-01:00"),
        ("990302", "0915", "UT", "1999-03-02T09:15:00Z"),
        ("20260702", "0915", "ET", "2026-07-02T09:15:00-04:00"),
        ("20260102", "0915", "ET", "2026-01-02T09:15:00-05:00"),
        ("20260702", "0915", "CT", "2026-07-02T09:15:00-05:00"),
        ("20260702", "0915", "MT", "2026-07-02T09:15:00-06:00"),
        ("20260702", "0915", "PT", "2026-07-02T09:15:00-07:00"),
        ("20260702", "0915", "AT", "2026-07-02T09:15:00-08:00"),
        ("20260702", "0915", "HT", "2026-07-02T09:15:00-10:00"),
        ("20260702", "0915", "TT", "2026-07-02T09:15:00-03:00"),
        ("20260702", "0915", "NT", "2026-07-02T09:15:00-02:30"),
        ("20260702", "0915", "NS", "2026-07-02T09:15:00-03:30"),
        ("20260702", "0915", "PS", "2026-07-02T09:15:00-08:00"),
        ("20260702", "0915", "LT", "2026-07-02T09:15:00+02:00"),
        ("20260102", "0915", "", "2026-01-02T09:15:00+01:00"),
        ("2019-08-07T19:56:45.632Z", "", "", "2019-08-07T19:56:45.632Z"),
    ],
)
def test_x12_time_is_read(day: str, time: str, code: str, text: str) -> None:
    assert x12_time(day, time, code, BERLIN) == text


@pytest.mark.parametrize(
    ("day", "time", "code"),
    [
        ("20260230", "0915", "UT"), ("2026030", "0915", "UT"), ("", "0915", "UT"), ("2026o302", "0915", "UT"),
        ("20260302", "2415", "UT"), ("20260302", "0960", "UT"), ("20260302", "09153", "UT"),
        ("20260302", "915", "UT"), ("20260302", "0915", "00"), ("20260302", "0915", "25"),
        ("20260302", "0915", "XX"), ("20260302", "091533421", "UT"), ("2026-03-02x", "", ""),
    ],
)  # fmt: skip
def test_what_is_no_x12_time_is_an_error(day: str, time: str, code: str) -> None:
    with pytest.raises(ValueError, match=r"is not"):
        x12_time(day, time, code, BERLIN)


def test_every_code_of_623_has_a_zone() -> None:
    assert len(X12_ZONES) == 51
    for code in X12_ZONES:
        assert x12_time("20260302", "0915", code, BERLIN).startswith("2026-03-02T09:15:00")


@given(st.integers(1, 24))
def test_numeric_zones_run_from_plus_one_to_minus_one(code: int) -> None:
    moment = datetime.fromisoformat(x12_time("20260302", "1200", f"{code:02}", BERLIN))
    hours = code if code <= 12 else code - 25
    assert moment.utcoffset() == timedelta(hours=hours)


@given(
    st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2069, 12, 31)),  # noqa: DTZ001
    st.sampled_from(sorted(X12_ZONES)),
    st.sampled_from([4, 6, 8]),
)
def test_the_local_reading_survives(moment: datetime, code: str, digits: int) -> None:
    sent = moment.strftime("%H%M%S%f")[:digits]
    text = x12_time(moment.strftime("%Y%m%d"), sent, code, BERLIN)
    read = datetime.fromisoformat(text)
    assert read.tzinfo is not None
    assert read.strftime("%Y%m%d%H%M%S%f")[: 8 + digits] == moment.strftime("%Y%m%d") + sent
    assert x12_time(moment.strftime("%y%m%d"), sent, code, BERLIN) == text


def test_the_hour_that_comes_twice_is_read_as_the_first() -> None:
    assert x12_time("20261101", "0130", "ET", BERLIN) == "2026-11-01T01:30:00-04:00"
    assert edifact_time("202610250230", "203", BERLIN) == "2026-10-25T02:30:00+02:00"


def test_the_hour_left_out_keeps_the_offset_before_the_change() -> None:
    assert x12_time("20260308", "0230", "ET", BERLIN) == "2026-03-08T02:30:00-05:00"
    assert edifact_time("202603290230", "203", BERLIN) == "2026-03-29T02:30:00+01:00"


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ("202603020915", "203", "2026-03-02T09:15:00+01:00"),
        ("20260302091533", "204", "2026-03-02T09:15:33+01:00"),
        ("20260702", "102", "2026-07-02T00:00:00+02:00"),
        ("260302", "101", "2026-03-02T00:00:00+01:00"),
        ("2603020915", "201", "2026-03-02T09:15:00+01:00"),
        ("260302091533", "202", "2026-03-02T09:15:33+01:00"),
        ("202603020915UTC", "303", "2026-03-02T09:15:00Z"),
        ("202603020915+05", "303", "2026-03-02T09:15:00+05:00"),
        ("202603020915-0330", "303", "2026-03-02T09:15:00-03:30"),
        ("202603020915EST", "303", "2026-03-02T09:15:00-05:00"),
        ("20260302091533CET", "304", "2026-03-02T09:15:33+01:00"),
        ("2603020915GMT", "301", "2026-03-02T09:15:00Z"),
        ("202603020915", "303", "2026-03-02T09:15:00+01:00"),
        ("202603020915+0100", "205", "2026-03-02T09:15:00+01:00"),
        ("020326", "2", "2026-03-02T00:00:00+01:00"),
        ("030226", "3", "2026-03-02T00:00:00+01:00"),
        ("202603020800202603021200", "719", "2026-03-02T08:00:00+01:00"),
        ("202603020800-202603021200", "719", "2026-03-02T08:00:00+01:00"),
        ("2026030220260305", "718", "2026-03-02T00:00:00+01:00"),
        ("202603020915", "", "2026-03-02T09:15:00+01:00"),
        ("20260302", "", "2026-03-02T00:00:00+01:00"),
        ("2020-08-07T19:56:45.632Z", "", "2020-08-07T19:56:45.632Z"),
    ],
)
def test_edifact_time_is_read(value: str, code: str, text: str) -> None:
    assert edifact_time(value, code, BERLIN) == text


def test_a_period_has_an_end() -> None:
    assert edifact_time_end("202603020800202603021200", "719", BERLIN) == "2026-03-02T12:00:00+01:00"
    assert edifact_time_end("202603020800", "203", BERLIN) == "2026-03-02T08:00:00+01:00"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("20260302", "203"), ("202603020915", "102"), ("202603320915", "203"), ("202603022515", "203"),
        ("202603020915XYZ", "303"), ("202603020915", "999"), ("", ""), ("20260302 915", "203"),
        ("2026030208002026030212", "719"), ("2603", ""), ("202603020915+99", "303"),
    ],
)  # fmt: skip
def test_what_is_no_edifact_time_is_an_error(value: str, code: str) -> None:
    with pytest.raises(ValueError, match=r"not"):
        edifact_time(value, code, BERLIN)


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2060, 1, 1)), st.integers(-11, 14))  # noqa: DTZ001
def test_iso_text_keeps_its_instant(moment: datetime, hours: int) -> None:
    sent = moment.replace(
        microsecond=moment.microsecond // 1000 * 1000, tzinfo=timezone(timedelta(hours=hours))
    )
    assert datetime.fromisoformat(iso_time(sent.isoformat(), BERLIN)) == sent


def test_iso_text_without_offset_is_in_the_vendors_zone() -> None:
    assert iso_time("2026-07-02T09:15:00", BERLIN) == "2026-07-02T09:15:00+02:00"


def test_an_unknown_zone_of_the_vendor_is_an_error() -> None:
    with pytest.raises(ValueError, match="Mars"):
        zone_of("Mars/Olympus")
    assert zone_of("UTC") is UTC
