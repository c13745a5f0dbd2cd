"""The walk-through of docs/mapping.md: a 945 from nothing, by files alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.support import OWN_MAPPINGS, in_process, installation

DOCS = Path(__file__).parents[2] / "docs" / "mapping.md"
BLOCK = re.compile(r"^`([\w./-]+)`[^\n]*:\n\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = {
    "mappings/x12/maps.xml",
    "mappings/x12/dataele.xml",
    "mappings/x12/945.004010.xml",
    "mappings/x12-945.toml",
}


@pytest.fixture
def walked(tmp_path: Path) -> Path:
    """Make the files of the walk-through, in an installation that reads them."""
    folder = installation(tmp_path, OWN_MAPPINGS.replace("ACMW1", "NWH1"))
    section = DOCS.read_text(encoding="utf-8").partition("### From nothing: a 945")[2]
    blocks = dict(BLOCK.findall(section))
    assert blocks.keys() == FILES | {"945.edi"}
    for name, block in blocks.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(block, encoding="utf-8")
    return folder


def replace(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_945_is_read_acknowledged_and_mapped(walked: Path) -> None:
    done = in_process("explain", "945.edi", "--json", folder=walked)
    assert done.code == 0, done.out + done.err
    (document,) = done.json["interchanges"][0]["documents"]
    assert (document["type"], document["accepted"], document["errors"], document["notes"]) == (
        "945",
        True,
        [],
        [],
    )
    (request,) = document["requests"]
    assert request["operation"] == "submitShipmentConfirmations"
    assert request["body"]["purchaseOrderNumber"] == "NW7T4M2ZP"
    assert request["body"]["shipFromParty"]["partyId"] == "NWH1"
    assert [one["containerIdentifier"] for one in request["body"]["containers"]] == [
        "00340123450000000017",
        "00340123450000000024",
    ]
    assert [item["shippedQuantity"]["amount"] for item in request["body"]["items"]] == [2, 1]
    assert "AK2*945*0001~AK5*A~AK9*A*1*1*1~" in done.json["acknowledgement"]


def test_it_is_shown_in_words(walked: Path) -> None:
    told = in_process("explain", "945.edi", folder=walked).out
    assert "MAN01 Marks and Numbers Qualifier: GM (SSCC-18 carton label)" in told
    assert "AK9*A*1*1*1" in told


def test_check_finds_nothing_wrong(walked: Path) -> None:
    done = in_process("check", "--json", folder=walked)
    assert (done.code, done.json["problems"]) == (0, [])


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("mappings/x12-945.toml", '"W0606"', '"PRF77"', "PRF77: PRF has 7 elements"),
        ("mappings/x12-945.toml", '"W0606"', '"ZZZ09"', "ZZZ09: there is no segment ZZZ"),
        ("mappings/x12-945.toml", '"W0606"', '"W0619"', "W0619: W06 has 6 elements"),
        ("mappings/x12-945.toml", "N101=WH", "N109=WH", "N109: N1 has 6 elements"),
        ("mappings/x12-945.toml", '"W1203+05"', '"W1203.2+05"', "W1203.2: W1203 has no components"),
        ("mappings/x12-945.toml", '"W12"', '"W99"', "W9901: there is no segment W99"),
        ("mappings/x12/945.004010.xml", 'data_ele="514"', 'data_ele="5140"', "of data element '5140'"),
        ("mappings/x12/945.004010.xml", 'external="91"', 'external="9191"', "list '9191'"),
        ("mappings/x12/945.004010.xml", 'seq="6" name="P', 'seq="7" name="P', "seq of element 6 of W06"),
        ("mappings/x12/945.004010.xml", 'usage="R" pos="2"', 'usage="M" pos="2"', "usage of W06"),
        ("mappings/x12/945.004010.xml", 'pos="3" repeat', 'pos="2" repeat', "has the pos of W06"),
        ("mappings/x12/945.004010.xml", "P0708", "P0799", "no syntax note"),
        ("mappings/x12/945.004010.xml", "</transaction>", "</transactions>", "is no XML"),
        ("mappings/x12/maps.xml", "945.004010.xml", "954.004010.xml", "there is no file 954.004010.xml"),
        ("mappings/x12/dataele.xml", 'data_type="AN"', 'data_type="XX"', "data element 285"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(
    walked: Path, name: str, old: str, new: str, message: str
) -> None:
    replace(walked, name, old, new)
    text = (walked / name).read_text(encoding="utf-8")
    line = text.count("\n", 0, text.index(new)) + 1
    done = in_process("check", folder=walked)
    assert done.code == 2
    assert f"{walked / name}: line {line}: " in done.err
    assert message in done.err


def test_a_broken_grammar_stops_the_work_and_rejects_nothing(walked: Path) -> None:
    replace(walked, "mappings/x12/945.004010.xml", 'data_ele="514"', 'data_ele="5140"')
    (walked / "drop" / "inbox").mkdir(parents=True, exist_ok=True)
    (walked / "drop" / "inbox" / "945.edi").write_bytes((walked / "945.edi").read_bytes())
    for verb in (["explain", "945.edi"], ["run"]):
        done = in_process(*verb, folder=walked)
        assert done.code == 2
        assert "of data element '5140'" in done.err
    assert (walked / "drop" / "inbox" / "945.edi").exists()


def test_without_its_grammar_a_mapping_is_warned_of(walked: Path) -> None:
    replace(walked, "mappings/x12-945.toml", 'document = "945"', 'document = "943"')
    done = in_process("check", "--json", folder=walked)
    assert done.code == 0
    assert ["no grammar knows 943" in one["message"] for one in done.json["problems"]] == [True]


HANMOV = """UNH M 1
BGM M 1
DTM C 9
SG1 C 9
  RFF M 1
SG2 C 99
  NAD M 1
SG3 C 999
  CPS M 1
  MEA C 9
  SG4 C 9
    PCI M 1
    GIN C 9
  SG5 C 999
    LIN M 1
    PIA C 9
    QTY C 9
UNT M 1
"""
HANMOV_MAPPING = """name = "hanmov"
standard = "edifact"
document = "HANMOV"
produces = "confirmation"
[[loops]]
trigger = "CPS"
level = "pack"
[[loops]]
trigger = "LIN"
level = "item"
within = ["pack"]
[fields.purchase_order_number]
scope = "document"
at = ["RFF01.2[RFF01.1=ON]"]
[fields.shipped_date]
scope = "document"
at = ["DTM01.2+01.3[DTM01.1=11]"]
[fields.container_identifier]
scope = "pack"
at = ["GIN02.1[GIN01=BJ]"]
[fields.weight]
scope = "pack"
at = ["MEA03.2+03.1[MEA02.1=G]"]
[fields.item_sequence_number]
scope = "item"
at = ["LIN01"]
[fields.buyer_product_identifier]
scope = "item"
at = ["PIA[IN]"]
[fields.quantity]
scope = "item"
at = ["QTY01.2+01.3[QTY01.1=12]"]
"""
HANMOV_MESSAGE = (
    "UNB+UNOC:3+LAGER:ZZ+AMAZON:ZZ+260302:0930+7'UNH+1+HANMOV:D:07A:UN'BGM+85+H1+9'DTM+11:20260302:102'"
    "RFF+ON:NW7T4M2ZP'CPS+1'MEA+PD+G+KGM:4.5'PCI+33E'GIN+BJ+00340123450000000017'"
    "LIN+1'PIA+1+B0NORD0001:IN'QTY+12:2:PCE'UNT+12+1'UNZ+1+7'"
)


def test_an_edifact_message_is_read_acknowledged_and_mapped_by_files_alone(tmp_path: Path) -> None:
    folder = installation(
        tmp_path, OWN_MAPPINGS.replace("[vendors.acme]", '[vendors.acme]\ncarrier = "UPSN"', 1)
    )
    (folder / "mappings" / "edifact" / "D07A").mkdir(parents=True)
    (folder / "mappings" / "edifact" / "D07A" / "HANMOV.txt").write_text(HANMOV, encoding="utf-8")
    (folder / "mappings" / "hanmov.toml").write_text(HANMOV_MAPPING, encoding="utf-8")
    (folder / "hanmov.edi").write_text(HANMOV_MESSAGE, encoding="utf-8")
    done = in_process("explain", "hanmov.edi", "--json", folder=folder)
    assert done.code == 0, done.out + done.err
    (document,) = done.json["interchanges"][0]["documents"]
    assert (document["accepted"], document["errors"]) == (True, [])
    assert {note["code"] for note in document["notes"]} == {"LABEL"}  # not that another directory was used
    (request,) = document["requests"]
    assert request["body"]["purchaseOrderNumber"] == "NW7T4M2ZP"
    assert [one["containerIdentifier"] for one in request["body"]["containers"]] == ["00340123450000000017"]
    assert "UCI+7+LAGER:ZZ+AMAZON:ZZ+7'" in done.json["acknowledgement"]
    checked = in_process("check", "--json", folder=folder)
    assert (checked.code, checked.json["problems"]) == (0, [])
