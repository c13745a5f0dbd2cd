from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pyx12.x12file

from bridge.edi.model import EdiError, Group, Party
from bridge.edi.verdicts import DocumentVerdict, GroupResult, InterchangeResult, Verdicts
from bridge.edi.x12.acknowledge import Kind, acknowledge
from bridge.edi.x12.grammar import X12Grammar
from tests.edi.x12.making import (
    Counting,
    document,
    documents,
    group,
    groups,
    interchange,
    interchanges,
    one,
    places,
    read_file,
    text,
)

NOW = datetime(2024, 1, 2, 15, 4, tzinfo=UTC)


def result_of(data: bytes, grammar: X12Grammar) -> InterchangeResult:
    verdicts = Verdicts()
    results = [verdicts.add(event) for event in read_file(data, grammar)]
    return next(result for result in results if result is not None)


def answer(data: bytes, grammar: X12Grammar, *, kind: Kind = "997", ta1: bool | None = None) -> list[str]:
    written = b"".join(acknowledge(result_of(data, grammar), Counting(), NOW, kind=kind, ta1=ta1) or ())
    return written.decode().split("~")[:-1] if written else []


def two(*bodies: list[str] | None) -> bytes:
    return text(interchange(group(*(document(reference=f"{n:04}", body=b) for n, b in enumerate(bodies, 1)))))


def test_an_accepted_group_is_acknowledged_back_to_its_sender(grammar: X12Grammar) -> None:
    assert answer(one(), grammar) == [
        f"ISA*00*{' ':10}*00*{' ':10}*ZZ*{'ACME':15}*02*{'UPSN':15}*240102*1504*U*00401*000000001*0*P*>",
        "GS*FA*ACME*UPSN*20240102*1504*1*X*004010",
        "ST*997*0001",
        "AK1*QM*1",
        "AK2*214*0001",
        "AK5*A",
        "AK9*A*1*1*1",
        "SE*6*0001",
        "GE*1*1",
        "IEA*1*000000001",
    ]


def test_a_rejected_document_names_segment_element_and_data(grammar: X12Grammar) -> None:
    bad = ["B10*1*2*UPSN", "N1*ST*John", "LX*1", "AT7*D1*NS***20241340*1430*CT", "MS1*Springfield*IL*US"]
    lines = answer(two(bad, None), grammar)
    assert lines[lines.index("AK2*214*0001") :][:4] == [
        "AK2*214*0001",
        "AK3*AT7*5**8",
        "AK4*5*373*8*20241340",
        "AK5*R*5",
    ]
    assert "AK9*P*2*2*1" in lines
    assert "AK9*R*1*1*0" in answer(one(bad), grammar)


def test_a_missing_segment_and_a_wrong_count_are_told(grammar: X12Grammar) -> None:
    lines = answer(one(["LX*1"]).replace(b"SE*3", b"SE*4"), grammar)
    assert "AK3*B10*2**3" in lines
    assert "AK5*R*4*5" in lines


def test_errors_that_reject_nothing_are_told_with_e(grammar: X12Grammar) -> None:
    lines = answer(one(["B10*1*2*UPSN", "L11**PO"]), grammar)
    assert lines[5:9] == ["AK3*L11*3**8", "AK4*1*127*2", "AK5*E*5", "AK9*E*1*1*1"]
    assert "AK9*E*2*1*1*5" in answer(one().replace(b"GE*1", b"GE*2"), grammar)
    assert "AK9*E*1*1*1*3" in answer(one().replace(b"GE*1*1~\n", b""), grammar)


def test_values_that_our_lists_lack_are_not_the_senders_affair(grammar: X12Grammar) -> None:
    assert "AK5*A" in answer(one(["B10*1*2*UPSN", "L11*1*Q9Z"]), grammar)


def test_each_group_is_answered_in_one_interchange(grammar: X12Grammar) -> None:
    data = text(interchange(group(document(), number="5"), group(document("856"), kind="856", number="6")))
    lines = answer(data, grammar)
    assert [line for line in lines if line.startswith("AK1")] == ["AK1*QM*5", "AK1*SH*6"]
    assert lines[-1] == "IEA*2*000000001"
    assert [line for line in lines if line.startswith("ST")] == ["ST*997*0001", "ST*997*0002"]


def test_a_ta1_is_sent_on_request_or_by_option(grammar: X12Grammar) -> None:
    asking = one().replace(b"*0*P*>", b"*1*P*>")
    assert "TA1*000000001*240102*1430*A*000" in answer(asking, grammar)
    assert not any(line.startswith("TA1") for line in answer(asking, grammar, ta1=False))
    wrong = one().replace(b"IEA*1*000000001", b"IEA*1*000000002")
    assert "TA1*000000001*240102*1430*E*001" in answer(wrong, grammar, ta1=True)
    empty = answer(text(interchange()).replace(b"*0*P*>", b"*1*P*>"), grammar)
    assert [line[:3] for line in empty] == ["ISA", "TA1", "IEA"]


def test_acknowledgements_are_not_acknowledged(grammar: X12Grammar) -> None:
    body = ["AK1*QM*1", "AK9*A*1*1*1"]
    assert not answer(one(body, kind="997"), grammar)
    assert not answer(text(interchange(["TA1*000000007*240102*1430*A*000"])), grammar)


def test_a_999_names_versions(grammar: X12Grammar) -> None:
    lines = answer(one(["LX*1"], version="005010"), grammar, kind="999")
    assert "ST*999*0001*005010X231" in lines
    assert "AK1*QM*1*005010" in lines
    assert "IK3*B10*2**3" in lines
    assert "IK5*R*5" in lines


def test_the_senders_separators_are_used_and_kept_out_of_the_data(grammar: X12Grammar) -> None:
    data = one(["B10|1|2|UP*~N"], end="'\r\n").replace(b"*", b"|").replace(b"B10|1|2|UP|", b"B10|1|2|UP*")
    written = b"".join(acknowledge(result_of(data, grammar), Counting(), NOW) or ())
    assert written.startswith(b"ISA|00|")
    assert b"AK4|3|140|5|UP*~N'" in written


def made(grammar: X12Grammar, errors: list[EdiError]) -> InterchangeResult:
    data = result_of(one(), grammar)
    verdict = DocumentVerdict(type="214", reference="0001", errors=tuple(errors), accepted=False)
    data.groups = [GroupResult(group=data.groups[0].group, documents=[verdict])]
    return data


def element(position: int, value: str) -> EdiError:
    return EdiError(
        level="element", code="6", message="", segment="N1", position=position, element=2, value=value
    )


@pytest.mark.parametrize("value", ["A*B~C>D", "tab\there", "é" * 200, "x" * 500, "", " \n "])
def test_any_bad_data_can_be_written_and_read_again(grammar: X12Grammar, value: str) -> None:
    written = b"".join(acknowledge(made(grammar, [element(2, value)]), Counting(), NOW) or ())
    found = documents(read_file(written, grammar))[0]
    assert not found.errors
    assert len(found.segments[4].value(4)) <= 99


def test_more_errors_than_an_acknowledgement_holds_are_cut(grammar: X12Grammar) -> None:
    errors = [element(2, "x") for _ in range(150)] + [element(n, "x") for n in range(3, 3000)]
    found = documents(
        read_file(b"".join(acknowledge(made(grammar, errors), Counting(), NOW) or ()), grammar)
    )[0]
    assert not found.errors
    assert sum(segment.tag == "AK4" for segment in found.segments) == 99 + 999


def test_what_must_be_echoed_is_echoed_whole_or_not_at_all(grammar: X12Grammar) -> None:
    data = text(interchange(group(document("2145", "7"))))
    lines = answer(data.replace(b"GS*QM", b"GS*QMS"), grammar)
    assert lines[lines.index("ST*997*0001") :][1:3] == ["AK1*ZZ*1", "AK2*000*7"]


@pytest.mark.parametrize("reference", ["0003100001", "1234567890", "0" * 30])
def test_a_set_number_that_is_too_long_is_rejected_and_never_cut(grammar: X12Grammar, reference: str) -> None:
    data = text(interchange(group(document(reference="0000"), document(reference=reference))))
    bad = documents(read_file(data, grammar))[1]
    assert places(bad.errors) == [("7", "ST", 1, 2)]
    lines = answer(data, grammar)
    # 0000 is the other one: the number that stands in its stead is nobody's.
    assert lines[4:9] == ["AK2*214*0000", "AK5*A", "AK2*214*00000", "AK5*R*7", "AK9*P*2*2*1"]


@pytest.mark.parametrize(
    ("old", "new", "ak1", "code"),
    [
        (b"GS*QM*UPSN*ACME*", b"GS*QM*UPSN**", "AK1*QM*1", "1"),
        (b"GS*QM*UPSN*ACME*", b"GS*QM**ACME*", "AK1*QM*1", "1"),
        (b"GS*QM*UPSN*ACME*", b"GS*QM*UPSN*   *", "AK1*QM*1", "1"),
        (b"GS*QM*UPSN*ACME*", b"GS*QM*UPSN*ACME OF THE WEST*", "AK1*QM*1", "1"),
        (b"*1430*1*X*", b"*1430**X*", "AK1*QM*0", "6"),
        (b"*1430*1*X*", b"*1430*1234567890*X*", "AK1*QM*0", "6"),
        (b"*1430*1*X*", b"*1430*A1*X*", "AK1*QM*0", "6"),
    ],
)
def test_a_group_that_cannot_be_answered_is_rejected_as_a_whole(
    grammar: X12Grammar, old: bytes, new: bytes, ak1: str, code: str
) -> None:
    data = one().replace(old, new)
    found = documents(read_file(data, grammar))
    assert [document.accepted for document in found] == [False]
    assert found[0].errors[0].level == "group"
    lines = answer(data, grammar)
    assert lines[1].startswith("GS*FA*ACME*UPSN*2024")
    assert lines[3] == ak1
    assert lines[4].split("*")[:5] == ["AK9", "R", "1", "1", "0"]
    assert code in lines[4].split("*")[5:]


def test_a_good_group_beside_one_that_is_rejected_is_accepted(grammar: X12Grammar) -> None:
    bad = text(group(document())).replace(b"*ACME*", b"**")
    header, *rest = text(interchange(group(document(), number="2"))).splitlines(keepends=True)
    rest[-1] = rest[-1].replace(b"IEA*1*", b"IEA*2*")
    data = header + bad + b"".join(rest)
    assert [document.accepted for document in documents(read_file(data, grammar))] == [False, True]
    assert [line for line in answer(data, grammar, ta1=True) if line.startswith(("TA1", "AK9"))] == [
        "TA1*000000001*240102*1430*E*024",
        "AK9*R*1*1*0*1",
        "AK9*A*1*1*1",
    ]


@pytest.mark.parametrize(("place", "code"), [(b"UPSN           ", "006"), (b"ACME           ", "008")])
def test_an_interchange_without_a_party_is_rejected(grammar: X12Grammar, place: bytes, code: str) -> None:
    data = one().replace(place, b" " * 15)
    assert [document.accepted for document in documents(read_file(data, grammar))] == [False]
    lines = answer(data, grammar, ta1=True)
    assert lines[1] == f"TA1*000000001*240102*1430*R*{code}"
    assert "AK9*R*1*1*0" in lines


def test_a_count_beyond_six_digits_is_not_cut(grammar: X12Grammar) -> None:
    assert "AK9*E*999999*1*1*5" in answer(one().replace(b"GE*1*1", b"GE*1234567*1"), grammar)


def test_control_numbers_stay_within_their_widths(grammar: X12Grammar) -> None:
    numbers = Counting()
    numbers.numbers.update(interchange=10**9 + 41, group=10**9, document=10**9 + 5)
    written = b"".join(acknowledge(result_of(one(), grammar), numbers, NOW) or ())
    assert b"*000000042*0*P" in written
    assert b"GS*FA*ACME*UPSN*20240102*1504*1*" in written
    assert b"ST*997*0006" in written


@pytest.mark.parametrize("kind", ["997", "999"])
def test_our_answer_is_right_by_our_reader_and_by_pyx12(grammar: X12Grammar, kind: Kind) -> None:
    version = "005010" if kind == "999" else "004010"
    bodies = [None, ["LX*A"], ["B10*1*2*UPSN", "L11**PO"], ["ZZ*1"]]
    several = [document(reference=f"{n:04}", body=body) for n, body in enumerate(bodies, 1)]
    data = text(interchange(group(*several, version=version), group(*several, number="2", version=version)))
    written = b"".join(acknowledge(result_of(data, grammar), Counting(), NOW, kind=kind, ta1=True) or ())
    events = read_file(written, grammar)
    assert not [error for found in documents(events) for error in found.errors]
    assert not [error for found in groups(events) for error in found.errors]
    assert not [error for found in interchanges(events) for error in found.errors]
    reader = pyx12.x12file.X12Reader(io.StringIO(written.decode()))
    errors = []
    for _ in reader:
        errors += reader.pop_errors()
    assert not errors


def test_wild_files_get_an_answer_that_can_be_read(grammar: X12Grammar, wild: Path) -> None:
    for path in sorted(wild.glob("*/*.edi")):
        data = path.read_bytes()
        if b"ISA" not in data[:10] or b"003060" in data:
            continue
        written = b"".join(acknowledge(result_of(data, grammar), Counting(), NOW) or ())
        for found in documents(read_file(written, grammar)):
            assert not found.errors, path.name


def test_a_group_without_header_facts_can_be_answered(grammar: X12Grammar) -> None:
    interchange_alone = result_of(one(), grammar).interchange
    lost = Group(functional_id="", control_number="", sender=Party(""), receiver=Party(""))
    result = InterchangeResult(interchange=interchange_alone, groups=[GroupResult(group=lost)])
    assert b"AK9*A*0*0*0" in b"".join(acknowledge(result, Counting(), NOW) or ())


def test_a_group_whose_sender_is_a_separator_is_answered_to_the_interchanges_sender(
    grammar: X12Grammar,
) -> None:
    data = one().replace(b"GS*QM*UPSN*", b"GS*QM*>*")
    assert b"GS*QM*>*" in data
    assert answer(data, grammar)[1].split("*")[2:4] == ["ACME", "UPSN"]
