from __future__ import annotations

import csv
import io
import json

from bridge.outfiles.statuses import COLUMNS, Message, StatusLine, StatusReport, as_csv, as_json

REPORT = StatusReport(
    batch=7,
    file="asn.edi",
    sha256="ab" * 32,
    received_at="2026-11-22T03:00:00+00:00",
    lines=(
        StatusLine(
            document_type="856",
            document_reference="0001",
            operation="submitShipmentConfirmations",
            purchase_order_number="PO1",
            status="Failure",
            errors=(Message("EMPTY_PACKAGES", 'Order ID PO1 has "empty", packages.'),),
            amazon_transaction_id="t-1",
            request_id="r-1",
            at="2026-11-22T03:05:00+00:00",
        ),
        StatusLine(document_type="856", document_reference="=1+1", status="Held"),
    ),
)


def test_json_holds_every_field_of_every_line() -> None:
    told = json.loads(as_json(REPORT))
    assert told["batch"] == 7
    assert [line["status"] for line in told["lines"]] == ["Failure", "Held"]
    assert told["lines"][0]["errors"] == [
        {"code": "EMPTY_PACKAGES", "message": 'Order ID PO1 has "empty", packages.'}
    ]


def test_csv_reads_back_with_quotes_and_commas() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(REPORT).decode())))
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["error_messages"] == 'Order ID PO1 has "empty", packages.'
    assert rows[0]["purchase_order_number"] == "PO1"


def test_a_cell_that_a_spreadsheet_would_run_is_made_text() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(REPORT).decode())))
    assert rows[1]["document_reference"] == "'=1+1"
