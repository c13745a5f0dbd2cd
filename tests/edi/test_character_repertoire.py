from __future__ import annotations

from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.edi.character_repertoire import lines_of, plain


def is_ascii(character: str) -> bool:
    return character.isascii()


def is_upper(character: str) -> bool:
    return character.isascii() and character not in "abcdefghijklmnopqrstuvwxyz_"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Größe  \n\t 5\u00a0kg ", "Grosse 5 kg"),
        ("Łódź “naïve” – €5", 'Lodz "naive" - EUR5'),  # noqa: RUF001
        ("a\u200bb \U0001f4e6 a^", "ab ? a^"),
        ("\x00 \x85 \n", ""),
    ],
)
def test_text_becomes_its_nearest(text: str, expected: str) -> None:
    assert plain(text, is_ascii, "?") == expected


def test_a_set_without_small_letters_gets_capitals() -> None:
    assert plain("empty_packages: ß é", is_upper, ".") == "EMPTY-PACKAGES: SS E"


@given(st.text(max_size=300))
def test_whatever_comes_fits(text: str) -> None:
    made = plain(text, is_upper, ".")
    assert all(map(is_upper, made))
    assert made == " ".join(made.split())


@given(st.text(alphabet="ab ", max_size=600), st.integers(1, 20), st.integers(1, 20))
def test_lines_hold_the_whole_text_and_are_no_longer_than_asked(text: str, first: int, second: int) -> None:
    text = plain(text, is_ascii, "?")
    lines = list(lines_of(text, cycle([first, second])))
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    widths = cycle([first, second])
    assert all(
        0 < len(one) <= width and one == one.strip() for one, width in zip(lines, widths, strict=False)
    )


def test_lines_break_at_blanks_and_long_words_anywhere() -> None:
    assert list(lines_of("ab cd efghijkl", cycle([5]))) == ["ab cd", "efghi", "jkl"]
    assert list(lines_of("", cycle([5]))) == []
