"""The sender's codes become Amazon's pairs by tables, and nothing passes by value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.edi.model import Standard
from bridge.mapping.mappings import StatusTable
from bridge.programs.vendor_direct_fulfillment.events import ShipmentStatusChanged
from bridge.programs.vendor_direct_fulfillment.status_codes import (
    AMAZON_PAIRS,
    FINAL_STATUSES,
    MEANINGS,
    amazon_pair,
    judge,
)
from tests.golden import shipped_mappings
from tests.mapping.support import edifact, mapped, vendor, x12

# AMAZON'S guide and the default table for carriers that follow the standards, written out once more.
X12_DEFAULTS = {
    "DEPARTED_FROM_FC": ["AF", "CP"],
    "IN_TRANSIT": ["X4", "R1", "J1", "P1", "K1", "BA"],
    "OUT_FOR_DELIVERY": ["AJ"],
    "DELIVERED": ["D1"],
    "DELAYED": ["SD", "AH"],
    "REJECTED": ["A7"],
    "UNDELIVERABLE": ["AP", "A3"],
    "NO_UPDATE": ["XB", "X3", "AA", "AB"],
    "SCHEDULE": ["AG", "X2"],
}
EDIFACT_DEFAULTS = {
    "DEPARTED_FROM_FC": ["13", "24", "27", "41"],
    "IN_TRANSIT": ["1", "31", "74", "100"],
    "DELIVERED": ["21", "22"],
    "DELAYED": ["20", "23", "25", "56", "101"],
    "REJECTED": ["77"],
    "UNDELIVERABLE": ["82"],
    "LOST": ["36", "49"],
}
PAIRS = {
    "DELAYED": (("DE", "AF"), ("404", "117")),
    "DELIVERED": (("D1", "NS"), ("301", "000")),
    "DEPARTED_FROM_FC": (("XB", "NS"), ("101", "000")),
    "IN_TRANSIT": (("O1", "NS"), ("201", "000")),
    "LOST": (("CA", "PL"), ("409", "000")),
    "OUT_FOR_DELIVERY": (("OD", "NS"), ("302", "000")),
    "REJECTED": (("A7", "AM"), ("407", "000")),
    "UNDELIVERABLE": (("AP", "BG"), ("416", "000")),
}
LINES = [
    *[("x12", meaning, code) for meaning, codes in X12_DEFAULTS.items() for code in codes],
    *[("edifact", meaning, code) for meaning, codes in EDIFACT_DEFAULTS.items() for code in codes],
]


def table(name: str, standard: Standard) -> StatusTable:
    found = shipped_mappings().status_table(name, standard)
    assert found is not None
    return found


def test_amazon_has_eight_statuses_and_these_pairs() -> None:
    assert {name: (c["x12"], c["edifact"]) for name, c in AMAZON_PAIRS.items()} == PAIRS
    assert sorted(FINAL_STATUSES) == ["LOST", "UNDELIVERABLE"]


@pytest.mark.parametrize(("standard", "meaning", "code"), LINES)
def test_a_code_of_the_standard_has_its_meaning(standard: Standard, meaning: str, code: str) -> None:
    assert judge(table("standard", standard), code, "", FINAL_STATUSES).meaning == meaning


@pytest.mark.parametrize("standard", ["x12", "edifact"])
def test_the_standard_tables_hold_nothing_else(standard: Standard) -> None:
    lines = {code for of, _, code in LINES if of == standard} | ({"*/BS"} if standard == "x12" else set())
    assert set(table("standard", standard).codes) == lines


@pytest.mark.parametrize("meaning", PAIRS)
@pytest.mark.parametrize("column", [0, 1])
def test_amazons_own_pairs_pass_both_ways(meaning: str, column: int) -> None:
    standard: Standard = "edifact" if column else "x12"
    pair = PAIRS[meaning][column]
    judged = judge(table("amazon", standard), *pair, FINAL_STATUSES)
    assert judged.meaning == meaning
    assert amazon_pair(judged.meaning, standard) == pair


@given(
    st.sampled_from(["x12", "edifact"]),
    st.text("ABDPXSN0123456789", max_size=3),
    st.text("NSBG0179", max_size=3),
)
def test_only_amazons_pairs_pass_as_such(standard: Standard, code: str, reason: str) -> None:
    judged = judge(table("amazon", standard), code, reason, FINAL_STATUSES)
    blank = "NS" if standard == "x12" else "000"
    known = (code, reason or blank) in {pair[standard == "edifact"] for pair in PAIRS.values()}
    assert bool(judged.meaning) is known
    assert bool(judged.hold) is not known


@pytest.mark.parametrize("code", ["D1", "X4", "SD", "XB", "ZZ"])
def test_any_status_that_the_customer_refused_is_a_rejection(code: str) -> None:
    assert judge(table("standard", "x12"), code, "BS", frozenset()).meaning == "REJECTED"


@pytest.mark.parametrize("code", ["X6", "CA", "OD", "O1", "DE"])
def test_an_unknown_code_is_held_and_says_how_to_add_it(code: str) -> None:
    judged = judge(table("standard", "x12"), code, "NS", frozenset())
    assert judged.meaning == ""
    for part in (f'"{code}/NS" = ', "'standard'", "mappings/status", "status_codes"):
        assert part in judged.hold


@pytest.mark.parametrize(("code", "meaning"), [("82", "UNDELIVERABLE"), ("36", "LOST")])
def test_a_final_status_needs_its_own_opt_in(code: str, meaning: str) -> None:
    others = FINAL_STATUSES - {meaning}
    held = judge(table("standard", "edifact"), code, "", others)
    assert held.meaning == ""
    assert meaning in held.hold
    assert "final_statuses" in held.hold
    assert judge(table("standard", "edifact"), code, "", frozenset({meaning})).meaning == meaning


def test_the_most_exact_line_counts() -> None:
    lines = {"D1/NS": "DELIVERED", "D1": "DELAYED", "*/BS": "REJECTED", "D1/BS": "IN_TRANSIT", "ZZ": "HOLD"}
    own = StatusTable(name="own", standard="x12", codes=lines)
    assert judge(own, "D1", "NS", frozenset()).meaning == "DELIVERED"
    assert judge(own, "D1", "A1", frozenset()).meaning == "DELAYED"
    assert judge(own, "D1", "BS", frozenset()).meaning == "IN_TRANSIT"
    assert judge(own, "X4", "BS", frozenset()).meaning == "REJECTED"
    assert "a person decides" in judge(own, "ZZ", "NS", frozenset()).hold


def _carrier(code: str, reason: str) -> str:
    return f"B10*T*S*UPSN\nLX*1\nAT7*{code}*{reason}***20260304*1427*ET\nMS1*ALBANY*NY*US"


@pytest.mark.parametrize(
    ("code", "sent"), [("AF", ("XB", "NS")), ("X4", ("O1", "NS")), ("AJ", ("OD", "NS")), ("SD", ("DE", "AF"))]
)
def test_an_x12_code_is_sent_as_amazons_x12_pair(code: str, sent: tuple[str, str]) -> None:
    (one,) = mapped(x12("214", _carrier(code, "NS")))
    assert isinstance(one.event, ShipmentStatusChanged)
    assert (one.event.status_code, one.event.reason_code) == sent


def test_an_edifact_code_is_sent_as_amazons_edifact_pair() -> None:
    body = "BGM+77+S+9\nCNI+1+T\nSTS+1+101\nDTM+78:202603041427:203\nLOC+14+:::ULM+DE"
    for profile, sent in (("standard", ("404", "117")), ("amazon", ("101", "000"))):
        text = body if profile == "standard" else body.replace("STS+1+101", "STS+1+101+000")
        (one,) = mapped(edifact("IFTSTA", text), status_codes=profile)
        assert isinstance(one.event, ShipmentStatusChanged)
        assert (one.event.status_code, one.event.reason_code) == sent


@pytest.mark.parametrize("code", ["XB", "X3", "AA", "AB"])
def test_no_update_sends_nothing_and_says_so(code: str) -> None:
    (one,) = mapped(x12("214", _carrier(code, "NS")))
    assert (one.event, one.hold, one.errors) == (None, "", ())
    assert f"{code}/NS is no update" in one.summary


def test_a_held_status_keeps_its_tracking_number() -> None:
    (one,) = mapped(x12("214", _carrier("X6", "NS")))
    assert (one.event, one.tracking_number, one.errors) == (None, "T", ())
    assert one.hold


def test_a_table_that_does_not_exist_holds_the_document() -> None:
    (one,) = mapped(x12("214", _carrier("D1", "NS")), vendor(status_codes="acme"))
    assert "'acme'" in one.hold


def test_every_meaning_in_the_shipped_tables_is_known() -> None:
    assert {m for t in shipped_mappings().status_tables.values() for m in t.codes.values()} <= MEANINGS
