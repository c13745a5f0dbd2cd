"""docs/mapping.md tells the truth about fields, notation and statuses."""

from __future__ import annotations

import re
import tomllib

import pytest

from bridge.mapping.references import parse_reference
from bridge.programs.registry import installed
from bridge.programs.vendor_direct_fulfillment.status_codes import MEANINGS
from tests.golden import ROOT

TEXT = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("produces", installed().producers)
def test_every_field_is_named_and_no_other(produces: str) -> None:
    section = TEXT.split(f"<!-- fields: {produces} -->")[1].split("<!--", maxsplit=1)[0]
    named = set(re.findall(r"`([a-z_0-9]+)`", section))
    assert named == set(installed().producers[produces].fields)


def test_every_example_of_the_notation_can_be_read() -> None:
    table = TEXT.split("## Places")[1].split("## Fields", maxsplit=1)[0]
    examples = [
        text.replace("\\|", "|")
        for row in table.splitlines()
        if row.startswith("| `")
        for text in re.findall(r"`([^`]+)`", re.split(r"(?<!\\)\|", row)[1])
    ]
    assert len(examples) >= 10
    for example in examples:
        assert parse_reference(example).text == example


def test_every_example_is_toml() -> None:
    for block in re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL):
        assert tomllib.loads(block)


def test_every_meaning_is_named() -> None:
    assert [meaning for meaning in sorted(MEANINGS) if meaning not in TEXT] == []
