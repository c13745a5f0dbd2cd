from __future__ import annotations

import struct
import zlib

import pytest

from simulator.papers.canvas import Canvas
from simulator.papers.code128 import code128
from simulator.papers.font import HEIGHT, WIDTH, glyph
from simulator.papers.label import label_png
from simulator.papers.model import Document, Package
from simulator.papers.zpl import label_zpl


def label(order: str = "PO1", *trackings: str, version: int = 1) -> Document:
    packages = [
        Package(identifier=f"PKG{n}", tracking_number=one) for n, one in enumerate(trackings or ["1Z1"])
    ]
    return Document(
        kind="label",
        account="default",
        order=order,
        created=0.0,
        ship_from="ACMW1",
        selling_party="ACMEV",
        version=version,
        packages=tuple(packages),
    )


def decode(png: bytes) -> list[str]:
    """Read a PNG of one bit a dot, filters none and up: rows of "#" and "."; checks every checksum."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks: dict[bytes, bytes] = {}
    at = 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", png, at + 8 + length) == (zlib.crc32(kind + content),)
        chunks[kind] = content
        at += 12 + length
    assert list(chunks)[-1] == b"IEND"
    width, height, depth, colour = struct.unpack_from(">IIBB", chunks[b"IHDR"])
    assert (depth, colour) == (1, 0)
    data = zlib.decompress(chunks[b"IDAT"])
    size = (width + 7) // 8
    assert len(data) == height * (size + 1)
    rows, above = [], bytes(size)
    for start in range(0, len(data), size + 1):
        kind_of_filter, row = data[start], data[start + 1 : start + 1 + size]
        assert kind_of_filter in (0, 2)
        if kind_of_filter == 2:
            row = bytes((one + other) % 256 for one, other in zip(row, above, strict=True))
        bits = f"{int.from_bytes(row):0{size * 8}b}"[:width]
        rows.append(bits.replace("0", "#").replace("1", "."))
        above = row
    return rows


def test_what_is_drawn_is_what_the_picture_shows() -> None:
    canvas = Canvas(20, 9)
    canvas.text(1, 1, "Ab", 1)
    canvas.box(13, 1, 7, 7)
    canvas.text(14, 1, "I", 1, inverted=True)
    assert decode(canvas.png(203)) == [
        "....................",
        "..###..####..##...##",
        ".#...#.#...#.###.###",
        ".#...#.#...#.###.###",
        ".#####.####..###.###",
        ".#...#.#...#.###.###",
        ".#...#.#...#.###.###",
        ".#...#.####..##...##",
        "....................",
    ]


def test_text_is_cut_off_at_the_border() -> None:
    canvas = Canvas(19, 8)
    canvas.text(2, 0, "WWWWWWW", 1)
    assert {row[13:] for row in decode(canvas.png(203))} == {"......"}


@pytest.mark.parametrize("size", [1, 2, 3, 4, 6, 8])
def test_every_sign_fits_its_cell_at_every_size(size: int) -> None:
    for code in range(32, 127):
        rows = glyph(chr(code), size)
        assert len(rows) == HEIGHT * size
        assert all(0 <= row < 1 << WIDTH * size for row in rows)


def test_signs_differ_and_unknown_ones_are_question_marks() -> None:
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    assert len({glyph(sign, 1) for sign in signs}) == len(signs)
    assert glyph("\u00e9", 2) == glyph("?", 2)


def test_a_barcode_is_code_128() -> None:
    modules = code128("PJJ123C")
    symbols = [modules[at : at + 11] for at in range(0, 9 * 11, 11)]
    assert symbols[0] == "11010010000"  # start of set B
    assert modules[9 * 11 :] == "1100011101011"  # stop
    assert code128("A")[11:22] == "10100011000"
    # (104 + 1 * 48 + 2 * 42 + 3 * 42 + 4 * 17 + 5 * 18 + 6 * 19 + 7 * 35) % 103 is 55, the value of "W".
    assert symbols[8] == code128("W")[11:22]


def test_a_label_is_four_by_six_inches_and_shows_its_tracking_number() -> None:
    rows = decode(label_png(label("PO1", "1Z6A34Y60369738804"), 0))
    assert (len(rows[0]), len(rows)) == (812, 1218)
    modules = code128("1Z6A34Y60369738804")
    wanted = "".join(("#" if module == "1" else ".") * 3 for module in modules)
    assert sum(wanted in row for row in rows) == 200


@pytest.mark.parametrize("tracking", ["1", "9" * 22, "X" * 60, "Y" * 500, "\u00fc~^"])
def test_any_tracking_number_can_be_drawn(tracking: str) -> None:
    decode(label_png(label("PO1", tracking), 0))
    assert b"\n^XZ\n" in label_zpl(label("PO1", tracking), 0)


def test_the_same_label_is_the_same_bytes_and_another_is_not() -> None:
    first = label_png(label("PO1"), 0)
    assert label_png(label("PO1"), 0) == first
    for other in (label("PO2"), label("PO1", version=2), label("PO1", "1Z2")):
        assert label_png(other, 0) != first
        assert label_zpl(other, 0) != label_zpl(label("PO1"), 0)


def test_zpl_keeps_commands_out_of_its_fields() -> None:
    text = label_zpl(label("PO1", "1Z^XZ~JA"), 0).decode()
    assert "1Z XZ JA" in text
    assert text.count("^XZ") == 1
