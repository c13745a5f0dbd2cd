"""A shipping label of four by six inches as a picture."""

from __future__ import annotations

from itertools import pairwise

from simulator.papers.canvas import Canvas
from simulator.papers.code128 import code128
from simulator.papers.model import Document, Package
from simulator.papers.people import Recipient, recipient

DOTS_PER_INCH = 203
WIDTH, HEIGHT = 812, 1218
_LEFT = 32
_WARNING = "SAMPLE - NOT FOR SHIPPING"


def label_png(label: Document, place: int) -> bytes:
    """Draw the label of the package at `place` (from 0)."""
    package = label.packages[place]
    to = recipient(label.order)
    canvas = Canvas(WIDTH, HEIGHT)
    _from(canvas, label, place)
    _to(canvas, to)
    _routing(canvas, to)
    _service(canvas, package)
    _barcode(canvas, package)
    _references(canvas, label, package)
    canvas.frame(0, 0, WIDTH, HEIGHT, 4)
    return canvas.png(DOTS_PER_INCH)


def _from(canvas: Canvas, label: Document, place: int) -> None:
    canvas.text(_LEFT, 28, f"VENDOR {label.selling_party}"[:22], 3)
    canvas.text(_LEFT, 58, f"WAREHOUSE {label.ship_from}"[:22], 3)
    canvas.text(_LEFT, 88, "1 Stand-in Street", 3)
    weight = label.packages[place].weight
    if weight:
        canvas.text(470, 28, weight, 4)
    count = f"{place + 1} OF {len(label.packages)}"
    canvas.text(WIDTH - _LEFT - canvas.text_width(count, 4), 76, count, 4)


def _to(canvas: Canvas, to: Recipient) -> None:
    canvas.text(_LEFT, 164, "SHIP TO:", 4)
    canvas.text(84, 212, to.name, 4)
    canvas.text(84, 254, to.street, 4)
    canvas.text(84, 300, f"{to.town} {to.state}", 6)
    canvas.text(84, 356, to.postcode, 6)


def _routing(canvas: Canvas, to: Recipient) -> None:
    canvas.box(0, 420, WIDTH, 5)
    _symbol(canvas, 34, 446, code128(to.postcode + to.name))
    canvas.box(248, 420, 5, 220)
    canvas.text(284, 440, f"{to.state} {to.postcode[:3]} {to.postcode[3:]}", 8)
    modules = code128(f"420{to.postcode}")
    canvas.bars(284, 516, 104, modules, 3)
    canvas.box(0, 636, WIDTH, 16)


def _symbol(canvas: Canvas, x: int, y: int, modules: str) -> None:
    """Fill a square with a pattern that looks like a matrix code; nothing can read it."""
    dot, side = 8, 22
    for row in range(side):
        dots = ""
        for column in range(side):
            ring = max(abs(2 * row - side + 1), abs(2 * column - side + 1)) // 2
            # Rings in the middle, and elsewhere a mix of the modules.
            dots += "1010"[ring] if ring < 4 else modules[(row * 7 + column * 13) % len(modules)]
        canvas.bars(x, y + row * dot, dot, dots, dot)


def _service(canvas: Canvas, package: Package) -> None:
    canvas.text(_LEFT, 672, package.ship_method_name[:26], 4)
    canvas.text(_LEFT, 724, f"TRACKING #: {_spaced(package.tracking_number)}"[:36], 3)
    canvas.box(WIDTH - 108, 652, 108, 110)
    canvas.text(WIDTH - 82, 678, package.ship_method[:1], 8, inverted=True)
    canvas.box(0, 762, WIDTH, 5)


def _spaced(tracking_number: str) -> str:
    """Group as carriers print it: 1Z 999 999 99 9999 9999."""
    if len(tracking_number) != 18:
        return tracking_number
    cuts = (0, 2, 5, 8, 10, 14, 18)
    return " ".join(tracking_number[start:end] for start, end in pairwise(cuts))


def _barcode(canvas: Canvas, package: Package) -> None:
    modules = code128(package.tracking_number[:60])
    module = max(1, min(3, (WIDTH - 60) // len(modules)))
    canvas.bars((WIDTH - len(modules) * module) // 2, 788, 200, modules, module)
    canvas.box(0, 1010, WIDTH, 16)


def _references(canvas: Canvas, label: Document, package: Package) -> None:
    canvas.text(_LEFT, 1046, f"ORDER   {label.order}", 3)
    canvas.text(_LEFT, 1076, f"PACKAGE {package.identifier}", 3)
    version = f"LABEL {label.version}"
    canvas.text(WIDTH - _LEFT - canvas.text_width(version, 3), 1106, version, 3)
    canvas.text(_LEFT, 1106, f"METHOD  {package.ship_method}"[:34], 3)
    canvas.box(0, 1146, WIDTH, HEIGHT - 1146)
    canvas.text((WIDTH - canvas.text_width(_WARNING, 4)) // 2, 1168, _WARNING, 4, inverted=True)
