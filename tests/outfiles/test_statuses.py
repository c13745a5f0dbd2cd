from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.outfiles import statuses
from bridge.outfiles.statuses import COLUMNS, Message, StatusLine, StatusReport, as_csv, as_json
from bridge.outside_text import csv_rows, json_text

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
    told = json.loads(b"".join(as_json(REPORT)))
    assert told["batch"] == 7
    assert [line["status"] for line in told["lines"]] == ["Failure", "Held"]
    assert told["lines"][0]["errors"] == [
        {"code": "EMPTY_PACKAGES", "message": 'Order ID PO1 has "empty", packages.'}
    ]


def test_csv_reads_back_with_quotes_and_commas() -> None:
    rows = list(csv.DictReader(io.StringIO(b"".join(as_csv(REPORT)).decode())))
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["error_messages"] == 'Order ID PO1 has "empty", packages.'
    assert rows[0]["purchase_order_number"] == "PO1"


def test_a_cell_that_a_spreadsheet_would_run_is_made_text() -> None:
    rows = list(csv.DictReader(io.StringIO(b"".join(as_csv(REPORT)).decode())))
    assert rows[1]["document_reference"] == "'=1+1"


LINES = st.lists(
    st.builds(
        StatusLine,
        document_number=st.integers(0, 10**6),
        document_type=st.text(),
        document_reference=st.text(),
        purchase_order_number=st.text(alphabet='=+-@\t\r\n",x{}[]\\ é'),
        status=st.sampled_from(["Success", "Held"]),
        errors=st.lists(st.builds(Message, st.text(), st.text()), max_size=3).map(tuple),
    ),
    max_size=12,
)


@given(lines=LINES, name=st.text(), at_once=st.integers(1, 5))
def test_what_is_written_in_pieces_is_what_would_be_written_at_once(
    lines: list[StatusLine], name: str, at_once: int
) -> None:
    report = msgspec.structs.replace(REPORT, file=name, lines=tuple(lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statuses, "_LINES_AT_ONCE", at_once)
        assert b"".join(as_json(report)) == json_text(report) + b"\n"
        whole = [COLUMNS, *(statuses._cells(report, line) for line in lines)]
        assert b"".join(as_csv(report)) == csv_rows(whole)


@pytest.mark.parametrize("form", [as_json, as_csv])
def test_a_report_is_written_while_its_lines_come(form: Callable[[StatusReport], Iterator[bytes]]) -> None:
    taken = 0

    def lines() -> Iterator[StatusLine]:
        nonlocal taken
        for taken in range(1, 10_001):  # noqa: B007 - counted for the test
            yield REPORT.lines[1]  # type: ignore[index]

    written = form(msgspec.structs.replace(REPORT, lines=lines()))
    largest = 0
    for number, piece in enumerate(written):
        largest = max(largest, len(piece))
        assert taken <= 500 * number
    assert taken == 10_000
    assert largest < 500 * 500
