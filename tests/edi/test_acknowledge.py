from __future__ import annotations

from datetime import UTC, datetime

from bridge.edi.acknowledge import acknowledge
from bridge.edi.reader import read
from bridge.edi.verdicts import InterchangeResult, Verdicts
from tests.edi.edifact.building import interchange, message
from tests.edi.edifact.test_acknowledge import Numbers
from tests.edi.test_reader import X12, grammar

NOW = datetime(2024, 1, 3, 4, 5, tzinfo=UTC)


def result_of(data: bytes) -> InterchangeResult:
    verdicts = Verdicts()
    (result,) = [result for event in read([data], grammar()) if (result := verdicts.add(event)) is not None]
    return result


def test_each_standard_is_answered_in_its_own() -> None:
    edifact = acknowledge(result_of(interchange()), Numbers(), NOW)
    assert edifact is not None
    assert (edifact.kind, edifact.name_hint) == ("CONTRL", "CONTRL_REF1")
    orders = X12.replace(b"ST*997", b"ST*855")
    x12 = acknowledge(result_of(orders), Numbers(), NOW)
    assert x12 is not None
    assert (x12.kind, x12.name_hint) == ("997", "997_000000001")


def test_acknowledgements_are_not_answered() -> None:
    contrl = interchange(message(("UCI+1+A+B+7'",), kind="CONTRL:D:3:UN"))
    assert acknowledge(result_of(contrl), Numbers(), NOW) is None
    assert acknowledge(result_of(X12.replace(b"GS*PO", b"GS*FA")), Numbers(), NOW) is None


def test_the_name_hint_is_safe_in_a_file_name() -> None:
    data = interchange(unb="UNB+UNOC:3+A+B+240102:0304+../x/y'", unz="UNZ+1+../x/y'")
    answer = acknowledge(result_of(data), Numbers(), NOW)
    assert answer is not None
    assert answer.name_hint == "CONTRL_x-y"
