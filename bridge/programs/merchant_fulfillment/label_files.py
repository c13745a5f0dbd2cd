"""Labels as Amazon sends them: Base64 of GZIP of a PDF, PNG or ZPL file. Pure.

What fails a check is no label; nothing of it is ever written as one.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import re
import zlib

import msgspec

LARGEST = 20 * 1024 * 1024
"""Most bytes of an unpacked label."""
_LONGEST_TEXT = LARGEST * 3 // 2
_SIGNATURES = {
    "application/pdf": ("pdf", re.compile(rb"%PDF")),
    "image/png": ("png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    # ^XA begins a format; printers' drivers set the command characters, or load graphics (~DG), before it.
    "application/zpl": ("zpl", re.compile(rb"\s*(?:\x10?CT~~CD,~CC\^~CT~\s*)?(?:~[^^]*)?\^XA")),
}
"""Amazon's `FileType`: the extension of such a file, and what it begins with."""


class LabelFile(msgspec.Struct, frozen=True):
    """A label: the bytes of its file, and their extension (pdf, png or zpl)."""

    data: bytes
    extension: str

    def __repr__(self) -> str:
        return f"LabelFile({self.extension}, {len(self.data)} bytes)"


class NoLabel(msgspec.Struct, frozen=True):
    """Why what Amazon sent is no label. `empty`: it sent none, as for a shipment that was cancelled."""

    reason: str
    empty: bool = False


def label_file(contents: str, file_type: str, checksum: str) -> LabelFile | NoLabel:
    """Return the file of a `FileContents`, or why it is none. Never raises."""
    if not contents.strip():
        return NoLabel("Amazon sent no label", empty=True)
    packed = _packed(contents)
    if packed is None:
        return NoLabel("the label is no Base64, or too long")
    data = _unpacked(packed)
    if isinstance(data, NoLabel):
        return data
    kind, told = _kind(data), file_type.strip().lower()
    if not kind:
        return NoLabel("the label is neither PDF, PNG nor ZPL by its first bytes")
    if told not in {"", kind}:
        return NoLabel(f"the label's FileType is {told[:40]!r}, and by its first bytes it is {kind}")
    return _checked(LabelFile(data, _SIGNATURES[kind][0]), packed, checksum)


def _packed(contents: str) -> bytes | None:
    if len(contents) > _LONGEST_TEXT:
        return None
    try:
        return base64.b64decode("".join(contents.split()), validate=True)
    except ValueError:
        return None


def _unpacked(packed: bytes) -> bytes | NoLabel:
    """Return the bytes of a GZIP file, read no further than a label may be large, or why it is none."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            data = file.read(LARGEST + 1)
    except EOFError:
        return NoLabel("the label's GZIP file is cut")
    except (OSError, zlib.error):
        return NoLabel("the label is no GZIP file, or a damaged one")
    if len(data) > LARGEST:
        return NoLabel(f"the label has more than {LARGEST} bytes")
    return data


def _kind(data: bytes) -> str:
    """Return the `FileType` by a file's first bytes; empty where it is none of Amazon's."""
    return next((kind for kind, (_, begins) in _SIGNATURES.items() if begins.match(data)), "")


def _checked(label: LabelFile, packed: bytes, checksum: str) -> LabelFile | NoLabel:
    """Return a label whose checksum is that of its unpacked or packed bytes: Amazon does not say of which."""
    try:
        told = base64.b64decode(checksum.strip(), validate=True)
    except ValueError:
        told = b""
    if told not in {hashlib.md5(one, usedforsecurity=False).digest() for one in (label.data, packed)}:
        return NoLabel("the label's bytes do not agree with its Checksum (MD5)")
    return label
