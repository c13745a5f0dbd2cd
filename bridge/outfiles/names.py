"""Names for files that go to a vendor, built from text that came from outside.

Whatever the parts hold, the result is one plain file name: it cannot leave its folder, be hidden,
or be longer than common file systems take.
"""

from __future__ import annotations

import hashlib
import re

LONGEST = 120
LONGEST_OF_ALL = 255
"""Bytes of a name that common file systems take."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def safe_part(text: str, longest: int = LONGEST) -> str:
    """Make a text a harmless part of a file name.

    Characters outside `A-Za-z0-9._-` become `_`; where that or a cut changed the text, a short hash of
    it is added, so that two different texts never become the same part.
    """
    cleaned = _UNSAFE.sub("_", text).strip(".") or "_"
    if cleaned == text and len(cleaned) <= longest:
        return cleaned
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{cleaned[: longest - 9]}-{digest}"


def stem_of(name: str) -> str:
    """Return a remote file's name without its last suffix, as a safe part."""
    stem, dot, _suffix = name.rpartition(".")
    return safe_part(stem if dot and stem else name, 80)


def stamped_name(name: str, stamp: str, number: int) -> str:
    """Name a file in the archive or quarantine: `asn.edi` → `asn.20261122T030000.17.edi`.

    Vendors use a name again every day; `number` (the arrival) keeps the names apart. The name is kept
    as the vendor wrote it otherwise, but for the end of one that would become longer than file systems take.
    """
    stem, dot, suffix = name.rpartition(".")
    if not dot or not stem:
        stem, dot, suffix = name, "", ""
    end = f".{stamp}.{number}{dot}{suffix}"
    while len(stem) > 1 and len(f"{stem}{end}".encode("utf-8", "surrogatepass")) > LONGEST_OF_ALL:
        stem = stem[:-1]
    return stem + end
