from __future__ import annotations

import re

import pytest

from simulator.papers.model import Document, Kind, Line
from simulator.papers.pdf import Page
from simulator.papers.sheets import invoice_pdf, packing_slip_pdf

PRINT = {"packing_slip": packing_slip_pdf, "invoice": invoice_pdf}


def sheet(kind: Kind, order: str = "PO1", *lines: Line, version: int = 1) -> bytes:
    document = Document(
        kind=kind,
        account="default",
        order=order,
        created=0.0,
        ship_from="ACMW1",
        selling_party="ACMEV",
        version=version,
        lines=lines,
    )
    return PRINT[kind](document)


def check(pdf: bytes) -> None:
    """Follow a PDF from its end to every object, as a reader does."""
    assert pdf.startswith(b"%PDF-1.4\n")
    assert pdf.endswith(b"%%EOF\n")
    found = re.search(rb"startxref\n(\d+)\n", pdf)
    assert found
    table = pdf[int(found[1]) :]
    assert table.startswith(b"xref\n0 ")
    places = re.findall(rb"(\d{10}) 00000 n \n", table)
    assert places
    for number, place in enumerate(places, 1):
        assert pdf[int(place) :].startswith(b"%d 0 obj\n" % number)
    stream = re.search(rb"/Length (\d+) >>\nstream\n", pdf)
    assert stream
    assert pdf[stream.end() + int(stream[1]) :].startswith(b"\nendstream\nendobj")


@pytest.mark.parametrize("kind", ["packing_slip", "invoice"])
def test_a_sheet_is_a_pdf_that_names_its_order_and_products(kind: Kind) -> None:
    pdf = sheet(kind, "PO7", Line("B000000001", 2), Line("V(1)\\", 1))
    check(pdf)
    assert b"(PO7)" in pdf
    assert b"(B000000001)" in pdf
    assert rb"(V\(1\)\\)" in pdf


@pytest.mark.parametrize("kind", ["packing_slip", "invoice"])
def test_the_same_sheet_is_the_same_bytes_and_another_is_not(kind: Kind) -> None:
    first = sheet(kind)
    assert sheet(kind) == first
    assert sheet(kind, "PO2") != first
    assert sheet(kind, version=2) != first


def test_an_invoice_adds_up() -> None:
    pdf = sheet("invoice", "PO1", Line("A", 3), Line("B", 1)).decode("latin-1")
    amounts = [round(float(told) * 100) for told in re.findall(r"\((\d+\.\d\d)\) Tj", pdf)]
    *lines, tax, total = amounts
    assert (sum(lines), total * 18 // 118) == (total, tax)


def test_more_lines_than_fit_are_counted() -> None:
    pdf = sheet("packing_slip", "PO1", *(Line(f"P{n}", 1) for n in range(20)))
    check(pdf)
    assert b"and 4 further lines" in pdf


def test_signs_beyond_the_font_do_no_harm() -> None:
    page = Page("x")
    page.text(10, 10, "\u4e2d\u20ac")
    check(page.pdf())
    assert b"(?\x80)" in page.pdf()
