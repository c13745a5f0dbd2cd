"""A file of a thousand transaction sets, seven of them broken in seven ways: the others pass, and the 997
says of each of the seven what is wrong and where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from bridge.edi.answers import acknowledge
from bridge.edi.grammar import load_grammar
from bridge.edi.model import Document, DocumentRead
from bridge.edi.reader import read
from bridge.edi.verdicts import InterchangeResult, Verdicts
from tests.edi.edifact.building import ROOT
from tests.edi.x12.making import BODY_214, BODY_856, Counting, document, group, interchange, text

NOW = datetime(2024, 1, 2, 3, 4, tzinfo=UTC)
EACH = 500


def changed(body: Sequence[str], old: str, new: str) -> list[str]:
    assert old in body
    return [line for line in (new if line == old else line for line in body) if line]


SHIPMENTS = {
    "0017": changed(BODY_856, "BSN*00*SHIP1*20240102*1430*0001", ""),
    "0133": changed(BODY_856, "BSN*00*SHIP1*20240102*1430*0001", "BSN*00**20240102*1430*0001"),
    "0250": changed(BODY_856, "SN1*1*2*EA", "SN1*1*two*EA"),
    "0411": changed(BODY_856, "HL*3*2*P", "HL*3*9*P"),
}
STATUSES = {
    "0499": changed(BODY_214, "AT7*D1*NS***20240102*1430*CT", "AT7*D1*NS***20240230*1430*CT"),
}


def broken(segments: list[str]) -> list[str]:
    """Break the trailers of two status documents."""
    wrong = {"SE*9*0001": "SE*8*0001", "SE*9*0300": "SE*9*0301"}
    return [wrong.get(segment, segment) for segment in segments]


def thousand() -> bytes:
    shipments = [document("856", f"{n:04}", SHIPMENTS.get(f"{n:04}")) for n in range(1, EACH + 1)]
    statuses = [broken(document("214", f"{n:04}", STATUSES.get(f"{n:04}"))) for n in range(1, EACH + 1)]
    return text(
        interchange(group(*shipments, kind="856", number="1"), group(*statuses, kind="214", number="2"))
    )


@pytest.fixture(scope="module")
def reading() -> tuple[list[Document], InterchangeResult]:
    verdicts, found, results = Verdicts(), [], []
    for event in read([thousand()], load_grammar(ROOT / "mappings")):
        result = verdicts.add(event)
        if result is not None:
            results.append(result)
        if isinstance(event, DocumentRead):
            found.append(event.document)
    (result,) = results
    return found, result


def test_seven_broken_documents_do_not_harm_the_others(
    reading: tuple[list[Document], InterchangeResult],
) -> None:
    found, _ = reading
    assert len(found) == 2 * EACH
    assert sum(one.accepted for one in found) == 993
    assert not any(one.errors for one in found if one.accepted)
    assert [(one.type, one.reference) for one in found if not one.accepted] == [
        *(("856", reference) for reference in SHIPMENTS),
        *(("214", reference) for reference in ("0001", "0300", "0499")),
    ]


def test_the_997_tells_each_of_them_where_and_why(
    reading: tuple[list[Document], InterchangeResult],
) -> None:
    answer = acknowledge(reading[1], Counting(), NOW)
    assert answer is not None
    lines = b"".join(answer.data).decode().split("~")
    rejected, told = [], list[str]()
    for line in lines:
        told = [line] if line.startswith("AK2") else [*told, line]
        if line.startswith("AK5*R"):
            rejected.append(told)
    assert rejected == [
        ["AK2*856*0017", "AK3*BSN*2**3", "AK5*R*5"],
        ["AK2*856*0133", "AK3*BSN*2**8", "AK4*2*396*1", "AK5*R*5"],
        ["AK2*856*0250", "AK3*SN1*12**8", "AK4*2*382*6*two", "AK5*R*5"],
        ["AK2*856*0411", "AK3*HL*8*HL*8", "AK4*2*734*7*9", "AK5*R*5"],
        ["AK2*214*0001", "AK5*R*4"],
        ["AK2*214*0300", "AK5*R*3"],
        ["AK2*214*0499", "AK3*AT7*7**8", "AK4*5*373*8*20240230", "AK5*R*5"],
    ]
    assert [line for line in lines if line.startswith("AK9")] == ["AK9*P*500*500*496", "AK9*P*500*500*497"]
    assert sum(line == "AK5*A" for line in lines) == 993
