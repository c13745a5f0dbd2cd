"""The partner's layout that docs/mapping.md shows: by its file alone, without code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bridge.data import mappings_folder
from bridge.document_data import grammar_of
from bridge.mapping.load import load_mappings
from bridge.mapping.outbound.check import check_outbound, sample_documents
from bridge.programs.registry import installed

DOCS = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text(encoding="utf-8")
SECTION = DOCS.partition("## Outbound mappings")[2].partition("\n## ")[0]
TOML, SHOWN = (
    re.search(r"```toml\n(.*?)```", SECTION, re.DOTALL),
    re.search(r"```\n(ISA.*?)```", SECTION, re.DOTALL),
)


def test_the_layout_of_the_docs_writes_what_the_docs_show(tmp_path: Path) -> None:
    assert TOML is not None
    assert SHOWN is not None
    (tmp_path / "outbound").mkdir()
    (tmp_path / "outbound" / "acme-945.toml").write_text(TOML[1], encoding="utf-8")
    folders = [mappings_folder(), tmp_path]
    mappings = load_mappings(folders)
    assert list(check_outbound(folders, mappings, grammar_of(None))) == []
    (acme,) = [one for one in mappings.outbound if one.name == "acme-945"]
    first = next(sample_documents(acme, grammar_of(None)))
    assert first == SHOWN[1].splitlines()


@pytest.mark.parametrize("name", sorted(installed().notices))
def test_the_docs_name_all_values_of_a_notice(name: str) -> None:
    notice = installed().notices[name]
    (row,) = [line for line in SECTION.splitlines() if line.startswith(f"| `{name}` |")]
    told = set(re.findall(r"`([a-z_0-9]+)`", row))
    wanted = set(notice.values) | set(notice.levels)
    for level in notice.levels:
        wanted |= set(notice.levels[level].values)
    assert wanted <= told
