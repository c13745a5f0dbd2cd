"""Labels, packing slips and invoices: plain pages that name their order, and their package.

What a page says stands in its title too, where a program finds it (PNG: text `Title`; PDF: /Title).
"""

from __future__ import annotations

import base64
import hashlib
import io
import time
from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

import msgspec
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

Kind = Literal["label", "packing_slip", "invoice"]
LabelFormat = Literal["PNG", "ZPL"]
Item = dict[str, Any]
SHIP_METHOD = "UPS_GR_RES"
DOTS_PER_INCH = 203
WIDTH, HEIGHT = 812, 1218
"""Four by six inches."""
_TITLES = {"label": "SAMPLE LABEL - NOT FOR SHIPPING", "packing_slip": "Packing slip", "invoice": "Invoice"}


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """One box with its label."""

    identifier: str
    tracking_number: str
    ship_method: str = SHIP_METHOD


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A label (all packages of an order), a packing slip or an invoice; `created` in epoch seconds."""

    kind: Kind
    account: str
    order: str
    created: float
    ship_from: str
    selling_party: str
    version: int = 1
    label_format: LabelFormat = "PNG"
    packages: tuple[Package, ...] = ()


def reply_item(document: Document) -> Item:
    """Build the element of Amazon's replies; the same document gives the same bytes every time."""
    if document.kind == "invoice":
        return {"purchaseOrderNumber": document.order, "content": _pdf(document)}
    if document.kind == "packing_slip":
        content = _pdf(document)
        return {"purchaseOrderNumber": document.order, "content": content, "contentType": "application/pdf"}
    return {
        "purchaseOrderNumber": document.order,
        "sellingParty": {"partyId": document.selling_party},
        "shipFromParty": {"partyId": document.ship_from},
        "labelFormat": document.label_format,
        "labelData": [_label(document, package) for package in document.packages],
    }


def container_label(identifier: str, packages: Sequence[str], label_format: LabelFormat) -> Item:
    """Build the label of a container of packages, named by their tracking numbers."""
    digest = hashlib.sha256(identifier.encode()).digest()
    tracking_number = f"TBA{int.from_bytes(digest) % 10**12:012}"
    lines = [
        "SAMPLE CONTAINER LABEL",
        f"Container {identifier}",
        f"Tracking {tracking_number}",
        f"Packages {len(packages)}: {', '.join(packages)}",
    ]
    return {
        "containerTrackingNumber": tracking_number,
        "content": _png(lines) if label_format == "PNG" else _zpl(lines, tracking_number),
        "format": label_format,
    }


def _label(label: Document, package: Package) -> Item:
    lines = [
        *_lines(label),
        f"Package {package.identifier}",
        f"Tracking {package.tracking_number}",
        f"Method {package.ship_method}",
    ]
    return {
        "packageIdentifier": package.identifier,
        "trackingNumber": package.tracking_number,
        "shipMethod": package.ship_method,
        "shipMethodName": package.ship_method.replace("_", " ").title(),
        "content": _png(lines) if label.label_format == "PNG" else _zpl(lines, package.tracking_number),
    }


def _lines(document: Document) -> list[str]:
    return [
        _TITLES[document.kind],
        f"Vendor {document.selling_party}, warehouse {document.ship_from}",
        f"Order {document.order}",
        f"Version {document.version}",
    ]


def _png(lines: list[str]) -> str:
    said = PngInfo()
    said.add_text("Title", "\n".join(lines))
    # Thousands of labels are drawn while a test waits, hence the quick compression.
    dpi = (DOTS_PER_INCH, DOTS_PER_INCH)
    return _encoded(_page(lines), format="PNG", pnginfo=said, dpi=dpi, compress_level=1)


def _pdf(document: Document) -> str:
    lines, made = _lines(document), time.gmtime(document.created)
    dates = {"creationDate": made, "modDate": made}
    return _encoded(
        _page(lines), format="PDF", title="\n".join(lines), resolution=float(DOTS_PER_INCH), **dates
    )


def _zpl(lines: list[str], barcode: str) -> str:
    texts = [f"^FO32,{60 * place + 32}^A0N,34^FD{plain(line)}^FS" for place, line in enumerate(lines)]
    code = f"^FO56,788^BY3^BCN,200,N,N,N^FD{plain(barcode)}^FS"
    text = "\n".join(["^XA", f"^PW{WIDTH}^LL{HEIGHT}^CI28", *texts, code, "^XZ"])
    return base64.b64encode(f"{text}\n".encode()).decode()


def plain(text: str) -> str:
    """Remove what a printer would read as a command."""
    return text.replace("^", " ").replace("~", " ")


def _page(lines: list[str]) -> Image.Image:
    page = Image.new("1", (WIDTH, HEIGHT), 1)
    ImageDraw.Draw(page).text((32, 32), "\n".join(lines), fill=0, font=_font(), spacing=20)
    return page


@cache
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(34)


def _encoded(page: Image.Image, **how: Any) -> str:  # noqa: ANN401 - each format has its own options
    content = io.BytesIO()
    page.save(content, **how)
    return base64.b64encode(content.getvalue()).decode()
