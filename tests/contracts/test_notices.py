"""One suite for the notices of every program: names are clear, and the sample has everything in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bridge.programs.notices import DOCUMENT, Notice, Values
from bridge.programs.registry import installed


@pytest.fixture(params=sorted(installed().notices))
def notice(request: pytest.FixtureRequest) -> Notice:
    return installed().notices[request.param]


def entries(notice: Notice, level: str, values: Values) -> Iterator[tuple[str, Values]]:
    """Yield the entries of a sample, each with its level."""
    yield level, values
    for name, inner in notice.levels.items():
        if inner.within == level:
            for one in values.get(name) or ():
                yield from entries(notice, name, {name: one} if isinstance(one, str) else one)


def test_every_level_stands_within_another_and_no_name_twice_in_a_branch(notice: Notice) -> None:
    for level in notice.levels:
        path = notice.path(level)
        assert path[0] == DOCUMENT
        names = [name for one in path[1:] for name in notice.levels[one].values]
        names += notice.values
        assert len(names) == len(set(names)) == len(notice.kinds(level))


def test_the_sample_has_every_value_and_no_other(notice: Notice) -> None:
    seen: dict[str, set[str]] = {DOCUMENT: set(), **{level: set() for level in notice.levels}}
    for level, values in entries(notice, DOCUMENT, notice.sample):
        seen[level] |= {name for name, value in values.items() if value or value == 0} - set(notice.levels)
        for name, words in notice.words.items():
            assert values.get(name, "") in {"", *words}
    assert seen.pop(DOCUMENT) == set(notice.values)
    for level, names in seen.items():
        own = set(notice.levels[level].values)
        assert names == own - set(notice.levels) or names == own, level
