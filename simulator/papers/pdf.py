"""PDF by hand: one page of text and lines in the fonts that every reader brings along."""

from __future__ import annotations

from collections.abc import Iterable

WIDTH, HEIGHT = 612, 792
"""US letter, in points."""
_FONTS = ("Helvetica", "Helvetica-Bold", "Courier")
REGULAR, BOLD, MONO = range(3)


class Page:
    """One page; x from the left and y from the top, in points."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._content: list[str] = []

    def text(self, x: float, y: float, text: str, size: float = 10, font: int = REGULAR) -> None:
        """Write one line, its baseline at y."""
        self._content.append(f"BT /F{font} {size} Tf {x:.1f} {HEIGHT - y:.1f} Td ({_escaped(text)}) Tj ET")

    def right(self, x: float, y: float, text: str, size: float = 10) -> None:
        """Write one line that ends at x, in the font whose characters are all 0.6 of its size wide."""
        self.text(x - len(text) * size * 0.6, y, text, size, MONO)

    def rule(self, x: float, y: float, width: float, thickness: float = 0.7) -> None:
        """Draw a level line."""
        self._content.append(f"{thickness} w {x:.1f} {HEIGHT - y:.1f} m {x + width:.1f} {HEIGHT - y:.1f} l S")

    def band(self, x: float, y: float, width: float, height: float, grey: float = 0.9) -> None:
        """Fill a rectangle whose upper left corner is x, y with a shade, 0 black to 1 white."""
        self._content.append(f"{grey} g {x:.1f} {HEIGHT - y - height:.1f} {width:.1f} {height:.1f} re f 0 g")

    def bars(self, x: float, y: float, height: float, modules: str, module: float) -> None:
        """Draw a barcode from its modules, "1" a bar."""
        self._content += [
            f"{x + place * module:.2f} {HEIGHT - y - height:.1f} {module:.2f} {height:.1f} re f"
            for place, bit in enumerate(modules)
            if bit == "1"
        ]

    def pdf(self) -> bytes:
        """Give the document; the same bytes for the same page."""
        stream = "\n".join(self._content).encode("cp1252", "replace")
        fonts = " ".join(f"/F{place} {4 + place} 0 R" for place in range(len(_FONTS)))
        info = 4 + len(_FONTS) + 1
        objects = [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}]"
                f" /Resources << /Font << {fonts} >> >> /Contents {info - 1} 0 R >>"
            ).encode(),
            *(
                f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()
                for name in _FONTS
            ),
            b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
            f"<< /Title ({_escaped(self._title)}) /Producer (stand-in) >>".encode("cp1252", "replace"),
        ]
        return _file(objects, info)


def _file(objects: Iterable[bytes], info: int) -> bytes:
    """Write the objects, numbered, and the table of where they stand (ISO 32000-1, 7.5)."""
    data = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (len(places) + 1, info)
    data += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(data)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
