from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from pydifact.segmentcollection import Interchange as PydifactInterchange

from bridge.edi.edifact.acknowledge import acknowledge
from bridge.edi.model import Unreadable
from bridge.edi.verdicts import InterchangeResult, Verdicts
from tests.edi.edifact.building import (
    DESADV_BODY,
    UNB,
    documents,
    envelope_errors,
    events,
    interchange,
    message,
    only_document,
)
from tests.edi.edifact.test_properties import spoiled

NOW = datetime(2024, 1, 3, 4, 5, tzinfo=UTC)
UNG = "UNG+DESADV+S:1+R:2+240102:0304+G1+UN+D:96A'"


class Numbers:
    """Control numbers from 1."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def next(self, kind: str) -> int:
        self._given[kind] += 1
        return self._given[kind]


def results(data: bytes) -> list[InterchangeResult]:
    verdicts = Verdicts()
    return [result for event in events(data) if (result := verdicts.add(event)) is not None]


def answer(data: bytes) -> bytes:
    (result,) = results(data)
    return b"".join(acknowledge(result, Numbers(), NOW) or ())


def lines(data: bytes) -> list[str]:
    return answer(data).decode().removesuffix("'").split("'")


def test_a_good_interchange_is_acknowledged_and_sent_back() -> None:
    assert lines(interchange()) == [
        "UNB+UNOC:3+RECEIVER:14+SENDER:14+240103:0405+1",
        "UNH+1+CONTRL:D:3:UN",
        "UCI+REF1+SENDER:14+RECEIVER:14+7",
        "UNT+3+1",
        "UNZ+1+1",
    ]


def test_a_rejected_message_is_named_with_its_errors() -> None:
    bad = message(
        ("BGM+351+D+9'", "NAD+SU:X+A'", "CPS'", "LIN+1'", "QTY+12:X'", "TDT+20'"), reference="2", count="99"
    )
    assert lines(interchange(message(), bad))[2:-2] == [
        "UCI+REF1+SENDER:14+RECEIVER:14+7",
        "UCM+2+DESADV:D:96A:UN+4+29+UNT+2",
        "UCS+3",
        "UCD+16+2:2",
        "UCS+4",
        "UCD+13+2",
        "UCS+6",
        "UCD+37+2:2",
    ]


def test_an_unusable_header_rejects_the_whole_interchange() -> None:
    data = interchange(unb="UNB+UNOC:3+SENDER:14++240102:0304+REF1'")
    assert lines(data)[2:-2] == ["UCI+REF1+SENDER:14+UNKNOWN+4+13+UNB+4"]


@pytest.mark.parametrize("unz", ["UNZ+5+REF1'", "UNZ+1+REF2'", ""])
def test_an_acknowledged_interchange_has_no_error_code(unz: str) -> None:
    data = interchange(unz=unz)
    assert lines(data)[2] == "UCI+REF1+SENDER:14+RECEIVER:14+7"
    assert [error.segment for error in envelope_errors(data)] == ["UNZ"]


def test_an_acknowledged_group_has_no_error_code() -> None:
    bad = message(reference="2", closing="3")
    assert lines(interchange(UNG + message() + bad + "UNE+9+G1'"))[3] == "UCF+G1+S:1+R:2+7"


@pytest.mark.parametrize(
    ("body", "count", "place"),
    [
        (DESADV_BODY, "99", "UCM+2+DESADV:D:96A:UN+4+29+UNT+2"),
        ((*DESADV_BODY[:3], "NAD+SU+V::9+++A+B+C+D+E+F'", *DESADV_BODY[4:]), None, "UCD+8+11"),
        ((*DESADV_BODY[:3], "NAD+SU+V::9++++X:Y'", *DESADV_BODY[4:]), None, "UCD+16+7:2"),
    ],
)
def test_elements_are_counted_from_the_tag(body: tuple[str, ...], count: str | None, place: str) -> None:
    told = lines(interchange(message(body, reference="2", count=count)))
    assert place in told


def test_an_unsupported_type_is_told_at_the_first_component_of_the_third_place() -> None:
    (ucm,) = [line for line in lines(interchange(message(kind="INVOIC:D:96A:UN"))) if line.startswith("UCM")]
    assert ucm == "UCM+1+INVOIC:D:96A:UN+4+14+UNH+3:1"


def test_a_missing_segment_is_told_at_the_last_one_before_its_place() -> None:
    without_bgm = message(DESADV_BODY[1:])
    assert [line for line in lines(interchange(without_bgm)) if line.startswith("UC")][2:] == ["UCS+1+13"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (interchange(unb=UNB.replace("REF1", "R" * 15)), ["UCI+UNKNOWN+SENDER:14+RECEIVER:14+4+39+UNB+6"]),
        (interchange(unb=UNB.replace("SENDER", "S" * 36)), ["UCI+REF1+UNKNOWN:14+RECEIVER:14+4+39+UNB+3"]),
        (
            interchange(message(reference="M" * 15)),
            ["UCI+REF1+SENDER:14+RECEIVER:14+7", "UCM+UNKNOWN+DESADV:D:96A:UN+4+39+UNH+2"],
        ),
    ],
)
def test_a_reference_that_is_too_long_is_rejected_and_never_cut(data: bytes, expected: list[str]) -> None:
    assert [line for line in lines(data) if line.startswith("UC")] == expected
    assert only_document(answer(data)).accepted


def test_an_interchange_without_messages_is_received() -> None:
    assert lines(interchange("", unz="UNZ+0+REF1'"))[2] == "UCI+REF1+SENDER:14+RECEIVER:14+8+32+UNB"


def test_groups_are_told_of_where_they_hold_rejected_messages() -> None:
    good = UNG.replace("G1", "G0") + message() + "UNE+1+G0'"
    bad = UNG + message() + message(reference="2", closing="3") + "UNE+2+G1'"
    assert lines(interchange(good, bad))[2:-2] == [
        "UCI+REF1+SENDER:14+RECEIVER:14+7",
        "UCF+G1+S:1+R:2+7",
        "UCM+2+DESADV:D:96A:UN+4+28+UNT+3",
    ]


def test_contrl_is_not_answered() -> None:
    contrl = message(("UCI+1+A+B+7'",), kind="CONTRL:D:3:UN")
    assert answer(interchange(contrl)) == b""


def test_the_senders_delimiters_are_used_and_told_by_una() -> None:
    data = b"UNA;|,\\ ~" + interchange().translate(bytes.maketrans(b":+'", b";|~"))
    assert answer(data).startswith(b"UNA;|,\\ ~UNB|UNOC;3|RECEIVER;14|SENDER;14|")


def test_a_sender_without_a_release_character_is_told_ours() -> None:
    assert answer(b"UNA:+.  'UNB+UNOC:3+A?B+C+240102:0304+1'UNZ+0+1'").startswith(b"UNB+UNOC:3+C+A??B+")


def test_references_are_released() -> None:
    data = interchange(unb=UNB.replace("REF1", "R?+1?'"), unz="UNZ+1+R?+1?''")
    assert b"UCI+R?+1?'+SENDER:14" in answer(data)
    assert only_document(answer(data)).segments[1].value(1) == "R+1'"


def test_syntax_4_and_test_interchanges_are_answered_in_kind() -> None:
    data = interchange(unb="UNB+UNOC:4+SENDER:14+RECEIVER:14+20240102:0304+REF1++++++1'")
    assert lines(data)[:2] == [
        "UNB+UNOC:4+RECEIVER:14+SENDER:14+20240103:0405+1++++++1",
        "UNH+1+CONTRL:4:1:UN",
    ]


def test_a_character_that_the_level_has_not_becomes_a_point() -> None:
    data = interchange(unb=UNB.replace("UNOC", "UNOA").replace("SENDER", "SÄNDER"))
    assert b"+S.NDER:14+" in answer(data)


def test_a_message_without_a_reference_or_type_can_be_named() -> None:
    (ucm,) = [line for line in lines(interchange("UNH'BGM'UNT+3+'")) if line.startswith("UCM")]
    assert ucm.startswith("UCM+UNKNOWN+UNK:UNK:UNK:UNK+4")


@pytest.mark.filterwarnings("ignore:segments.xml not found")
def test_pydifact_reads_the_answer() -> None:
    data = answer(interchange(message(DESADV_BODY[1:])))
    read = PydifactInterchange.from_str(data.decode())
    (contrl,) = read.get_messages()
    assert contrl.type == "CONTRL"
    assert read.sender == ["RECEIVER", "14"]
    assert [segment.tag for segment in contrl.segments] == ["UCI", "UCM", "UCS"]


@settings(max_examples=80, deadline=None)
@given(spoiled())
def test_our_reader_accepts_every_answer(data: bytes) -> None:
    for result in results(data):
        written = b"".join(acknowledge(result, Numbers(), NOW) or ())
        if written:
            (document,) = documents(written)
            assert document.accepted
            assert envelope_errors(written) == []
            assert document.interchange.delimiters.element == result.interchange.delimiters.element


@pytest.mark.parametrize("errors", [1, 150])
def test_many_errors_stay_within_the_structure_of_contrl(errors: int) -> None:
    data = interchange(message((*DESADV_BODY, *["QTY+12:X'"] * errors)))
    assert only_document(answer(data)).errors == []


@pytest.mark.parametrize(
    ("ung", "reason"),
    [
        (UNG.replace("+S:1+", "++"), "13+UNG+3"),
        (UNG.replace("+R:2+", "++"), "13+UNG+4"),
        (UNG.replace("+G1+", "++"), "13+UNG+6"),
        (UNG.replace("+G1+", f"+{'G' * 15}+"), "39+UNG+6"),
    ],
)
def test_a_group_that_cannot_be_named_is_rejected_as_a_whole(ung: str, reason: str) -> None:
    reference = ung.removesuffix("'").split("+")[5]
    data = interchange(ung + message() + f"UNE+1+{reference}'")
    assert [document.accepted for document in documents(data)] == [False]
    told = [line for line in lines(data) if line.startswith("UC")]
    assert told[0] == "UCI+REF1+SENDER:14+RECEIVER:14+7"
    assert told[1:] == [line for line in told if line.startswith("UCF") and line.endswith(f"+4+{reason}")]


def test_security_segments_of_syntax_4_are_no_fault() -> None:
    unb = UNB.replace("UNOC:3", "UNOC:4")
    data = interchange(message(), unb=unb + "USH+5+1+3'USA+1:16:1'USC'", unz="UST+5+3'USR+1:2'UNZ+1+REF1'")
    assert [event for event in events(data) if isinstance(event, Unreadable)] == []
    assert [document.accepted for document in documents(data)] == [True]
    assert [
        event.error.code
        for event in events(data.replace(b"UNOC:4", b"UNOC:3"))
        if isinstance(event, Unreadable)
    ]
