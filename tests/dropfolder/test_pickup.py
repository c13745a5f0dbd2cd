"""When a file of the inbox is whole."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.dropfolder.pickup import Convention, PickupPolicy
from bridge.dropfolder.port import RemoteFile


def file(name: str, size: int = 1, mtime: float = 0.0) -> RemoteFile:
    return RemoteFile(name, size, mtime)


def names(files: Sequence[RemoteFile]) -> list[str]:
    return [file.name for file in files]


@pytest.mark.parametrize(
    ("listings", "expected"),
    [
        ([(0, file("a"))], [[]]),
        ([(0, file("a")), (10, file("a"))], [[], ["a"]]),
        ([(0, file("a")), (9.9, file("a"))], [[], []]),
        ([(0, file("a")), (5, file("a")), (10, file("a"))], [[], [], ["a"]]),
        ([(0, file("a")), (10, file("a", size=2)), (20, file("a", size=2))], [[], [], ["a"]]),
        ([(0, file("a")), (10, file("a", mtime=1)), (15, file("a", mtime=1))], [[], [], []]),
        ([(0, file("a", size=0)), (10, file("a", size=0))], [[], ["a"]]),
        ([(0, file("a")), (5, None), (10, file("a")), (20, file("a"))], [[], [], [], ["a"]]),
        ([(0, file("a")), (10, file("a")), (11, file("a"))], [[], ["a"], ["a"]]),
        ([(0, file("a.part")), (10, file("a.part"))], [[], []]),
        ([(0, file("A.TMP")), (10, file("A.TMP"))], [[], []]),
    ],
)
def test_a_file_is_settled_after_standing_still_for_the_interval(
    listings: list[tuple[float, RemoteFile | None]], expected: list[list[str]]
) -> None:
    policy = PickupPolicy(interval=10)
    assert [names(policy.ready([seen] if seen else [], now)) for now, seen in listings] == expected


@given(
    st.lists(
        st.tuples(
            st.floats(0, 30),
            st.dictionaries(st.sampled_from("abc"), st.tuples(st.integers(0, 2), st.integers(0, 2))),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_what_changed_is_never_ready_and_what_stands_still_is(
    steps: list[tuple[float, dict[str, tuple[int, int]]]],
) -> None:
    policy, now = PickupPolicy(interval=10), 0.0
    history: list[tuple[float, dict[str, RemoteFile]]] = []
    for pause, content in steps:
        now += pause
        listed = {name: file(name, size, mtime) for name, (size, mtime) in content.items()}
        history.append((now, listed))
        ready = policy.ready(list(listed.values()), now)
        for name, seen in listed.items():
            still_since = now
            for then, earlier in reversed(history):
                if earlier.get(name) != seen:
                    break
                still_since = then
            assert (seen in ready) == (now - still_since >= 10)


def test_with_no_interval_two_looks_are_needed_still() -> None:
    policy = PickupPolicy(interval=0)
    assert policy.ready([file("a")], 0) == []
    assert names(policy.ready([file("a")], 0)) == ["a"]


@pytest.mark.parametrize(
    ("unfinished", "listed", "expected"),
    [
        (["*.tmp"], ["a.edi", "b.edi.tmp", "c.TMP"], ["a.edi"]),
        (["~*", "*.part"], ["~a.edi", "a.edi.part", "a.edi"], ["a.edi"]),
        ([], ["a.tmp"], ["a.tmp"]),
    ],
)
def test_by_renaming_everything_is_ready_at_once_but_unfinished_names(
    unfinished: list[str], listed: list[str], expected: list[str]
) -> None:
    policy = PickupPolicy("rename", unfinished=unfinished)
    assert names(policy.ready([file(name) for name in listed], 0)) == expected


@pytest.mark.parametrize(
    ("marker", "listed", "expected"),
    [
        ("{name}.done", ["a.edi"], []),
        ("{name}.done", ["a.edi", "a.edi.done"], ["a.edi"]),
        ("{name}.done", ["a.edi.done"], []),
        ("{name}.done", ["b.edi", "a.edi", "a.edi.done", "c.edi.done"], ["a.edi"]),
        ("{name}.done", ["a", "a.done", "a.done.done"], ["a"]),
        ("{stem}.ok", ["a.edi", "a.ok", "b.edi"], ["a.edi"]),
        ("_{name}", ["a.edi", "_a.edi"], ["a.edi"]),
    ],
)
def test_by_done_files_a_file_is_ready_when_its_marker_is_there(
    marker: str, listed: list[str], expected: list[str]
) -> None:
    policy = PickupPolicy("done-file", marker=marker)
    assert names(policy.ready([file(name) for name in listed], 0)) == expected


@pytest.mark.parametrize(
    ("convention", "marker", "expected"),
    [
        ("settled", "{name}.done", None),
        ("rename", "{name}.done", None),
        ("done-file", "{name}.done", "a.edi.done"),
        ("done-file", "{stem}.ok", "a.ok"),
    ],
)
def test_the_marker_to_remove_is_named(convention: Convention, marker: str, expected: str | None) -> None:
    assert PickupPolicy(convention, marker=marker).marker_of("a.edi") == expected


@pytest.mark.parametrize("marker", ["", ".done", "{name}", "{stem}", "{name}{stem}.done", "{name}.{name}"])
def test_a_marker_that_names_no_other_file_is_refused(marker: str) -> None:
    with pytest.raises(ValueError, match="marker"):
        PickupPolicy("done-file", marker=marker)
