"""Answers to orders (855, ORDRSP): which ask for a label, which do not, and which an operator decides."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bridge.domain.events import MappingResult
from bridge.errors import ConfigurationError
from bridge.mapping import explain_profile, load_mappings, translate
from bridge.programs.vendor_direct_fulfillment.events import LabelRequested
from tests import golden
from tests.mapping.support import edifact, event_of, mapped, vendor, x12

LINES = "PO1*1*2*EA***BP*B01\nACK*IA*2*EA\nPO1*2*1*EA***BP*B02\nACK*IA*1*EA"
RESPONSE = "BGM+231+R1+{}'DTM+137:20260302:102'RFF+ON:PO1'NAD+SU+V'{}UNS+S"


def answer(verdict: str, lines: str = "", purpose: str = "00") -> MappingResult:
    (one,) = mapped(x12("855", f"BAK*{purpose}*{verdict}*PO1*20260302\n{lines}"))
    return one


def response(verdict: str, lines: str = "") -> MappingResult:
    (one,) = mapped(edifact("ORDRSP", RESPONSE.format(verdict, lines).replace("'", "\n")))
    return one


def meaning(one: MappingResult) -> str:
    if one.errors:
        return "refused"
    if one.hold:
        return "held"
    if one.event is None and one.function != "original":
        return one.function
    return "nothing" if one.nothing_to_send else "asked"


@pytest.mark.parametrize(
    ("verdict", "lines", "expected"),
    [
        ("AD", LINES, "asked"),
        ("AD", "", "asked"),
        ("AK", "", "asked"),
        ("AT", "", "asked"),
        ("AE", "", "asked"),
        ("AC", LINES, "asked"),
        ("AC", "", "held"),
        ("AC", "PO1*1*2*EA", "held"),
        ("AD", "PO1*1*2*EA", "asked"),
        ("RJ", "", "nothing"),
        ("RD", LINES, "nothing"),
        ("AH", "", "nothing"),
        ("AP", "", "held"),
        ("AC", LINES.replace("IA*1", "IR*1"), "nothing"),
        ("AD", LINES.replace("IA*1", "IB*1"), "nothing"),
        ("AD", LINES.replace("IA*1", "IS*1"), "held"),
        ("AD", LINES.replace("IA*1", "QQ*1"), "held"),
        ("AD", LINES.replace("IA*1", "IQ*1"), "asked"),
        ("AC", LINES.replace("IA*1*EA", "IQ"), "held"),
        ("AD", LINES.replace("IA*2", "IA*1"), "nothing"),
        ("AC", "PO1*1*2*EA\nACK*IA*1*EA\nACK*DR*1*EA*067*20260304", "asked"),
        ("AC", "PO1*1*2*EA\nACK*IA*1*EA\nACK*IB*1*EA", "nothing"),
    ],
)
def test_855_asks_for_a_label_where_the_whole_order_is_accepted(
    verdict: str, lines: str, expected: str
) -> None:
    assert meaning(answer(verdict, lines)) == expected


@pytest.mark.parametrize(
    ("purpose", "expected"), [("01", "cancel"), ("44", "nothing"), ("22", "none"), ("21", "held")]
)
def test_the_purpose_of_an_855_counts_before_its_verdict(purpose: str, expected: str) -> None:
    assert meaning(answer("AD", purpose=purpose)) == expected


@pytest.mark.parametrize(
    ("verdict", "lines", "expected"),
    [
        ("29", "", "asked"),
        ("29", "LIN+1++1:EN'QTY+21:2'", "asked"),
        ("4", "LIN+1+5+1:EN'QTY+21:2'", "asked"),
        ("4", "LIN+1+5+1:EN'LIN+2+7+2:EN'", "nothing"),
        ("29", "LIN+1+7+1:EN'", "nothing"),
        ("4", "LIN+1+3+1:EN'QTY+21:2'QTY+113:2'", "asked"),
        ("4", "LIN+1+3+1:EN'QTY+21:2'QTY+113:1'", "nothing"),
        ("4", "LIN+1+3+1:EN'QTY+21:2'", "held"),
        ("4", "LIN+1+1+1:EN'", "held"),
        ("4", "", "held"),
        ("9", "", "held"),
        ("9+AP", "", "asked"),
        ("9+AC", "LIN+1+5+1:EN'", "asked"),
        ("9+RE", "LIN+1+5+1:EN'", "nothing"),
        ("9+AB", "LIN+1+5+1:EN'", "asked"),
        ("27", "LIN+1+5+1:EN'", "nothing"),
        ("12", "", "nothing"),
        ("45", "", "held"),
        ("99", "", "held"),
    ],
)
def test_ordrsp_asks_for_a_label_where_the_whole_order_is_accepted(
    verdict: str, lines: str, expected: str
) -> None:
    assert meaning(response(verdict, lines)) == expected


def test_a_summary_says_why_nothing_is_sent() -> None:
    assert answer("AC", LINES.replace("IA*1", "IR*1")).summary == (
        "order PO1: line 2 is rejected (IR): Amazon takes no partial shipment, no label is asked for"
    )
    assert answer("RJ").summary == "order PO1: it is rejected (RJ), no label is asked for"


def test_what_is_held_can_be_released() -> None:
    held = answer("AC", LINES.replace("IA*1", "IS*1"))
    assert isinstance(held.event, LabelRequested)
    assert held.event.purchase_order_number == "PO1"


def test_parties_are_the_documents_or_the_vendors() -> None:
    told = "N1*SU*X*92*ACMEV\nN1*SF*X*92*ACM2"
    document = x12("855", f"BAK*00*AD*PO1*20260302\n{told}")
    (one,) = mapped(document, vendor(label_requests=True))
    assert isinstance(one.event, LabelRequested)
    assert (one.event.selling_party.party_id, one.event.ship_from_party.party_id) == ("ACMEV", "ACM2")
    (silent,) = mapped(x12("855", "BAK*00*AD*PO1*20260302"), vendor(label_requests=True))
    assert [error.code for error in silent.errors] == ["MISSING_SHIP_FROM"]
    (only,) = mapped(x12("855", "BAK*00*AD*PO1*20260302"), vendor(label_requests=True, warehouses=("ACM1",)))
    assert isinstance(only.event, LabelRequested)
    assert only.event.ship_from_party.party_id == "ACM1"


def test_somebody_elses_warehouse_is_held() -> None:
    (one,) = mapped(x12("855", "BAK*00*AD*PO1*20260302\nN1*SF*X*92*OTHER"), vendor(label_requests=True))
    assert "OTHER" in one.hold


def test_each_order_of_a_response_is_a_request() -> None:
    lines = "LIN+1+5+1:EN'RFF+ON:PO2'LIN+2+7+2:EN'RFF+ON:PO3'"
    found = mapped(edifact("ORDRSP", RESPONSE.format("4", lines).replace("'", "\n")))
    assert [(one.purchase_order_number, meaning(one)) for one in found] == [
        ("PO2", "asked"),
        ("PO3", "nothing"),
    ]


@pytest.mark.parametrize("version", ["004010", "003040"])
def test_nothing_is_sent_for_a_vendor_whose_acknowledgements_ask_for_no_labels(version: str) -> None:
    document = msgspec.structs.replace(x12("855", "BAK*00*AD*PO1*20260302"), version=version)
    (one,) = mapped(document, vendor())
    assert one.nothing_to_send
    assert "label_requests.from_acknowledgements" in one.summary


def test_a_version_without_mapping_is_held_where_labels_are_asked_for() -> None:
    document = msgspec.structs.replace(x12("855", "BAK*00*AD*PO1*20260302"), version="003040")
    assert [one.hold != "" for one in mapped(document)] == [True]


PACKED = """name = "packed"
extends = "x12-855"
standard = "x12"
document = "855"
versions = ["004010"]
senders = ["SENDER"]
produces = "label_request"
[[loops]]
trigger = "PO1"
level = "item"
[[loops]]
trigger = "MAN"
level = "pack"
within = ["item"]
[fields.container_identifier]
scope = "pack"
at = ["MAN02"]
[fields.weight]
scope = "item"
at = ["PO406+07"]
"""


def test_packages_are_told_where_a_mapping_opens_their_loops(tmp_path: Path) -> None:
    (tmp_path / "packed.toml").write_text(PACKED, encoding="utf-8")
    mappings = load_mappings([golden.MAPPINGS, tmp_path])
    lines = "PO1*1*2*EA***BP*B01\nPO4**1*EA**G*4.5*LB\nACK*IA*2*EA\nMAN*GM*C1"
    document = x12("855", f"BAK*00*AD*PO1*20260302\n{lines}")
    (one,) = translate(document, explain_profile(), mappings)
    assert isinstance(one.event, LabelRequested)
    (container,) = one.event.containers
    assert (container.container_identifier, container.packed_items[0].quantity.amount) == ("C1", 2)
    bare = x12("855", f"BAK*00*AD*PO1*20260302\n{lines.replace('PO4**1*EA**G*4.5*LB', '')}")
    (one,) = translate(bare, explain_profile(), mappings)
    assert [error.code for error in one.errors] == ["MISSING_WEIGHT"]


def test_a_verdict_that_does_not_exist_is_a_mistake_of_the_mapping(tmp_path: Path) -> None:
    wrong = PACKED + '[fields.line_verdict]\nscope = "item"\nat = "ACK01"\nvalues = { IA = "acepted" }\n'
    (tmp_path / "packed.toml").write_text(wrong, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="'acepted' is not one of accepted"):
        load_mappings([golden.MAPPINGS, tmp_path])


def test_a_label_request_of_the_shipped_mappings_has_no_packages() -> None:
    event = event_of(x12("855", f"BAK*00*AD*PO1*20260302\n{LINES}"))
    assert isinstance(event, LabelRequested)
    assert event.containers == ()


@pytest.mark.parametrize("qualifier", ["73", "83", "119", "182", "185"])
def test_what_a_line_does_not_deliver_leaves_its_order_out(qualifier: str) -> None:
    told = response("29", f"LIN+1+5+1:EN'QTY+21:3'QTY+{qualifier}:1'")
    assert meaning(told) == "nothing"
    assert qualifier in told.summary
    assert meaning(response("29", f"LIN+1+5+1:EN'QTY+21:3'QTY+{qualifier}:0'")) == "asked"


def test_an_order_of_the_head_that_no_line_is_of_is_told() -> None:
    assert (
        "PO1 in RFF01.2 (segment 4) is the order of no line"
        in response("29", "LIN+1+5+1:EN'RFF+ON:PO2'").summary
    )
