"""mappings: what is shipped, to look at and to extend."""

from __future__ import annotations

from pathlib import Path

from bridge.data import mappings_folder
from tests.cli.support import in_process


def test_all_that_is_shipped_is_listed(tmp_path: Path) -> None:
    listed = in_process("mappings", "--json", folder=tmp_path).json["mappings"]
    kinds = {one["name"]: (one["kind"], one["standard"], one["document"]) for one in listed}
    assert kinds["x12-856"] == ("mapping", "x12", "856")
    assert kinds["status/standard-edifact"] == ("status table", "edifact", "")
    assert kinds["units"] == ("table", "", "")
    assert kinds["edifact/D96A/DESADV.txt"] == ("grammar", "edifact", "")
    assert all(Path(one["file"]).is_file() for one in listed)
    assert "edifact-desadv" in in_process("mappings", folder=tmp_path).out


def test_one_is_printed_to_the_byte(tmp_path: Path) -> None:
    for name in ("x12-856.toml", "status/standard-x12.toml", "edifact/words.tsv", "x12/856.004010.xml"):
        text = (mappings_folder() / name).read_text(encoding="utf-8")
        assert in_process("mappings", "show", name, folder=tmp_path).out == text
    shown = in_process("mappings", "show", "x12-856", "--json", folder=tmp_path).json
    assert (shown["kind"], shown["text"]) == (
        "mapping",
        (mappings_folder() / "x12-856.toml").read_text("utf-8"),
    )


def test_a_name_that_there_is_not_is_a_mistake_with_the_nearest(tmp_path: Path) -> None:
    done = in_process("mappings", "show", "x12-586", folder=tmp_path)
    assert done.code == 2
    assert "did you mean x12-856?" in done.err
    assert in_process("mappings", "list", folder=tmp_path).code == 2
    assert in_process("mappings", "show", folder=tmp_path).code == 2


def test_a_sample_has_a_segment_a_line(tmp_path: Path) -> None:
    done = in_process("mappings", "sample", "x12-945", folder=tmp_path)
    assert done.code == 0
    lines = done.out.splitlines()
    assert [line.partition("*")[0] for line in lines[:4]] == ["ISA", "GS", "ST", "W06"]
    assert all(line.endswith("~") for line in lines)
