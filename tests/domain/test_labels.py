"""What an answer about an order's labels makes of those that are known."""

from __future__ import annotations

import pytest

from bridge.domain.labels import KnownLabel, LabelPackage, renew

ALL = {"whole": True}
LIST = {"whole": False}


def known(*labels: tuple[str, str, str]) -> list[KnownLabel]:
    return [
        KnownLabel(number=number, package_identifier=name, tracking_number=tracking, state=state)  # type: ignore[arg-type]
        for number, (name, tracking, state) in enumerate(labels, start=1)
    ]


def answer(*labels: tuple[str, str]) -> list[LabelPackage]:
    return [LabelPackage(package_identifier=name, tracking_number=number) for name, number in labels]


A, B = ("001", "T1"), ("002", "T2")
NEW_A, NEW_B = ("001", "T3"), ("002", "T4")
VALID_A, VALID_B = ("001", "T1", "valid"), ("002", "T2", "valid")
VOID_A, LISTED = ("001", "T1", "void"), ("001", "T3", "listed")

CASES = [
    ("the first label", [], [A], LIST, ["T1 valid"], []),
    ("the first of one order", [], [A, B], ALL, ["T1 valid", "T2 valid"], []),
    ("the same again", [VALID_A], [A], ALL, [], []),
    ("the same again in a list", [VALID_A], [A], LIST, [], []),
    ("written otherwise", [VALID_A], [("001 ", "t1")], ALL, [], []),
    ("another replaces it", [VALID_A], [NEW_A], ALL, ["T3 valid"], ["T1 void"]),
    ("another in a list is asked", [VALID_A], [NEW_A], LIST, ["T3 listed"], []),
    ("one package anew", [VALID_A, VALID_B], [A, NEW_B], ALL, ["T4 valid"], ["T2 void"]),
    ("one anew in a list is asked", [VALID_A, VALID_B], [A, NEW_B], LIST, ["T4 listed"], []),
    ("fewer packages", [VALID_A, VALID_B], [NEW_A], ALL, ["T3 valid"], ["T1 void", "T2 void"]),
    ("a list adds another package", [VALID_A], [B], LIST, ["T2 valid"], []),
    ("an order's answer has all", [VALID_A], [B], ALL, ["T2 valid"], ["T1 void"]),
    ("part of it told again", [VALID_A, VALID_B], [A], LIST, [], []),
    ("part of it is all", [VALID_A, VALID_B], [A], ALL, [], ["T2 void"]),
    ("a replaced one listed is asked", [VOID_A, ("001", "T3", "valid")], [A], LIST, [], []),
    ("what is unclear and listed is asked", [VALID_A, LISTED], [NEW_A], LIST, [], []),
    ("all were void", [VOID_A], [NEW_A], LIST, ["T3 valid"], []),
    ("a replaced one is the answer", [VOID_A, ("001", "T3", "valid")], [A], ALL, [], ["T1 valid", "T3 void"]),
    ("nothing says which is asked", [("", "T1", "valid")], [("", "T2")], LIST, ["T2 listed"], []),
    ("what was listed is the newest", [VALID_A, LISTED], [NEW_A], ALL, [], ["T1 void", "T3 valid"]),
    ("what was listed is older", [VALID_A, LISTED], [A], ALL, [], ["T3 void"]),
    ("two packages of one number", [("", "T1", "valid")] * 2, [("", "T1")] * 2, ALL, [], []),
    ("a number comes later", [("001", "", "valid")], [A], ALL, [], [" valid"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("says", "before", "told", "how", "added", "changed"), CASES, ids=[case[0] for case in CASES]
)
def test_what_an_answer_changes(  # noqa: PLR0917 - a row of the table
    says: str,
    before: list[tuple[str, str, str]],
    told: list[tuple[str, str]],
    how: dict[str, bool],
    added: list[str],
    changed: list[str],
) -> None:
    standing = known(*before)
    numbers = {one.number: one.tracking_number for one in standing}
    renewal = renew(standing, answer(*told), **how)
    assert [f"{one.package.tracking_number} {one.state}" for one in renewal.added] == added, says
    assert [f"{numbers[one.number]} {one.state}" for one in renewal.changed] == changed, says
    assert renewal.ask == says.endswith("is asked")


def test_what_an_answer_leaves_out_stays_known() -> None:
    standing = [KnownLabel(number=1, package_identifier="001", tracking_number="T1", ship_method="GROUND")]
    assert not renew(standing, answer(("001", "T1")), whole=True).changed
    (changed,) = renew(standing, [LabelPackage(tracking_number="T1", ship_method="AIR")], whole=True).changed
    assert changed.package == LabelPackage(package_identifier="001", tracking_number="T1", ship_method="AIR")
