"""Mapping files: every mistake at once, with file, key and line; later folders override."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bridge.errors import ConfigurationError
from bridge.mapping import Mappings, explain_profile, load_mappings, translate
from tests import golden
from tests.mapping.support import mapped, vendor, x12
from tests.mapping.test_positions_856 import NOTICE

MINIMAL = """name = "mine"
standard = "x12"
document = "214"
produces = "status"
[[loops]]
trigger = "AT7"
level = "status"
[fields.status_code]
scope = "status"
at = ["AT701"]
[fields.tracking_number]
scope = "document"
at = ["B1002"]
[fields.status_date_time]
scope = "status"
at = ["AT705+06+07"]
"""
ACME_CODES = 'name = "acme"\nstandard = "x12"\nextends = "standard"\n[codes]\n'


def load(tmp_path: Path, **files: str) -> Mappings:
    """Load the shipped folder and one with these files over it."""
    for name, text in files.items():
        path = tmp_path / f"{name.replace('__', '/')}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_mappings([golden.MAPPINGS, tmp_path])


def problems(tmp_path: Path, **files: str) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        load(tmp_path, **files)
    named = {problem.file for problem in raised.value.problems if problem.file}  # none where it is about two
    assert all(Path(file).is_relative_to(tmp_path) for file in named)
    return [str(replace(problem, file="")) for problem in raised.value.problems]


def test_the_shipped_mappings_load() -> None:
    x12, edifact = ("856", "214", "855", "940"), ("desadv", "iftsta", "ordrsp", "orders")
    packages = {"x12-856-packages", "x12-940-package", "edifact-desadv-packages", "edifact-orders-package"}
    shipped = {*(f"x12-{name}" for name in x12), *(f"edifact-{name}" for name in edifact), *packages}
    outbound = {path.stem for path in (golden.MAPPINGS / "outbound").glob("*.toml")}
    assert golden.shipped_mappings().names() == shipped | outbound


def test_all_mistakes_are_told_at_once_with_key_and_line(tmp_path: Path) -> None:
    broken = (
        MINIMAL.replace('"AT701"', '"AT7.1", "line:AT702"')
        .replace(
            "[fields.tracking_number]",
            '[fields.trcking_number]\nscope = "document"\nat = "B1001"\n[fields.tracking_number]',
        )
        .replace('scope = "document"\nat = ["B1002"]', 'at = ["B1002"]')
        .replace("AT705+06+07", "AT705+06+07+08")
    )
    found = problems(tmp_path, mine=broken)
    assert [text.split(":")[0] for text in found] == ["line 10", "line 10", "line 11", "line 15", "line 18"]
    for expected in (
        "'AT7.1' is not a reference",
        "'line' is no level",
        "unknown field",
        "no level: set scope",
        "parts",
    ):
        assert any(expected in text for text in found), expected


def test_a_mistake_is_told_at_its_own_line(tmp_path: Path) -> None:
    """In an element of a list, in the second of two loops, behind a text of several lines with keys in it."""
    text = MINIMAL.replace('at = ["AT701"]', 'at = [\n  "AT701",\n  # not this\n  "AT7.1",\n]')
    text = text.replace(
        "[fields.status_code]", '[[loops]]\ntrigger = "LX"\nlevel = "line"\nid = "ZZ01"\n[fields.status_code]'
    )
    text = text.replace('at = ["B1002"]', 'at = ["B1002"]\ndefault = """\nunit = 1\n"""\nmatch = "("')
    lines = text.splitlines()
    expected = {
        "AT7.1": lines.index('  "AT7.1",') + 1,
        "element of LX": lines.index('id = "ZZ01"') + 1,
        "regular expression": lines.index('match = "("') + 1,
    }
    found = problems(tmp_path, mine=text)
    assert len(found) == len(expected)
    for message, line in expected.items():
        assert any(message in told and told.startswith(f"line {line}: ") for told in found), found


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"x12"', '"hl7"', "must be"),
        ('produces = "status"', 'produces = "label"', "must be one of"),
        ('document = "214"\n', "", "is missing"),
        ('level = "status"', 'level = "at7"', "no loop has the level 'status'"),
        ('trigger = "AT7"\n', "", "which segment opens it"),
        ('at = ["AT701"]', "at = [1]", "list of texts"),
        ('at = ["AT701"]', 'at = ["AT701"]\nmatch = "("', "regular expression"),
        ('at = ["AT701"]', 'at = ["AT701"]\nend = "yes"', "true or false"),
        ('at = ["AT701"]', 'at = ["AT701"]\nwrong = 1', "unknown key"),
        ('name = "mine"', 'name = "mine"\nextends = "nothing"', "does not exist"),
        ('name = "mine"', 'name = "mine"\nextends = "mine"', "extends this one"),
        ('name = "mine"', 'name = "mine"\nstatus_codes = "nothing"', "no x12 table"),
        ('name = "mine"', 'name = "mine"\ndenied = ["status:AT701"]', "not a condition"),
        ('name = "mine"', "name = ", "is not TOML"),
        ("[fields.status_code]", "[fields.x]", "unknown field"),
        ('name = "mine"', 'name = "mine"\nextend = "x12-214"', "did you mean extends?"),
        ('at = ["B1002"]', "at = []", "needs a position"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in MINIMAL
    found = problems(tmp_path, mine=MINIMAL.replace(old, new, 1))
    assert any(message in text for text in found), found


def test_a_wrong_loop_is_reported_alone_and_mistakes_by_line(tmp_path: Path) -> None:
    (only,) = problems(tmp_path, mine=MINIMAL.replace('level = "status"', 'lvel = "status"'))
    assert "line 7" in only
    assert "loops.0.lvel: unknown key; did you mean level?" in only
    wrong = MINIMAL.replace('scope = "status"', 'scop = "status"').replace('"214"', "214")
    assert [told.split(":")[0] for told in problems(tmp_path, mine=wrong)] == [
        "line 3", "line 9", "line 10", "line 15", "line 16",
    ]  # fmt: skip


def test_the_old_names_of_keys_go_on_working(tmp_path: Path) -> None:
    old = MINIMAL.replace("produces", "makes").replace("trigger", "opens")
    text = old.replace('level = "status"\n', 'level = "status"\nholds = ["MS1"]\n', 1)
    loaded = load(tmp_path, mine=text)
    (mine,) = (one for one in loaded.mappings if one.name == "mine")
    assert mine.produces == "status"
    assert [(rule.trigger, rule.segments) for rule in mine.loops["AT7"]] == [("AT7", frozenset({"MS1"}))]
    found = problems(tmp_path, mine=f'makes = "label"\n{MINIMAL}')
    assert any("line 5" in text and "makes is the old name of produces" in text for text in found), found
    found = problems(tmp_path, mine=MINIMAL.replace('produces = "status"', 'makes = "label"'))
    assert any("line 4" in text and "must be one of" in text for text in found), found


def test_a_list_within_the_list_of_at_is_another_way_to_write_agree(tmp_path: Path) -> None:
    head = 'extends = "x12-856"\nstandard = "x12"\ndocument = "856"\n'
    field = '[fields.container_identifier]\nscope = "pack"\n'
    agree = 'agree = ["MAN02 & MAN05"]\n'
    loaded = load(
        tmp_path,
        new=f'name = "new"\nvendors = ["new"]\n{head}{field}at = ["MAN02", "MAN05", "TD101"]\n{agree}',
        old=f'name = "old"\nvendors = ["old"]\n{head}{field}at = [["MAN02", "MAN05"], "TD101"]\n',
    )
    for name in ("new", "old"):
        (mapping,) = (one for one in loaded.mappings if one.name == name)
        mates = [
            [mate.reference.text for mate in step.mates]
            for step in mapping.fields["container_identifier"].steps
        ]
        assert mates == [["MAN02", "MAN05"], ["MAN02", "MAN05"], ["TD101"]]


@pytest.mark.parametrize("agree", ["AT701", "AT701 & AT709", "AT701 & line:AT701"])
def test_agree_joins_candidates(tmp_path: Path, agree: str) -> None:
    text = MINIMAL.replace('at = ["AT701"]', f'at = ["AT701", "AT703"]\nagree = ["{agree}"]')
    assert any("does not name candidates of at" in told for told in problems(tmp_path, mine=text))


def test_a_folder_that_does_not_exist_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        load_mappings([tmp_path / "nowhere"])


def test_wrong_units_and_status_lines_are_mistakes(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        units='[weight]\nXX = "1 STONE"\n[volume]\nL = "1 L"\n',
        status__acme=f'{ACME_CODES}X6 = "ON_ITS_WAY"\n',
    )
    assert any("weight.XX" in text and "line 2" in text for text in found)
    assert any("volume" in text for text in found)
    assert any("codes.X6" in text and "line 5" in text and "OUT_FOR_DELIVERY" in text for text in found)


def test_two_mappings_that_fit_alike_are_an_error_with_both_names(tmp_path: Path) -> None:
    text = 'extends = "x12-856"\nstandard = "x12"\ndocument = "856"\nvendors = ["acme"]\n'
    found = problems(tmp_path, one=f'name = "one"\n{text}', two=f'name = "two"\n{text}')
    assert any("one.toml (one) and two.toml (two)" in message for message in found)


def test_the_more_specific_mapping_is_chosen(tmp_path: Path) -> None:
    base = 'extends = "x12-856"\nstandard = "x12"\ndocument = "856"\n'
    loaded = load(
        tmp_path,
        vendor=f'name = "of-vendor"\nvendors = ["acme"]\n{base}',
        sender=f'name = "of-sender"\nsenders = ["SENDER"]\n{base}',
        version=f'name = "of-version"\nversions = ["004010VICS"]\n{base}',
        prefix=f'name = "of-prefix"\nversions = ["004010V*"]\n{base}',
    )

    def chosen(name: str, version: str = "004010", sender: str = "OTHER", mapping: str = "") -> str:
        profile = vendor(vendor=name, mapping=(mapping,))
        (found,) = loaded.candidates(x12("856", NOTICE, version, sender), profile)
        return found.name

    assert chosen("else") == "x12-856"
    assert chosen("else", "004010VICS") == "of-version"
    assert chosen("else", "004010VX") == "of-prefix"
    assert chosen("else", "004010VICS", "SENDER") == "of-sender"
    assert chosen("acme", "004010VICS", "SENDER") == "of-vendor"
    assert chosen("acme", mapping="x12-856") == "x12-856"
    assert chosen("else", mapping="of-vendor") == "of-vendor"
    assert chosen("acme", mapping="of-nobody") == "of-vendor"


def test_a_version_that_no_mapping_fits_is_held() -> None:
    (one,) = mapped(x12("856", NOTICE, "002001"))
    assert "no mapping fits 856 002001" in one.hold


def test_a_type_that_no_mapping_knows_gives_nothing() -> None:
    document = x12("997", "AK1*SH*1\nAK9*A*1*1*1")
    assert not golden.shipped_mappings().knows(document)
    assert mapped(document) == []
    assert golden.shipped_mappings().knows(x12("856", NOTICE))


def test_an_extending_mapping_changes_single_fields(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        acme='name = "acme"\nextends = "x12-856"\nstandard = "x12"\ndocument = "856"\nvendors = ["acme"]\n'
        '[fields.purchase_order_number]\nscope = "order"\nat = ["REF02[REF01=PO]"]\nmatch = "CM (.*)"\n'
        '[fields.ship_method]\nscope = "shipment"\nat = ["TD503"]\nvalues = { UPSN = "UPS_GR", "*" = "" }\n',
    )
    document = x12("856", NOTICE.replace("PRF*PO1", "PRF*PO1\nREF*PO*CM 77"))
    (one,) = translate(document, vendor(vendor="acme", warehouses=("W",)), loaded)
    assert one.errors == ()
    assert one.purchase_order_number == "77"
    containers = getattr(one.event, "containers", ())
    assert [box.ship_method for box in containers] == ["UPS_GR"]


def test_a_mapping_of_a_later_folder_overrides_its_namesake(tmp_path: Path) -> None:
    text = (golden.MAPPINGS / "x12-856.toml").read_text(encoding="utf-8")
    loaded = load(tmp_path, any_name=text.replace('at = ["PRF01"]', 'at = ["PRF02"]'))
    (one,) = translate(x12("856", NOTICE.replace("PO1", "PO1*RELEASE7")), explain_profile(), loaded)
    assert one.purchase_order_number == "RELEASE7"


def test_units_countries_and_status_lines_of_a_later_folder_are_added(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        units='[quantity]\nST = "Each"\n',
        countries='[countries]\nUK = "GB"\n',
        status__acme=f'{ACME_CODES}X6 = "OUT_FOR_DELIVERY"\n',
    )
    assert (loaded.units.quantity["ST"], loaded.units.quantity["EA"]) == ("Each", "Each")
    assert (loaded.countries["UK"], loaded.countries["USA"]) == ("GB", "US")
    acme = loaded.status_table("acme", "x12")
    assert acme is not None
    assert (acme.codes["X6"], acme.codes["D1"]) == ("OUT_FOR_DELIVERY", "DELIVERED")
