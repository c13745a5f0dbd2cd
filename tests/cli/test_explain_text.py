"""The explanation for people: loops indented, errors marked where they are, what becomes of it."""

from __future__ import annotations

from bridge.cli.explain_text import explanation
from bridge.domain.events import (
    Address,
    LabelRequested,
    Mapped,
    PartyIdentification,
    RuleError,
    ShipmentStatusChanged,
)
from bridge.edi.model import Document, DocumentRead, EdiError, InterchangeOpened
from bridge.edi.options import ReadOptions
from bridge.edi.reader import read
from bridge.pipeline.explain import Explanation

ISA = (
    "ISA*00*          *00*          *ZZ*ACMEV          *ZZ*AMAZON         "
    "*261122*0100*U*00401*000000007*0*P*>~"
)
X12 = (
    ISA + "GS*QM*ACMEV*AMAZON*20261122*0100*7*X*004010~"
    "ST*214*0001~B10*1Z999*D123*UPSN~LX*1~AT7*D9*NS***20261121*1530*LT~MS1*OMAHA*NE*US~SE*6*0001~"
    "GE*1*7~IEA*1*000000007~"
)
DESADV = (
    "UNB+UNOA:3+ACME+AMAZON+261122:0100+7'UNH+1+DESADV:D:96A:UN'BGM+351+X'CPS+1'CPS+2+1'"
    "LIN+1++4006381333931:EN'QTY+12:3'UNT+7+1'UNZ+1+7'"
)


class Lenient:
    def check(self, document: Document, *, strict: bool = False) -> list[EdiError]:  # noqa: ARG002
        return []


def told_of(text: str) -> Explanation:
    told = Explanation(file="x.edi")
    for event in read([text.encode()], Lenient(), options=ReadOptions()):
        if isinstance(event, InterchangeOpened):
            told.interchanges.append(event.interchange)
        elif isinstance(event, DocumentRead):
            told.documents.append((event.document, []))
    return told


def status_changed() -> ShipmentStatusChanged:
    return ShipmentStatusChanged(
        purchase_order_number="D123",
        selling_party=PartyIdentification("ACMEV"),
        ship_from_party=PartyIdentification("ACMW1"),
        tracking_number="1Z999",
        status_code="D1",
        reason_code="NS",
        status_date_time="2026-11-21T15:30:00-06:00",
        status_location_address=Address(city="OMAHA", country_code="US"),
    )


def test_segments_stand_in_their_loops() -> None:
    lines = list(explanation(told_of(X12)))
    assert lines[:3] == ["x.edi", "", "x12 interchange 000000007 from ACMEV to AMAZON"]
    assert [line for line in lines if line[4:8].strip().isdigit()] == [
        "       1  ST*214*0001",
        "       2  B10*1Z999*D123*UPSN",
        "       3  LX*1",
        "       4    AT7*D9*NS***20261121*1530*LT",
        "       5      MS1*OMAHA*NE*US",
        "       6  SE*6*0001",
    ]


def test_packages_stand_in_their_tree() -> None:
    lines = list(explanation(told_of(DESADV)))
    assert [line[10:] for line in lines if "CPS" in line or "LIN" in line or "QTY" in line] == [
        "CPS+1",
        "  CPS+2+1",
        "    LIN+1++4006381333931:EN",
        "      QTY+12:3",
    ]


def test_an_error_is_marked_under_its_element_or_component() -> None:
    told = told_of(X12)
    error = EdiError(level="element", code="7", message="no such code", segment="AT7", position=4, element=1)
    told.documents[0][0].errors.append(error)
    lines = list(explanation(told))
    place = lines.index("       4    AT7*D9*NS***20261121*1530*LT")
    assert lines[place + 1] == "                ^ element 1: no such code [7]"
    assert lines[place + 1].index("^") == lines[place].index("D9")

    told = told_of(DESADV)
    error = EdiError(
        level="element", code="12", message="bad", segment="LIN", position=5, element=3, component=2
    )
    told.documents[0][0].errors.append(error)
    lines = list(explanation(told))
    place = next(number for number, line in enumerate(lines) if "LIN+1" in line)
    assert lines[place + 1].index("^") == lines[place].index("EN")


def test_errors_without_a_place_stand_under_the_document() -> None:
    told = told_of(X12)
    told.documents[0][0].errors.append(EdiError(level="document", code="4", message="count wrong"))
    assert "    ! count wrong [4]" in list(explanation(told))


def test_a_fact_is_told_as_what_it_becomes() -> None:
    told = told_of(X12)
    told.documents[0][1].extend(
        [
            Mapped(event=status_changed(), summary="1Z999 DELIVERED"),
            Mapped(hold="status pair D9/NS is unknown", summary="1Z999"),
            Mapped(
                event=LabelRequested(
                    purchase_order_number="-",
                    selling_party=PartyIdentification("A"),
                    ship_from_party=PartyIdentification("B"),
                ),
                errors=(
                    RuleError(code="ORDER_NUMBER", message="no order number", segment="B10", position=2),
                ),
                summary="order -",
            ),
        ]
    )
    lines = list(explanation(told))
    assert "    becomes submitShipmentStatusUpdates:" in lines
    assert '        "purchaseOrderNumber": "D123",' in lines
    assert "    held: status pair D9/NS is unknown" in lines
    assert "          ^ no order number [ORDER_NUMBER]" in lines
    assert "    refused: order -" in lines


def test_the_answer_is_told_a_segment_a_line() -> None:
    told = told_of(X12)
    told.acknowledgement = ISA + "GS*FA~IEA*1~"
    assert list(explanation(told))[-4:] == ["answered with:", f"  {ISA}", "  GS*FA~", "  IEA*1~"]


def test_control_characters_do_not_reach_the_terminal() -> None:
    lines = list(explanation(told_of(X12.replace("OMAHA", "OM\x1b[2JHA"))))
    assert not any("\x1b" in line for line in lines)
