"""Labels are unpacked and checked: what fails a check is no label."""

from __future__ import annotations

import base64
import gzip
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.programs.merchant_fulfillment import label_files
from bridge.programs.merchant_fulfillment.label_files import LabelFile, NoLabel, label_file

PDF = b"%PDF-1.4\n...\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00"
ZPL = b"^XA^FO50,50^FDlabel^FS^XZ"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def md5(data: bytes) -> str:
    return b64(hashlib.md5(data, usedforsecurity=False).digest())


def packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


@pytest.mark.parametrize(
    ("data", "file_type", "extension"),
    [
        (PDF, "application/pdf", "pdf"),
        (PNG, "image/png", "png"),
        (ZPL, "application/zpl", "zpl"),
        (b"\r\n" + ZPL, "application/zpl", "zpl"),
        (b"\x10CT~~CD,~CC^~CT~\r\n" + ZPL, "application/zpl", "zpl"),
        (b"~DGR:LOGO,00001,001,FF\r\n" + ZPL, "application/zpl", "zpl"),
        (PDF, "", "pdf"),
        (PNG, " ", "png"),
        (ZPL, "Application/ZPL", "zpl"),
    ],
)
@pytest.mark.parametrize("of", ["unpacked", "packed"])
def test_a_label_is_its_bytes_and_their_extension(
    data: bytes, file_type: str, extension: str, of: str
) -> None:
    checksum = md5(data) if of == "unpacked" else md5(packed(data))

    assert label_file(b64(packed(data)), file_type, checksum) == LabelFile(data, extension)


def test_base64_may_have_line_ends() -> None:
    wrapped = base64.encodebytes(packed(PDF * 20)).decode()

    assert label_file(wrapped, "", md5(PDF * 20)) == LabelFile(PDF * 20, "pdf")


@pytest.mark.parametrize(
    ("contents", "file_type", "checksum", "reason"),
    [
        ("", "", "", "no label"),
        (" \n", "application/pdf", md5(PDF), "no label"),
        ("H4sI!", "", md5(PDF), "no Base64"),
        ("é", "", md5(PDF), "no Base64"),
        (b64(PDF), "application/pdf", md5(PDF), "no GZIP"),
        (b64(packed(PDF)[:-9]), "", md5(PDF), "cut"),
        ("H4sIAAAAAAAAA+M=", "image/png", md5(PNG), "cut"),
        (b64(packed(PDF)[:-8] + b"\0" * 8), "", md5(PDF), "damaged"),
        (b64(packed(PDF) + b"more"), "", md5(PDF), "no GZIP file"),
        (b64(packed(PDF)), "image/png", md5(PDF), "FileType is 'image/png'"),
        (b64(packed(PDF)), "image/gif", md5(PDF), "FileType is 'image/gif'"),
        (b64(packed(b"GIF89a")), "", md5(b"GIF89a"), "neither PDF"),
        (b64(packed(b"")), "", md5(b""), "neither PDF"),
        (b64(packed(PDF)), "application/pdf", md5(PNG), "Checksum"),
        (b64(packed(PDF)), "application/pdf", "", "Checksum"),
        (b64(packed(PDF)), "application/pdf", "é", "Checksum"),
    ],
)
def test_what_is_no_label_says_why(contents: str, file_type: str, checksum: str, reason: str) -> None:
    found = label_file(contents, file_type, checksum)

    assert isinstance(found, NoLabel)
    assert reason in found.reason
    assert found.empty == (not contents.strip())


def test_no_more_is_unpacked_than_a_label_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_files, "LARGEST", 1000)
    exactly, more = PDF.ljust(1000), PDF.ljust(1001)

    assert isinstance(label_file(b64(packed(exactly)), "", md5(exactly)), LabelFile)
    assert label_file(b64(packed(more)), "", md5(more)) == NoLabel("the label has more than 1000 bytes")


@given(st.one_of(st.text(), st.binary().map(b64), st.binary().map(packed).map(b64)), st.text(), st.text())
def test_no_answer_raises(contents: str, file_type: str, checksum: str) -> None:
    assert isinstance(label_file(contents, file_type, checksum), LabelFile | NoLabel)


@given(st.binary(), st.integers(0, 200))
def test_a_damaged_label_is_never_written(tail: bytes, at: int) -> None:
    data = PDF + tail
    whole = packed(data)
    damaged = bytearray(whole)
    damaged[at % len(whole)] ^= 0x20

    found = label_file(b64(bytes(damaged)), "", md5(data))

    assert isinstance(found, NoLabel) or found.data == data
