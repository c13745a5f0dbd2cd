"""Advice for the tests, and the two ways to read what was written."""

from __future__ import annotations

import io
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pyx12.x12file
from hypothesis import strategies as st
from pydifact.segmentcollection import Interchange as PydifactInterchange

from bridge.edi.advice_values import Advice, AdviceLine, Reason
from bridge.edi.model import (
    Document,
    DocumentRead,
    EdiError,
    GroupClosed,
    Ignored,
    InterchangeClosed,
    Party,
    ReadOptions,
    Unreadable,
)
from bridge.edi.reader import read
from tests.edi.test_reader import grammar

NOW = datetime(2024, 1, 3, 4, 5, tzinfo=UTC)
TRANSACTION = "20240103040506-eef8cad8-418e-4ed3-ac72-789e2ee6214a"


class Numbers:
    """Control numbers from 1."""

    def __init__(self) -> None:
        self.given: Counter[str] = Counter()

    def next(self, kind: str) -> int:
        self.given[kind] += 1
        return self.given[kind]


def line(**facts: Any) -> AdviceLine:
    defaults: dict[str, Any] = {"document_type": "856", "document_reference": "0001", "verdict": "Success"}
    return AdviceLine(**(defaults | facts))


def refusal(text: str = "", code: str = "EMPTY_PACKAGES", **facts: Any) -> AdviceLine:
    return line(**({"verdict": "Failure", "errors": (Reason(code, text, "007"),)} | facts))


def advice(*lines: AdviceLine, **facts: Any) -> Advice:
    defaults: dict[str, Any] = {
        "standard": "x12",
        "sender": Party("VENDOR", "02"),
        "receiver": Party("AMAZON", "ZZ"),
        "control_number": "000000077",
        "version": "004010",
        "group_control_number": "12",
        "lines": lines,
    }
    return Advice(**(defaults | facts))


def edifact(*lines: AdviceLine, **facts: Any) -> Advice:
    defaults: dict[str, Any] = {
        "standard": "edifact",
        "sender": Party("VENDOR", "14"),
        "receiver": Party("AMAZON", "ZZZ"),
        "control_number": "REF77",
        "version": "D96A",
        "group_control_number": "",
    }
    return advice(*lines, **(defaults | facts))


def read_back(data: bytes) -> list[Document]:
    """Read by the bridge's own reader, which must find nothing wrong, down to its code lists."""
    found: list[Document] = []
    errors: list[EdiError] = []
    for event in read([data], grammar(), options=ReadOptions(strict=True)):
        assert not isinstance(event, (Unreadable, Ignored))
        if isinstance(event, DocumentRead):
            found.append(event.document)
            errors += event.document.errors
        elif isinstance(event, GroupClosed):
            errors += event.group.errors
        elif isinstance(event, InterchangeClosed):
            errors += event.interchange.errors
    assert not errors
    return found


def by_pyx12(data: bytes) -> list[list[str]]:
    """Return the segments that pyx12's reader finds; it must find no wrong count or number."""
    reader = pyx12.x12file.X12Reader(io.StringIO(data.decode("ascii"), newline=""))
    segments, errors = [], []
    for segment in reader:
        segments.append(segment.format().rstrip("~").split("*"))
        errors += reader.pop_errors()
    reader.cleanup()
    errors += reader.pop_errors()
    assert not errors
    return segments


def by_pydifact(data: bytes, encoding: str = "latin-1") -> PydifactInterchange:
    return PydifactInterchange.from_str(data.decode(encoding))


NASTY = st.one_of(
    st.text(max_size=200),
    st.text(alphabet="AZaz09 *~:>^'+?|\\\n\r\t_{}", max_size=400),
    st.text(alphabet="ÄÖÜäöüßéñł€–“” xyz", max_size=200),  # noqa: RUF001 - what texts from outside hold
    st.text(alphabet="aB? ", min_size=5000, max_size=5200),
)
