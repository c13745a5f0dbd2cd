"""The explanation for people: loops indented, errors marked where they are, what becomes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.cli.explain_text import View
from bridge.cli.explain_text import explanation as lines_of
from bridge.cli.lines import plain_text
from bridge.data import shipped
from bridge.domain.events import MappingResult, RuleError
from bridge.domain.values import Address
from bridge.edi.model import Document, DocumentRead, EdiError, InterchangeOpened, ReadOptions
from bridge.edi.reader import read
from bridge.pipeline.explain import Explanation
from bridge.programs.vendor_direct_fulfillment.events import (
    LabelRequested,
    PartyIdentification,
    ShipmentStatusChanged,
)

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


def explanation(told: Explanation, view: View | None = None) -> list[str]:
    """Return the lines as a page has them."""
    return plain_text(lines_of(told, view), (view or View()).width).split("\n")[:-1]


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
    lines = explanation(told_of(X12))
    assert lines[:4] == [
        "x.edi: 1 interchange; 1 x 214; 1 accepted",
        "",
        "X12 interchange 000000007, from ACMEV (ZZ) to AMAZON (ZZ)",
        "  prepared 2026-11-22 01:00, version 00401",
    ]
    assert [line for line in lines if line[:5].strip().isdigit()] == [
        "    1  ST*214*0001",
        "    2  B10*1Z999*D123*UPSN",
        "    3  LX*1",
        "    4    AT7*D9*NS***20261121*1530*LT",
        "    5      MS1*OMAHA*NE*US",
        "    6  SE*6*0001",
    ]


def test_packages_stand_in_their_tree() -> None:
    lines = explanation(told_of(DESADV))
    assert [line[7:] for line in lines if "CPS" in line or "LIN" in line or "QTY" in line] == [
        "CPS+1",
        "  CPS+2+1",
        "    LIN+1++4006381333931:EN",
        "      QTY+12:3",
    ]


def test_an_error_is_marked_under_its_element_or_component() -> None:
    told = told_of(X12)
    error = EdiError(level="element", code="7", message="no such code", segment="AT7", position=4, element=1)
    told.documents[0][0].errors.append(error)
    lines = explanation(told)
    place = lines.index("    4    AT7*D9*NS***20261121*1530*LT")
    assert lines[place + 1] == "             ^ AT701: no such code [7]"
    assert lines[place + 1].index("^") == lines[place].index("D9")

    told = told_of(DESADV)
    error = EdiError(
        level="element", code="12", message="bad", segment="LIN", position=5, element=3, component=2
    )
    told.documents[0][0].errors.append(error)
    lines = explanation(told)
    place = next(number for number, line in enumerate(lines) if "LIN+1" in line)
    assert lines[place + 1].index("^") == lines[place].index("EN")


def test_errors_without_a_place_stand_under_the_document() -> None:
    told = told_of(X12)
    told.documents[0][0].errors.append(EdiError(level="document", code="4", message="count wrong"))
    assert "    ! count wrong [4]" in explanation(told)


def test_an_event_is_told_as_what_it_becomes() -> None:
    told = told_of(X12)
    told.documents[0][1].extend(
        [
            MappingResult(event=status_changed(), summary="1Z999 DELIVERED"),
            MappingResult(hold="status pair D9/NS is unknown", summary="1Z999"),
            MappingResult(
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
    lines = explanation(told)
    assert "    becomes submitShipmentStatusUpdates (1Z999 DELIVERED)" in lines
    assert "      purchaseOrderNumber: D123" in lines
    assert "        statusCode: D1" in lines
    assert "    held for an operator (1Z999): status pair D9/NS is unknown" in lines
    assert "       ^ no order number [ORDER_NUMBER]" in lines
    assert "    invalid (order -): no order number" in lines


def test_the_answer_is_told_a_segment_a_line() -> None:
    told = told_of(X12)
    told.acknowledgement = ISA + "GS*FA~IEA*1~"
    said = "The acknowledgement that would be sent:"
    assert explanation(told)[-4:] == [said, f"  {ISA}", "  GS*FA~", "  IEA*1~"]


def test_control_characters_do_not_reach_the_terminal() -> None:
    lines = explanation(told_of(X12.replace("OMAHA", "OM\x1b[2JHA")))
    assert not any("\x1b" in line for line in lines)


def test_notes_stand_apart_and_the_same_one_once() -> None:
    told = told_of(X12)
    for position in (4, 5):
        note = EdiError(
            level="element", code="7", message="odd", segment="AT7", position=position, fatal=False
        )
        told.documents[0][0].errors.append(note)
    lines = explanation(told)
    assert lines[lines.index("    notes, tolerated:") + 1] == "      ~ AT7: odd [7] (segments 4, 5)"
    assert not any("^" in line for line in lines)


def many(count: int, bad: frozenset[int] = frozenset()) -> Explanation:
    body = X12[X12.index("ST*") : X12.index("GE*")]
    bodies = "".join(body.replace("0001", f"{number:04}") for number in range(1, count + 1))
    told = told_of(X12.replace(body, bodies).replace("GE*1*", f"GE*{count}*"))
    for document, _ in told.documents:
        if document.number in bad:
            document.errors.append(EdiError(level="document", code="5", message="made up to be bad"))
    return told


def test_of_a_thousand_documents_the_first_and_the_bad_ones_are_shown_and_the_rest_is_counted() -> None:
    told = many(1000, frozenset({700, 800}))
    lines = explanation(told)
    assert len(lines) < 150
    assert sum("made up to be bad" in line for line in lines) == 2
    assert "  ... documents 6 to 699: 694 accepted; --all shows them" in lines
    assert "  ... documents 801 to 1000: 200 accepted; --all shows them" in lines
    assert sum("214 (004010)" in line for line in explanation(told, View(everything=True))) == 1000


def test_a_thousand_bad_documents_do_not_flood_either() -> None:
    assert len(explanation(many(1000, frozenset(range(1, 1001))))) < 150


def test_a_thousand_interchanges_do_not_flood_either() -> None:
    told = told_of("".join(X12.replace("000000007", f"{number:09}") for number in range(1, 1001)))
    told.documents[699][0].errors.append(EdiError(level="document", code="5", message="made up to be bad"))
    lines = explanation(told)
    assert len(lines) < 150
    assert "... 694 more interchanges: 694 accepted; --all shows them" in lines
    assert "    ! made up to be bad [5]" in lines


def test_of_many_errors_of_one_document_the_first_are_told() -> None:
    told = told_of(X12)
    for number in range(500):
        told.documents[0][0].errors.append(EdiError(level="document", code="5", message=f"bad {number}"))
    lines = explanation(told)
    assert "    ! bad 24 [5]" in lines
    assert "    ! ... and 475 more errors; --all shows them" in lines
    assert len(lines) < 60


def test_a_long_document_is_shown_from_its_beginning_and_where_it_is_wrong() -> None:
    told = told_of(X12.replace("LX*1~", "LX*1~" * 300))
    error = EdiError(level="element", code="7", message="bad number", segment="LX", position=200, element=1)
    told.documents[0][0].errors.append(error)
    lines = explanation(told)
    assert len(lines) < 60
    assert lines[lines.index("  200  LX*1") + 1].lstrip() == "^ LX01: bad number [7]"
    assert sum("more segments; --all shows them" in line for line in lines) == 2


def test_no_line_is_wider_than_the_terminal() -> None:
    from bridge.document_data import names_of  # noqa: PLC0415 - only here
    from bridge.wiring import explain  # noqa: PLC0415 - only here

    for path in sorted(shipped("samples").rglob("*.edi")):
        explained = explain(path, None, None)
        for width in (80, 140):
            lines = explanation(explained, View(names=names_of(None), width=width))
            assert max(map(len, lines)) <= width, path


@pytest.mark.parametrize("folder", ["x12", "edifact"])
def test_every_segment_of_the_samples_has_a_name(folder: str) -> None:
    from bridge.document_data import names_of  # noqa: PLC0415 - only here
    from bridge.wiring import explain  # noqa: PLC0415 - only here

    names = names_of(None)
    for path in sorted((Path(shipped("samples")) / folder).glob("*.edi")):
        for document, _ in explain(path, None, None).documents:
            tags = {segment.tag for segment in document.segments if segment.tag.isalnum()}
            assert not [tag for tag in tags if not names.segment(document.standard, tag)], path
