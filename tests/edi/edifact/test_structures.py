from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bridge.edi.edifact.structures import Node, age
from bridge.edi.edifact.tables import load_structures
from bridge.errors import ConfigurationError
from tests.edi.edifact.building import TABLES


@pytest.mark.parametrize(
    ("kind", "version", "release", "directory", "exact"),
    [
        ("DESADV", "D", "96A", "D96A", True),
        ("DESADV", "D", "93A", "D96A", False),
        ("DESADV", "0", "96A", "D96A", False),
        ("DESADV", "D", "97A", "D99B", False),
        ("DESADV", "D", "97B", "D99B", False),
        ("DESADV", "D", "99A", "D99B", False),
        ("DESADV", "D", "00A", "D99B", False),
        ("DESADV", "D", "00B", "D01B", False),
        ("DESADV", "D", "03A", "D01B", False),
        ("DESADV", "D", "98B", "D99B", False),
        ("IFTSTA", "D", "01B", "D01B", True),
        ("IFTSTA", "D", "04A", "D01B", False),
        ("IFTSTA", "D", "07B", "D01B", False),
        ("IFTSTA", "", "", "D96A", False),
        ("CONTRL", "4", "1", "service", True),
        ("CONTRL", "D", "3", "service", True),
    ],
)
def test_a_version_without_tables_is_read_by_the_nearest(
    kind: str, version: str, release: str, directory: str, exact: bool
) -> None:
    table, is_exact = load_structures(TABLES).find(kind, version, release)
    assert table is not None
    assert (table.directory, is_exact) == (directory, exact)


def test_a_message_without_tables_is_not_found() -> None:
    assert load_structures(TABLES).find("PAORES", "93", "1") == (None, False)


def test_releases_are_in_order_of_time() -> None:
    releases = ["90A", "93A", "96A", "96B", "99B", "00A", "01B", "07B", "23A"]
    assert sorted(releases, key=age) == releases
    assert age("²96A") == age("") == age("S") == 0


def test_the_outline_keeps_groups_within_groups() -> None:
    table, _ = load_structures(TABLES).find("IFTSTA", "D", "96A")
    assert table is not None
    consignment = next(child for child in table.root.children if child.tag == "SG4")
    status = consignment.children[-1]
    assert (consignment.trigger.tag, status.tag, status.trigger.tag) == ("CNI", "SG5", "STS")
    assert status.mandatory
    assert status.most == 99


def test_every_group_begins_with_a_mandatory_segment_that_stands_once() -> None:
    def check(node: Node) -> None:
        for child in node.children:
            if child.children:
                assert child.children[0].mandatory, child.tag
                assert child.children[0].most == 1, child.tag
                assert not child.children[0].children, child.tag
                check(child)

    for tables in load_structures(TABLES).messages.values():
        for table in tables.values():
            check(table.root)


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("DESADV.txt", "RFF M", "expected a segment or group"),
        ("DESADV.txt", "      RFF M 1", "expected a segment or group"),
        ("DESADV.txt", "XXX M 1", "no table of segment XXX"),
        ("segments.tsv", "BGM\t1\t1", "expected eight columns"),
        ("segments.tsv", "XXX\t2\t0\t1001\tC\tan\t3\tname", "expected eight columns"),
    ],
)
def test_a_mistake_in_a_table_is_told_with_its_line(
    tmp_path: Path, name: str, line: str, reason: str
) -> None:
    shutil.copytree(TABLES, tmp_path / "edifact")
    path = tmp_path / "edifact" / "D96A" / name
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, line]), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=reason) as caught:
        load_structures(tmp_path / "edifact")
    assert [(problem.file, problem.line) for problem in caught.value.problems] == [
        (str(path), len(lines) + 1)
    ]


def test_the_tool_writes_the_tables_that_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    standards = TABLES.parents[2] / "shared" / "standards"
    if not standards.is_dir():
        pytest.skip("the folder of standards is not there")
    from tools import edifact_structures  # noqa: PLC0415 - a script, not part of the package

    monkeypatch.setattr(edifact_structures, "TARGET", tmp_path)
    monkeypatch.setattr("sys.argv", ["edifact_structures.py", str(standards)])
    edifact_structures.main()
    written = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.glob("*/*.t*")}
    assert written == {path.relative_to(TABLES): path.read_bytes() for path in TABLES.glob("*/*.t*")}
