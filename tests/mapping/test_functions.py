"""Which code of which document means what, and how a partner's own mapping changes it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bridge.domain.events import Function, MappingResult
from bridge.edi.model import Document
from bridge.errors import ConfigurationError
from bridge.mapping import explain_profile, load_mappings, translate
from bridge.mapping.mappings import Mappings
from tests.golden import MAPPINGS, shipped_mappings
from tests.mapping.support import edifact, x12
from tests.system.traffic import carrier_status, despatch_advice, ship_notice

SHIPPED = shipped_mappings()


def notice(code: str, kind: str = "") -> Document:
    body = [s.replace("BSN*00", f"BSN*{code}") for s in ship_notice(1)]
    if kind:
        body[0] += f"*{kind}"
    return x12("856", "\n".join(body))


def advice(code: str, name: str = "351") -> Document:
    begin = f"BGM+{name}+1" + (f"+{code}" if code else "")
    return edifact("DESADV", "\n".join([begin, *despatch_advice(1)[1:]]))


def mapped(document: Document, mappings: Mappings = SHIPPED) -> MappingResult:
    profile = msgspec.structs.replace(explain_profile(), vendor="acme")
    (one,) = translate(document, profile, mappings)
    return one


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (notice("00"), "original"),
        (notice("01"), "cancel"),
        (notice("17"), "cancel"),
        (notice("04"), "replace"),
        (notice("05"), "replace"),
        (notice("07"), "resend"),
        (notice("15"), "resend"),
        (notice("22"), "none"),
        (notice("24"), "none"),
        (notice("06"), "hold"),
        (notice("14"), "hold"),
        (notice("03"), "hold"),
        (notice("ZZ"), "hold"),
        (notice("00", "38"), "none"),
        (advice(""), "original"),
        (advice("9"), "original"),
        (advice("1"), "cancel"),
        (advice("4"), "replace"),
        (advice("7"), "resend"),
        (advice("31"), "none"),
        (advice("53"), "none"),
        (advice("3"), "hold"),
        (advice("9", "35E"), "hold"),
        (advice("1", "35E"), "cancel"),
    ],
)
def test_the_function_is_read_first(document: Document, expected: Function) -> None:
    one = mapped(document)
    assert one.function == expected
    assert (one.event is not None) == (expected in {"original", "replace", "resend", "hold"})
    assert bool(one.hold) == (expected == "hold")
    assert not one.errors


def test_a_cancellation_needs_no_more_than_its_order() -> None:
    bare = x12("856", "BSN*01*1*20261101*0815\nHL*1**O\nPRF*PO1")
    one = mapped(bare)
    assert (one.function, one.errors, one.hold, one.purchase_order_number) == ("cancel", (), "", "PO1")
    nameless = mapped(x12("856", "BSN*01*1*20261101*0815\nHL*1**S"))
    assert nameless.hold == "BSN01 = 01: a cancellation that names no order"


def own(folder: Path, text: str) -> Mappings:
    (folder / "own.toml").write_text(
        'name = "own"\nextends = "x12-856"\nstandard = "x12"\ndocument = "856"\nvendors = ["acme"]\n' + text
    )
    return load_mappings([MAPPINGS, folder])


def test_a_mapping_of_ones_own_changes_single_codes(tmp_path: Path) -> None:
    mappings = own(tmp_path, '[function.values]\n14 = "original"\n06 = "original"\n')
    assert mapped(notice("14"), mappings).function == "original"
    assert mapped(notice("06"), mappings).function == "original"
    assert mapped(notice("01"), mappings).function == "cancel"


def test_a_folder_of_ones_own_changes_single_codes_for_all(tmp_path: Path) -> None:
    (tmp_path / "functions.toml").write_text('[x12.856.function.values]\n15 = "original"\n')
    mappings = load_mappings([MAPPINGS, tmp_path])
    assert mapped(notice("15"), mappings).function == "original"
    assert mapped(notice("01"), mappings).function == "cancel"


def test_a_mapping_from_before_there_were_functions_reads_them_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "x12-856.toml").write_bytes((MAPPINGS / "x12-856.toml").read_bytes())
    assert mapped(notice("01"), load_mappings([MAPPINGS, tmp_path])).function == "cancel"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[function.values]\n01 = "drop"\n', "'drop' is not one of"),
        ('[function]\nfrom = "BSN01"\n', "unknown key"),
        ('[function]\nat = ["item:LIN02"]\n', "is no level"),
    ],
)
def test_mistakes_in_a_table_of_functions_are_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        own(tmp_path, text)


def test_a_mapping_may_name_a_place_where_its_standard_has_none(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        'name = "own"\nextends = "x12-214"\nstandard = "x12"\ndocument = "214"\nvendors = ["acme"]\n'
        '[function]\nat = ["L1101[L1102=ZZ]"]\n[function.values]\nVOID = "cancel"\n'
    )
    mappings = load_mappings([MAPPINGS, tmp_path])
    body = carrier_status(1)
    assert mapped(x12("214", "\n".join(body)), mappings).function == "original"
    assert mapped(x12("214", "\n".join([body[0], "L11*VOID*ZZ", *body[1:]])), mappings).function == "cancel"
    assert mapped(x12("214", "\n".join([body[0], "L11*NEW*ZZ", *body[1:]])), mappings).function == "hold"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("29", "original"),
        ("27", "original"),
        ("4", "replace"),
        ("7+AP", "resend"),
        ("1", "cancel"),
        ("31", "none"),
    ],
)
def test_the_verdicts_of_an_order_response_are_no_functions(code: str, expected: Function) -> None:
    one = mapped(edifact("ORDRSP", f"BGM+231+1+{code}\nRFF+ON:PO1\nNAD+SU+ACME::92\nUNS+S"))
    assert one.function == expected
