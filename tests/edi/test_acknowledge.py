from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bridge.edi.answers import Acknowledgement, acknowledge
from bridge.edi.model import DocumentRead
from bridge.edi.reader import read
from bridge.edi.verdicts import InterchangeResult, Verdicts
from tests.edi.edifact.building import interchange, message
from tests.edi.edifact.test_acknowledge import Numbers
from tests.edi.test_reader import X12, grammar
from tests.edi.x12.making import document, group, text
from tests.edi.x12.making import interchange as interchange_x12

NOW = datetime(2024, 1, 3, 4, 5, tzinfo=UTC)


def result_of(data: bytes) -> InterchangeResult:
    verdicts = Verdicts()
    (result,) = [result for event in read([data], grammar()) if (result := verdicts.add(event)) is not None]
    return result


def test_each_standard_is_answered_in_its_own() -> None:
    edifact = acknowledge(result_of(interchange()), Numbers(), NOW)
    assert edifact is not None
    assert edifact.kind == "CONTRL"
    orders = X12.replace(b"ST*997", b"ST*855")
    x12 = acknowledge(result_of(orders), Numbers(), NOW)
    assert x12 is not None
    assert x12.kind == "997"


def test_acknowledgements_are_not_answered() -> None:
    contrl = interchange(message(("UCI+1+A+B+7'",), kind="CONTRL:D:3:UN"))
    assert acknowledge(result_of(contrl), Numbers(), NOW) is None
    assert acknowledge(result_of(X12.replace(b"GS*PO", b"GS*FA")), Numbers(), NOW) is None


def statuses(*, requested: bool = False) -> bytes:
    data = text(interchange_x12(group(document("214", "0001"), document("214", "0002", ["B10*1"]))))
    return data.replace(b"*0*P*>", b"*1*P*>") if requested else data


def segments_of(answer: Acknowledgement | None) -> list[str]:
    assert answer is not None
    return [line.split("*")[0] for line in b"".join(answer.data).decode().split("~") if line]


def test_x12_is_answered_by_the_kind_that_the_partner_wants() -> None:
    result = result_of(statuses())
    answer = acknowledge(result, Numbers(), NOW, kind="999")
    assert answer is not None
    assert answer.kind == "999"
    data = b"".join(answer.data)
    assert b"ST*999*0001*005010X231~" in data
    assert b"IK3*B10*2**8~IK4*3*140*1~IK5*R*5~" in data
    (read_back,) = [event.document for event in read([data], grammar()) if isinstance(event, DocumentRead)]
    assert read_back.accepted


@pytest.mark.parametrize("requested", [False, True])
@pytest.mark.parametrize("ta1", [None, False, True])
def test_a_ta1_is_sent_as_asked_for_or_as_set(ta1: bool | None, requested: bool) -> None:
    answer = acknowledge(result_of(statuses(requested=requested)), Numbers(), NOW, ta1=ta1)
    assert ("TA1" in segments_of(answer)) == (requested if ta1 is None else ta1)
    assert answer is not None
    assert answer.kind == "997"


def test_an_interchange_without_groups_gets_a_ta1_alone() -> None:
    empty = result_of(text(interchange_x12()))
    assert acknowledge(empty, Numbers(), NOW) is None
    answer = acknowledge(empty, Numbers(), NOW, ta1=True)
    assert segments_of(answer) == ["ISA", "TA1", "IEA"]
    assert answer is not None
    assert answer.kind == "TA1"


def test_nothing_but_acknowledgements_gets_no_ta1_either() -> None:
    ours = acknowledge(result_of(text(interchange_x12())), Numbers(), NOW, ta1=True)
    functional = acknowledge(result_of(statuses()), Numbers(), NOW, ta1=True)
    for answer in (ours, functional):
        assert answer is not None
        result = result_of(b"".join(answer.data))
        assert acknowledge(result, Numbers(), NOW, ta1=True) is None


def test_edifact_is_answered_by_contrl_whatever_is_set_for_x12() -> None:
    answer = acknowledge(result_of(interchange()), Numbers(), NOW, kind="999", ta1=True)
    assert answer is not None
    assert answer.kind == "CONTRL"
