"""Label requests in CSV: what a small warehouse's spreadsheet writes, and what it spoils."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.domain.values import Dimensions, Weight
from bridge.errors import ConfigurationError, VendorFileError
from bridge.flatfiles.csv_rows import MAX_ROWS
from bridge.flatfiles.reader import MAX_BYTES, Record, read_flat_file
from bridge.mapping import VendorProfile, explain_profile, load_mappings
from bridge.programs.vendor_direct_fulfillment.events import Container, LabelRequested
from bridge.programs.vendor_direct_fulfillment.flatfiles.rows import COLUMNS
from tests import golden
from tests.mapping.support import vendor

HEADER = "purchase_order_number,package_id,weight,weight_unit,item_sequence_number,asin,quantity"


def records(text: str | bytes, profile: VendorProfile | None = None) -> list[Record]:
    data = text if isinstance(text, bytes) else text.encode()
    return read_flat_file(data, "csv", profile or explain_profile(), golden.shipped_mappings())


def request(text: str | bytes, profile: VendorProfile | None = None) -> LabelRequested:
    (record,) = records(text, profile)
    assert record.result.errors == ()
    assert record.result.hold == ""
    assert isinstance(record.result.event, LabelRequested)
    return record.result.event


def errors(row: str, header: str = HEADER) -> list[str]:
    (record,) = records(f"{header}\n{row}\n")
    assert all(error.position == 2 for error in record.result.errors)
    return [error.code for error in record.result.errors]


def box(text: str) -> Container:
    (container,) = request(text).containers
    return container


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_encodings_and_line_ends_make_no_difference(
    separator: str, encoding: str, end: str
) -> None:
    text = end.join(["po;ship from;sku;qty;line", "PO1;ACM1;GRÖSSE;2;1", "PO2;ACM1;;;"])
    found = records(text.replace(";", separator).encode(encoding))
    assert [one.result.purchase_order_number for one in found] == ["PO1", "PO2"]
    assert [one.result.errors for one in found] == [(), ()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_offsets_are_bytes_of_the_file(encoding: str) -> None:
    data = "po,sku\r\nPO1,Ä\r\nPO2,B\r\nPO1,C\r\n".encode(encoding)
    first, second = records(data)
    codec = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)
    cut = [data[one.offset : one.offset + one.length].decode(codec) for one in (first, second)]
    assert cut == ["PO1,Ä\r\nPO2,B\r\nPO1,C\r\n", "PO2,B\r\n"]
    assert (first.reference, second.reference) == ("rows 2, 4", "row 3")


def test_rows_of_an_order_are_its_packages_and_their_items() -> None:
    rows = "PO1,C1,4.5,LB,1,A1,2\nPO1,C2,16,oz,2,A2,1\nPO1,C2,,,3,A3,1\n"
    event = request(f"{HEADER}\n{rows}")
    assert [(one.container_identifier, one.weight) for one in event.containers] == [
        ("C1", Weight("4.5", "LB")),
        ("C2", Weight("1", "LB")),
    ]
    packed = [[item.item_sequence_number for item in one.packed_items] for one in event.containers]
    assert packed == [[1], [2, 3]]


def test_an_order_without_packages_needs_no_items() -> None:
    assert request("po\nPO1\n").containers == ()
    assert request("po,line,sku,qty\nPO1,1,A,1\nPO1,2,B,1\n").containers == ()


def test_dimensions_are_all_three_or_none() -> None:
    header = f"{HEADER},length,width,height,dimension_unit"
    event = box(f"{header}\nPO1,C1,1,KG,1,A,1,400,300,200,mm\n")
    assert event.dimensions == Dimensions("40", "30", "20", "CM")
    assert errors("PO1,C1,1,KG,1,A,1,40,30,,CM", header) == ["DIMENSIONS"]
    assert errors("PO1,C1,1,KG,1,A,1,40,30,20,", header) == ["UNIT"]


def test_a_decimal_comma_is_one_where_the_comma_separates_nothing() -> None:
    head, row = HEADER.replace(",", ";"), "PO1;C1;4,5;KG;1;A;1"
    assert box(f"{head}\n{row}\n").weight == Weight("4.5", "KG")
    assert box(f"{head}\n{row}\n".replace(";", "\t")).weight == Weight("4.5", "KG")
    assert box(f"{head}\n{row.replace('4,5', '4.5')}\n").weight == Weight("4.5", "KG")
    (record,) = records(f"{head}\n{row.replace('4,5', '1,250')}\n".replace(";", "\t"))
    assert [error.code for error in record.result.errors] == ["WEIGHT"]
    assert errors('PO1,C1,"4,5",KG,1,A,1') == ["WEIGHT"]
    (record,) = records(f"{head}\n{row.replace('4,5', '1.250')}\n")
    assert [error.code for error in record.result.errors] == ["WEIGHT"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("PO-1,,,,,,", "ORDER_NUMBER_PATTERN"),
        (",C1,1,KG,1,A,1", "MISSING_ORDER_NUMBER"),
        ("PO1,C1,,,1,A,1", "MISSING_WEIGHT"),
        ("PO1,C1,1,,1,A,1", "UNIT"),
        ("PO1,C1,1,ST,1,A,1", "UNIT"),
        ("PO1,C1,heavy,KG,1,A,1", "WEIGHT"),
        ("PO1,C1,-1,KG,1,A,1", "WEIGHT"),
        ("PO1,C1,1,KG,,,", "EMPTY_PACKAGES"),
        ("PO1,C1,1,KG,1,A,0", "EMPTY_PACKAGES"),
        ("PO1,C1,1,KG,1,A,1.5", "QUANTITY"),
        ("PO1,C1,1,KG,1,A,", "QUANTITY"),
        ("PO1,C1,1,KG,,A,1", "ITEM_SEQUENCE_NUMBER"),
        ("PO1,C1,1,KG,1,,1", "MISSING_PRODUCT_IDENTIFIER"),
        ("PO1,,1,KG,1,A,1", "MISSING_CONTAINER_IDENTIFIER"),
        ("PO1,=C1,1,KG,1,A,1", "VALUE"),
        ("PO1,@C1,1,KG,1,A,1", "VALUE"),
        ("PO1,-C1,1,KG,1,A,1", "VALUE"),
        ("PO1,'C1,1,KG,1,A,1", "VALUE"),
        ("PO1,C\x0b1,1,KG,1,A,1", "VALUE"),
        ("PO1,8.1E+17,1,KG,1,A,1", "VALUE"),
        ("PO1,C\ufffd,1,KG,1,A,1", "VALUE"),
        ("PO1,C1,1", "ROW"),
        ("PO1,C1,4,5,KG,1,A,1", "ROW"),
        ('PO1,"C1"x,1,KG,1,A,1', "ROW"),
    ],
)
def test_a_bad_row_has_its_code(row: str, code: str) -> None:
    assert errors(row) == [code]


def test_an_error_names_row_and_column() -> None:
    (record,) = records(f"{HEADER}\n\nPO1,C1,heavy,KG,1,A,1\n")
    (error,) = record.result.errors
    assert (error.segment, error.position, error.element) == ("row", 3, 3)
    assert error.message == "row 3: weight: 'heavy' is not a number"


def test_a_bad_row_refuses_its_order_and_no_other() -> None:
    rows = 'PO1,C1,1,KG,1,A,1\nPO1,C2,x,KG,2,B,1\nPO2,"C,1,KG,1,A,1\nPO3,C3,1,KG,1,A,1\n'
    found = records(f"{HEADER}\n{rows}")
    assert [(one.result.purchase_order_number, bool(one.result.errors)) for one in found] == [
        ("PO1", True),
        ("PO2", True),
        ("PO3", False),
    ]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("PO1,C1,2,KG,2,B,1", "CONTAINER_CONFLICT"),
        ("PO1,C1,1,LB,2,B,1", "CONTAINER_CONFLICT"),
        ("PO1,C1,,,1,A,1", "DUPLICATE"),
        ("PO1,,,,2,B,1", "ITEM_NOT_PACKED"),
    ],
)
def test_rows_of_one_order_must_agree(row: str, code: str) -> None:
    (record,) = records(f"{HEADER}\nPO1,C1,1,KG,1,A,1\n{row}\n")
    assert [error.code for error in record.result.errors] == [code]


def test_rows_of_one_order_are_from_one_warehouse() -> None:
    (record,) = records("po,ship_from\nPO1,A\nPO1,B\n")
    assert "SHIP_FROM" in {error.code for error in record.result.errors}


def test_excels_text_marks_keep_leading_zeros() -> None:
    assert request('po\n"=""00123"""\n').purchase_order_number == "00123"
    assert (
        request('sep=;\npo;sku\n="00123";\n'.replace('="00123"', '"=""00123"""')).purchase_order_number
        == "00123"
    )


def test_a_value_may_run_over_lines_in_a_column_left_aside(tmp_path: Path) -> None:
    (tmp_path / "label-request-csv.toml").write_text(
        'ignore = ["notes"]\n[columns]\nsku = ["Référence"]\n', encoding="utf-8"
    )
    mappings = load_mappings([golden.MAPPINGS, tmp_path])
    text = 'po,Notes,référence\nPO1,"two\nlines",A\nPO2,=1+1,B\n'
    found = read_flat_file(text.encode(), "csv", explain_profile(), mappings)
    assert [(one.reference, one.result.errors) for one in found] == [("row 2", ()), ("row 4", ())]


def test_parties_are_the_files_or_the_vendors() -> None:
    assert request("po\nPO1\n", vendor(warehouses=("ACM1",))).ship_from_party.party_id == "ACM1"
    known = vendor(party_aliases={"W7": "ACM2"})
    event = request("po,warehouse\nPO1,W7\n", known)
    assert (event.selling_party.party_id, event.ship_from_party.party_id) == ("ACMEV", "ACM2")
    (other,) = records("po,warehouse\nPO1,OTHER\n", known)
    assert "OTHER" in other.result.hold
    (silent,) = records("po\nPO1\n", known)
    assert [error.code for error in silent.result.errors] == ["MISSING_SHIP_FROM"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"\r\n\r\n", "the file is empty"),
        (b"sep=;\r\n", "no row that names the columns"),
        (b"sku,qty,weight\nA,1,2\n", "must name the columns, purchase_order_number among them"),
        (b"po,weigth\nA,1\n", "did you mean weight"),
        (b"po,colour\nA,1\n", "'colour'; there are purchase_order_number"),
        (b"po,order\nA,1\n", "two columns of the first row mean purchase_order_number"),
        (b'po,"sku\nA,1\n', "the first row cannot be read"),
        (b"po\n\x81\x8d", "is no text"),
        (b"po\nA\x00B\n", "is no text"),
        (b"\xff\xfep\x00o", "is no text"),
        pytest.param(b" " * (MAX_BYTES + 1), "larger than 10 MB", id="bytes"),
        pytest.param(b"po\n" + b"A\n" * MAX_ROWS, "more than 50000 rows", id="rows"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(VendorFileError, match=reason):
        records(data)


def test_a_missing_quote_swallows_no_row() -> None:
    found = records('po,sku\nPO1,"A\nPO2,B"\nPO3,"C"\nPO4,"D\n')
    assert [(one.result.purchase_order_number, bool(one.result.errors)) for one in found] == [
        ("PO1", True),
        ("PO2", False),
        ("PO3", False),
        ("PO4", True),
    ]


def test_a_file_without_rows_asks_for_nothing() -> None:
    assert records("po,sku\n") == []
    assert records("po,sku\n\n,\n") == []


def test_many_rows_are_read_in_one_go() -> None:
    rows = "".join(f"PO{number % 5000},C{number},1,KG,1,A,1\n" for number in range(10_000))
    found = records(f"{HEADER}\n{rows}")
    assert len(found) == 5000
    assert not any(one.result.errors for one in found)


def test_mistakes_of_the_columns_are_told(tmp_path: Path) -> None:
    (tmp_path / "label-request-csv.toml").write_text(
        '[columns]\ncolour = ["x"]\nsku = ["asin", "code"]\nasin = ["Code"]\n', encoding="utf-8"
    )
    with pytest.raises(ConfigurationError) as raised:
        load_mappings([golden.MAPPINGS, tmp_path])
    told = str(raised.value)
    for part in ("columns.colour: unknown key", "'asin' is a column of its own", "'Code' stands for sku"):
        assert part in told


def test_every_column_is_documented() -> None:
    text = (golden.ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
    assert [column for column in COLUMNS if f"`{column}`" not in text] == []


def test_a_header_of_two_million_columns_is_refused_at_once() -> None:
    text = "purchase_order_number," + ",".join(f"c{number}" for number in range(1_300_000)) + "\n"
    with pytest.raises(VendorFileError, match="more than 500 columns"):
        records(text.encode()[:MAX_BYTES])


def test_unknown_columns_are_named_only_so_many() -> None:
    text = "purchase_order_number," + ",".join(f"{'x' * 500}{number}" for number in range(400)) + "\nP1\n"
    with pytest.raises(VendorFileError) as refused:
        records(text)
    assert "and 390 more" in str(refused.value)
    assert len(str(refused.value)) < 2_000


def test_a_value_longer_than_200_characters_is_an_error_that_does_not_repeat_it() -> None:
    [record] = records(f"purchase_order_number\n{'A' * 5000}\n")
    assert "has 5000 characters, more than 200" in record.result.errors[0].message
    assert len(record.result.purchase_order_number) <= 200


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        ("cancel", "cancel", False),
        ("cancel", "", False),
        ("", "original", False),
        ("", "cancel", True),
        ("", "copy", True),
        ("original", "cancel", True),
    ],
)
def test_rows_of_one_order_are_for_one_thing(first: str, second: str, refused: bool) -> None:
    (one,) = records(f"po,function,line,asin,quantity\nPO1,{first},1,A,1\nPO1,{second},2,B,1\n")
    assert ("FUNCTION" in [error.code for error in one.result.errors]) == refused
