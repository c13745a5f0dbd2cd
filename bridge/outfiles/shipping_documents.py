"""Shipping documents as Amazon sends them, checked and named for the vendor's outbox.

The content is base64; it is decoded strictly and must be what it says it is, by its signature. Names are
built from numbers that came from outside: none can leave its folder or take another's place. Beside labels
lies an index, which a warehouse system reads to pick them up.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from bridge.outfiles.names import safe_part
from bridge.outside_text import csv_rows, json_text

Format = Literal["png", "zpl", "pdf"]


class BadShippingDocumentError(Exception):
    """A shipping document that is not what it says; the message says why, with none of its content."""


class NamedFile(msgspec.Struct, frozen=True):
    """One file for the outbox."""

    folder: str
    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Hash the bytes, as the index tells them."""
        return hashlib.sha256(self.data).hexdigest()


def _is_png(data: bytes) -> bool:
    return data.startswith(b"\x89PNG\r\n\x1a\n") and data.rstrip().endswith(b"IEND\xaeB`\x82")


def _is_zpl(data: bytes) -> bool:
    # Printers are set up by commands before the first ^XA; ~ begins some of those.
    text = data.strip()
    return text[:1] in {b"^", b"~"} and b"^XA" in text and text.endswith(b"^XZ")


def _is_pdf(data: bytes) -> bool:
    return data.startswith(b"%PDF-") and b"%%EOF" in data[-1024:]


SIGNATURES: dict[Format, Callable[[bytes], bool]] = {"png": _is_png, "zpl": _is_zpl, "pdf": _is_pdf}
"""How each format begins and ends, so that what was cut off is noticed."""


def decode(content: str, expected: Format) -> bytes:
    """Decode a document and check that it is what it should be. Raises `BadShippingDocumentError`."""
    if not content.strip():
        raise BadShippingDocumentError("it is empty")
    try:
        data = base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadShippingDocumentError(f"it is not base64, or was cut off: {error}") from error
    if SIGNATURES[expected](data):
        return data
    begins = next((name for name, fits in SIGNATURES.items() if fits(data)), "")
    found = f"a whole {begins.upper()}" if begins else "something else, or was cut off"
    raise BadShippingDocumentError(f"it should be a whole {expected.upper()}, and is {found}")


def named(template: str, fields: dict[str, str], data: bytes) -> NamedFile:
    """Name a shipping document by a template such as `labels/{purchase_order}/{package}_{tracking}.{ext}`.

    Each field becomes a harmless part of a name first, so that a slash in it never makes a folder.
    """
    safe = {name: safe_part(value, 80) if value else "none" for name, value in fields.items()}
    folder, _, name = template.format_map(safe).rpartition("/")
    return NamedFile(folder, name, data)


class IndexLine(msgspec.Struct, frozen=True, kw_only=True):
    """One label; `file` is its path in the outbox.

    `status` is `valid` or `void`; a void one says which tracking numbers replace it, where any do.
    """

    purchase_order: str
    package: str
    tracking_number: str
    ship_method: str
    file: str
    sha256: str
    status: str = "valid"
    replaced_by: str = ""


def as_csv(lines: Sequence[IndexLine]) -> bytes:
    """Write RFC 4180 CSV in UTF-8 with a header."""
    return csv_rows([IndexLine.__struct_fields__, *map(msgspec.structs.astuple, lines)])


def as_json(lines: Sequence[IndexLine]) -> bytes:
    """Write one indented JSON object with a `labels` array."""
    return json_text({"labels": lines}) + b"\n"


INDEX_FORMATS: dict[str, Callable[[Sequence[IndexLine]], bytes]] = {"csv": as_csv, "json": as_json}
"""The forms a vendor can choose, by the suffix of the file."""
