"""The line finder agrees with tomllib on what there is, and with the reader's eye on where."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.toml_lines import Place, line_of, lines_of

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"

NASTY = '''\
# a = 1
title = "a # no comment ] }" # b = 2
[a."b.c" . 'd e']
x = """
y = 1
\\"""[no]
"""  # two strings
z = \'\'\'
[nope]\'\'\'
list = [ # first
  1, "two]", # ]
  [3, 4],
  { in = 1, out.er = "}" },
]
when = 1979-05-27 07:32:00
"quoted\\"key" = {}
[[rows]]
n = 1
[rows.sub]
m = 1
[[rows]]
n = 2
"""q""".z = 1
'''.replace('"""q""".z', "'q'.z")


def places(value: object, place: Place = ()) -> Iterator[Place]:
    if place:
        yield place
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, entry in entries:
        yield from places(entry, (*place, key))


@pytest.mark.parametrize(
    "text", [NASTY.replace('\\"key', "key"), EXAMPLE.read_text()], ids=["nasty", "example"]
)
def test_every_table_key_and_element_is_found_and_nothing_else(text: str) -> None:
    assert set(lines_of(text)) == set(places(tomllib.loads(text)))


def test_lines_are_those_that_a_reader_sees() -> None:
    lines = lines_of(NASTY)
    for place, start in [
        (("title",), "title"),
        (("a", "b.c", "d e"), "[a."),
        (("a", "b.c", "d e", "list"), "list"),
        (("a", "b.c", "d e", "list", 2, 1), "  [3"),
        (("a", "b.c", "d e", "list", 3, "out", "er"), "  { in"),
        (("a", "b.c", "d e", "when"), "when"),
        (("rows", 0, "sub", "m"), "m = 1"),
        (("rows", 1, "n"), "n = 2"),
        (("rows", 1, "q", "z"), "'q'"),
    ]:
        assert NASTY.splitlines()[lines[place] - 1].startswith(start), place


def test_crlf_line_ends_count_once() -> None:
    assert lines_of("a = 1\r\nb = 2\r\n") == {("a",): 1, ("b",): 2}


def test_a_key_that_is_missing_is_placed_at_its_table() -> None:
    assert line_of(lines_of("\n[a.b]\nc = 1\n"), ("a", "b", "missing")) == 2
    assert line_of({}, ("a",)) == 0


@given(
    st.dictionaries(
        st.text("ab.'#[ ", min_size=1, max_size=4), st.text('x"\\#[]{}=\n,', max_size=12), max_size=4
    )
)
def test_keys_and_strings_of_any_kind_are_told_apart(table: dict[str, str]) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    text = "\n".join(f"{quoted(key)} = {quoted(value)}" for key, value in table.items())
    assert tomllib.loads(text) == table
    assert lines_of(text) == {(key,): number for number, key in enumerate(table, start=1)}
