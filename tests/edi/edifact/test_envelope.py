from __future__ import annotations

import pytest

from bridge.edi.model import (
    Document,
    DocumentRead,
    EdiError,
    GroupClosed,
    GroupOpened,
    InterchangeClosed,
    InterchangeOpened,
    Party,
    ReadOptions,
)
from bridge.edi.reader import read
from tests.edi.edifact.building import (
    DESADV_BODY,
    IFTSTA_BODY,
    UNB,
    documents,
    envelope_errors,
    events,
    fatal,
    interchange,
    message,
    notes,
    only_document,
    unreadable,
)

UNG = "UNG+DESADV+S:1+R:2+240102:0304+G1+UN+D:96A'"


def test_a_desadv_is_read_with_its_facts() -> None:
    document = only_document(interchange(message(kind="DESADV:D:96A:UN:EAN005", reference="M7")))
    assert document.accepted
    assert (document.type, document.version, document.reference) == ("DESADV", "D96A", "M7")
    assert (document.association, document.identifier) == ("EAN005", ("DESADV", "D", "96A", "UN", "EAN005"))
    assert [segment.tag for segment in document.segments][:3] == ["UNH", "BGM", "DTM"]
    assert [segment.number for segment in document.segments] == list(range(1, 11))


def test_an_iftsta_is_read() -> None:
    assert only_document(interchange(message(IFTSTA_BODY, kind="IFTSTA:D:96A:UN"))).accepted


def test_the_facts_of_unb_are_kept() -> None:
    unb = "UNB+UNOC:3+SEND?+ER:14+REC:ZZ+240102:0304+REF1+PASS+DESADV++1++1'"
    one = only_document(interchange(message(), unb=unb)).interchange
    assert (one.sender, one.receiver) == (Party("SEND+ER", "14"), Party("REC", "ZZ"))
    assert (one.control_number, one.syntax, one.version) == ("REF1", "UNOC", "3")
    assert one.prepared == "240102:0304"
    assert one.acknowledgement_requested
    assert one.test
    assert one.header[2] == "SEND?+ER:14"


def test_offsets_point_at_the_bytes() -> None:
    data = interchange(message(), message(reference="2"), between="\r\n")
    for event in events(data):
        if isinstance(event, DocumentRead):
            document = event.document
            raw = data[document.offset : document.offset + document.length]
            assert raw.startswith(b"UNH+")
            assert raw.endswith(b"+" + document.reference.encode() + b"'")
            for segment in document.segments:
                assert data[segment.offset :].startswith(segment.tag.encode())


@pytest.mark.parametrize("count", ["10", "0010"])
def test_a_zero_padded_count_is_right(count: str) -> None:
    assert only_document(interchange(message(count=count))).accepted


@pytest.mark.parametrize("count", ["9", "11", "", "X", "1" * 30])
def test_a_wrong_count_in_unt_rejects_the_message(count: str) -> None:
    assert ("29", "UNT", 10, 1, 0) in fatal(only_document(interchange(message(count=count))))


def test_another_reference_in_unt_rejects_the_message() -> None:
    assert fatal(only_document(interchange(message(closing="2")))) == [("28", "UNT", 10, 2, 0)]


def test_a_reference_used_twice_rejects_the_second_message() -> None:
    first, second = documents(interchange(message(), message()))
    assert first.accepted
    assert [code for code, *_ in fatal(second)] == ["26"]


def test_a_missing_unt_rejects_its_message_alone() -> None:
    whole = message(reference="2")
    first, second = documents(interchange(message().rpartition("UNT")[0], whole))
    assert [code for code, *_ in fatal(first)] == ["13"]
    assert second.accepted


def test_a_message_ends_where_its_interchange_ends() -> None:
    document = only_document(interchange(message().rpartition("UNT")[0]))
    assert [code for code, *_ in fatal(document)] == ["13"]


def test_wrong_counts_and_references_of_unz_are_told_and_reject_nothing() -> None:
    data = interchange(message(), unz="UNZ+2+OTHER'")
    assert only_document(data).accepted
    assert [(error.code, error.segment, error.element) for error in envelope_errors(data)] == [
        ("29", "UNZ", 1),
        ("28", "UNZ", 2),
    ]


def test_a_missing_unz_is_told() -> None:
    data = interchange(message(), unz="")
    assert only_document(data).accepted
    assert [(error.code, error.segment) for error in envelope_errors(data)] == [("13", "UNZ")]


def test_a_file_cut_within_a_segment_rejects_that_message() -> None:
    data = interchange(message(), message(reference="2"))[:-40]
    first, second = documents(data)
    assert first.accepted
    assert "13" in [code for code, *_ in fatal(second)]


def test_a_header_without_parties_rejects_all_its_messages() -> None:
    data = interchange(message(), unb="UNB+UNOC:3++RECEIVER+240102:0304+REF1'")
    assert fatal(only_document(data)) == [("13", "UNB", 0, 2, 0)]


def test_groups_are_opened_counted_and_closed() -> None:
    data = interchange(UNG + message() + message(reference="2") + "UNE+2+G1'")
    opened, document, *_ = [event for event in events(data) if not isinstance(event, InterchangeOpened)]
    assert isinstance(opened, GroupOpened)
    assert (opened.group.functional_id, opened.group.version) == ("DESADV", "D96A")
    assert isinstance(document, DocumentRead)
    assert document.document.group is opened.group
    assert opened.group.document_count_claimed == 2
    assert envelope_errors(data) == []


def test_wrong_trailers_of_groups_are_told() -> None:
    data = interchange(UNG + message() + "UNE+2+G2'")
    assert [(error.code, error.segment) for error in envelope_errors(data)] == [("29", "UNE"), ("28", "UNE")]


def test_a_missing_une_is_told_and_the_group_closed() -> None:
    data = interchange(UNG + message())
    closed = [event for event in events(data) if isinstance(event, GroupClosed)]
    assert [(event.length, event.group.errors[0].code) for event in closed] == [(0, "13")]


def test_group_references_used_twice_are_told() -> None:
    group = UNG + message() + "UNE+1+G1'"
    data = interchange(group, group)
    assert [error.code for error in envelope_errors(data)] == ["26"]
    assert all(document.accepted for document in documents(data))


def test_messages_beside_groups_are_told() -> None:
    data = interchange(UNG + message() + "UNE+1+G1'", message(reference="9"), unz="UNZ+1+REF1'")
    assert [error.code for error in envelope_errors(data)] == ["30"]


def test_an_interchange_without_messages_is_told() -> None:
    data = interchange("", unz="UNZ+0+REF1'")
    assert [error.code for error in envelope_errors(data)] == ["32"]


@pytest.mark.parametrize("between", ["\r\n", "\n", " \n ", ""])
def test_line_ends_between_segments_mean_nothing(between: str) -> None:
    data = interchange(message(tuple(segment + between for segment in DESADV_BODY)), between=between)
    assert only_document(data).accepted
    assert notes(only_document(data)) == []


def test_wrapped_lines_are_read() -> None:
    data = interchange(message())
    wrapped = b"\r\n".join(data[place : place + 20] for place in range(0, len(data), 20))
    assert only_document(wrapped).accepted
    values = [[segment.value(1), segment.value(2)] for segment in only_document(wrapped).segments]
    assert values == [[segment.value(1), segment.value(2)] for segment in only_document(data).segments]


def test_two_interchanges_with_and_without_una_keep_their_own_delimiters() -> None:
    other = interchange(message(), unb=UNB.replace("REF1", "REF2"), unz="UNZ+1+REF2'")
    other = b"UNA;|,\\ ~" + other.translate(bytes.maketrans(b":+'", b";|~"))
    for data in (interchange() + other, other + b"\r\n" + interchange()):
        first, second = documents(data)
        assert first.accepted
        assert second.accepted
        assert {first.interchange.number, second.interchange.number} == {1, 2}
        assert {first.interchange.delimiters.decimal, second.interchange.delimiters.decimal} == {".,", ","}


def test_an_interchange_that_begins_before_the_last_one_ended_is_not_lost() -> None:
    other = b"UNA:+.? '" + interchange(message(), unb=UNB.replace("REF1", "REF2"), unz="UNZ+1+REF2'")
    data = interchange(message(), unz="") + other
    assert [document.accepted for document in documents(data)] == [True, True]
    cut = interchange(message())[:-3] + b"\r\n" + other
    assert [document.accepted for document in documents(cut)] == [True, True]


def test_a_service_segment_after_a_lost_terminator_is_found() -> None:
    data = interchange(message().replace("PCE'", "PCE\n"))
    assert only_document(data).accepted
    assert ("13", "QTY", 9) in notes(only_document(data))


def test_segments_outside_of_messages_are_unreadable() -> None:
    stray = "BGM+351'DTM+137'"
    data = interchange(stray + message())
    assert unreadable(data) == [(len(UNB), len(stray), "33")]
    assert [(error.code, error.segment, error.fatal) for error in envelope_errors(data)] == [
        ("33", "BGM", False)
    ]
    assert only_document(data).accepted


def test_trailers_without_headers_are_unreadable() -> None:
    data = interchange(message() + "UNT+3+1'UNE+1+G1'")
    assert [code for _, _, code in unreadable(data)] == ["33", "33"]


def test_empty_segments_are_noted() -> None:
    document = only_document(interchange(message().replace("CPS+1'", "CPS+1'''")))
    assert document.accepted
    assert [code for code, *_ in notes(document)] == ["15"]


def test_a_binary_segment_rejects_its_message() -> None:
    data = interchange(message().replace("DES1", "D\x00\x01"), message(reference="2"))
    first, second = documents(data)
    assert [code for code, *_ in fatal(first)] == ["21"]
    assert second.accepted


def test_an_oversized_segment_rejects_its_message_and_the_next_is_found() -> None:
    options = ReadOptions(max_segment=1000)
    data = interchange(message().replace("DES1", "D" * 5000), message(reference="2"))
    first, second = documents(data, options)
    assert ("39", "BGM", 2) in [error[:3] for error in fatal(first)]
    assert second.accepted
    assert not documents(data.replace(b"BGM+351+DDDD", b"BGM+3510DDDD"), options)[0].accepted


def test_an_oversized_message_is_refused_and_the_next_is_read() -> None:
    options = ReadOptions(max_document=2000)
    long = message((*DESADV_BODY[:-2], *DESADV_BODY[-2:] * 200))
    first, second = documents(interchange(long, message(reference="2")), options)
    assert [code for code, *_ in fatal(first)] == ["18"]
    assert len(first.segments) <= 2
    assert second.accepted


def test_undecodable_bytes_reject_their_message_with_their_element() -> None:
    data = interchange(message().replace("VENDOR", "V\x81"), message(reference="2"))
    first, second = documents(data)
    assert fatal(first) == [("21", "NAD", 5, 2, 0)]
    assert second.accepted


def test_utf8_under_unoc_is_read_with_one_note() -> None:
    body = (*DESADV_BODY[:-2], "FTX+AAI+++Größe'", *DESADV_BODY[-2:])
    data = interchange(message((*body, "IMD+F++:::Größe'"))).decode("latin-1").encode()
    document = only_document(data)
    assert document.segments[7].value(4) == "Größe"
    assert [note for note in notes(document) if note[0] == "21"] == [("21", "", 8)]


def test_the_operator_may_name_the_encoding() -> None:
    data = (
        interchange(message((*DESADV_BODY, "IMD+F++:::Gr@^e'"))).replace(b"@", b"\x94").replace(b"^", b"\xe1")
    )
    assert only_document(data, ReadOptions(encoding="cp437")).segments[9].value(3, 4) == "Größe"


@pytest.mark.parametrize(
    "advice",
    [b"UNA:+.? '", b"'UNA:+.? '", b"UNA:+.?'", b"UNA:+.?'\r\n", b"'\r\nUNA:+.?'\r\n", b"UNA:+.? '\n"],
)
def test_una_is_read_as_it_occurs(advice: bytes) -> None:
    assert only_document(advice + interchange()).accepted


def test_the_terminator_may_be_a_line_feed() -> None:
    data = interchange(message()).replace(b"'", b"\r\n")
    assert only_document(b"UNA:+.? \n" + data).accepted


def test_separators_of_level_b_are_known_without_una() -> None:
    data = interchange(message(), unb=UNB.replace("UNOC", "UNOB"))
    assert only_document(data.translate(bytes.maketrans(b":+'", b"\x1f\x1d\x1c"))).accepted


def test_repetitions_are_read_in_syntax_4_alone() -> None:
    body = tuple(segment.replace("RFF+ON:PO123", "RFF+ON:PO*ON:PX") for segment in DESADV_BODY)
    four = b"UNA:+.?*'" + interchange(message(body), unb=UNB.replace("UNOC:3", "UNOC:4"))
    three = b"UNA:+.?*'" + interchange(message(body))
    assert only_document(four).segments[3].repetitions(1) == (("ON", "PO"), ("ON", "PX"))
    assert only_document(three).segments[3].value(1, 2) == "PO*ON"


def test_the_same_interchange_twice_is_told() -> None:
    closed = [event for event in events(interchange() * 2) if isinstance(event, InterchangeClosed)]
    assert [[error.code for error in event.interchange.errors] for event in closed] == [[], ["26"]]


def test_strict_reading_makes_errors_of_notes() -> None:
    data = interchange(message().replace("NAD+SU", "NAD+XYZ"))
    assert only_document(data).accepted
    assert fatal(only_document(data, ReadOptions(strict=True))) == [("12", "NAD", 5, 1, 0)]


def test_a_message_whose_header_cannot_be_read_is_rejected() -> None:
    first, second = documents(interchange(message().replace("UNH+1", "UNH:x+1"), message(reference="2")))
    assert "13" in [code for code, *_ in fatal(first)]
    assert second.accepted


def test_a_grammar_that_raises_rejects_one_document() -> None:
    class Raising:
        def check(self, document: Document, *, strict: bool = False) -> list[EdiError]:
            if document.reference == "1":
                raise IndexError(strict)
            return []

    found = read([interchange(message(), message(reference="2"))], Raising())
    first, second = [event.document for event in found if isinstance(event, DocumentRead)]
    assert [(error.code, error.position) for error in first.errors] == [("18", 10)]
    assert "IndexError" in first.errors[0].message
    assert second.accepted
