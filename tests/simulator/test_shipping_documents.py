"""A label, slip or invoice opens with what reads its format, and says whose it is."""

from __future__ import annotations

import base64
import io

import msgspec
import pytest
from PIL import Image, PdfParser

from simulator.shipping_documents import HEIGHT, WIDTH, Document, Kind, LabelFormat, Package, reply_item


def document(kind: Kind, order: str = "PO1", *trackings: str, version: int = 1) -> Document:
    packages = [
        Package(identifier=f"PKG{n}", tracking_number=one) for n, one in enumerate(trackings or ["1Z1"])
    ]
    return Document(
        kind=kind,
        account="default",
        order=order,
        created=0.0,
        ship_from="ACMW1",
        selling_party="ACMEV",
        version=version,
        packages=tuple(packages),
    )


def label(form: LabelFormat, order: str = "PO1", *trackings: str, version: int = 1) -> list[bytes]:
    wanted = document("label", order, *trackings, version=version)
    item = reply_item(msgspec.structs.replace(wanted, label_format=form))
    return [base64.b64decode(one["content"], validate=True) for one in item["labelData"]]


def sheet(kind: Kind, order: str = "PO1", version: int = 1) -> bytes:
    return base64.b64decode(reply_item(document(kind, order, version=version))["content"], validate=True)


def opened(png: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(png), formats=["PNG"])
    picture.load()
    return picture


def test_a_label_is_a_picture_of_four_by_six_inches_that_names_order_package_and_tracking_number() -> None:
    first, second = (opened(png) for png in label("PNG", "PO7", "1Z6A34Y60369738804", "1Z2"))
    assert first.size == (WIDTH, HEIGHT)
    said = str(first.info["Title"]).splitlines()
    assert {"Order PO7", "Package PKG0", "Tracking 1Z6A34Y60369738804"} <= set(said)
    assert first.tobytes() != second.tobytes(), "what is told apart by its title is so by its picture"


@pytest.mark.parametrize("tracking", ["1", "9" * 22, "X" * 60, "Y" * 500, "ü~^"])
def test_any_tracking_number_can_be_drawn(tracking: str) -> None:
    [png] = label("PNG", "PO1", tracking)
    assert f"Tracking {tracking}" in str(opened(png).info["Title"])
    assert label("ZPL", "PO1", tracking)[0].endswith(b"\n^XZ\n")


@pytest.mark.parametrize("form", ["PNG", "ZPL"])
def test_the_same_label_is_the_same_bytes_and_another_is_not(form: LabelFormat) -> None:
    first = label(form)
    assert label(form) == first
    for other in (label(form, "PO2"), label(form, version=2), label(form, "PO1", "1Z2")):
        assert other != first


def test_zpl_keeps_commands_out_of_its_fields() -> None:
    text = label("ZPL", "PO1", "1Z^XZ~JA")[0].decode()
    assert "^FDOrder PO1^FS" in text
    assert "^FDTracking 1Z XZ JA^FS" in text
    assert text.count("^XZ") == 1


@pytest.mark.parametrize("kind", ["packing_slip", "invoice"])
def test_a_sheet_is_a_pdf_that_names_its_order(kind: Kind) -> None:
    pdf = PdfParser.PdfParser(buf=sheet(kind, "PO7"))
    assert "Order PO7" in str(pdf.info.Title).splitlines()
    assert len(pdf.pages) == 1


@pytest.mark.parametrize("kind", ["packing_slip", "invoice"])
def test_the_same_sheet_is_the_same_bytes_and_another_is_not(kind: Kind) -> None:
    first = sheet(kind)
    assert sheet(kind) == first
    assert sheet(kind, "PO2") != first
    assert sheet(kind, version=2) != first
