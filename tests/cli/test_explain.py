"""explain reads a file and touches nothing else."""

from __future__ import annotations

import json
from pathlib import Path

from bridge.data import shipped
from tests.cli.support import edibridge, in_process, installation

GOOD = shipped("samples") / "x12/856_plain.edi"
MIXED = shipped("samples") / "x12/214_bad_sibling.edi"


def test_a_good_file_is_told_in_the_agreed_shape_without_any_configuration(tmp_path: Path) -> None:
    done = edibridge("explain", GOOD, "--json", folder=tmp_path)
    assert done.code == 0, done.err
    assert done.json["file"] == GOOD.name
    [interchange] = done.json["interchanges"]
    assert interchange["standard"] == "x12"
    assert {"control_number", "sender", "receiver"} <= interchange.keys()
    [document] = interchange["documents"]
    assert {"type", "reference", "segment", "accepted", "errors", "requests", "held"} <= document.keys()
    [request] = document["requests"]
    expected = json.loads(GOOD.with_suffix(".expected.json").read_text())
    assert request == expected["documents"][0]["requests"][0]
    assert "AK1" in done.json["acknowledgement"]
    assert not list(tmp_path.iterdir())


def test_a_file_with_a_bad_document_exits_1_and_its_siblings_are_told(tmp_path: Path) -> None:
    done = in_process("explain", MIXED, "--json", folder=tmp_path)
    assert done.code == 1
    documents = done.json["interchanges"][0]["documents"]
    assert [document["accepted"] for document in documents] == [True, False, False, True]
    error = documents[1]["errors"][0]
    assert (error["segment"], error["position"], error["element"]) == ("AT7", 8, 6)


def test_the_bad_element_is_marked_for_people(tmp_path: Path) -> None:
    lines = in_process("explain", MIXED, folder=tmp_path).out.splitlines()
    marked = next(number for number, line in enumerate(lines) if "^ AT706 Time: the time is invalid" in line)
    assert lines[marked].index("^") == lines[marked - 1].index("2527")


def test_a_file_is_read_as_a_vendors(tmp_path: Path) -> None:
    folder = installation(tmp_path)
    done = in_process("explain", GOOD, "--vendor", "acme", "--json", folder=folder)
    [document] = done.json["interchanges"][0]["documents"]
    assert document["held"], "its warehouse is not one of this vendor's"
    assert done.code == 1


def test_standard_input_is_read_as_a_file(tmp_path: Path) -> None:
    done = edibridge("explain", "-", "--json", folder=tmp_path, stdin=GOOD.read_bytes())
    assert (done.code, done.json["file"]) == (0, "-")


def test_a_file_without_any_edi_exits_1_and_says_so(tmp_path: Path) -> None:
    letter = tmp_path / "letter.edi"
    letter.write_text("Dear Amazon,\n")
    done = in_process("explain", letter, folder=tmp_path)
    assert done.code == 1
    assert "cannot be read: no ISA, UNA or UNB begins here" in done.out
