from __future__ import annotations

import tracemalloc

import pytest

from bridge.edi.model import EdiError
from bridge.edi.verdicts import DocumentVerdict, InterchangeResult, VerdictList, Verdicts
from tests.edi.x12.making import document, group, interchange, one, read_all, text


def collect(data: bytes) -> list[InterchangeResult]:
    verdicts = Verdicts()
    return [result for event in read_all(data) if (result := verdicts.add(event)) is not None]


def test_a_result_is_given_when_its_interchange_closes() -> None:
    data = text(interchange(group(document(), number="1"), group(document("856"), kind="856", number="2")))
    first, second = collect(data + one())
    assert [found.group.functional_id for found in first.groups if found.group] == ["QM", "SH"]
    assert [verdict.type for found in first.groups for verdict in found.documents] == ["214", "856"]
    assert second.interchange.number == 2
    assert first.accepted


def test_a_group_without_documents_has_a_result() -> None:
    assert [list(found.documents) for found in collect(text(interchange(group())))[0].groups] == [[]]


def test_a_rejected_document_keeps_its_errors_and_no_segments() -> None:
    result = collect(one().replace(b"SE*9", b"SE*8"))[0]
    verdict = result.groups[0].documents[0]
    assert not verdict.accepted
    assert not result.accepted
    assert [error.code for error in verdict.errors] == ["4"]
    assert not hasattr(verdict, "segments")


def test_documents_outside_of_groups_are_kept_apart() -> None:
    stray = document(reference="0009")
    result = collect(text(interchange(stray, group(document()))))[0]
    assert [found.group is None for found in result.groups] == [True, False]


def test_a_ta1_has_no_verdict() -> None:
    assert collect(text(interchange(["TA1*000000007*240102*1430*A*000"])))[0].groups == []


def test_an_interchange_cut_off_has_its_result_too() -> None:
    whole = one()
    result = collect(whole[: whole.index(b"GE*")])[0]
    assert len(result.groups[0].documents) == 1
    assert result.interchange.errors


@pytest.mark.parametrize("block", [1, 2, 3, 8, 9])
def test_packed_verdicts_come_out_as_they_went_in(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr("bridge.edi.verdicts._BLOCK", block)
    times = 8
    note = EdiError(level="element", code="7", message="not in the list", position=3, fatal=False)
    fault = EdiError(level="document", code="4", message="wrong count")
    verdicts = [
        DocumentVerdict(type="214", reference="0001"),
        DocumentVerdict(type="214", reference="é\udcff"),
        DocumentVerdict(type="214", reference=""),
        DocumentVerdict(type="214", reference="0002", errors=(note,)),
        DocumentVerdict(type="214", reference="0003"),
        DocumentVerdict(type="214", reference="0004", errors=(note, fault), accepted=False),
        DocumentVerdict(type="856", reference="0004", association="X"),
        DocumentVerdict(type="DESADV", reference="1", identifier=("DESADV", "D", "96A", "UN")),
    ]
    packed = VerdictList()
    for verdict in verdicts:
        packed.append(verdict)
    assert list(packed) == verdicts
    assert [packed[place] for place in range(-times, times)] == verdicts * 2
    assert packed[2:5] == verdicts[2:5]
    assert len(packed) == times


def test_verdicts_that_all_differ_are_small_too() -> None:
    packed = VerdictList()
    tracemalloc.start()
    try:
        for number in range(20_000):
            fault = EdiError(level="element", code="6", message="no number", value=f"a{number:09}")
            packed.append(
                DocumentVerdict(type="214", reference=f"{number:09}", errors=(fault,), accepted=False)
            )
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 20_000 * 60
    assert [verdict.errors[0].value for verdict in packed[-2:]] == ["a000019998", "a000019999"]


def test_verdicts_alike_take_a_few_bytes_each() -> None:
    note = EdiError(level="element", code="7", message="not in the list", fatal=False)
    packed = VerdictList()
    tracemalloc.start()
    try:
        for number in range(20_000):
            errors = (note,) if number % 2 else ()
            packed.append(DocumentVerdict(type="214", reference=f"{number:09}", errors=errors))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 20_000 * 10
