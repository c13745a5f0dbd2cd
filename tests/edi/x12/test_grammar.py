from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bridge.edi.model import EdiError, ReadOptions
from bridge.edi.x12.grammar import X12Grammar
from bridge.errors import ConfigurationError
from tests.edi.x12.making import BODY_214, BODY_856, codes, documents, one, places, read_all

HL = BODY_856.index("HL*2*1*O")


def errors_of(
    grammar: X12Grammar, body: list[str], kind: str = "214", *, version: str = "004010", strict: bool = False
) -> list[EdiError]:
    options = ReadOptions(strict=strict)
    return documents(read_all(one(body, kind=kind, version=version), grammar, options=options))[0].errors


def with_line(body: list[str], index: int, line: str) -> list[str]:
    return [*body[:index], line, *body[index + 1 :]]


def without(body: list[str], *tags: str) -> list[str]:
    return [line for line in body if line.split("*")[0] not in tags]


@pytest.mark.parametrize(
    ("kind", "version"),
    [("214", "004010"), ("214", "004010VICS"), ("856", "004010"), ("856", "004010VICS"), ("856", "005010")],
)
def test_a_right_document_has_no_errors(grammar: X12Grammar, kind: str, version: str) -> None:
    body = BODY_856 if kind == "856" else BODY_214
    assert not errors_of(grammar, body, kind, version=version)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (without(BODY_214, "B10"), [("3", "B10", 2, 0)]),
        ([BODY_214[1], BODY_214[0], *BODY_214[2:]], [("3", "B10", 2, 0), ("7", "B10", 3, 0)]),
        ([*BODY_214[:4], BODY_214[5], BODY_214[4], BODY_214[6]], [("7", "MS1", 8, 0)]),
        ([*BODY_214, BODY_214[6]], [("5", "MS1", 9, 0)]),
        ([BODY_214[0], BODY_214[0], *BODY_214[1:]], [("5", "B10", 3, 0)]),
    ],
)
def test_a_wrong_order_is_told_once_where_it_begins(
    grammar: X12Grammar, body: list[str], expected: list[tuple[str, str, int, int]]
) -> None:
    assert places(errors_of(grammar, body)) == expected


@pytest.mark.parametrize(
    ("index", "line", "expected"),
    [
        (0, "B10*1**UPSN*x", ("6", "B10", 2, 4)),
        (0, "B10*1*2", ("1", "B10", 2, 3)),
        (0, "B10*1*2*UPSN*2>3", ("6", "B10", 2, 4)),
        (1, "L11*1*P>O", ("6", "L11", 3, 2)),
        (0, "B10*1\t2*2*UPSN", ("6", "B10", 2, 1)),
        (4, "LX*A", ("6", "LX", 6, 1)),
        (4, "LX*", ("1", "LX", 6, 1)),
        (5, "AT7*D1*NS***20240230*1430*CT", ("8", "AT7", 7, 5)),
        (5, "AT7*D1*NS***240102*1430*CT", ("4", "AT7", 7, 5)),
        (5, "AT7*D1*NS***20240102*2430*CT", ("9", "AT7", 7, 6)),
        (5, "AT7*D1*NS***20240102*1430*XX", ("7", "AT7", 7, 7)),
        (2, "N1*ST*John Doe*QQ*1", ("7", "N1", 4, 3)),
    ],
)
def test_a_wrong_element_is_told_with_its_place(
    grammar: X12Grammar, index: int, line: str, expected: tuple[str, str, int, int]
) -> None:
    found = errors_of(grammar, with_line(BODY_214, index, line))
    assert expected in places(found)
    assert all(error.level == "element" for error in found)


@pytest.mark.parametrize(
    ("index", "line", "code", "element"),
    [
        (2, "N1*Q9Z*John Doe", "7", 1),
        (1, "L11*4999001*Q9Z", "7", 2),
        (1, "L11**PO", "2", 1),
        (2, "N1*ST", "2", 2),
        (1, "L11*1*PO*text*20240102*Y*more", "3", 0),
        (0, "B10*1>2*2*UPSN", "6", 1),
        (0, "B10*1*2*U", "4", 3),
        (0, "B10*1*2*UPSNX", "5", 3),
        (0, f"B10*{'1' * 51}*2*UPSN", "5", 1),
        (4, "LX*1000000", "5", 1),
        (3, "N4*Springfield*Illinois*62701*US", "5", 2),
    ],
)
def test_what_partners_do_is_noted_and_in_strict_mode_refused(
    grammar: X12Grammar, index: int, line: str, code: str, element: int
) -> None:
    body = with_line(BODY_214, index, line)
    lax = errors_of(grammar, body)
    assert code in codes(lax, fatal=False)
    assert not codes(lax, fatal=True)
    assert code in codes(errors_of(grammar, body, strict=True), fatal=True)
    if element:
        assert element in [error.element for error in lax]


@pytest.mark.parametrize(("line", "code"), [("ZZZ*1", "1"), ("PO1*1*1*EA", "2")])
def test_unknown_segments_are_noted_and_in_strict_mode_refused(
    grammar: X12Grammar, line: str, code: str
) -> None:
    body = [*BODY_214[:5], line, *BODY_214[5:]]
    assert codes(errors_of(grammar, body), fatal=False) == [code]
    assert not codes(errors_of(grammar, body), fatal=True)
    assert codes(errors_of(grammar, body, strict=True), fatal=True) == [code]


def test_trailing_blanks_and_separators_mean_nothing(grammar: X12Grammar) -> None:
    body = with_line(BODY_214, 0, "B10*1Z999AA10123456784   *SHIP1 *UPSN****")
    assert not errors_of(grammar, body)


def test_an_open_code_list_is_told_once_a_document(grammar: X12Grammar) -> None:
    body = [BODY_214[0], *["L11*4999001*Q9Z"] * 5, *BODY_214[2:]]
    assert codes(errors_of(grammar, body)) == ["7"]


@pytest.mark.parametrize("status", ["OD*NS", "O1*ZZ", "X6*NA"])
def test_what_a_status_is_called_is_not_the_grammars_affair(grammar: X12Grammar, status: str) -> None:
    body = with_line(BODY_214, 5, f"AT7*{status}***20240102*1430*CT")
    assert not errors_of(grammar, body, strict=True)


@pytest.mark.parametrize(
    ("version", "qualifier", "accepted"),
    [
        ("004010", "UI", False),
        ("005010", "UI", True),
        ("005010", "II", True),
        ("004010", "18", True),
        ("005010", "18", False),
        ("004010", "01", True),
        ("005010", "01", True),
    ],
)
def test_code_lists_are_those_of_the_release(
    grammar: X12Grammar, version: str, qualifier: str, accepted: bool
) -> None:
    found = errors_of(grammar, with_line(BODY_214, 2, f"N1*ST*John Doe*{qualifier}*1234"), version=version)
    assert (codes(found) == []) == accepted
    assert codes(found, fatal=True) == ([] if accepted else ["7"])


@pytest.mark.parametrize("version", ["004010", "004030", "005010"])
def test_a_reason_goes_with_a_status_in_every_release(grammar: X12Grammar, version: str) -> None:
    def noted(line: str) -> list[str]:
        return codes(errors_of(grammar, with_line(BODY_214, 5, line), version=version), fatal=False)

    assert "2" in noted("AT7**NS***20240102*1430*CT")
    # In 004010 the two are a pair; later a status may do without a reason.
    assert ("2" in noted("AT7*D1****20240102*1430*CT")) == (version == "004010")


def test_a_segment_far_too_often_is_one_error(grammar: X12Grammar) -> None:
    found = errors_of(grammar, [BODY_214[0], *["MS3*UPSN*B"] * 400])
    assert [(error.code, error.segment, error.position) for error in found] == [("5", "MS3", 15)]


def test_an_error_names_the_loop_and_the_data_element(grammar: X12Grammar) -> None:
    error = errors_of(grammar, with_line(BODY_214, 5, "AT7*D1*NS***20240102*1430*XX"))[0]
    assert (error.data_element, error.value) == ("623", "XX")
    body = [*BODY_856[:6], "PRF*SECOND", *BODY_856[6:]]
    error = errors_of(grammar, body, "856")[0]
    assert (error.code, error.segment, error.level, error.loop) == ("5", "PRF", "segment", "HL")


@pytest.mark.parametrize("levels", ["SOPI", "SOI", "STOPI", "OIP", "OPI", "SPOI"])
def test_the_levels_may_come_in_any_order(grammar: X12Grammar, levels: str) -> None:
    body = [BODY_856[0]]
    for number, level in enumerate(levels, 1):
        body.append(f"HL*{number}*{number - 1 or ''}*{level}")
        body += {"O": ["PRF*1"], "I": ["LIN*1*UP*012345678905", "SN1*1*2*EA"]}.get(level, [])
    assert not codes(errors_of(grammar, body, "856"), fatal=True)


@pytest.mark.parametrize(
    ("line", "element"), [("HL*1*1*O", 1), ("HL*2*9*O", 2), ("HL*2*2*O", 2), ("HL*2*4*O", 2)]
)
def test_the_hierarchy_must_hold_together(grammar: X12Grammar, line: str, element: int) -> None:
    found = errors_of(grammar, with_line(BODY_856, HL, line), "856")
    assert ("7", "HL", HL + 2, element) in places(found)


def test_a_blank_parent_is_no_error(grammar: X12Grammar) -> None:
    assert not errors_of(grammar, with_line(BODY_856, HL, "HL*2**O"), "856")


@pytest.mark.parametrize(("kind", "version"), [("856", "003060"), ("214", ""), ("214", "X")])
def test_a_version_without_a_map_is_not_supported(grammar: X12Grammar, kind: str, version: str) -> None:
    body = BODY_856 if kind == "856" else BODY_214
    found = errors_of(grammar, body, kind, version=version)
    assert codes(found, fatal=True) == ["1"]


@pytest.mark.parametrize("version", ["003060", "006020"])
def test_a_997_is_read_in_any_release(grammar: X12Grammar, version: str) -> None:
    found = errors_of(grammar, ["AK1*SH*1", "AK9*A*1*1*1"], "997", version=version)
    assert [(error.code, error.fatal) for error in found] == [("", False)]


@pytest.mark.parametrize("version", ["004010", "004030", "004030VICS", "004060", "005010", "005010VICS"])
@pytest.mark.parametrize("kind", ["214", "856"])
def test_a_version_with_a_map_is_checked_without_a_note(grammar: X12Grammar, kind: str, version: str) -> None:
    body = BODY_856 if kind == "856" else BODY_214
    assert errors_of(grammar, body, kind, version=version) == []


@pytest.mark.parametrize("version", ["004020", "004050", "005030", "006020", "007060", "008010VICS"])
def test_a_near_version_is_checked_with_a_note(grammar: X12Grammar, version: str) -> None:
    found = errors_of(grammar, BODY_856, "856", version=version)
    assert codes(found, fatal=False) == [""]
    assert not codes(found, fatal=True)
    assert not codes(errors_of(grammar, BODY_856, "856", version=version, strict=True), fatal=True)


def test_whatever_the_library_raises_rejects_one_document(
    grammar: X12Grammar, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a library's own failing")

    monkeypatch.setattr("pyx12.map_if.segment_if.is_valid_errors", fail)
    found = errors_of(grammar, with_line(BODY_214, 4, "LX*A"))
    assert [(error.code, error.segment, error.position) for error in found] == [("5", "LX", 6)]
    assert "RuntimeError" in found[0].message


def test_a_composite_of_too_many_components_is_an_error_not_a_crash(grammar: X12Grammar) -> None:
    body = [*BODY_856[:2], "MEA*PD*G*1*" + ">".join(["EA"] * 40), *BODY_856[2:]]
    assert codes(errors_of(grammar, body, "856"))


def test_thousands_of_errors_are_cut_off(grammar: X12Grammar) -> None:
    found = errors_of(grammar, [*BODY_214[:5], *["AT7*D1*NS***20240102*1430*XX"] * 2000])
    assert len(found) <= 602
    assert codes(found, fatal=True)


def test_unusable_maps_are_told_all_at_once(tmp_path: Path) -> None:
    folder = Path(__file__).parents[3] / "mappings" / "x12"
    shutil.copytree(folder, tmp_path / "x12")
    for name in ("214.004010.xml", "856.005010.xml"):
        (tmp_path / "x12" / name).write_text("<transaction", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        X12Grammar(tmp_path / "x12").maps.load_all()
    places = {Path(problem.file).name: problem.line for problem in caught.value.problems}
    assert places == {"214.004010.xml": 1, "856.005010.xml": 1}
    with pytest.raises(ConfigurationError):
        X12Grammar(tmp_path / "nowhere")


def test_a_tag_with_a_blank_in_it_is_not_taken_for_two(grammar: X12Grammar) -> None:
    """What is remembered of a sequence of tags must not be used for another one."""
    apart = [*BODY_214[:2], "ZZ1*a", "ZZ2*b", *BODY_214[2:]]
    joined = [*BODY_214[:2], "ZZ1 ZZ2*b", *BODY_214[2:]]
    for body in (apart, joined, apart):
        errors = errors_of(grammar, body)
        assert errors
        assert not [error for error in errors if "cannot be checked" in error.message]
