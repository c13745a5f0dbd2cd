"""The labels, packing slips and invoices in the demo's outbox, and whether they are what they should be."""

from __future__ import annotations

import csv
import hashlib
import struct
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SAMPLES_A_PIXEL = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Of each colour type (PNG, IHDR)."""

Packages = Mapping[str, Sequence[str]]
"""Order to the identifiers of its packages; none: the order as it is, which gets one label."""


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the index beside the labels; `file` is a path below the outbox."""

    purchase_order: str
    package: str
    tracking_number: str
    ship_method: str
    file: str
    sha256: str


class ShippingDocuments(msgspec.Struct, frozen=True, kw_only=True):
    """What came back: the labels by the index, and the files beside them, as paths below the outbox."""

    labels: tuple[Label, ...] = ()
    pictures: tuple[str, ...] = ()
    container_labels: tuple[str, ...] = ()
    packing_slips: tuple[str, ...] = ()
    invoices: tuple[str, ...] = ()


def documents_in(outbox: Path) -> ShippingDocuments:
    """Read the outbox as the vendor would: the index first, then what it names."""
    labels: list[Label] = []
    for index in sorted((outbox / "labels").glob("index.*.csv")):
        with index.open(encoding="utf-8", newline="") as lines:
            labels += [msgspec.convert(line, Label) for line in csv.DictReader(lines)]
    return ShippingDocuments(
        labels=tuple(sorted(labels, key=lambda label: (label.purchase_order, label.package))),
        pictures=_files(outbox, "labels/**/*.png"),
        container_labels=_files(outbox, "container-labels/*"),
        packing_slips=_files(outbox, "packing-slips/*"),
        invoices=_files(outbox, "invoices/*"),
    )


def wrong_documents(
    outbox: Path, documents: ShippingDocuments, requested: Packages, gifts: Sequence[str]
) -> Iterator[str]:
    """List what is missing or not what it says; nothing where all is well."""
    yield from _wrong_labels(documents, requested)
    for label in documents.labels:
        yield from _wrong_picture(outbox / label.file, label)
    listed = {label.file for label in documents.labels}
    yield from (f"{name} is in no index" for name in documents.pictures if name not in listed)
    wanted = {
        "packing-slips": (documents.packing_slips, gifts),
        "invoices": (documents.invoices, list(requested)),
    }
    for folder, (names, orders) in wanted.items():
        expected = {f"{folder}/{order}.pdf" for order in orders}
        yield from (f"{name} did not come" for name in sorted(expected - set(names)))
        yield from (f"not requested: {name}" for name in sorted(set(names) - expected))
        yield from (f"{name} is no PDF" for name in names if not is_pdf((outbox / name).read_bytes()))


def wrong_container_labels(
    outbox: Path, documents: ShippingDocuments, requested: Sequence[str]
) -> Iterator[str]:
    """List what is wrong with the labels of containers: each that was requested has one, which opens."""
    came = Counter(Path(name).name.partition("_")[0] for name in documents.container_labels)
    for container in requested:
        if came[container] != 1:
            yield f"container {container} has {came[container]} labels, not 1"
    yield from (f"not requested: a label of container {one}" for one in came if one not in requested)
    for name in documents.container_labels:
        yield from _not_opening(name, (outbox / name).read_bytes())


def is_pdf(data: bytes) -> bool:
    """Return whether a PDF begins and ends as it must."""
    return data.startswith(b"%PDF-") and b"%%EOF" in data[-1024:]


def size_of_png(data: bytes) -> tuple[int, int]:
    """Open a PNG: check each chunk and unpack all pixels; return width and height. Raises ValueError."""
    if not data.startswith(_SIGNATURE):
        raise ValueError("it does not begin as a PNG does")
    chunks = list(_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND":
        raise ValueError("it does not begin with IHDR and end with IEND")
    width, height, depth, colour, *_ = struct.unpack(">IIBBBBB", chunks[0][1])
    pixels = zlib.decompress(b"".join(content for kind, content in chunks if kind == b"IDAT"))
    row = 1 + (width * depth * _SAMPLES_A_PIXEL[colour] + 7) // 8
    if len(pixels) != row * height:
        raise ValueError(f"it holds {len(pixels)} bytes of pixels, not {row * height}")
    return width, height


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(data):
        length = int.from_bytes(data[at : at + 4])
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if int.from_bytes(data[at + 8 + length : at + 12 + length]) != zlib.crc32(kind + content):
            raise ValueError(f"its chunk {kind!r} is damaged")
        yield kind, content
        at += 12 + length


def _wrong_labels(documents: ShippingDocuments, requested: Packages) -> Iterator[str]:
    for order, packages in requested.items():
        came = Counter(label.package for label in documents.labels if label.purchase_order == order)
        if not packages and came.total() != 1:
            yield f"order {order} has {came.total()} labels, not 1"
        for package in packages:
            if came[package] != 1:
                yield f"package {package} of order {order} has {came[package]} labels, not 1"
        for package in came if packages else ():
            if package not in packages:
                yield f"not requested: a label of package {package} of order {order}"
    for label in documents.labels:
        if label.purchase_order not in requested:
            yield f"not requested: the label {label.file}"


def _wrong_picture(path: Path, label: Label) -> Iterator[str]:
    if not path.is_file():
        yield f"{label.file} is in the index, and not there"
        return
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != label.sha256:
        yield f"{label.file} has another SHA-256 than its index says"
    yield from _not_opening(label.file, data)


def _not_opening(name: str, data: bytes) -> Iterator[str]:
    try:
        size_of_png(data)
    except (ValueError, KeyError, struct.error, zlib.error) as error:
        yield f"{name} does not open as a PNG: {error}"


def _files(outbox: Path, pattern: str) -> tuple[str, ...]:
    return tuple(
        sorted(path.relative_to(outbox).as_posix() for path in outbox.glob(pattern) if path.is_file())
    )
