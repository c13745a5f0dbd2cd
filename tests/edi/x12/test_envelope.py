from __future__ import annotations

import pytest

from bridge.edi.model import Ignored, ReadOptions
from bridge.edi.source import BLOCK
from tests.edi.x12.making import (
    codes,
    document,
    documents,
    group,
    groups,
    interchange,
    interchanges,
    one,
    places,
    read_all,
    text,
    unreadable,
)


def test_a_plain_file_is_read() -> None:
    events = read_all(one())
    assert [type(event).__name__ for event in events] == [
        "InterchangeOpened",
        "GroupOpened",
        "DocumentRead",
        "GroupClosed",
        "InterchangeClosed",
    ]
    found = documents(events)[0]
    assert (found.type, found.version, found.reference) == ("214", "004010", "0001")
    assert [segment.tag for segment in found.segments] == [
        *("ST", "B10", "L11", "N1", "N4", "LX", "AT7", "MS1", "SE")
    ]
    assert found.segments[6].value(6) == "1430"
    assert not found.errors


def test_a_segment_knows_its_place_in_the_file() -> None:
    data = one()
    found = documents(read_all(data))[0]
    for segment in found.segments:
        assert data[segment.offset :].startswith(segment.tag.encode() + b"*")
    assert data[found.offset : found.offset + found.length].endswith(b"SE*9*0001~")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "'", "\x1c", "~\r\n", "~\n\n  \t", "§", "~~", "\x85"])
def test_segments_end_as_the_header_says(end: str) -> None:
    data = one(end=end)
    found = documents(read_all(data))[0]
    assert [segment.tag for segment in found.segments][-2:] == ["MS1", "SE"]
    assert found.segments[3].value(2) == "John Doe"
    assert not found.errors
    assert data[found.segments[6].offset :].startswith(b"AT7*D1")


def test_a_file_wrapped_in_mid_segment_is_read() -> None:
    plain = one(end="~")
    for width in (7, 80):
        wrapped = b"\r\n".join(plain[i : i + width] for i in range(0, len(plain), width))
        if width == 7:  # an ISA broken in its tag is none; keep the header whole
            wrapped = (
                plain[:106] + b"\r\n" + b"\r\n".join(plain[i : i + 7] for i in range(106, len(plain), 7))
            )
        found = documents(read_all(wrapped))[0]
        assert [segment.value(1) for segment in found.segments] == [
            *("214", "1Z999AA10123456784", "4999001", "ST", "Springfield", "1", "D1", "Springfield", "9")
        ]
        assert not found.errors


def test_latin_1_is_read_where_it_is_not_utf_8() -> None:
    data = one(["B10*1*2*UPSN", "N1*ST*Müller"])
    for encoded in (data, data.decode().encode("latin-1")):
        assert documents(read_all(encoded))[0].segments[2].value(2) == "Müller"
    options = ReadOptions(encoding="cp1252")
    euro = data.replace("ü".encode(), b"\x80")
    assert documents(read_all(euro, options=options))[0].segments[2].value(2) == "M€ller"


def test_a_second_interchange_may_have_other_separators() -> None:
    second = one(["B10|1|2|UPSN"]).replace(b"*", b"|").replace(b"~\n", b"'")
    events = read_all(one() + second)
    assert [found.segments[1].value(3) for found in documents(events)] == ["UPSN", "UPSN"]
    assert [found.number for found in interchanges(events)] == [1, 2]
    assert [found.number for found in documents(events)] == [1, 2]


def test_components_and_repetitions_are_split_when_asked_for() -> None:
    segments = interchange(group(document(body=["QTY*01*1*A>B^C*^*PLAIN "], reference="0001")))
    data = text(segments).replace(b"*U*00401", b"*^*00501")
    segment = documents(read_all(data))[0].segments[1]
    assert segment.repetitions(3) == [["A", "B"], ["C"]]
    assert segment.components(3) == ["A", "B"]
    assert (segment.value(3), segment.value(3, 2), segment.value(3, 3)) == ("A", "B", "")
    assert (segment.value(5), segment.value(5, 2), segment.value(9)) == ("PLAIN", "", "")
    assert len(segment) == 5


@pytest.mark.parametrize(
    ("wrong", "right", "expected"),
    [
        ("SE*9*0001", "SE*0000000009*0001", []),
        ("SE*9*0001", "SE*8*0001", [("4", "SE", 9, 1)]),
        ("SE*9*0001", "SE*nine*0001", [("4", "SE", 9, 1)]),
        ("SE*9*0001", "SE*9*0002", [("3", "SE", 9, 2)]),
        ("ST*214*0001", "ST*214", [("7", "ST", 1, 2), ("3", "SE", 9, 2)]),
        ("ST*214*0001", "ST**0001", [("6", "ST", 1, 1)]),
        ("SE*9*0001~\n", "", [("2", "SE", 8, 0)]),
    ],
)
def test_the_trailer_must_fit_its_document(
    wrong: str, right: str, expected: list[tuple[str, str, int, int]]
) -> None:
    found = documents(read_all(one().replace(wrong.encode(), right.encode())))[0]
    assert places(found.errors) == expected
    assert found.accepted is not bool(expected)


def test_a_group_that_does_not_fit_its_trailer_keeps_its_documents() -> None:
    events = read_all(one().replace(b"GE*1*1", b"GE*2*7"))
    assert codes(groups(events)[0].errors) == ["5", "4"]
    assert groups(events)[0].document_count_claimed == 2
    assert documents(events)[0].accepted


def test_an_interchange_that_does_not_fit_its_trailer_keeps_its_documents() -> None:
    events = read_all(one().replace(b"IEA*1*000000001", b"IEA*3*000000009"))
    assert codes(interchanges(events)[0].errors) == ["021", "001"]
    assert documents(events)[0].accepted


def test_numbers_that_occur_twice_are_told() -> None:
    twice = group(document(), document(reference="0002"), document())
    events = read_all(text(interchange(twice, group(document()))) + one())
    assert [codes(found.errors) for found in documents(events)] == [[], [], ["23"], [], []]
    assert [codes(found.errors) for found in groups(events)] == [[], ["19"], []]
    assert [codes(found.errors) for found in interchanges(events)] == [[], ["025"]]


def test_a_wrong_functional_identifier_is_a_note() -> None:
    found = documents(read_all(one().replace(b"GS*QM", b"GS*IN")))[0]
    assert codes(found.errors, fatal=False) == ["6"]
    assert found.accepted


def test_wrong_dates_in_the_envelope_are_notes() -> None:
    events = read_all(
        one().replace(b"*240102*1430*", b"*241302*2530*").replace(b"*20240102*1430*1*", b"*2024*1*1*")
    )
    assert codes(interchanges(events)[0].errors, fatal=False) == ["014", "015"]
    assert groups(events)[0].errors[0].message
    assert documents(events)[0].accepted


@pytest.mark.parametrize("trailers", [1, 2, 3])
def test_missing_trailers_are_told_and_what_follows_is_read(trailers: int) -> None:
    segments = interchange(group(document()))
    events = read_all(text(segments[:-trailers]) + one())
    first, second = interchanges(events)
    assert "023" in codes(first.errors)
    assert not second.errors or codes(second.errors) == ["025"]
    assert codes(groups(events)[0].errors) == (["3"] if trailers > 1 else [])
    assert [found.accepted for found in documents(events)] == [trailers < 3, True]


@pytest.mark.parametrize("cut", range(107, 330, 13))
def test_a_file_cut_off_anywhere_leaves_no_accepted_stump(cut: int) -> None:
    whole = one()
    for found in documents(read_all(whole[:cut])):
        assert cut >= whole.index(b"SE*9") + 9 or not found.accepted
    after = read_all(whole[:cut] + b"\n" + one())
    assert documents(after)[-1].accepted


def test_a_lost_st_or_se_harms_no_other_document() -> None:
    three = group(document(reference="0001"), document(reference="0002"), document(reference="0003"))
    whole = text(interchange(three))
    without_st = read_all(whole.replace(b"ST*214*0002~\n", b""))
    assert [found.reference for found in documents(without_st) if found.accepted] == ["0001", "0003"]
    assert len(unreadable(without_st)) == 2
    without_se = read_all(whole.replace(b"SE*9*0002~\n", b""))
    assert [found.reference for found in documents(without_se) if found.accepted] == ["0001", "0003"]
    assert codes(documents(without_se)[1].errors) == ["2"]


def test_documents_outside_of_a_group_are_refused() -> None:
    found = documents(read_all(text(interchange(document()))))[0]
    assert not found.accepted
    assert found.group is None


def test_a_bad_header_costs_only_its_own_interchange() -> None:
    events = read_all(b"ISA*00*broken~GS*QM~ST*214*0001~\n" + one())
    assert len(unreadable(events)) == 1
    assert documents(events)[0].accepted


def test_a_ta1_is_a_document_of_its_own() -> None:
    data = text(interchange(["TA1*000000007*240102*1430*A*000"])).replace(b"IEA*1", b"IEA*0")
    events = read_all(data)
    found = documents(events)[0]
    assert (found.type, found.reference, found.segments[0].value(4)) == ("TA1", "000000007", "A")
    assert found.accepted
    assert not interchanges(events)[0].errors


def test_empty_segments_and_padding_are_ignored() -> None:
    data = one(end="~").replace(b"~GE", b"~~\x00 ~GE")
    events = read_all(data)
    assert [event.length for event in events if isinstance(event, Ignored)] == [4]
    assert not documents(events)[0].errors
    assert not groups(events)[0].errors


def test_a_document_beyond_the_limit_is_refused_and_the_next_is_read() -> None:
    huge = document(reference="0001", body=["K1*" + "x" * 20] * 9000)
    data = text(interchange(group(huge, document(reference="0002"))))
    events = read_all(data, options=ReadOptions(max_document=50_000))
    first, second = documents(events)
    assert not first.accepted
    assert "longer" in first.errors[0].message
    assert second.accepted
    assert sum(event.length for event in events) == len(data) - 1  # but for the line's end
    assert max(event.length for event in events) <= 128 * 1024


def test_a_segment_beyond_the_limit_is_refused() -> None:
    data = one(["B10*1*2*UPSN", "K1*" + "x" * 70_000])
    found = documents(read_all(data))[0]
    assert not found.accepted
    assert (found.errors[0].segment, found.errors[0].position) == ("K1", 3)


def test_a_document_of_too_many_segments_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.edi.x12.envelope._MOST_SEGMENTS", 100)
    data = text(interchange(group(document(body=["A"] * 200), document(reference="0002"))))
    first, second = documents(read_all(data))
    assert not first.accepted
    assert "longer" in first.errors[0].message
    assert len(first.segments) == 1
    assert second.accepted


@pytest.mark.parametrize(
    "between",
    [
        b"ISB*1~\n",
        b"ISE*240102*1430*04~\n",
        b"ISB*1~ISE*240102*1430*04~\n",
        b"TA3*ACME*ZZ*MAIL*240102*1430*000000009*240102*1430*A~\n",
        b"ISB*1~\nISE*240102*1430*04~\nTA1*000000009*240102*1430*A*000~\nTA3*ACME*ZZ*MAIL~\n",
        b"I\r\nSB*1~\n",
    ],
)
@pytest.mark.parametrize("block", [1, BLOCK])
def test_segments_of_the_interchange_are_no_fault(between: bytes, block: int) -> None:
    data = one().replace(b"GS*", between + b"GS*", 1)
    events = read_all(data, block=block)
    assert unreadable(events) == []
    assert [found.type for found in documents(events) if found.type != "TA1"] == ["214"]
    assert all(found.accepted for found in documents(events))
    assert (
        sum(event.length for event in events) == len(data) - 1
    )  # the last line end is behind the interchange
    assert documents(events)[-1].segment == 3 + between.count(b"~")


def test_a_segment_of_the_interchange_within_a_document_or_group_is_one() -> None:
    inside = one().replace(b"LX*1~\n", b"LX*1~\nISB*1~\n")
    assert [segment.tag for segment in documents(read_all(inside))[0].segments].count("ISB") == 1
    between = one().replace(b"GE*1", b"ISB*1~\nGE*1")
    assert [event.error.code for event in unreadable(read_all(between))] == ["024"]
