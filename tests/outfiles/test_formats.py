"""CSV and JSON for partners do nothing to the programs that open them."""

from __future__ import annotations

import csv
import io
import json

import pytest

from bridge.outfiles.formats import csv_rows, json_text
from bridge.outfiles.shipping_documents import IndexLine, as_csv
from bridge.outfiles.statuses import StatusLine, StatusReport
from bridge.outfiles.statuses import as_csv as report_as_csv

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1+1", "\uff1d1", "|cmd", "%1"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_of_any_csv_begins_like_a_formula(cell: str) -> None:
    line = IndexLine(
        purchase_order=cell, package=cell, tracking_number=cell, ship_method=cell, file=cell, sha256=cell
    )
    told = StatusLine(document_type=cell, document_reference=cell, purchase_order_number=cell, status="Held")
    report = StatusReport(batch=1, file=cell, sha256="", received_at="", lines=[told])
    for data in (as_csv([line]), b"".join(report_as_csv(report)), csv_rows([[cell]])):
        cells = [cell for row in csv.reader(io.StringIO(data.decode(), newline="")) for cell in row]
        assert f"'{cell}" in cells
        assert cell not in cells


def test_json_holds_invisible_marks_as_escapes() -> None:
    data = json_text({"a": "\x7f\x9b\u202eé"})
    assert json.loads(data) == {"a": "\x7f\x9b\u202eé"}
    assert data.decode().replace("\n", "").isprintable()
