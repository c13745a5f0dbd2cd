"""Text that others chose does nothing to who reads it, and stays what it was where that matters."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.outfiles.shipping_documents import IndexLine, as_csv
from bridge.outfiles.statuses import StatusLine, StatusReport
from bridge.outfiles.statuses import as_csv as report_as_csv
from bridge.outside_text import (
    LONGEST,
    LONGEST_MESSAGE,
    clipped,
    clipped_message,
    csv_rows,
    escaped_json,
    json_text,
    shown,
    shown_lines,
)

ANY_TEXT = st.text(st.characters())  # lone surrogates too


@given(ANY_TEXT)
def test_what_is_shown_is_printable_and_as_long(text: str) -> None:
    assert shown(text).isprintable()
    assert len(shown(text)) == len(text)


@given(st.text(st.characters(categories=["L", "N", "P"])))
def test_ordinary_text_is_shown_as_it_is(text: str) -> None:
    assert shown(text) == text


@given(ANY_TEXT)
def test_lines_stay_lines(text: str) -> None:
    assert shown_lines(text).count("\n") == text.count("\n")


@given(
    st.recursive(ANY_TEXT | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner))
)
def test_escaped_json_means_the_same_and_is_printable(value: object) -> None:
    text = escaped_json(json.dumps(value, ensure_ascii=False))
    assert json.loads(text) == json.loads(json.dumps(value))
    assert text.isprintable()


@pytest.mark.parametrize(
    "mark", ["\x1b", "\x7f", "\x9b", "\u202e", "\u2067", "\u200f", "\u2028", "\ufeff", "\udc80"]
)
def test_each_mark_that_does_something_is_replaced(mark: str) -> None:
    assert shown(f"a{mark}b") == "a·b"


def test_a_long_value_is_cut_and_what_to_do_about_it_stays() -> None:
    message = clipped_message(f"purchase order {'A' * 6_000_000!r} may hold letters only: send it again")
    assert len(message) < 2 * LONGEST
    assert "(6000000 characters)" in message
    assert message.endswith("may hold letters only: send it again")


@given(st.text(), st.text(), st.integers(0, 5))
def test_no_message_is_longer_than_the_longest(head: str, piece: str, doublings: int) -> None:
    message = clipped_message(head + piece * 10**doublings)
    assert len(message) <= LONGEST_MESSAGE + 30


def test_what_is_short_is_left_alone() -> None:
    assert clipped("PO1") == "PO1"
    assert clipped_message("line 1: 'x' is not a number") == "line 1: 'x' is not a number"


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
