"""Documents in words: names of segments and elements, meanings of codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.data import mappings_folder
from bridge.edi.grammar import Grammar, load_grammar
from bridge.edi.model import Document, DocumentRead
from bridge.edi.names import Names, load_words
from bridge.edi.reader import read
from bridge.errors import ConfigurationError

ISA = (
    "ISA*00*          *00*          *ZZ*ACMEV          *ZZ*AMAZON         "
    "*261122*0100*U*00401*000000007*0*P*>~"
)


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return load_grammar(mappings_folder())


@pytest.fixture(scope="module")
def names(grammar: Grammar) -> Names:
    return Names(grammar, mappings_folder())


def document_of(text: str, grammar: Grammar) -> Document:
    return next(event.document for event in read([text.encode()], grammar) if isinstance(event, DocumentRead))


def said(document: Document, names: Names, tag: str) -> list[str]:
    segment = next(segment for segment in document.segments if segment.tag == tag)
    return [str(one) for one in names.elements(document, segment)]


def x12(body: str, kind: str, grammar: Grammar) -> Document:
    text = f"{ISA}GS*SH*A*B*20261122*0100*1*X*004010~ST*{kind}*0001~{body}SE*3*0001~GE*1*1~IEA*1*000000007~"
    return document_of(text, grammar)


def test_elements_have_the_names_of_the_standard_and_codes_their_meaning(
    grammar: Grammar, names: Names
) -> None:
    document = x12("TD5**2*UPSN*M~", "856", grammar)
    assert names.segment("x12", "BSN") == "Beginning Segment for Ship Notice"
    assert said(document, names, "TD5") == [
        "TD502 Identification Code Qualifier: 2 (SCAC)",
        "TD503 Identification Code: UPSN",
        "TD504 Transportation Method/Type Code: M (motor)",
    ]


def test_elements_that_the_tables_leave_nameless_have_names(grammar: Grammar, names: Names) -> None:
    document = x12("SN1**12*EA~", "856", grammar)
    assert said(document, names, "SN1")[0] == "SN102 Number of Units Shipped: 12"


def test_a_transaction_set_without_a_map_is_named_by_those_of_others(grammar: Grammar, names: Names) -> None:
    document = x12("REF*CN*123~", "210", grammar)
    qualifier = "REF01 Reference Identification Qualifier: CN (carrier's reference number (PRO))"
    assert said(document, names, "REF") == [qualifier]


def test_edifact_has_names_and_meanings_too(grammar: Grammar, names: Names) -> None:
    document = document_of(
        "UNB+UNOA:3+ACME+AMAZON+261122:0100+7'UNH+1+DESADV:D:96A:UN'BGM+351+X+9'DTM+11:20261122:102'"
        "UNT+4+1'UNZ+1+7'",
        grammar,
    )
    assert said(document, names, "DTM") == [
        "DTM01.1 Date/time/period qualifier: 11 (despatch)",
        "DTM01.3 Date/time/period format qualifier: 102 (yyyymmdd)",
    ]


def test_every_line_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "words.tsv").write_text("# what\nBSN\nTD5\tCarrier\tall\nHL\tLevel\t03\n")
    with pytest.raises(ConfigurationError) as raised:
        load_words(tmp_path / "words.tsv")
    assert [problem.line for problem in raised.value.problems] == [2, 3]
