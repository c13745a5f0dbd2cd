"""Tracking events as 214s: each code of Amazon's has its pair, and a partner's own file changes some."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from bridge.data import mappings_folder
from bridge.document_data import grammar_of
from bridge.edi.addressing import Addressing
from bridge.edi.model import Party
from bridge.mapping.load import load_mappings
from bridge.mapping.mappings import Mappings
from bridge.mapping.outbound.write import NothingToTell, NotWritten, prepare
from bridge.mapping.profile import explain_profile
from bridge.programs.follow_ups import NewsDocument
from bridge.programs.multi_channel_fulfillment.notices import NOTICES, TRACKING

ADDRESSING = Addressing(sender=Party("AMAZON", "ZZ"), receiver=Party("SHOP", "ZZ"))
PROFILE = msgspec.structs.replace(explain_profile(), vendor="acme")
PAIRS = """
101 XB/NS; 102 AF/NS; 201 X4/NS; 202 P1/NS; 203 X4/NS; 204 K1/NS; 206 X6/NS; 301 D1/NS; 302 AJ/NS; 304 AH/AQ;
307 AG/NA; 308 AV/C1; 309 A3/BT; 401 SD/A2; 402 SD/AS; 404 SD/BG; 405 A9/NS; 406 SD/BB; 407 A7/BS; 408 AP/BT;
411 OO/NS; 413 A7/BS; 414 SD/AA; 415 R1/NS; 416 AP/BG; 417 SD/AA; 418 SD/BG; 419 SD/A6; 801 D1/NS; 804 D1/NS
"""
UNTOLD = ("205", "306", "403", "409", "412", "999")


def written(mappings: Mappings, *codes: str, **values: object) -> list[str]:
    """Write a 214 of events with these codes; return its segments."""
    event = {"event_time": "2026-11-25T18:03:00+00:00", "city": "Phoenix", "state": "AZ", "country": "US"}
    events = [event | {"event_code": f"EVENT_{code}"} for code in codes]
    news = NewsDocument(
        document="214",
        notice=TRACKING,
        values={**NOTICES[TRACKING].sample, "event": events, **values},
        folder="tracking",
        name="1.edi",
    )
    prepared = prepare(
        news,
        mappings=mappings,
        profile=PROFILE,
        addressing=ADDRESSING,
        checker=grammar_of(None),
        now=datetime(2026, 11, 25, tzinfo=UTC),
    )
    return ["*".join([tag, *("".join(one) for one in elements)]) for tag, elements in prepared.body]


@pytest.fixture(scope="module")
def shipped() -> Mappings:
    return load_mappings((mappings_folder(),))


def test_each_event_of_amazons_has_the_standards_pair(shipped: Mappings) -> None:
    pairs = dict(one.split() for one in PAIRS.replace("\n", " ").split(";"))
    segments = written(shipped, *pairs)
    told = ["/".join(one.split("*")[1:3]) for one in segments if one.startswith("AT7")]
    assert told == list(pairs.values())
    assert [one for one in segments if one.startswith("LX")] == [f"LX*{n}" for n in range(1, len(pairs) + 1)]


def test_what_has_no_pair_is_left_out_and_a_document_of_nothing_else_is_none(shipped: Mappings) -> None:
    segments = written(shipped, "205", "301", "999")
    assert [one for one in segments if one[:2] in {"LX", "AT", "MS"}] == [
        "LX*1",
        "AT7*D1*NS***20261125*1803*UT",
        "MS1*Phoenix*AZ*US",
    ]
    for code in UNTOLD:
        with pytest.raises(NothingToTell):
            written(shipped, code)
        with pytest.raises(NothingToTell):  # though its carrier could not be written
            written(shipped, code, carrier="PIGEON_POST")


def test_a_carrier_without_a_scac_is_told_by_its_place(shipped: Mappings) -> None:
    with pytest.raises(NotWritten, match="B1003"):
        written(shipped, "301", carrier="PIGEON_POST")


def test_a_file_of_the_partners_changes_pairs_adds_some_and_takes_some_away(tmp_path: Path) -> None:
    (tmp_path / "outbound").mkdir()
    (tmp_path / "outbound" / "acme.toml").write_text(
        """\
name = "acme-214"
extends = "x12-214"
standard = "x12"
document = "214"
vendors = ["acme"]
[segments.head]
B1003 = { values = { PIGEON_POST = "PIGN" } }
[segments.status.AT701]
values = { EVENT_205 = "CA", EVENT_201 = "", EVENT_302 = "OA" }
[segments.status.AT702]
values = { EVENT_302 = "A1" }
"""
    )
    segments = written(
        load_mappings((mappings_folder(), tmp_path)), "201", "205", "301", "302", carrier="PIGEON_POST"
    )
    assert segments[0] == "B10*1Z999AA10123456784*DnTz4W5Rk*PIGN"
    told = ["/".join(one.split("*")[1:3]) for one in segments if one.startswith("AT7")]
    assert told == ["CA/NS", "D1/NS", "OA/A1"]
