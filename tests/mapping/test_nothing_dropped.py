"""A second, different value of whatever tells one package or order from another changes the outcome."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.events import MappingResult
from bridge.mapping import explain_profile, translate
from tests.golden import shipped_mappings
from tests.mapping.support import edifact, x12
from tests.mapping.test_hierarchy import HEAD, ORDER, PACK_A, PACK_B, SHIP, tree
from tests.mapping.test_positions_desadv import ADVICE

_LINE = "LIN*{0}*BP*ASIN{0}*VN*SKU{0}\nSN1**2*EA\n"
_REFERENCES = "N1*SU*V*92*ACMEV\nN1*SF*W*92*ACM1\nREF*VN*SO1\nREF*MA*MANIFEST\n"
NOTICE = HEAD + tree(
    ("S", 0, SHIP + _REFERENCES), ("O", 1, ORDER), ("P", 2, PACK_A), ("I", 3, _LINE.format(1)),
    ("P", 2, PACK_B), ("I", 5, _LINE.format(2)),
)  # fmt: skip
_MORE = "RFF+ON:PO1\nRFF+VN:SO1\nRFF+AFB:MANIFEST\nNAD+SU+ACMEV::92\nNAD+SF+ACM1::92"
BASES = {
    "856": NOTICE.strip().splitlines(),
    "DESADV": ADVICE.replace("RFF+ON:PO1", _MORE).replace("PCI+33E", "PCI+33E\nRFF+CN:T1").splitlines(),
}
# Where another value is written into a copy of a segment: element, component, and the value.
COUNTED = {
    "856": {
        "PRF": [(1, 1, "PO9")], "DTM": [(2, 1, "20260309")], "N1": [(4, 1, "OTHER")],
        "REF": [(2, 1, "OTHER")], "MAN": [(2, 1, "OTHER")],
        "LIN": [(1, 1, "9"), (3, 1, "OTHER"), (5, 1, "OTHER")],
        "SN1": [(2, 1, "9")], "TD1": [(7, 1, "99")], "TD5": [(12, 1, "OTHER")],
    },
    "DESADV": {
        "RFF": [(1, 2, "OTHER")], "DTM": [(1, 2, "202603090910")], "NAD": [(2, 1, "OTHER")],
        "GIN": [(2, 1, "OTHER")], "LIN": [(1, 1, "9")], "PIA": [(2, 1, "OTHER")], "QTY": [(1, 2, "9")],
        "TDT": [(4, 2, "OTHER")], "MEA": [(3, 2, "99")],
    },
}  # fmt: skip
# These mean something in the loop of their package or line only; elsewhere they are told of another thing.
_OF_ONE_LOOP = {"TD1", "REF", "MAN", "TD5", "SN1", "LIN", "MEA", "RFF", "QTY", "PIA", "GIN"}


def outcome(kind: str, lines: list[str]) -> list[MappingResult]:
    body = "\n".join(lines)
    document = x12(kind, body) if kind == "856" else edifact(kind, body)
    return translate(document, explain_profile(), shipped_mappings())


@cache
def sent(kind: str) -> MappingResult:
    (one,) = outcome(kind, BASES[kind])
    return one


def another(line: str, element: int, component: int, value: str) -> str:
    """Write a segment with another value of one component."""
    mark = "*" if "*" in line else "+"
    elements = line.split(mark)
    parts = elements[element].split(":")
    parts[component - 1] = value
    return mark.join([*elements[:element], ":".join(parts), *elements[element + 1 :]])


def tag_of(line: str) -> str:
    return line.replace("+", "*").split("*")[0]


def twins(kind: str) -> list[tuple[int, str]]:
    """Return a copy of each segment that counts, one value changed, with the place of the segment."""
    return [
        (index, another(line, *change))
        for index, line in enumerate(BASES[kind])
        for change in COUNTED[kind].get(tag_of(line), ())
    ]


def is_dropped(kind: str, lines: list[str]) -> bool:
    found = outcome(kind, lines)
    held = any(one.hold or one.errors for one in found)
    return not held and [one.event for one in found] == [sent(kind).event]


@pytest.mark.parametrize("kind", BASES)
def test_the_bases_are_sent_as_they_are(kind: str) -> None:
    assert (sent(kind).errors, sent(kind).hold) == ((), "")
    assert sent(kind).event is not None


@pytest.mark.parametrize(
    ("kind", "index", "twin"), [(kind, index, twin) for kind in BASES for index, twin in twins(kind)]
)
def test_a_second_value_beside_the_first_is_never_dropped(kind: str, index: int, twin: str) -> None:
    lines = BASES[kind]
    assert not is_dropped(kind, [*lines[: index + 1], twin, *lines[index + 1 :]])
    assert not is_dropped(kind, [*lines[:index], twin, *lines[index:]])


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_second_value_of_the_order_is_never_dropped_wherever_it_stands(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(BASES)))
    of_orders = [twin for _, twin in twins(kind) if tag_of(twin) not in _OF_ONE_LOOP]
    twin = data.draw(st.sampled_from(of_orders))
    lines = BASES[kind]
    index = data.draw(st.integers(min_value=2, max_value=len(lines)))
    assert not is_dropped(kind, [*lines[:index], twin, *lines[index:]])
