"""Labels of the stand-in: small valid documents made in code, and the ways in which they can be spoilt."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import time
from typing import Any, Literal

import msgspec
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from simulator.shipping_documents import plain

Item = dict[str, Any]
LabelFormat = Literal["PDF", "PNG", "ZPL203", "ZPL300"]
How = Literal["wrong_checksum", "bad_gzip", "bad_base64", "wrong_type", "blank_types", "empty", "too_large"]
"""`wrong_type`: the file type is of another format than the bytes. `too_large`: zeros of 21 MB."""
FILE_TYPES = {
    "PDF": "application/pdf",
    "PNG": "image/png",
    "ZPL203": "application/zpl",
    "ZPL300": "application/zpl",
}
_SIZE = (40, 60)
_TOO_LARGE = 21 * 1024 * 1024


class LabelFault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One way in which labels arrive spoilt."""

    how: How
    order: str = ""
    """Only labels of this order."""
    times: int | None = 1
    """How many labels it strikes; None: until it is cleared."""


class LabelFaults:
    """The active faults of labels; the first that fits a label strikes it."""

    def __init__(self) -> None:
        self._armed: list[tuple[LabelFault, int]] = []

    def add(self, fault: LabelFault) -> None:
        """Have labels spoilt."""
        self._armed.append((fault, 0))

    def clear(self) -> None:
        """Remove all faults."""
        self._armed.clear()

    @property
    def active(self) -> list[LabelFault]:
        """The faults that can still strike."""
        return [one for one, struck in self._armed if one.times is None or struck < one.times]

    def strike(self, order: str) -> How | None:
        """Return how a label is spoilt, and count it."""
        for place, (one, struck) in enumerate(self._armed):
            if (one.times is None or struck < one.times) and one.order in {"", order}:
                self._armed[place] = (one, struck + 1)
                return one.how
        return None


def label_bytes(label_format: LabelFormat, lines: list[str], created: float) -> bytes:
    """Make a label; the same lines give the same bytes every time."""
    if label_format == "PNG":
        said = PngInfo()
        said.add_text("Title", "\n".join(lines))
        return _saved(format="PNG", pnginfo=said)
    if label_format == "PDF":
        made = time.gmtime(created)
        return _saved(format="PDF", title="\n".join(lines), creationDate=made, modDate=made)
    texts = [f"^FO32,{60 * place + 32}^A0N,34^FD{plain(line)}^FS" for place, line in enumerate(lines)]
    return "\n".join(["^XA^CI28", *texts, "^XZ", ""]).encode()


def _saved(**how: Any) -> bytes:  # noqa: ANN401 - each format has its own options
    content = io.BytesIO()
    Image.new("1", _SIZE, 1).save(content, **how)
    return content.getvalue()


def label_element(
    data: bytes, label_format: LabelFormat, checksum_of: Literal["unpacked", "packed"], how: How | None
) -> Item:
    """Build the `Label` of the model, perhaps spoilt."""
    data = bytes(_TOO_LARGE) if how == "too_large" else data
    packed = gzip.compress(data, mtime=0)
    checksum = hashlib.md5(data if checksum_of == "unpacked" else packed, usedforsecurity=False).digest()
    file_type = FILE_TYPES[label_format]
    contents = base64.b64encode(packed).decode()
    if how == "wrong_checksum":
        checksum = bytes(16)
    elif how == "bad_gzip":
        contents = base64.b64encode(packed[: len(packed) // 2]).decode()
    elif how == "bad_base64":
        contents = f"%{contents[1:]}"
    elif how == "wrong_type":
        file_type = FILE_TYPES["PDF" if label_format == "PNG" else "PNG"]
    elif how == "empty":
        return empty_label(label_format)
    blank = how == "blank_types"
    return _label(contents, "" if blank else file_type, base64.b64encode(checksum).decode()) | {
        "LabelFormat": "" if blank else label_format
    }


def empty_label(label_format: LabelFormat) -> Item:
    """Build the `Label` of a shipment that is cancelled."""
    return _label("", "", "") | {"LabelFormat": label_format}


def _label(contents: str, file_type: str, checksum: str) -> Item:
    return {
        "Dimensions": {"Length": 6, "Width": 4, "Unit": "inches"},
        "FileContents": {"Contents": contents, "FileType": file_type, "Checksum": checksum},
    }
