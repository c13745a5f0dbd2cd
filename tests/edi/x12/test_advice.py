from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings

from bridge.edi.advice_values import AdviceLine, Reason, Verdict
from bridge.edi.model import Delimiters, Document, Party
from bridge.edi.x12.advice import write_824
from tests.edi.advising import (
    NASTY,
    NOW,
    TRANSACTION,
    Numbers,
    advice,
    by_pyx12,
    edifact,
    line,
    read_back,
    refusal,
)


def segments(*lines: AdviceLine, **facts: object) -> list[str]:
    data = b"".join(write_824(advice(*lines, **facts), Numbers(), NOW))
    read_back(data)
    by_pyx12(data)
    return data.decode().split("~")[:-1]


def texts(document: Document) -> list[str]:
    """Return the texts of TED and NTE as a reader puts them together."""
    found: list[list[str]] = []
    for segment in document.segments:
        if segment.tag == "TED":
            found.append([segment.value(2)])
        elif segment.tag == "NTE":
            found[-1].append(segment.value(2))
    return [" ".join(parts) for parts in found]


def solid(text: str) -> str:
    return "".join(text.split())


def test_a_refused_order_is_told_to_the_sender() -> None:
    told = refusal(
        "Request Rejected: Order ID 4999001 has empty packages.",
        purchase_order_number="4999001",
        tracking_number="1Z1",
    )
    assert segments(told, group_sender="VEND", group_receiver="AMZN") == [
        f"ISA*00*{' ':10}*00*{' ':10}*ZZ*{'AMAZON':15}*02*{'VENDOR':15}*240103*0405*U*00401*000000001*0*P*:",
        "GS*AG*AMZN*VEND*20240103*0405*1*X*004010",
        "ST*824*0001",
        "BGN*11*0000000010001*20240103*0405**000000077",
        "OTI*TR*PO*4999001*VEND*AMZN***12*0001*856*004010",
        "REF*2I*1Z1",
        "TED*007*EMPTY_PACKAGES - Request Rejected Order ID 4999001 has empty",
        "NTE**packages.",
        "SE*7*0001",
        "GE*1*1",
        "IEA*1*000000001",
    ]


@pytest.mark.parametrize(
    ("verdict", "whole", "item"),
    [("Success", "TA", "IA"), ("Held", "TE", "IE"), ("Failure", "TR", "IR"), ("Refused", "TR", "IR")],
)
def test_a_verdict_is_on_the_document_or_on_its_lines(verdict: Verdict, whole: str, item: str) -> None:
    told = line(verdict=verdict, purchase_order_number="P1")
    assert any(one.startswith(f"OTI*{whole}*PO*P1*") for one in segments(told))
    other = line(verdict="Success", purchase_order_number="P2")
    assert any(one.startswith(f"OTI*{item}*PO*P1*") for one in segments(told, other))
    one_item = line(verdict=verdict, purchase_order_number="P1", item="3")
    found = segments(one_item)
    assert found[found.index("REF*FJ*3") - 1].startswith(f"OTI*{item}*PO*P1*")


def test_a_success_with_reasons_is_accepted_with_errors() -> None:
    assert any(one.startswith("OTI*TE*") for one in segments(line(errors=(Reason("LATE", "late"),))))


def test_what_has_no_order_is_named_by_tracking_number_or_original() -> None:
    found = segments(line(document_type="214", tracking_number="1Z9", verdict="Refused"))
    assert "OTI*TR*2I*1Z9*****12*0001*214*004010" in found
    assert "TED*024*REFUSED - it breaks a rule and was not sent to Amazon" in found
    rejected = segments(line(verdict="Rejected", errors=(Reason("8", "bad date"),)))
    assert "OTI*TR*F8*0001*****12*0001*856*004010" in rejected
    assert "TED*024*8 - bad date" in rejected


def test_what_is_too_long_for_its_element_stands_whole_beside_it() -> None:
    told = line(purchase_order_number="P" * 40, amazon_transaction_id=TRANSACTION)
    found = segments(told)
    assert f"REF*PO*{'P' * 30}*{'P' * 40}" in found
    assert f"REF*TN*{TRANSACTION[:30]}*{TRANSACTION}" in found
    newer = segments(told, version="005010")
    assert any(one.startswith(f"OTI*TA*PO*{'P' * 40}*") for one in newer)


def test_a_reference_that_oti_has_no_room_for_is_told_beside_it() -> None:
    found = segments(line(document_reference="1", purchase_order_number="P1"))
    assert "OTI*TA*PO*P1*****12**856*004010" in found
    assert "REF*F8*1*856" in found


def test_a_message_of_edifact_is_named_by_reference_and_type() -> None:
    message = line(document_type="DESADV", document_reference="MSG1", purchase_order_number="P1")
    data = b"".join(write_824(edifact(message), Numbers(), NOW))
    read_back(data)
    assert b"OTI*TA*PO*P1~REF*F8*MSG1*DESADV~" in data


def test_each_original_has_an_824_and_each_group_a_group() -> None:
    lines = [
        line(document_reference="0001"),
        line(document_reference="0002"),
        line(document_reference="0002", verdict="Held"),
        line(document_reference="0001", group_control_number="13", document_version="005010"),
        line(document_reference="0003"),
    ]
    data = b"".join(write_824(advice(*lines), Numbers(), NOW))
    found = by_pyx12(data)
    assert [one[1:] for one in found if one[0] in ("GE", "IEA")] == [
        ["3", "1"],
        ["1", "2"],
        ["2", "000000001"],
    ]
    assert [one[8] for one in found if one[0] == "GS"] == ["004010", "005010"]
    answered = [f"00000000100{number:02}" for number in range(1, 5)]
    assert [one[2] for one in found if one[0] == "BGN"] == answered
    assert [document.version for document in read_back(data)] == ["004010"] * 3 + ["005010"]


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("004010VICS", "004010"),
        ("004030", "004010"),
        ("005010X12", "005010"),
        ("", "004010"),
        ("D96A", "004010"),
    ],
)
def test_the_answer_has_the_nearest_version(version: str, release: str) -> None:
    assert segments(line(), version=version)[1].endswith(f"*X*{release}")


def test_the_interchange_has_the_senders_version_and_a_repetition_separator_if_that_has_one() -> None:
    assert "*U*00401*" in segments(line(), interchange_version="00401", version="005010")[0]
    assert "*^*00501*" in segments(line(), interchange_version="00501")[0]
    assert "*^*00501*" in segments(line(), version="005010")[0]


@pytest.mark.parametrize(
    "delimiters",
    [
        Delimiters("|", "^", "\n"),
        Delimiters("+", ":", "'"),
        Delimiters("*", ">", "\r\n"),
        Delimiters("-", "_", "?"),
        Delimiters("*", ":", "~", repetition="^"),
    ],
)
def test_the_senders_separators_are_used_and_kept_out_of_the_data(delimiters: Delimiters) -> None:
    told = refusal("one\ntwo" + "|*+:>'?~-_ ^" + "€ \N{EN DASH}", purchase_order_number="P*1")
    for version in ("004010", "005010"):
        data = b"".join(write_824(advice(told, version=version, delimiters=delimiters), Numbers(), NOW))
        assert data[3:4].decode() == delimiters.element
        (document,) = read_back(data)
        (text,) = texts(document)
        assert not set(text) & set(delimiters.element + delimiters.component + delimiters.segment)
        assert len(set(text) & set("|*+:>'?~-_")) >= 7


@pytest.mark.parametrize(
    "delimiters",
    [Delimiters("*", "A", "~"), Delimiters("*", "*", "~"), Delimiters("", "", ""), Delimiters("*", ":", "§")],
)
def test_separators_that_cannot_be_written_are_not_used(delimiters: Delimiters) -> None:
    assert segments(line(), delimiters=delimiters)[0].endswith("*P*:")


def test_parties_that_are_missing_or_too_long_do_not_spoil_the_envelope() -> None:
    found = segments(line(), sender=Party(""), receiver=Party("R" * 40, "12345"), test=True)
    assert f"*12*{'R' * 15}*ZZ*{'UNKNOWN':15}*" in found[0]
    assert found[0].endswith("*T*:")
    assert found[1].startswith(f"GS*AG*{'R' * 15}*UNKNOWN*")


def test_a_text_of_any_length_is_told_whole() -> None:
    words = " ".join(str(number) for number in range(4000))
    (document,) = read_back(b"".join(write_824(advice(refusal(words)), Numbers(), NOW)))
    assert " ".join(texts(document)) == f"EMPTY_PACKAGES - {words}"
    assert max(map(len, texts(document))) <= 60 + 100 * 81


def expected(reason: Reason, separators: Sequence[str] = "*:~") -> str:
    text = str(reason)
    for separator in separators:
        text = text.replace(separator, " ")
    return solid(text)


@settings(max_examples=60, deadline=None)
@given(NASTY, NASTY)
def test_any_text_is_read_back_by_two_readers(code: str, text: str) -> None:
    told = refusal(text, code, purchase_order_number=text, tracking_number=code, item=code)
    for version in ("004010", "005010"):
        data = b"".join(write_824(advice(told, version=version, control_number=code), Numbers(), NOW))
        (document,) = read_back(data)
        segments_seen = by_pyx12(data)
        assert len(document.segments) == len(segments_seen) - 4
        if (code + text).isascii() and (code + text).isprintable() and not set("^`") & set(code + text):
            assert solid("".join(texts(document))) == expected(Reason(code, text))
