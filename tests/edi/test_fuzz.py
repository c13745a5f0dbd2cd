"""A small part of `make fuzz`, the same in every run."""

from __future__ import annotations

import pytest

from tests.edi import fuzz

SEED = 856


@pytest.mark.parametrize("cases", [range(start, start + 150) for start in range(0, 600, 150)])
def test_no_spoiled_file_breaks_a_promise_of_the_reader(cases: range) -> None:
    counts, failures = fuzz.run(cases, SEED)
    assert failures == []
    assert counts["cases"] == len(cases)
    assert counts["accepted"] > 20
    assert counts["rejected"] > 20


def test_a_broken_promise_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.edi.model.Document.accepted", property(lambda _: 1 // 0))
    counts, failures = fuzz.run(range(20), SEED)
    assert counts["cases"] == 20
    assert failures
    assert all("ZeroDivisionError" in failure for failure in failures)
