"""Packing slips and invoices as PDF."""

from __future__ import annotations

from simulator.papers.code128 import code128
from simulator.papers.model import Document, Line
from simulator.papers.pdf import BOLD, HEIGHT, MONO, WIDTH, Page
from simulator.papers.people import Recipient, goods, price, product, recipient

_LEFT, _RIGHT = 54, WIDTH - 54
_MOST_LINES = 16
_TAX = 18
"""Per cent, included in the prices."""


def packing_slip_pdf(slip: Document) -> bytes:
    """Write the slip that goes into a gift's box."""
    page = _page("Packing Slip", slip)
    page.text(_LEFT, 298, "A gift for you", 14, BOLD)
    page.text(_LEFT, 318, "Enjoy your gift! This slip was made by a stand-in, so there is nothing to unpack.")
    y = _heading(page, 350, "Item", "Product", "Quantity")
    for place, line in enumerate(_lines(slip)[:_MOST_LINES]):
        row = y + 20 * place
        page.text(_LEFT + 6, row, goods(line.product))
        page.text(_LEFT + 250, row, line.product, 10, MONO)
        page.right(_RIGHT - 6, row, str(line.quantity))
    _foot(page, slip)
    return page.pdf()


def invoice_pdf(invoice: Document) -> bytes:
    """Write a customer's invoice."""
    page = _page("Tax Invoice", invoice)
    page.text(_LEFT, 298, f"Invoice IN-{invoice.order}", 14, BOLD)
    page.text(_LEFT, 318, f"Sold by {invoice.selling_party}, shipped from {invoice.ship_from}.")
    y = _heading(page, 350, "Item", "Product", "Amount (INR)")
    total = 0
    lines = _lines(invoice)[:_MOST_LINES]
    for place, line in enumerate(lines):
        row = y + 20 * place
        amount = price(line.product) * line.quantity
        total += amount
        page.text(_LEFT + 6, row, f"{line.quantity} x {goods(line.product)}")
        page.text(_LEFT + 250, row, line.product, 10, MONO)
        page.right(_RIGHT - 6, row, _money(amount))
    end = y + 20 * len(lines)
    page.rule(_LEFT, end - 6, _RIGHT - _LEFT)
    tax = total * _TAX // (100 + _TAX)
    page.text(_LEFT + 250, end + 14, f"of which GST {_TAX} %")
    page.right(_RIGHT - 6, end + 14, _money(tax))
    page.text(_LEFT + 250, end + 34, "Total", 12, BOLD)
    page.right(_RIGHT - 6, end + 34, _money(total), 12)
    _foot(page, invoice)
    return page.pdf()


def _page(title: str, document: Document) -> Page:
    page = Page(f"{title} {document.order}")
    page.text(_LEFT, 74, title, 24, BOLD)
    page.text(_LEFT, 94, f"Vendor {document.selling_party}   Warehouse {document.ship_from}")
    modules = code128(document.order)
    module = min(1.0, 220 / len(modules))
    page.bars(_RIGHT - len(modules) * module, 54, 34, modules, module)
    page.right(_RIGHT, 102, document.order)
    page.rule(_LEFT, 120, _RIGHT - _LEFT, 1.5)
    _address(page, 146, recipient(document.order))
    page.text(_LEFT + 250, 146, "Order", 9, BOLD)
    page.text(_LEFT + 250, 164, document.order, 12)
    if document.version > 1:
        page.text(_LEFT + 250, 182, f"Version {document.version}")
    return page


def _address(page: Page, y: int, to: Recipient) -> None:
    page.text(_LEFT, y, "Ship to", 9, BOLD)
    for place, line in enumerate((to.name, to.street, f"{to.town}, {to.state} {to.postcode}")):
        page.text(_LEFT, y + 18 + 16 * place, line, 12)


def _heading(page: Page, y: int, *names: str) -> int:
    page.band(_LEFT, y, _RIGHT - _LEFT, 20)
    page.text(_LEFT + 6, y + 14, names[0], 10, BOLD)
    page.text(_LEFT + 250, y + 14, names[1], 10, BOLD)
    page.right(_RIGHT - 6, y + 14, names[2])
    return y + 40


def _foot(page: Page, document: Document) -> None:
    page.rule(_LEFT, HEIGHT - 80, _RIGHT - _LEFT)
    page.text(_LEFT, HEIGHT - 62, "SAMPLE: made up by a stand-in for rehearsals. No such order exists.", 9)
    hidden = len(_lines(document)) - _MOST_LINES
    if hidden > 0:
        page.text(_LEFT, HEIGHT - 92, f"and {hidden} further lines", 9)


def _lines(document: Document) -> tuple[Line, ...]:
    return document.lines or (Line(product(document.order), 1),)


def _money(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02}"
