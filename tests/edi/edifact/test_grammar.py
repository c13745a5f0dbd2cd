from __future__ import annotations

import pytest

from bridge.edi.model import ReadOptions
from tests.edi.edifact.building import (
    DESADV_BODY,
    IFTSTA_BODY,
    UNB,
    documents,
    fatal,
    interchange,
    message,
    notes,
    only_document,
)

Body = tuple[str, ...]


def errors_of(body: Body, kind: str = "DESADV:D:96A:UN") -> list[tuple[str, str, int, int, int]]:
    return fatal(only_document(interchange(message(body, kind=kind))))


def notes_of(body: Body, kind: str = "DESADV:D:96A:UN") -> list[tuple[str, str, int]]:
    return notes(only_document(interchange(message(body, kind=kind))))


def put(place: int, *segments: str) -> Body:
    return (*DESADV_BODY[:place], *segments, *DESADV_BODY[place:])


def test_the_examples_are_clean() -> None:
    assert errors_of(DESADV_BODY) == []
    assert notes_of(DESADV_BODY) == []
    assert errors_of(IFTSTA_BODY, "IFTSTA:D:96A:UN") == []


def test_a_missing_mandatory_segment_is_told_where_it_should_stand() -> None:
    assert errors_of(DESADV_BODY[1:]) == [("13", "BGM", 2, 0, 0)]


def test_a_mandatory_segment_missing_at_the_end_is_told_at_unt() -> None:
    body = ("BGM+77+STA1+9'", "CNI+1+1Z999'")
    assert errors_of(body, "IFTSTA:D:96A:UN") == [("13", "STS", 4, 0, 0)]


def test_a_missing_group_head_is_one_error_and_what_follows_is_checked() -> None:
    body = tuple(segment for segment in DESADV_BODY if not segment.startswith(("CPS", "PAC")))
    assert errors_of(body) == [("13", "CPS", 6, 0, 0)]


def test_an_unknown_segment_is_noted() -> None:
    body = put(3, "XYZ+1'")
    assert errors_of(body) == []
    assert ("15", "XYZ", 5) in notes_of(body)


def assert_noted(body: Body, note: tuple[str, str, int], kind: str = "DESADV:D:96A:UN") -> None:
    """Have a body accepted with one note, and rejected for it in strict reading."""
    assert errors_of(body, kind) == []
    assert notes_of(body, kind) == [note]
    strict = documents(interchange(message(body, kind=kind)), ReadOptions(strict=True))
    assert [place[:3] for place in fatal(strict[0])] == [note]


def test_a_segment_in_another_place_of_its_groups_is_one_note() -> None:
    assert_noted((*DESADV_BODY, "TDT+20'", "LIN+2'", "QTY+12:1'"), ("15", "TDT", 10))
    assert_noted((*DESADV_BODY, "PIA+5+A:SA'"), ("15", "PIA", 10))
    assert_noted(put(4, "DTM+11:20240102:102'"), ("15", "DTM", 6))
    # RFF+CN belongs before GIN, MEA before PCI; partners turn them round.
    pack = ("PCI+33E'", "GIN+BJ+354123450000000014'", "RFF+CN:1Z999'")
    assert_noted(put(6, *pack), ("15", "RFF", 10))
    assert_noted(put(6, *pack[:2], "MEA+PD+AAB+KGM:12'"), ("15", "MEA", 10))
    before_status = (*IFTSTA_BODY[:4], "RFF+ON:1'", *IFTSTA_BODY[4:])
    assert_noted(before_status, ("15", "RFF", 6), "IFTSTA:D:01B:UN")


def test_a_mandatory_segment_is_not_looked_for_elsewhere() -> None:
    body = (DESADV_BODY[1], DESADV_BODY[0], *DESADV_BODY[2:])
    assert errors_of(body) == [("13", "BGM", 2, 0, 0), ("15", "BGM", 3, 0, 0)]


def test_a_mandatory_segment_twice_is_an_error() -> None:
    assert errors_of(put(1, DESADV_BODY[0])) == [("35", "BGM", 3, 0, 0)]


def test_too_many_repetitions_of_a_segment_are_noted() -> None:
    assert_noted(put(2, *["DTM+11:20240102:102'"] * 10), ("35", "DTM", 13))


def test_too_many_repetitions_of_a_group_are_noted() -> None:
    assert_noted(put(3, *["RFF+ON:1'"] * 10), ("36", "RFF", 14))


def test_counts_begin_anew_in_each_group() -> None:
    lines = [
        line for number in range(30) for line in (f"LIN+{number}'", "QTY+12:1'", "RFF+ON:1'", "DTM+171:1'")
    ]
    assert errors_of((*DESADV_BODY, *lines)) == []


def test_order_decides_and_not_names_alone() -> None:
    # RFF (SG16) takes one DTM; the second has no place ahead.
    assert_noted((*DESADV_BODY, "RFF+ON:1'", "DTM+171:1'", "DTM+171:1'"), ("35", "DTM", 12))
    # LOC has a place behind NAD, but none behind RFF.
    assert_noted(put(4, "RFF+VA:1'", "LOC+7'"), ("15", "LOC", 7))


@pytest.mark.parametrize(
    ("segment", "error"),
    [
        ("NAD++X'", ("13", "NAD", 5, 1, 0)),
        ("NAD'", ("13", "NAD", 5, 1, 0)),
        ("NAD+SU+:9'", ("13", "NAD", 5, 2, 1)),
        ("NAD+SU+A:B:9:X'", ("16", "NAD", 5, 2, 4)),
        ("NAD+SU+A+B+C+D+E+F+G+H+I'", ("8", "NAD", 5, 10, 0)),
        ("NAD+SU:X+A'", ("16", "NAD", 5, 1, 2)),
    ],
)
def test_wrong_elements_are_told_with_their_place(
    segment: str, error: tuple[str, str, int, int, int]
) -> None:
    assert errors_of(tuple(segment if part.startswith("NAD") else part for part in DESADV_BODY)) == [error]


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("12", []),
        ("-12", []),
        ("1.5", []),
        ("1,5", ["19"]),
        (".5", ["38"]),
        ("5.", ["38"]),
        ("123456789012345", []),
        ("12345678901234.5", []),
        ("1234567890123456", ["39"]),
        ("ABC", ["37"]),
        ("1.2.3", ["37"]),
        ("-", ["37"]),
        ("1E3", ["37"]),
    ],
)
def test_numbers_are_what_iso_9735_takes_for_numbers(value: str, codes: list[str]) -> None:
    data = b"UNA:+.? '" + interchange(message((*DESADV_BODY[:-1], f"QTY+12:{value}:PCE'")))
    document = only_document(data)
    assert [error.code for error in document.errors] == codes
    assert document.accepted == ("37" not in codes and "19" not in codes)


@pytest.mark.parametrize(
    ("una", "version", "value", "codes"),
    [
        (b"", "3", "1,5", []),
        (b"", "3", "1.5", []),
        (b"", "3", "1.000,5", ["37"]),
        (b"UNA:+,? '", "3", "1,5", []),
        (b"UNA:+,? '", "3", "1.5", ["19"]),
        (b"UNA:+.? '", "4", "1,5", []),
        (b"UNA:+,? '", "4", "1.5", []),
        (b"UNA:+-? '", "3", "1,5", []),
    ],
)
def test_decimal_marks_are_those_that_una_and_version_allow(
    una: bytes, version: str, value: str, codes: list[str]
) -> None:
    unb = UNB.replace("UNOC:3", f"UNOC:{version}")
    data = una + interchange(message((*DESADV_BODY[:-1], f"QTY+12:{value}:PCE'")), unb=unb)
    assert [(error.code, error.segment) for error in only_document(data).errors] == [
        (code, "QTY") for code in codes
    ]


def test_unknown_and_overlong_codes_and_overlong_texts_are_noted() -> None:
    body = ("BGM+351+DES1+700101'", *DESADV_BODY[1:], "FTX+XYZ+++" + "T" * 100 + "'")
    assert errors_of(body) == []
    assert notes_of(body) == [("39", "BGM", 2), ("12", "FTX", 10), ("39", "FTX", 10)]


def test_code_lists_of_other_agencies_are_left_alone() -> None:
    own = (*IFTSTA_BODY[:4], "STS+1+ZZZ::87'", IFTSTA_BODY[5])
    assert notes_of(own, "IFTSTA:D:01B:UN") == []
    # What a status is called is the status tables' affair, whoever gave it its name.
    unknown = (*IFTSTA_BODY[:4], "STS+1+ZZZ'", IFTSTA_BODY[5])
    assert notes_of(unknown, "IFTSTA:D:01B:UN") == []
    assert notes_of(("BGM+ZZZ+STA1+9'", *IFTSTA_BODY[1:]), "IFTSTA:D:01B:UN") == [("12", "BGM", 2)]


TWO_STREETS = "NAD+DP+++Jane Roe+1 Main Street:Apt 2+Springfield++62701+US'"
CONTACT = "COM+5551234:TE+jane@example.com:EM+5551235:FX'"


@pytest.mark.parametrize(
    "release",
    ["96A", "96B", "97A", "97B", "98A", "98B", "99A", "99B", "00A", "00B", "01A", "01B", "02A", "03A", "07B"],
)
def test_a_message_of_each_release_is_read(release: str) -> None:
    body = (*DESADV_BODY[:4], TWO_STREETS, *DESADV_BODY[4:])
    document = only_document(
        interchange(message(body, kind=f"DESADV:D:{release}:UN")), ReadOptions(strict=True)
    )
    assert [error for error in document.errors if error.code != "14"] == []
    assert document.accepted


@pytest.mark.parametrize(
    ("release", "segment"),
    [
        ("99B", CONTACT),
        ("01B", CONTACT),
        ("00A", "SEL+12345678901234567890+CA'"),
        ("03A", "MEA+PD+AAB+KILOGRAM:4'"),
        ("97A", "PCI+33E'"),
    ],
)
def test_what_a_release_allows_is_no_error_in_strict_reading(release: str, segment: str) -> None:
    before = {"COM": ["CTA+IC'"], "SEL": ["EQD+CN'"]}.get(segment[:3])
    place = 4 if before else 6
    body = [*DESADV_BODY[:place], *(before or []), segment, *DESADV_BODY[place:]]
    document = only_document(
        interchange(message(tuple(body), kind=f"DESADV:D:{release}:UN")), ReadOptions(strict=True)
    )
    assert [(error.code, error.segment) for error in document.errors if error.fatal] == []


def test_the_same_note_is_told_once_for_each_place() -> None:
    body = (*DESADV_BODY, *["GIN+ZZZ+1'"] * 50)
    assert notes_of(body) == [("12", "GIN", 10)]


def test_a_version_without_tables_is_noted_and_read() -> None:
    assert notes_of(DESADV_BODY, "DESADV:D:97A:UN") == [("14", "UNH", 1)]


def test_a_type_without_tables_is_rejected() -> None:
    assert errors_of(DESADV_BODY, "PAORES:93:1:IA") == [("14", "UNH", 1, 2, 1)]


@pytest.mark.parametrize(
    ("kind", "error"),
    [("", ("13", "UNH", 1, 2, 1)), ("DESADVX:D:96A:UN", ("39", "UNH", 1, 2, 1))],
)
def test_a_header_without_a_usable_type_is_rejected(kind: str, error: tuple[str, str, int, int, int]) -> None:
    assert error in errors_of(DESADV_BODY, kind)


def test_an_explicit_nesting_indicator_is_noted() -> None:
    body = tuple(segment.replace("CPS+1", "CPS:1+1") for segment in DESADV_BODY)
    assert errors_of(body) == []
    assert notes_of(body) == [("34", "CPS", 6)]


def test_errors_are_bounded_in_number() -> None:
    document = only_document(interchange(message((*DESADV_BODY, *["QTY+12:X'"] * 500))))
    assert not document.accepted
    assert len(document.errors) == 100
