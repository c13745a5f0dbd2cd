"""The demo in each version of Amazon's direct fulfilment API: the same files, by that version's calls."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from simulator.demo.folder import OUTBOX, RECEIVED
from tests.cli.support import edibridge


@pytest.mark.parametrize(
    ("version", "request_labels", "containers", "kind"),
    [
        ("v1", "submitShippingLabelRequest", [], "carton"),
        ("2021-12-28", "createShippingLabels", ["PALLET-0301", "PALLET-0302"], "Carton"),
    ],
)
def test_everything_comes_out_as_it_should(
    tmp_path: Path, version: str, request_labels: str, containers: list[str], kind: str
) -> None:
    done = edibridge("demo", "--api-version", version, "--json", folder=tmp_path)
    assert done.code == 0, done
    assert (done.json["as_expected"], done.json["surprises"]) == (True, [])
    demo = tmp_path / "demo"
    assert f'api_version = "{version}"' in (demo / "bridge" / "config.toml").read_text()
    received = [
        (path.name.split("-")[1], json.loads(path.read_text())) for path in (demo / RECEIVED).iterdir()
    ]
    calls = Counter(operation for operation, _ in received)
    assert calls[request_labels] == 6
    assert {operation for operation in calls if "Label" in operation} == {
        request_labels,
        *(["createContainerLabel"] if containers else []),
    }
    boxes = [box for _, item in received for box in item.get("containers", [])]
    assert {box["containerType"] for box in boxes} == {kind}
    pieces = [line.get("pieceNumber") for box in boxes for line in box["packedItems"]]
    assert any(pieces) is (version != "v1")

    labels = done.json["papers"]["container_labels"]
    assert [Path(name).name.partition("_")[0] for name in labels] == containers
    assert all((demo / OUTBOX / name).read_bytes().startswith(b"\x89PNG") for name in labels)
    assert len(done.json["papers"]["labels"]) == 7


def test_a_version_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    done = edibridge("demo", "--api-version", "v2", folder=tmp_path)
    assert done.code == 2
    assert "2021-12-28" in done.err
    assert not (tmp_path / "demo").exists()
