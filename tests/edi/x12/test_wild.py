"""Public files as they occur in the wild: each is read, or rejected for a reason that is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.edi.model import Document
from bridge.edi.x12.grammar import X12Grammar
from tests.edi.x12.making import codes, documents, read_file, unreadable

ACCEPTED = {
    "214/EdiFabric_X12.NET__ShipmentStatus.edi": 1,
    "214/apimeister_x12-types__test_214_1.edi": 1,
    "214/jf-tech_omniparser__1_canadapost_edi_214.input.edi": 19,
    "214/jthielens_connector-router__epes.edi": 2,
    "214/unidentified__fedex_ground_214.edi": 1,
    "824/Inteligenz_X12Parser__FromCnSpec.edi": 1,
    "855/eskrano_php-edi-coedition__855-sample.edi": 4,
    "856/Inteligenz_X12Parser__Example1.edi": 1,
    "856/Inteligenz_X12Parser__FromGregarican.edi": 1,
    "856/bots-edi_bots-plugins__856_1.edi": 1,
    "856/bots-edi_bots-plugins__PARTNER2_20130123_1.edi": 2,
    "856/eskrano_php-edi-coedition__856-sample.edi": 3,
    "997/klatar200_EDI-Hub__997_reject_ak3_ak4.edi": 1,
    "997/xlate_staedi__simple997-multiple-interchanges.edi": 3,
    "999/xlate_staedi__simple999.edi": 1,
    "TA1/bots-edi_bots-plugins__testx120029.edi": 51,
}
REJECTED = {
    "210/xlate_staedi__ts210_80char.edi": ["1"],  # no map
    "214/yurii1exe_edi-x12-toolkit__214-broken.edi": ["4"],  # SE counts 9 of 7
    "824/EdiFabric_X12.NET__ApplicationAdvice.edi": ["4", "4", "4"],  # six-digit dates in 004010
    "856/Inteligenz_X12Parser__Example2.edi": ["1"],  # 003060
}


def read_sample(wild: Path, name: str, grammar: X12Grammar) -> list[Document]:
    path = wild / name
    if not path.exists():
        pytest.skip(f"{name} is not here")
    data = path.read_bytes()
    events = read_file(data, grammar)
    assert sum(event.length for event in events) == len(data)
    assert not unreadable(events)
    return documents(events)


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_sloppy_file_is_accepted(wild: Path, grammar: X12Grammar, name: str) -> None:
    found = read_sample(wild, name, grammar)
    assert [document.accepted for document in found] == [True] * ACCEPTED[name]


@pytest.mark.parametrize("name", REJECTED)
def test_a_wrong_file_is_rejected_for_its_reason(wild: Path, grammar: X12Grammar, name: str) -> None:
    found = read_sample(wild, name, grammar)
    assert [codes(document.errors, fatal=True) for document in found] == [REJECTED[name]]


def test_a_file_with_a_second_terminator_is_rejected_by_its_count(wild: Path, grammar: X12Grammar) -> None:
    found = read_sample(wild, "856/kputnam_stupidedi__SH856_fail_2.edi", grammar)
    assert "4" in codes(found[0].errors, fatal=True)
    assert found[0].segments[-1].tag == "SE"


def test_a_body_without_envelope_is_unreadable(wild: Path, grammar: X12Grammar) -> None:
    path = wild / "856/unidentified__insight_pack_item_body.edi"
    if not path.exists():
        pytest.skip("the body fragment is not here")
    data = path.read_bytes()
    events = read_file(data, grammar)
    assert sum(event.length for event in unreadable(events)) == len(data)
