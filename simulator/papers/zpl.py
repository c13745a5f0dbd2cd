"""The same label as text in Zebra's printer language."""

from __future__ import annotations

from simulator.papers.label import HEIGHT, WIDTH
from simulator.papers.model import Document
from simulator.papers.people import recipient


def label_zpl(label: Document, place: int) -> bytes:
    """Write the label of the package at `place` (from 0)."""
    package = label.packages[place]
    to = recipient(label.order)
    lines = [
        "^XA",
        f"^PW{WIDTH}^LL{HEIGHT}^CI28",
        _text(32, 28, 26, f"VENDOR {label.selling_party}  WAREHOUSE {label.ship_from}"),
        _text(600, 76, 34, f"{place + 1} OF {len(label.packages)}"),
        _text(32, 164, 34, "SHIP TO:"),
        _text(84, 212, 34, to.name),
        _text(84, 254, 34, to.street),
        _text(84, 300, 50, f"{to.town} {to.state} {to.postcode}"),
        f"^FO0,420^GB{WIDTH},5,5^FS",
        _text(32, 672, 34, package.ship_method_name),
        _text(32, 724, 28, f"TRACKING #: {package.tracking_number}"),
        f"^FO56,788^BY3^BCN,200,N,N,N^FD{_plain(package.tracking_number)}^FS",
        _text(32, 1046, 26, f"ORDER {label.order}  PACKAGE {package.identifier}  LABEL {label.version}"),
        _text(32, 1168, 34, "SAMPLE - NOT FOR SHIPPING"),
        "^XZ",
    ]
    return ("\n".join(lines) + "\n").encode()


def _text(x: int, y: int, height: int, text: str) -> str:
    return f"^FO{x},{y}^A0N,{height}^FD{_plain(text)}^FS"


def _plain(text: str) -> str:
    """Take out what the printer would read as a command."""
    return text.replace("^", " ").replace("~", " ")
