from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.edi.model import Standard
from bridge.mapping.formats import EDIFACT_FORMATS, WITHOUT_DAY, X12_FORMATS
from bridge.mapping.times import (
    _FIXED,
    _FOLLOWS_SAVING,
    assumes_zone,
    iso_time,
    moment,
    x12_time,
    zone_of,
)

BERLIN = "Europe/Berlin"
X12_ZONES = {*_FIXED, *_FOLLOWS_SAVING, "LT"}
"""All codes of 623."""


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
        ("99991231", "0915", "UT"), ("00000000", "0915", "UT"), ("00010101", "", "ET"), ("19891231", "", ""),
        ("21010101", "0915", "UT"), ("700101", "0915", "UT"), ("20260302", "2400", "UT"),
        ("20260302", "091560", "UT"), ("9999-12-31T23:59:59Z", "", ""), ("2026-03-02T24:00:00Z", "", ""),
        ("2026-03-02T09:15:00+15:00", "", ""), ("2026-03-02T09:15:00+14:30", "", ""),
        ("2026-02-30", "", ""), ("\u0662\u0660\u0662\u0666-03-02", "", ""), ("2026\u0660302", "0915", "UT"),
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
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2069, 12, 31)),  # noqa: DTZ001
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
    assert moment("edifact", ["202610250230", "203"], BERLIN) == "2026-10-25T02:30:00+02:00"


def test_the_hour_left_out_keeps_the_offset_before_the_change() -> None:
    assert x12_time("20260308", "0230", "ET", BERLIN) == "2026-03-08T02:30:00-05:00"
    assert moment("edifact", ["202603290230", "203"], BERLIN) == "2026-03-29T02:30:00+01:00"


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
        ("02032026", "4", "2026-03-02T00:00:00+01:00"),
        ("020320260915", "5", "2026-03-02T09:15:00+01:00"),
        ("26101", "103", "2026-03-02T00:00:00+01:00"),
        ("26061", "105", "2026-03-02T00:00:00+01:00"),
        ("20260302-20260305", "711", "2026-03-02T00:00:00+01:00"),
        ("2603020915-2603021015", "713", "2026-03-02T09:15:00+01:00"),
        ("260302-260305", "717", "2026-03-02T00:00:00+01:00"),
        ("260302091533+0530", "302", "2026-03-02T09:15:33+05:30"),
        ("2603020915", "", "2026-03-02T09:15:00+01:00"),
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
    assert moment("edifact", [value, code], BERLIN) == text


def test_a_period_has_an_end() -> None:
    period = ["202603020800202603021200", "719"]
    assert moment("edifact", period, BERLIN, end=True) == "2026-03-02T12:00:00+01:00"
    assert moment("edifact", ["202603020800", "203"], BERLIN, end=True) == "2026-03-02T08:00:00+01:00"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("20260302", "203"), ("202603020915", "102"), ("202603320915", "203"), ("202603022515", "203"),
        ("202603020915XYZ", "303"), ("202603020915", "999"), ("", ""), ("20260302 915", "203"),
        ("2026030208002026030212", "719"), ("2603", ""), ("202603020915+99", "303"),
        ("99991231", "102"), ("999912312359", "203"), ("999912312359+14", "303"), ("00000000", "102"),
        ("20260230", "102"), ("202603022400", "203"), ("20260302091560", "204"), ("202603020960", "203"),
        ("202603020915+15", "303"), ("202603020915+0175", "303"), ("26546", "103"), ("26367", "105"),
        ("26000", "105"), ("20260305-20260302", "718"), ("31129999", "4"), ("20260301-99991231", "718"),
    ],
)  # fmt: skip
def test_what_is_no_edifact_time_is_an_error(value: str, code: str) -> None:
    with pytest.raises(ValueError, match=r"not"):
        moment("edifact", [value, code], BERLIN)


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


@pytest.mark.parametrize("code", sorted(code for code in WITHOUT_DAY if code.isdigit()))
def test_a_format_of_2379_that_names_no_day_is_told_so(code: str) -> None:
    with pytest.raises(ValueError, match=r"does not name a day"):
        moment("edifact", ["202603", code], BERLIN)


@pytest.mark.parametrize("code", sorted(code for code in WITHOUT_DAY if not code.isdigit()))
def test_a_format_of_1250_that_names_no_day_is_told_so(code: str) -> None:
    with pytest.raises(ValueError, match=r"does not name a day"):
        moment("x12", ["202603", code, "", "", ""], BERLIN)


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (["202603030930", "DT", "", "", ""], "2026-03-03T09:30:00+01:00"),
        (["202603030930", "DT", "ET", "", ""], "2026-03-03T09:30:00-05:00"),
        (["20260303093015", "RTS", "UT", "", ""], "2026-03-03T09:30:15Z"),
        (["20260303", "D8", "UT", "", ""], "2026-03-03T00:00:00Z"),
        (["20260303", "D8", "UT", "", "0930"], "2026-03-03T09:30:00Z"),
        (["20260303", "D8", "UT", "20260303", "0930"], "2026-03-03T09:30:00Z"),
        (["260303", "D6", "UT", "", ""], "2026-03-03T00:00:00Z"),
        (["03032026", "DB", "UT", "", ""], "2026-03-03T00:00:00Z"),
        (["030426", "TT", "UT", "", ""], "2026-03-04T00:00:00Z"),
        (["26MAR04", "KA", "UT", "", ""], "2026-03-04T00:00:00Z"),
        (["26063", "TU", "UT", "", ""], "2026-03-04T00:00:00Z"),
        (["0403260930", "TR", "UT", "", ""], "2026-03-04T09:30:00Z"),
        (["0930", "TM", "UT", "20260303", ""], "2026-03-03T09:30:00Z"),
        (["093015", "TS", "UT", "20260303", ""], "2026-03-03T09:30:15Z"),
        (["20260303-20260303", "RD8", "UT", "", ""], "2026-03-03T00:00:00Z"),
        (["2026-03-03T09:30:15.993Z", "UN", "ET", "", ""], "2026-03-03T09:30:15.993Z"),
        (["202603030930", "UN", "UT", "", ""], "2026-03-03T09:30:00Z"),
        (["202603030930", "", "UT", "", ""], "2026-03-03T09:30:00Z"),
        (["20260303", "0930", "UT"], "2026-03-03T09:30:00Z"),
        (["2026-03-03T09:30:15.993Z"], "2026-03-03T09:30:15.993Z"),
    ],
)
def test_a_period_of_1251_is_read_by_its_format(parts: list[str], text: str) -> None:
    assert moment("x12", parts, BERLIN, point=True) == text


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (["20260303-20260304", "RD8", "", "", ""], "not one time but a period"),
        (["202603030930-202603031030", "RDT", "", "", ""], "not one time but a period"),
        (["0930", "TM", "", "", ""], "time without a day"),
        (["20260303", "D8", "", "20260304", ""], "two days"),
        (["20260303", "DT", "", "", ""], "does not have the format CCYYMMDDHHMM"),
        (["20260303", "QQ", "", "", ""], "not known"),
        (["99991231", "D8", "", "", ""], "years"),
        (["2026-13-01", "UN", "", "", ""], "not a date"),
        (["26XXX04", "KA", "UT", "", ""], "calendar"),
        (["202603", "", "", "", ""], "calendar"),
    ],
)
def test_what_is_no_moment_of_1251_is_an_error(parts: list[str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        moment("x12", parts, BERLIN, point=True)


def test_a_window_takes_either_end_of_a_period() -> None:
    parts = ["202603030930-202603031030", "RDT", "UT", "", ""]
    assert moment("x12", parts, BERLIN) == "2026-03-03T09:30:00Z"
    assert moment("x12", parts, BERLIN, end=True) == "2026-03-03T10:30:00Z"


@pytest.mark.parametrize(
    ("standard", "parts", "assumed"),
    [
        ("x12", ["20260303", "0930", ""], True),
        ("x12", ["20260303", "0930", "LT"], True),
        ("x12", ["20260303"], True),
        ("x12", ["20260303", "0930", "ET"], False),
        ("x12", ["2026-03-03T09:30:15Z"], False),
        ("x12", ["2026-03-03T09:30:15"], True),
        ("edifact", ["202603030930", "203"], True),
        ("edifact", ["202603030930", "303"], True),
        ("edifact", ["202603030930+01", "303"], False),
        ("edifact", ["2026-03-03T09:30:15+01:00", ""], False),
    ],
)
def test_a_date_without_a_zone_is_known(standard: Standard, parts: list[str], assumed: bool) -> None:
    assert assumes_zone(standard, parts) is assumed


_TEXTS = st.one_of(
    st.text(max_size=20),
    st.text("0123456789-+:TZ", max_size=26),
    st.sampled_from(
        ["99991231", "00000000", "99991231235959", "0000", "2460", "+1459", "9999-12-31T23:59:59Z"]
    ),
)


@given(
    st.lists(_TEXTS, min_size=1, max_size=5),
    st.sampled_from(["", "UN", *X12_FORMATS, *EDIFACT_FORMATS, *WITHOUT_DAY, *X12_ZONES]),
    st.sampled_from([BERLIN, "Pacific/Kiritimati", "Etc/GMT+12"]),
    st.booleans(),
)
def test_whatever_stands_there_is_a_time_or_a_value_error(
    parts: list[str], code: str, local: str, point: bool
) -> None:
    standards: tuple[Standard, ...] = ("x12", "edifact")
    for standard in standards:
        for tried in (parts, [parts[0], code, *parts[2:]], [*parts[:2], code]):
            try:
                text = moment(standard, tried, local, point=point)
            except ValueError:
                continue
            for zone in (UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))):
                assert 1989 <= datetime.fromisoformat(text).astimezone(zone).year <= 2101
