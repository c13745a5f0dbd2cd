"""A small part of `make fuzz`, the same in every run: reader, mapping, ledger, and what follows."""

from __future__ import annotations

import pytest

from bridge.ledger.writer import FileWriter
from tests.pipeline import fuzz

SEED = 214


@pytest.fixture(autouse=True)
def silence() -> None:
    fuzz.quiet()


@pytest.mark.parametrize("cases", [range(start, start + 100) for start in range(0, 300, 100)])
def test_no_spoiled_file_breaks_a_promise_of_the_ledger(cases: range) -> None:
    counts, failures = fuzz.run(cases, SEED)
    assert failures == []
    assert counts["cases"] == len(cases)
    assert min(counts["accepted"], counts["rejected"], counts["events"]) > 20


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("event", "edibridge itself failed on this document (ZeroDivisionError)"),
        ("interchange", "the file is stuck"),
        ("outbound", "answers are due"),
        ("document", "documents and stretches are kept"),
    ],
)
def test_a_broken_promise_is_found(monkeypatch: pytest.MonkeyPatch, broken: str, told: str) -> None:
    real = getattr(FileWriter, broken)

    def failing(writer: FileWriter, *facts: object) -> object:
        if broken == "interchange" or (broken == "event" and "held" not in str(facts)):
            return 1 // 0
        if broken == "document" and "accepted=False" in str(facts):
            return 0
        return None if broken == "outbound" else real(writer, *facts)

    monkeypatch.setattr(FileWriter, broken, failing)
    _, failures = fuzz.run(range(20), SEED)
    assert any(told in failure for failure in failures)
