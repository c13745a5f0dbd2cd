"""Every sample becomes what stands beside it, and the guides become Amazon's own example bodies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bridge.edi.model import Document, DocumentRead, ReadOptions
from bridge.edi.reader import read
from tests import golden

MODEL = golden.ROOT.parent / "shared" / "spapi" / "vendorDirectFulfillmentShippingV1.json"
EDI = [path for path in golden.samples() if path.suffix == ".edi"]
_PATH = "/vendor/directFulfillment/shipping/v1/"


@pytest.mark.parametrize("sample", golden.samples(), ids=lambda path: path.name.removesuffix(".edi"))
def test_sample_becomes_what_stands_beside_it(sample: Path) -> None:
    expected = json.loads(golden.expected_path(sample).read_bytes())
    assert golden.outcome(sample) == expected


def test_every_outbound_mapping_writes_what_stands_in_its_sample() -> None:
    folder = golden.SAMPLES / golden.OUTBOX
    assert golden.outgoing() == {path.stem: path.read_bytes() for path in folder.glob("*.edi")}


@pytest.mark.parametrize("sample", EDI, ids=lambda path: path.stem)
def test_a_good_sample_is_good_in_strict_reading_and_has_no_notes(sample: Path) -> None:
    loose, strict = (_documents(sample, strict=strict) for strict in (False, True))
    for usual, strictly in zip(loose, strict, strict=True):
        if usual.accepted:
            assert [error.message for error in strictly.errors if error.fatal] == []
            # A release without tables of its own is read by others, and that is said.
            told = [error for error in usual.errors if "near one" not in error.message]
            assert [error.message for error in told if "no tables of" not in error.message] == []


def _documents(sample: Path, *, strict: bool) -> list[Document]:
    events = read([sample.read_bytes()], golden.shipped_grammar(), options=ReadOptions(strict=strict))
    return [event.document for event in events if isinstance(event, DocumentRead)]


def test_every_expected_result_and_profile_has_its_sample() -> None:
    whole = {golden.expected_path(sample) for sample in golden.samples()}
    besides = [
        path.with_name(path.name.replace(".profile.", ".expected."))
        for path in golden.SAMPLES.glob("*/*")
        if path.name.endswith((".expected.json", ".profile.json"))
    ]
    assert besides
    assert set(besides) <= whole


def test_readme_names_every_sample() -> None:
    readme = (golden.SAMPLES / "README.md").read_text(encoding="utf-8")
    paths = [*golden.samples(), *golden.SAMPLES.glob(f"{golden.OUTBOX}/*.edi")]
    names = [path.relative_to(golden.SAMPLES).as_posix().removesuffix(".edi") for path in paths]
    assert [name for name in names if f"`{name}`" not in readme] == []


def test_golden_never_overwrites_a_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    promised = (golden.SAMPLES / "x12" / "214_delivered.expected.json").read_bytes()
    folder = tmp_path / "samples" / "x12"
    folder.mkdir(parents=True)
    sample = folder / "214_delivered.edi"
    sample.write_bytes((golden.SAMPLES / "x12" / "214_delivered.edi").read_bytes())
    monkeypatch.setattr(golden, "SAMPLES", tmp_path / "samples")
    monkeypatch.setattr(golden, "ROOT", tmp_path)
    assert golden.main() == 0
    written = golden.expected_path(sample).read_bytes()
    golden.expected_path(sample).write_text("{}")
    assert golden.main() == 1
    assert golden.expected_path(sample).read_text() == "{}"
    assert "differs" in capsys.readouterr().out
    assert written == promised


@pytest.mark.parametrize(
    ("sample", "array"),
    [
        ("x12/856_guide", "shipmentConfirmations"),
        ("edifact/desadv_guide", "shipmentConfirmations"),
        ("x12/214_guide", "shipmentStatusUpdates"),
        ("edifact/iftsta_guide", "shipmentStatusUpdates"),
    ],
)
def test_guide_becomes_the_example_of_the_model(sample: str, array: str) -> None:
    if not MODEL.exists():
        pytest.skip("Amazon's model is not beside the repository (../shared/spapi)")
    result = golden.outcome(golden.SAMPLES / f"{sample}.edi")
    (request,) = result["documents"][0]["requests"]
    expected = _example(array)
    if sample.startswith("edifact/iftsta"):
        # The pair stays in the sender's column: 301/000 is EDIFACT's D1/NS.
        assert expected["statusUpdateDetails"]["statusCode"] == "D1"
        expected["statusUpdateDetails"] |= {"statusCode": "301", "reasonCode": "000"}
    assert request["body"] == expected


def test_amazons_own_body_of_label_requests_passes_as_it_is() -> None:
    if not MODEL.exists():
        pytest.skip("Amazon's model is not beside the repository (../shared/spapi)")
    result = golden.outcome(golden.SAMPLES / "drop" / "label_requests_amazon.json")
    (request,) = result["records"][0]["requests"]
    expected = _example("shippingLabelRequests", "shippingLabels")
    assert request["body"] == expected


def _example(array: str, path: str = "") -> dict[str, Any]:
    post = json.loads(MODEL.read_bytes())["paths"][_PATH + (path or array)]["post"]
    example = post["responses"]["202"]["x-amzn-api-sandbox"]["static"][0]
    item: dict[str, Any] = example["request"]["parameters"]["body"]["value"][array][0]
    return item
