from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import pytest

from bridge.edi.advice_values import STANDINGS, UNEXPLAINED, Reason, Verdict, answering
from bridge.edi.answers import ADVICE_KINDS, advise
from bridge.edi.model import DocumentRead, Interchange
from bridge.edi.reader import read
from tests.edi.advising import NOW, Numbers, advice, by_pydifact, by_pyx12, edifact, line, read_back, refusal
from tests.edi.edifact.building import interchange
from tests.edi.test_reader import X12, grammar


@dataclass
class Original:
    interchange: Interchange
    document: DocumentRead


def original(data: bytes) -> Original:
    (found,) = [event for event in read([data], grammar()) if isinstance(event, DocumentRead)]
    return Original(found.document.interchange, found)


def test_each_standard_is_advised_in_its_own_unless_another_is_asked_for() -> None:
    for given in (advice(line()), edifact(line())):
        for kind in ("824", "APERAK"):
            (document,) = read_back(b"".join(advise(given, Numbers(), NOW, kind)))
            assert document.type == kind
        (document,) = read_back(b"".join(advise(given, Numbers(), NOW)))
        assert document.type == ADVICE_KINDS[given.standard]


def test_nothing_is_written_without_lines_and_no_number_is_used() -> None:
    numbers = Numbers()
    assert b"".join(advise(advice(), numbers, NOW)) == b"".join(advise(edifact(), numbers, NOW)) == b""
    assert not numbers.given


def test_an_interchange_that_was_read_is_answered_to_its_sender() -> None:
    x12 = original(X12)
    data = b"".join(advise(answering(x12.interchange, [line()], x12.document.document.group), Numbers(), NOW))
    isa, gs, *_ = by_pyx12(data)
    assert (isa[6].strip(), isa[8].strip(), isa[15]) == ("RECEIVER", "SENDER", "P")
    assert gs[1:4] == ["AG", "RECEIVER", "SENDER"]
    assert data[104:106] == b">~"

    message = original(interchange())
    data = b"".join(advise(answering(message.interchange, [line()]), Numbers(), NOW))
    assert by_pydifact(data).sender == ["RECEIVER", "14"]
    assert by_pydifact(data).recipient == ["SENDER", "14"]


def test_identifications_are_taken_over_to_the_other_standard() -> None:
    isa = by_pyx12(b"".join(advise(edifact(line()), Numbers(), NOW, "824")))[0]
    assert (isa[5], isa[6].strip(), isa[7], isa[8].strip()) == ("ZZ", "AMAZON", "ZZ", "VENDOR")
    read_by_pydifact = by_pydifact(b"".join(advise(advice(line()), Numbers(), NOW, "APERAK")))
    assert (read_by_pydifact.sender, read_by_pydifact.recipient) == (["AMAZON", "ZZZ"], ["VENDOR", "ZZZ"])


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_every_verdict_but_success_comes_with_a_reason(verdict: Verdict) -> None:
    reasons = line(verdict=verdict).reasons
    assert bool(reasons) == (verdict != "Success")
    assert set(STANDINGS) == set(get_args(Verdict)) == {"Success", *UNEXPLAINED}
    assert refusal("why").reasons == (Reason("EMPTY_PACKAGES", "why", "007"),)


def test_lines_of_one_document_come_together_and_those_of_its_namesakes_do_not() -> None:
    first, namesake = line(document_number=1), line(document_number=2)
    other_group = line(document_number=1, group_control_number="13")
    documents = list(advice(first, first, namesake, other_group).documents())
    assert [len(document.lines) for document in documents] == [2, 1, 1]
    assert [document.group_control_number for document in documents] == ["12", "12", "13"]
