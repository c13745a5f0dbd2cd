from __future__ import annotations

import base64
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.outfiles.shipping_documents import (
    BadShippingDocumentError,
    Format,
    IndexLine,
    as_csv,
    as_json,
    decode,
    named,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" + b"\x00\x00\x00\x00IEND\xaeB`\x82"
ZPL = b"^XA^FO50,50^FDlabel^FS^XZ\n"
PDF = b"%PDF-1.4\n1 0 obj\nendobj\ntrailer\n%%EOF\n"
TEMPLATE = "labels/{purchase_order}/{package}_{tracking}.{ext}"


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(("data", "form"), [(PNG, "png"), (ZPL, "zpl"), (PDF, "pdf")])
def test_a_whole_document_of_the_right_format_is_decoded(data: bytes, form: Format) -> None:
    assert decode(encoded(data), form) == data


@pytest.mark.parametrize(
    ("content", "form", "reason"),
    [
        ("", "png", "empty"),
        (encoded(PNG)[:-3], "png", "cut off"),
        (encoded(PNG[:-8]), "png", "cut off"),
        ("Base 64 encoded string goes here!", "png", "base64"),
        (encoded(b"<html>Service Unavailable</html>"), "pdf", "should be a whole PDF"),
        (encoded(PDF), "png", "a whole PDF"),
        (encoded(b""), "pdf", "empty"),
    ],
)
def test_what_is_not_what_it_says_is_refused_with_the_reason(content: str, form: Format, reason: str) -> None:
    with pytest.raises(BadShippingDocumentError, match=reason):
        decode(content, form)


@given(st.text(), st.text(), st.text())
def test_no_number_from_outside_leaves_its_folder(order: str, package: str, tracking: str) -> None:
    fields = {"purchase_order": order, "package": package, "tracking": tracking, "ext": "png"}
    file = named(TEMPLATE, fields, b"")
    path = PurePosixPath(file.folder) / file.name
    assert len(path.parts) == 3
    assert path.parts[0] == "labels"
    assert not {".", ".."} & set(path.parts)
    assert all(len(part.encode()) <= 200 for part in path.parts)


def test_two_orders_that_look_alike_when_made_safe_get_names_of_their_own() -> None:
    def name(order: str) -> str:
        fields = {"purchase_order": order, "package": "1", "tracking": "T", "ext": "png"}
        return named(TEMPLATE, fields, b"").folder

    assert name("../../etc/x") != name(".._.._etc/x") != name("a" * 200) != name("a" * 201)


def test_an_index_tells_each_label_in_either_form() -> None:
    line = IndexLine(
        purchase_order="PO1",
        package="001",
        tracking_number="1Z",
        ship_method="UPS_GR_RES",
        file="labels/PO1/001_1Z.png",
        sha256="ab",
    )
    assert as_csv([line]).decode().splitlines()[1] == "PO1,001,1Z,UPS_GR_RES,labels/PO1/001_1Z.png,ab,valid,"
    assert b'"tracking_number": "1Z"' in as_json([line])
