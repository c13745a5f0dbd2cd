"""The demo says so when labels, slips or invoices are not what they should be."""

from __future__ import annotations

import csv
import hashlib
import io
import zlib
from pathlib import Path

import pytest
from PIL import Image

from simulator.demo.documents import Label, documents_in, size_of_png, wrong_documents


def _png() -> bytes:
    content = io.BytesIO()
    Image.new("1", (40, 20)).save(content, "PNG")
    return content.getvalue()


PNG = _png()
PDF = b"%PDF-1.4\n...\n%%EOF\n"
REQUESTED = {"PO1": ["C1", "C2"], "PO2": []}
GIFTS = ["PO1"]


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    """An outbox that is as it should be."""
    lines = []
    for order, package in (("PO1", "C1"), ("PO1", "C2"), ("PO2", "PKG001")):
        path = tmp_path / "labels" / order / f"{package}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PNG)
        name = path.relative_to(tmp_path).as_posix()
        lines.append([order, package, "1Z", "UPS", name, hashlib.sha256(PNG).hexdigest()])
    for number, some in enumerate((lines[:2], lines[2:])):
        with (tmp_path / "labels" / f"index.{number}.csv").open("w", newline="") as index:
            csv.writer(index).writerows([Label.__struct_fields__, *some])
    for name in ("packing-slips/PO1.pdf", "invoices/PO1.pdf", "invoices/PO2.pdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(PDF)
    return tmp_path


def wrong(outbox: Path) -> list[str]:
    return list(wrong_documents(outbox, documents_in(outbox), REQUESTED, GIFTS))


def test_documents_that_are_as_they_should_be_are_no_surprise(outbox: Path) -> None:
    assert wrong(outbox) == []
    assert size_of_png(PNG) == (40, 20)


def test_a_label_that_is_missing_is_told(outbox: Path) -> None:
    (outbox / "labels/PO1/C2.png").unlink()
    assert wrong(outbox) == ["labels/PO1/C2.png is in the index, and not there"]
    (outbox / "labels/index.0.csv").unlink()
    assert "package C1 of order PO1 has 0 labels, not 1" in wrong(outbox)
    assert "labels/PO1/C1.png is in no index" in wrong(outbox)
    (outbox / "labels/index.1.csv").unlink()
    assert "order PO2 has 0 labels, not 1" in wrong(outbox)


def test_a_label_that_nobody_asked_for_is_told(outbox: Path) -> None:
    documents = documents_in(outbox)
    assert list(wrong_documents(outbox, documents, {"PO1": ["C1"], "PO2": []}, GIFTS)) == [
        "not requested: a label of package C2 of order PO1"
    ]
    found = list(wrong_documents(outbox, documents, {"PO1": ["C1", "C2"]}, GIFTS))
    assert found == ["not requested: the label labels/PO2/PKG001.png", "not requested: invoices/PO2.pdf"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"^XA^XZ", "does not begin as a PNG"),
        (PNG[:-12], "end with IEND"),
        (PNG.replace(b"IDAT", b"IDAR"), "is damaged"),
        (PNG[:8], "begin with IHDR"),
        (b"", "does not begin"),
    ],
)
def test_a_label_that_does_not_open_is_told(outbox: Path, data: bytes, why: str) -> None:
    (outbox / "labels/PO1/C1.png").write_bytes(data)
    hashed, opened = wrong(outbox)
    assert hashed == "labels/PO1/C1.png has another SHA-256 than its index says"
    assert why in opened


def test_a_picture_with_too_few_pixels_does_not_open() -> None:
    begin = PNG.index(b"IDAT")
    length = int.from_bytes(PNG[begin - 4 : begin])
    few = zlib.compress(zlib.decompress(PNG[begin + 4 : begin + 4 + length])[:-6])
    chunk = len(few).to_bytes(4) + b"IDAT" + few + zlib.crc32(b"IDAT" + few).to_bytes(4)
    with pytest.raises(ValueError, match="bytes of pixels"):
        size_of_png(PNG[: begin - 4] + chunk + PNG[begin + 8 + length :])


def test_slips_and_invoices_that_are_missing_or_no_pdf_are_told(outbox: Path) -> None:
    (outbox / "packing-slips/PO1.pdf").unlink()
    (outbox / "packing-slips/PO2.pdf").write_bytes(PDF)
    (outbox / "invoices/PO1.pdf").write_bytes(b"<html>")
    (outbox / "invoices/PO2.pdf").write_bytes(PDF[:-7])
    assert wrong(outbox) == [
        "packing-slips/PO1.pdf did not come",
        "not requested: packing-slips/PO2.pdf",
        "invoices/PO1.pdf is no PDF",
        "invoices/PO2.pdf is no PDF",
    ]
