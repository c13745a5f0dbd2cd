"""The day of shipping, until which a label request may have to wait."""

from __future__ import annotations

import json

import pytest

from bridge.domain.events import MappingResult
from bridge.flatfiles.reader import Kind, read_flat_file
from bridge.flatfiles.ship_date import ship_date_of
from bridge.mapping import explain_profile
from bridge.programs.vendor_direct_fulfillment.events import LabelRequested
from tests import golden
from tests.mapping.support import edifact, mapped, vendor, x12

ONE, TWO = "PO1*1*2*EA***BP*B01\nACK*IA*2*EA", "PO1*2*1*EA***BP*B02\nACK*IA*1*EA"


def day_of(one: MappingResult) -> str:
    assert one.errors == ()
    assert isinstance(one.event, LabelRequested)
    return one.event.ship_date


def day_855(lines: str, zone: str = "America/New_York") -> str:
    profile = vendor(label_requests=True, warehouses=("ACM1",), timezone=zone)
    (one,) = mapped(x12("855", f"BAK*00*AD*PO1*20260302\n{lines}"), profile)
    return day_of(one)


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (f"{ONE}\n{TWO}", ""),
        ("DTM*010*20260304", "2026-03-04"),
        ("DTM*118*20260304", "2026-03-04"),
        ("DTM*010*20260304\nDTM*068*20260305", "2026-03-05"),
        ("DTM*002*20260304\nDTM*067*20260304", ""),
        (f"DTM*010*20260304\n{ONE}*068*20260306\n{TWO}", "2026-03-06"),
        (f"{ONE}*068*20260306\n{TWO}*068*20260305", "2026-03-06"),
        (f"{ONE}*067*20260306\n{TWO}", ""),
        (f"{ONE}\nSCH*2*EA***068*20260307", "2026-03-07"),
        (f"{ONE}\nDTM*068*20260308", "2026-03-08"),
        # An hour of the 5th in UTC is still the 4th in New York.
        ("DTM*010*20260305*0100*UT", "2026-03-04"),
    ],
)
def test_an_855_ships_on_the_last_day_that_its_lines_or_else_its_header_tell(lines: str, day: str) -> None:
    assert day_855(lines) == day


@pytest.mark.parametrize(
    ("segments", "day"),
    [
        ("", ""),
        ("DTM+10:20260304:102", "2026-03-04"),
        ("DTM+200:202603041700:203", "2026-03-04"),
        ("DTM+10:20260304:102\nDTM+11:20260305:102", "2026-03-05"),
        ("DTM+2:20260304:102", ""),
    ],
)
def test_an_ordrsp_ships_on_the_day_of_despatch_else_as_requested(segments: str, day: str) -> None:
    text = f"BGM+231+R1+29\nDTM+137:20260302:102\n{segments}\nRFF+ON:PO1\nNAD+SU+V\nUNS+S"
    (one,) = mapped(edifact("ORDRSP", "\n".join(filter(None, text.splitlines()))))
    assert day_of(one) == day


def test_a_day_that_does_not_exist_refuses_the_request_where_it_stands() -> None:
    (one,) = mapped(
        edifact(
            "ORDRSP", "BGM+231+R1+29\nDTM+137:20260302:102\nDTM+11:20260230:102\nRFF+ON:PO1\nNAD+SU+V\nUNS+S"
        )
    )
    (error,) = one.errors
    assert (error.code, error.segment, error.position, error.element) == ("DATE_TIME", "DTM", 4, 1)
    assert "ship_date" in error.message


@pytest.mark.parametrize("day", ["00010101*0000*UT", "99991231", "19260304"])
def test_a_day_of_another_century_is_refused(day: str) -> None:
    profile = vendor(label_requests=True, warehouses=("ACM1",))
    (one,) = mapped(x12("855", f"BAK*00*AD*PO1*20260302\nDTM*010*{day}"), profile)
    assert [error.code for error in one.errors] == ["DATE_TIME"]


def test_the_day_is_told_to_people_and_not_to_amazon() -> None:
    (one,) = mapped(x12("855", "BAK*00*AD*PO1*20260302\nDTM*010*20260304"))
    assert one.summary == "order PO1: label request for the order as it is, to be shipped on 2026-03-04"
    result = golden.outcome(golden.SAMPLES / "x12" / "855_accepted.edi")
    assert all("2026-03" not in json.dumps(doc["requests"][0]["body"]) for doc in result["documents"])


def drop(text: str, kind: Kind) -> list[MappingResult]:
    records = read_flat_file(text.encode(), kind, explain_profile(), golden.shipped_mappings())
    return [record.result for record in records]


@pytest.mark.parametrize("header", ["ship_date", "Ship Date", "Shipping date", "Versandtag"])
@pytest.mark.parametrize("text", ["2026-03-04", "20260304", "04.03.2026", "4.3.2026", '"=""2026-03-04"""'])
def test_days_in_csv_that_nobody_can_mistake_are_read(header: str, text: str) -> None:
    (one,) = drop(f"po,{header}\nPO1,{text}\n", "csv")
    assert day_of(one) == "2026-03-04"


@pytest.mark.parametrize(
    "text",
    [
        "3/4/2026",
        "03/25/2026",
        "3-4-2026",
        "46085",
        "2026-02-30",
        "2126-03-04",
        "20261301",
        "2026-03-04T10:00",
        "soon",
        "\uff14.3.2026",
    ],
)
def test_any_other_day_in_csv_is_refused_with_its_row_and_column(text: str) -> None:
    good, bad = drop(f"po,ship_date\nPO1,\nPO2,{text}\n", "csv")
    assert day_of(good) == ""
    (error,) = bad.errors
    assert (error.code, error.segment, error.position, error.element) == ("SHIP_DATE", "row", 3, 2)
    assert error.message.startswith("row 3: ship_date: ")


def test_a_day_with_slashes_is_told_to_have_two_readings() -> None:
    with pytest.raises(ValueError, match="two days: write year, month, day, as in 2026-03-04"):
        ship_date_of("3/4/2026")


def test_the_rows_of_one_order_agree_on_its_day_however_it_is_written() -> None:
    header = "po,package_id,weight,weight_unit,line,asin,qty,ship_date"
    rows = ["PO1,C1,1,KG,1,A,1,2026-03-04", "PO1,C2,1,KG,2,B,1,{}"]
    (one,) = drop("\n".join([header, *rows]).format("20260304"), "csv")
    assert day_of(one) == "2026-03-04"
    (one,) = drop("\n".join([header, *rows]).format("2026-03-05"), "csv")
    assert [(error.code, error.position) for error in one.errors] == [("SHIP_DATE", 3)]


@pytest.mark.parametrize("key", ["ship_date", "shipDate"])
def test_a_day_in_json(key: str) -> None:
    request = {"purchaseOrderNumber": "PO1", key: "2026-03-04"}
    (one,) = drop(json.dumps(request), "json")
    assert day_of(one) == "2026-03-04"
    for wrong in ("3/4/2026", 20260304):
        (one,) = drop(json.dumps(request | {key: wrong}), "json")
        (error,) = one.errors
        assert "ship_date" in error.message
