"""Public files as they occur in the wild, and the verdict on each of their documents.

Each verdict was found by reading the file, not by running the reader: what a person would take is
accepted, sloppy or not; what one would send back is rejected for the reason that stands here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.edi.grammar import Grammar, load_grammar
from bridge.edi.model import Document, DocumentRead, ReaderEvent, Unreadable
from bridge.edi.reader import read
from tests.cli.support import in_process

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT.parent / "shared" / "samples"

Reason = tuple[str, str, int]
"""Code, segment, position in the document."""
Verdict = tuple[str, tuple[Reason, ...]]
"""Type of the document and the reasons for rejecting it; none where it is accepted."""


def accepted(kind: str, count: int = 1) -> list[Verdict]:
    return [(kind, ())] * count


def rejected(kind: str, *reasons: Reason) -> list[Verdict]:
    return [(kind, reasons)]


def unsupported(kind: str, count: int = 1) -> list[Verdict]:
    return (
        rejected(kind, ("1", "ST", 1)) * count if kind.isdigit() else rejected(kind, ("14", "UNH", 1)) * count
    )


GOLDEN: dict[str, list[Verdict]] = {
    # Nobody here reads invoices of carriers; the 80-column wrap is no matter.
    "210/xlate_staedi__ts210_80char.edi": rejected("210", ("1", "ST", 1)),
    # GS01 is IN and GE counts two: the set itself is right.
    "214/EdiFabric_X12.NET__ShipmentStatus.edi": accepted("214"),
    "214/apimeister_x12-types__test_214_1.edi": accepted("214"),
    # N1*ST without a name, L11 without a number, zero-padded counts.
    "214/jf-tech_omniparser__1_canadapost_edi_214.input.edi": accepted("214", 19),
    "214/jthielens_connector-router__epes.edi": accepted("214", 2),
    "214/unidentified__fedex_ground_214.edi": accepted("214"),
    # SE counts nine of seven segments: something may be lost.
    "214/yurii1exe_edi-x12-toolkit__214-broken.edi": rejected("214", ("4", "SE", 7)),
    # Dates of six digits, which 004010 does away with: is 120902 in 2012 or in 1912?
    # Invoices and purchase orders: nobody here reads them.
    "810/Inteligenz_X12Parser__Example5_Walmart.edi": unsupported("810"),
    "810/kputnam_stupidedi__1.edi": unsupported("810"),
    "824/EdiFabric_X12.NET__ApplicationAdvice.edi": rejected(
        "824", ("4", "BGN", 2), ("4", "DTM", 14), ("4", "DTM", 15)
    ),
    "824/Inteligenz_X12Parser__FromCnSpec.edi": accepted("824"),
    "846/Inteligenz_X12Parser__Example1.edi": accepted("846"),
    "846/eskrano_php-edi-coedition__846-sample.edi": accepted("846"),
    "850/bots-edi_bots-plugins__850-004010.14.edi": unsupported("850", 3),
    "850/eskrano_php-edi-coedition__850-sample.edi": unsupported("850", 3),
    "850/nick-manasys_edi-parser__850-multiple-sets.edi": unsupported("850", 2),
    "850/nick-manasys_edi-parser__OfficeMax_850.edi": unsupported("850", 3),
    # N103 says 01 for a D-U-N-S number, as ISA does; GS01 is IN and GE counts two.
    "855/EdiFabric_X12.NET__PurchaseOrdersAcknowledgement.edi": accepted("855"),
    # No ACK at all: the lines stand for themselves.
    "855/Inteligenz_X12Parser__855SSimmons.edi": accepted("855", 2),
    "855/bots-edi_bots-plugins__855-004010UCS-01.edi": accepted("855", 6),
    "855/kputnam_stupidedi__1.edi": accepted("855"),
    "855/eskrano_php-edi-coedition__855-sample.edi": accepted("855", 4),
    "856/Inteligenz_X12Parser__Example1.edi": accepted("856"),
    # A release of 1995, with six-digit dates, for which there are no maps.
    "856/Inteligenz_X12Parser__Example2.edi": rejected("856", ("1", "ST", 1)),
    "856/Inteligenz_X12Parser__FromGregarican.edi": accepted("856"),
    "856/bots-edi_bots-plugins__856_1.edi": accepted("856"),
    "856/bots-edi_bots-plugins__PARTNER2_20130123_1.edi": accepted("856", 2),
    "856/eskrano_php-edi-coedition__856-sample.edi": accepted("856", 3),
    # Three lines end in ~ though the terminator is $: they run together, and the level HL*2 with them.
    "856/kputnam_stupidedi__SH856_fail_2.edi": rejected("856", ("4", "SE", 22), ("7", "HL", 17)),
    # No envelope: from nobody, to nobody.
    "856/unidentified__insight_pack_item_body.edi": [],
    "865/Inteligenz_X12Parser__FromAdvanceAutoParts.edi": unsupported("865"),
    "940/olmelabs_EdiEngine__940.OK.edi": accepted("940"),
    "940/olmelabs_EdiEngine__940.W05.Only.edi": accepted("940"),
    # The second one has an N9 without its qualifier.
    "940/olmelabs_EdiEngine__AckTest.edi": [
        *accepted("940"),
        *rejected("940", ("1", "N9", 7)),
        *accepted("940"),
    ],
    "940/olmelabs_EdiEngine__MultipleInterchangesAndGroups.edi": accepted("940", 6),
    # The date of shipping is the word CCYYMMDD.
    "945/EdiFabric_X12.NET__WarehouseShippingAdvice.edi": rejected("945", ("8", "W06", 2)),
    "997/klatar200_EDI-Hub__997_reject_ak3_ak4.edi": accepted("997"),
    "997/xlate_staedi__simple997-multiple-interchanges.edi": accepted("997", 3),
    "999/xlate_staedi__simple999.edi": accepted("999"),
    "APERAK/bots-edi_bots-plugins__dutchic_aperak1.edi": accepted("APERAK"),
    # No syntax version in UNB; the two answer the same interchange.
    "CONTRL/EdiFabric_EDIFACT.NET__CONTRL.edi": accepted("CONTRL", 2),
    "CONTRL/glasdam_edifact_converter__CTL01_1.edi": accepted("CONTRL"),
    "DESADV/bots-edi_bots-plugins__desadv1.edi": accepted("DESADV", 3),
    "DESADV/nick-manasys_edi-parser__DESADV.edi": accepted("DESADV"),
    # UTF-8 under UNOC, version 0 for D, a long message function.
    "DESADV/php-edifact_edifact__example_utf8.edi": accepted("DESADV"),
    # UNT counts 14 of 23 segments, and flight availability is none of our business.
    "EDIFACT-errors/php-edifact_edifact__example_release_character.edi": rejected(
        "PAORES", ("29", "UNT", 23), ("14", "UNH", 1)
    ),
    # A status of 48 January is refused where it is mapped; the others of the message are good.
    "IFTSTA/EdiFabric_EDIFACT.NET__TransportStatus.edi": accepted("IFTSTA"),
    # The document's own date is malformed in all five; those of the statuses are good.
    "IFTSTA/jf-tech_omniparser__bench_test_bring.edi": accepted("IFTSTA", 5),
    "IFTSTA/unidentified__ups_de_iftsta_20160122.edi": accepted("IFTSTA", 2),
    "INVOIC/EdiFabric_EDIFACT.NET__Invoice.edi": unsupported("INVOIC"),
    "INVOIC/nick-manasys_edi-parser__INVOIC-german.edi": unsupported("INVOIC"),
    "INVRPT/nick-manasys_edi-parser__INVRPT.edi": accepted("INVRPT"),
    # What is wrong with these as orders to ship is for the mapping to say: the syntax is right.
    "ORDERS/EdiFabric_EDIFACT.NET__PurchaseOrders.edi": accepted("ORDERS", 2),
    "ORDERS/bots-edi_bots-plugins__orders01.edi": accepted("ORDERS", 2),
    "ORDERS/nick-manasys_edi-parser__ORDERS_D96A.edi": accepted("ORDERS"),
    "ORDRSP/EdiFabric_EDIFACT.NET__PurchaseOrderResponse.edi": accepted("ORDRSP"),
    "TA1/bots-edi_bots-plugins__testx120029.edi": accepted("TA1", 51),
}


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return load_grammar(ROOT / "mappings")


def path_of(name: str) -> Path:
    path = SAMPLES / name
    if not path.is_file():
        pytest.skip("the public samples are not here")
    return path


def events_of(name: str, grammar: Grammar) -> list[ReaderEvent]:
    data = path_of(name).read_bytes()
    events = list(read([data], grammar))
    place = 0
    for event in events:
        assert event.offset == place
        place += event.length
    assert place == len(data)
    return events


def verdict_of(document: Document) -> Verdict:
    reasons = [(str(error.code), error.segment, error.position) for error in document.errors if error.fatal]
    return document.type, tuple(reasons)


@pytest.mark.parametrize("name", GOLDEN)
def test_each_document_gets_the_verdict_that_a_person_would_give(grammar: Grammar, name: str) -> None:
    events = events_of(name, grammar)
    found = [event.document for event in events if isinstance(event, DocumentRead)]
    assert [verdict_of(document) for document in found] == GOLDEN[name]
    assert [document.accepted for document in found] == [not reasons for _, reasons in GOLDEN[name]]
    unreadable = [event for event in events if isinstance(event, Unreadable)]
    assert bool(unreadable) == (not found)


def test_the_table_has_every_sample() -> None:
    if not SAMPLES.is_dir():
        pytest.skip("the public samples are not here")
    assert {path.relative_to(SAMPLES).as_posix() for path in SAMPLES.rglob("*.edi")} == set(GOLDEN)


@pytest.mark.parametrize("name", GOLDEN)
def test_each_file_is_explained(name: str, tmp_path: Path) -> None:
    path = path_of(name)
    told = in_process("explain", path, "--json", folder=tmp_path)
    documents = [one for interchange in told.json["interchanges"] for one in interchange["documents"]]
    assert [(one["type"], one["accepted"]) for one in documents] == [
        (kind, not reasons) for kind, reasons in GOLDEN[name]
    ]
    assert told.code in (0, 1)
    if not documents or not all(one["accepted"] for one in documents):
        assert told.code == 1
    text = in_process("explain", path, folder=tmp_path)
    assert text.code == told.code
    assert text.out
    assert "Traceback" not in text.out + text.err + told.err
