"""Grammars in a folder of the user's add to the shipped ones and override them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bridge.data import mappings_folder
from bridge.edi.grammar import Grammar, load_grammar
from bridge.edi.model import Document, DocumentRead
from bridge.edi.reader import read
from bridge.edi.x12.grammar import DocumentChecker, X12Grammar
from bridge.errors import ConfigurationError
from bridge.mapping.positions import check_positions
from tests.edi.edifact.building import DESADV_BODY, UNB, UNZ, message
from tests.edi.x12.making import BODY_214, BODY_856, one

INVRPT = """# INVRPT: segment or group, mandatory or conditional, most repetitions
UNH M 1
BGM M 1
DTM M 10
SG1 C 10
  NAD M 1
SG2 M 9999
  LIN M 1
  SG3 M 10
    QTY M 1
    DTM C 5
UNT M 1
"""
INVENTORY = ("BGM+35+1+9'", "DTM+137:20240102:102'", "NAD+SU+V::9'", "LIN+1++4006381333931:EN'", "QTY+145:7'")
MAP = """<transaction xid="{kind}">
  <segment xid="ST" usage="R" pos="1" max_use="1"/>
  <segment xid="ZA1" usage="R" pos="2" max_use="1">
    <syntax>P0102</syntax>
    <element xid="ZA101" data_ele="92" usage="R" seq="1"/>
    <composite xid="ZA102" data_ele="C001" usage="S" seq="2">
      <element xid="ZA102-01" data_ele="355" usage="R" seq="1"><valid_codes external="355"/></element>
      <element xid="ZA102-02" data_ele="380" usage="S" seq="2"/>
    </composite>
  </segment>
  <loop xid="LX" usage="S" pos="3" repeat="&gt;1">
    <segment xid="LX" usage="R" pos="1" max_use="1"/>
  </loop>
  <segment xid="SE" usage="R" pos="4" max_use="1"/>
</transaction>
"""
INDEX = (
    '<maps><version icvn="00401"><map vriic="{version}" fic="ZZ" abbr="{kind}">{name}</map></version></maps>'
)


def written(folder: Path, **files: str) -> Grammar:
    """Load the shipped grammars and those of a folder with these files; `__` stands for a slash."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_xml", ".xml").replace("_tsv", ".tsv").replace(
            "_txt", ".txt"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_grammar(mappings_folder(), folder)


def own_set(folder: Path, text: str = MAP.format(kind="990")) -> Grammar:
    index = INDEX.format(version="004010", kind="990", name="990.xml")
    return written(folder, x12__maps_xml=index, x12__990_xml=text)


def document_of(data: bytes, grammar: DocumentChecker) -> Document:
    (found,) = [event.document for event in read([data], grammar) if isinstance(event, DocumentRead)]
    return found


def edifact(grammar: Grammar, body: tuple[str, ...], kind: str) -> Document:
    return document_of((UNB + message(body, kind=kind) + UNZ).encode(), grammar)


def test_a_message_that_is_not_shipped_is_one_file(tmp_path: Path) -> None:
    shipped = load_grammar(mappings_folder())
    assert not edifact(shipped, INVENTORY, "SLSRPT:D:96A:UN").accepted
    grammar = written(tmp_path, edifact__D96A__SLSRPT_txt=INVRPT.replace("INVRPT", "SLSRPT"))
    assert (found := edifact(grammar, INVENTORY, "SLSRPT:D:96A:UN")).accepted
    assert not found.errors
    missing = edifact(grammar, INVENTORY[:-1], "SLSRPT:D:96A:UN")
    assert [(error.code, error.segment) for error in missing.errors if error.fatal] == [("13", "QTY")]


def test_a_directory_of_ones_own_takes_what_it_lacks_from_the_shipped_one(tmp_path: Path) -> None:
    body = (*INVENTORY, "ZZ1+A:B'")
    segments = "segment\tposition\t...\nZZ1\t1\t0\t9999\tM\tan\t3\tours\n"
    outline = INVRPT.replace("UNT M 1", "ZZ1 C 1\nUNT M 1")
    grammar = written(tmp_path, edifact__D07A__INVRPT_txt=outline, edifact__D07A__segments_tsv=segments)
    found = edifact(grammar, body, "INVRPT:D:07A:UN")
    # Only what the own table says is wrong; nothing is said of another directory.
    assert [(error.segment, error.element) for error in found.errors] == [("ZZ1", 1)]
    assert not edifact(grammar, INVENTORY, "INVRPT:D:07A:UN").errors


def test_codes_of_ones_own_are_added(tmp_path: Path) -> None:
    body = tuple(line.replace("RFF+ON", "RFF+XYZ") for line in DESADV_BODY)
    assert edifact(load_grammar(mappings_folder()), body, "DESADV:D:96A:UN").errors
    grammar = written(tmp_path, edifact__D96A__codes_tsv="1153\tXYZ\n")
    assert not edifact(grammar, body, "DESADV:D:96A:UN").errors
    assert not edifact(grammar, DESADV_BODY, "DESADV:D:96A:UN").errors


def test_a_transaction_set_of_ones_own_is_checked_to_the_component(tmp_path: Path) -> None:
    grammar = own_set(tmp_path)
    right = document_of(one(["ZA1*AB*EA>7", "LX*1"], kind="990"), grammar)
    assert right.accepted
    assert not right.errors
    assert (right.segments[1].value(2), right.segments[1].value(2, 2)) == ("EA", "7")
    wrong = document_of(one(["ZA1*AB*EA>x", "LX"], kind="990"), grammar)
    assert {(error.segment, error.element, error.component) for error in wrong.errors} >= {
        ("ZA1", 2, 2),
        ("LX", 1, 0),
    }


def test_a_file_of_the_same_name_overrides_a_shipped_map(tmp_path: Path) -> None:
    shipped = (mappings_folder() / "x12" / "214.004010.xml").read_text(encoding="utf-8")
    stricter = shipped.replace(
        '<segment xid="L11" name="L11" usage="S"', '<segment xid="L11" name="L11" usage="R"'
    )
    assert stricter != shipped
    grammar = written(tmp_path, **{"x12__214.004010_xml": stricter})
    body = [line for line in BODY_214 if not line.startswith("L11")]
    assert document_of(one(body), load_grammar(mappings_folder())).accepted
    assert not document_of(one(body), grammar).accepted


def test_a_release_of_ones_own_may_be_checked_by_a_shipped_map(tmp_path: Path) -> None:
    index = INDEX.format(version="004050", kind="856", name="856.005010.xml")
    grammar = written(tmp_path, x12__maps_xml=index)
    assert not document_of(one(BODY_856, kind="856", version="004050"), grammar).errors


def test_codes_of_x12_are_added(tmp_path: Path) -> None:
    body = ["BSN*00*SHIP1*20240102*1430*0001", *BODY_856[1:7], "MAN*QQ*1", *BODY_856[8:]]
    assert document_of(one(body, kind="856"), load_grammar(mappings_folder())).errors
    grammar = written(tmp_path, x12__codes_xml='<codes><list name="88" kind="open">QQ</list></codes>')
    assert not document_of(one(body, kind="856"), grammar).errors


def test_all_files_with_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        written(
            tmp_path,
            x12__maps_xml="<maps><map/></maps>",
            x12__990_xml="<transaction/>",
            x12__codes_xml='<codes>\n<list name="88" kind="some">QQ</list></codes>',
            edifact__D96A__INVRPT_txt="UNH M 1\nBGM X 1\n",
            edifact__D96A__segments_tsv="segment\nZZ1\t1\n",
        )
    told = {(Path(problem.file).name, problem.line) for problem in caught.value.problems}
    assert told == {("maps.xml", 1), ("990.xml", 0), ("codes.xml", 2), ("segments.tsv", 2)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<transaction",
        '<?xml version="1.0" encoding="nonsense"?><transaction/>',
        '<!DOCTYPE a [<!ENTITY b "b">]><transaction>&b;</transaction>',
        "<loop>" * 5000,
        "<loop>" * 5000 + "</loop>" * 5000,
        MAP.replace('pos="3"', f'pos="{"9" * 5000}"'),
    ],
    ids=["empty", "cut", "encoding", "entity", "open", "deep", "long"],
)
def test_what_no_parser_takes_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"990\.xml"):
        own_set(tmp_path, text)
    with pytest.raises(ConfigurationError, match=r"maps.xml|990.xml"):
        written(tmp_path, x12__maps_xml=text or " ")


@pytest.mark.parametrize(
    "text", ["UNH M 1\n" + "".join(f"{'  ' * n}SG1 C 1\n" for n in range(5000)), "UNH M " + "9" * 5000]
)
def test_what_no_message_is_like_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"INVRPT.txt"):
        written(tmp_path, edifact__D96A__INVRPT_txt=text)


def test_a_spoiled_map_is_told_and_never_rejects_a_document(tmp_path: Path) -> None:
    """Leave out and spoil each attribute in turn: what loads checks the document, what does not is told."""
    text = MAP.format(kind="990")
    own_set(tmp_path, text)
    data = one(["ZA1*AB*EA>7", "LX*1"], kind="990")
    loaded, lines = 0, list[int]()
    for found in re.finditer(r'\w+="[^"]*"', text):
        for other in ("", re.sub('"[^"]*"', '"?"', found[0])):
            spoiled = text[: found.start()] + other + text[found.end() :]
            try:
                (tmp_path / "x12" / "990.xml").write_text(spoiled, encoding="utf-8")
                grammar = X12Grammar(mappings_folder() / "x12", tmp_path / "x12")
            except ConfigurationError as error:
                lines += [problem.line for problem in error.problems]
                continue
            loaded += 1
            document = document_of(data, grammar)
            assert not [error for error in document.errors if "cannot be checked" in error.message], spoiled
    assert loaded > 5
    assert all(lines)


def test_shipped_mappings_name_only_positions_that_shipped_grammars_have() -> None:
    grammar = load_grammar(mappings_folder())
    assert not list(check_positions([mappings_folder()], grammar, shipped=True))
