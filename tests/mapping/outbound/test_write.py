"""Values to documents: what the notation writes, and what is refused whole, never cut or replaced."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bridge.data import mappings_folder
from bridge.document_data import grammar_of
from bridge.edi.addressing import Addressing, Origin
from bridge.edi.model import Delimiters, Document, DocumentRead, Party, ReadOptions
from bridge.edi.reader import read
from bridge.mapping.load import load_mappings
from bridge.mapping.outbound.write import NotWritten, prepare
from bridge.mapping.profile import VendorProfile
from bridge.programs.follow_ups import NewsDocument
from bridge.programs.multi_channel_fulfillment.notices import NOTICES

SAMPLE = NOTICES["shipment"].sample
NOW = datetime(2026, 11, 23, 16, tzinfo=UTC)
ADDRESSING = Addressing(sender=Party("US", "ZZ"), receiver=Party("THEM", "01"))
DESADV = msgspec.structs.replace(ADDRESSING, versions=("D96A",))
HEAD = 'name = "own"\nextends = "x12-945"\nstandard = "x12"\ndocument = "945"\nvendors = ["acme"]\n'


class Numbers:
    """Control numbers, each the next one of its kind."""

    def __init__(self) -> None:
        self.last = dict.fromkeys(("interchange", "group", "document"), 0)

    def next(self, kind: str) -> int:
        self.last[kind] += 1
        return self.last[kind]


def written(
    values: Mapping[str, Any] = SAMPLE,
    document: str = "945",
    *,
    addressing: Addressing = ADDRESSING,
    origin: Origin | None = None,
    folder: Path | None = None,
    timezone: str = "UTC",
) -> str:
    """Return the text that a partner gets. Raises NotWritten."""
    folders = [mappings_folder(), *([folder] if folder else [])]
    news = NewsDocument(
        document=document, notice="shipment", values=values, folder="", name="", origin=origin
    )
    prepared = prepare(
        news,
        mappings=load_mappings(folders),
        profile=VendorProfile(vendor="acme", timezone=timezone),
        addressing=addressing,
        checker=grammar_of(None),
        now=NOW,
    )
    return prepared.data(Numbers(), NOW).decode("utf-8")


def own(tmp_path: Path, text: str) -> Path:
    """Write a mapping of the partner's own that extends the shipped 945."""
    (tmp_path / "outbound").mkdir(exist_ok=True)
    (tmp_path / "outbound" / "own.toml").write_text(HEAD + text, encoding="utf-8")
    return tmp_path


def read_back(text: str, encoding: str = "utf-8") -> Document:
    """Read a document as a strict partner does, without any complaint."""
    (found,) = [
        event.document
        for event in read([text.encode(encoding)], grammar_of(None), options=ReadOptions(strict=True))
        if isinstance(event, DocumentRead)
    ]
    assert found.errors == []
    return found


def lines(text: str, *tags: str) -> list[str]:
    return [line for line in text.split("~") if line.split("*")[0] in tags]


def changed(**values: object) -> dict[str, Any]:
    return {**SAMPLE, **values}


def packed(**values: object) -> dict[str, Any]:
    """Return one package with one item, some of whose values are others."""
    package = SAMPLE["package"][0]
    return changed(package=[{**package, "item": [{**package["item"][0], **values}]}])


def test_a_945_is_written_as_its_mapping_says() -> None:
    assert written().split("~") == [
        (
            "ISA*00*          *00*          *ZZ*US             *01*THEM           "
            "*261123*1600*U*00401*000000001*0*P*:"
        ),
        "GS*SW*US*THEM*20261123*1600*1*X*004010",
        "ST*945*0001",
        "W06*F*A-1001*20261123*DnTz4W5Rk**PO-77",
        "N1*SF**92*PHX7",
        "N1*ST**92*STORE-12",
        "N9*CO*W-555",
        "G62*11*20261123",
        "G62*17*20261125",
        "W27*U*UPSN*UPS",
        "LX*1",
        "MAN*CP*1Z999AA10123456784",
        "W12*CP*3*1*2*EA**SK*KETTLE-17",
        "N9*LI*1",
        "N9*SE*SN-4711",
        "N9*LT*LOT-9",
        "LX*2",
        "MAN*CP*1Z999AA10123456795",
        "W12*CC*1*1*0*EA**SK*TEAPOT-04",
        "N9*LI*2",
        "W03*2",
        "SE*20*0001",
        "GE*1*1",
        "IEA*1*000000001",
        "",
    ]


@pytest.mark.parametrize("version", ["D96A", "D99B", "D01B"])
def test_a_desadv_is_written_in_each_directory(version: str) -> None:
    told = written(document="DESADV", addressing=msgspec.structs.replace(ADDRESSING, versions=(version,)))
    document = read_back(told)
    assert document.version == version
    assert [line for line in told.split("'") if line[:3] in {"CPS", "QTY", "QVR", "CNT"}] == [
        "CPS+1", "QTY+12:1:PCE", "QTY+21:3:PCE", "QVR+2:21+CP",
        "CPS+2", "QTY+12:1:PCE", "QTY+21:1:PCE", "CNT+2:2", "CNT+1:2",
    ]  # fmt: skip


def test_times_are_the_partners() -> None:
    late = changed(shipped_at="2026-11-24T02:00:00+00:00")
    assert "G62*11*20261123" in written(late, timezone="America/New_York")
    assert "DTM+11:20261123:102" in written(late, "DESADV", addressing=DESADV, timezone="America/New_York")


def test_a_segment_without_its_values_is_left_out_and_one_value_is_one_segment() -> None:
    bare = packed(serial_number=["S1", "S2"], lot_number=[], line="")
    told = written({**bare, "customer_order": "", "ship_to_id": None, "fulfillment_center": ""})
    assert lines(told, "N1", "N9") == ["N1*SF*AMAZON", "N9*SE*S1", "N9*SE*S2"]


def test_several_carriers_stand_with_what_they_carry() -> None:
    first, second = SAMPLE["package"]
    told = written(changed(carrier="", package=[first, {**second, "package_carrier": "Bob's Vans"}]))
    assert lines(told, "W12", "W27") == [
        "W12*CP*3*1*2*EA**SK*KETTLE-17",
        "W27*U*UPSN*UPS",
        "W12*CC*1*1*0*EA**SK*TEAPOT-04",
        "W27*U**Bob's Vans",
    ]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (changed(order_number="1" * 23), "W0602 (order_number): the element is too long: '1111"),
        (changed(shipped_at="yesterday"), "W0603 (shipped_at): 'yesterday' is not a date and time"),
        (changed(shipped_at="2026-11-23T10:00:00"), "'2026-11-23T10:00:00' has no offset"),
        (changed(customer_order="Ä-1"), "N902 (customer_order): has characters that the character set"),
        (changed(customer_order="A "), "N902 (customer_order): begins or ends with a blank"),
        (packed(sku_qualifier="??"), "W1207 (sku_qualifier): the code value is not in the code list: '??'"),
        (packed(ordered="three"), "W1202 (ordered): 'three' is not a number"),
        (packed(status=""), "W1201 (segments.item): a mandatory element is missing"),
        (changed(carrier="日本"), "has letters that cannot be written in the character set extended"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place_and_value(values: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotWritten) as told:
        written(values)
    assert reason in str(told.value)
    assert "(mapping x12-945, x12-945.toml)" in str(told.value)


def test_all_reasons_are_told_at_once() -> None:
    with pytest.raises(NotWritten) as told:
        written(changed(order_number="1" * 23, shipment_id="2" * 31))
    assert "W0602 (order_number)" in str(told.value)
    assert "W0604 (shipment_id)" in str(told.value)


def test_letters_of_a_text_become_their_nearest_or_stay_where_the_set_has_them() -> None:
    values = changed(carrier="Süß & Žluťoučký 5€")
    assert "W27*U**Suss & Zlutoucky 5EUR" in written(values)
    utf8 = msgspec.structs.replace(ADDRESSING, character_set="UTF-8")
    assert "W27*U**Süß & Žluťoučký 5€" in written(values, addressing=utf8)
    basic = msgspec.structs.replace(ADDRESSING, character_set="basic")
    assert "W27*U**SUSS & ZLUTOUCKY 5EUR" in written({**values, "shipment_id": "X1"}, addressing=basic)
    with pytest.raises(NotWritten, match=r"W0604 \(shipment_id\): has characters"):
        written(values, addressing=basic)  # a number is no text: its small letters stay


def test_x12_takes_other_separators_where_the_usual_ones_stand_in_the_data() -> None:
    values = changed(customer_order="A*B:C~D")
    told = written(values)
    document = read_back(told)
    assert (told[3], told[104], told[105]) == ("|", ">", "'")
    assert "A*B:C~D" in [one.value(2) for one in document.segments if one.tag == "N9"]
    agreed = msgspec.structs.replace(ADDRESSING, x12=Delimiters("*", ":", "~"))
    with pytest.raises(NotWritten, match=r"the data has '\*', which is agreed as a separator"):
        written(values, addressing=agreed)


def test_edifact_releases_separators_in_the_data() -> None:
    told = written(changed(customer_order="A+B:C'D?E"), "DESADV", addressing=DESADV)
    assert "RFF+UO:A?+B?:C?'D??E'" in told
    assert read_back(told).segments[6].value(1, 2) == "A+B:C'D?E"


def test_the_answered_documents_addresses_are_turned_round_unless_the_settings_say_others() -> None:
    origin = Origin(
        standard="x12",
        version="005010",
        sender=Party("SHOPSYS", "ZZ"),
        receiver=Party("AMAZONMCF", "12"),
        group_sender="DEPT",
        group_receiver="MCF",
        delimiters=Delimiters("|", ">", "\n", "^"),
        test=True,
    )
    told = written(addressing=Addressing(), origin=origin).split("\n")
    assert told[0].split("|")[5:9] == ["12", "AMAZONMCF      ", "ZZ", "SHOPSYS        "]
    assert told[0].split("|")[11:] == ["^", "00501", "000000001", "0", "T", ">"]
    assert told[1].split("|")[1:4] == ["SW", "MCF", "DEPT"]
    settings = msgspec.structs.replace(ADDRESSING, versions=("D96A", "004010"), test=False)
    told = written(addressing=settings, origin=origin).split("\n")
    assert told[0].split("|")[5:9] == ["ZZ", "US             ", "01", "THEM           "]
    assert (told[0].split("|")[15], told[1].split("|")[2:4], told[1].split("|")[8]) == (
        "P",
        ["US", "THEM"],
        "004010",
    )
    with pytest.raises(NotWritten, match="set sender_id and receiver_id in the partner's edi table"):
        written(document="DESADV", addressing=Addressing(), origin=origin)


def test_a_mapping_of_the_partners_own_changes_qualifiers_positions_and_segments(tmp_path: Path) -> None:
    text = """
[segments.customer_order]
N901 = "=PO"
[segments.item]
W1201 = { values = { short = "SS" } }
W1208 = ""
W1207 = ""
W1206 = { value = "sku", match = '^\\d{12}$', default = "000000000000" }
[segments.weight]
after = "first"
W0601 = "=F"
[segments.head]
write = false
[segments.total]
W0301 = { sum = "W1203[W1201=CC]" }
W0302 = { count = "LX" }
W0303 = "=LB"
"""
    told = written(folder=own(tmp_path, text))
    assert told.split("~")[3] == "W06*F"
    assert lines(told, "W12", "W03", "N9") == [
        "N9*PO*W-555",
        "W12*SS*3*1*2*EA*000000000000",
        "N9*LI*1",
        "N9*SE*SN-4711",
        "N9*LT*LOT-9",
        "W12*CC*1*1*0*EA*000000000000",
        "N9*LI*2",
        "W03*1*2*LB",
    ]
