"""Documents as the elements of Amazon's replies, their content in base64."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from simulator.papers.label import label_png
from simulator.papers.model import Document, Kind
from simulator.papers.sheets import invoice_pdf, packing_slip_pdf
from simulator.papers.zpl import label_zpl

Item = dict[str, Any]


def printed(document: Document) -> Item:
    """Print a document; the same one gives the same bytes every time."""
    return _PRINTERS[document.kind](document)


def _label(label: Document) -> Item:
    draw = label_png if label.label_format == "PNG" else label_zpl
    return {
        "purchaseOrderNumber": label.order,
        "sellingParty": {"partyId": label.selling_party},
        "shipFromParty": {"partyId": label.ship_from},
        "labelFormat": label.label_format,
        "labelData": [
            {
                "packageIdentifier": package.identifier,
                "trackingNumber": package.tracking_number,
                "shipMethod": package.ship_method,
                "shipMethodName": package.ship_method_name,
                "content": _base64(draw(label, place)),
            }
            for place, package in enumerate(label.packages)
        ],
    }


def _packing_slip(slip: Document) -> Item:
    content = _base64(packing_slip_pdf(slip))
    return {"purchaseOrderNumber": slip.order, "content": content, "contentType": "application/pdf"}


def _invoice(invoice: Document) -> Item:
    return {"purchaseOrderNumber": invoice.order, "content": _base64(invoice_pdf(invoice))}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


_PRINTERS: Mapping[Kind, Callable[[Document], Item]] = {
    "label": _label,
    "packing_slip": _packing_slip,
    "invoice": _invoice,
}
