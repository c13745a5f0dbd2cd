"""docs/guarantees.md names each cell that is tested, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

GUARANTEES = (Path(__file__).parents[2] / "docs" / "guarantees.md").read_text(encoding="utf-8")
CELLS = [tuple(cell.split(" and ")) for cell in re.findall(r"^\| `([^`]+)` \|", GUARANTEES, re.MULTILINE)]


def ids_of(items: Iterable[pytest.Item]) -> set[str]:
    """Return the ids of the tests of the matrix, their modules left out."""
    mine = [item.nodeid for item in items if "tests/faults/" in item.nodeid]
    return {node.partition("::")[2] for node in mine if "test_guarantees" not in node}


def is_named(cell: tuple[str, ...], node: str) -> bool:
    """Return whether all words of a cell stand in a test's name, or are one of its parameters."""
    name, _, parameters = node.rstrip("]").partition("[")
    return all(
        f"_{word}_" in f"{name}_" or parameters == word or parameters.endswith(f"-{word}") for word in cell
    )


@pytest.fixture
def ids(request: pytest.FixtureRequest) -> set[str]:
    found = ids_of(request.session.items)
    modules = {item.nodeid.partition("::")[0] for item in request.session.items}
    few = len([module for module in modules if "tests/faults/" in module]) < 4
    if few or request.config.option.keyword:
        pytest.skip("only with all of tests/faults")
    return found


def test_every_cell_that_stands_there_is_tested(ids: set[str]) -> None:
    assert len(CELLS) > 60
    assert not [cell for cell in CELLS if not any(is_named(cell, node) for node in ids)]


def test_every_cell_that_is_tested_stands_there(ids: set[str]) -> None:
    assert not sorted(node for node in ids if not any(is_named(cell, node) for cell in CELLS))
