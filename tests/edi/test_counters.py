from __future__ import annotations

import random

import pytest

from bridge.edi.counters import SeenNumbers


@pytest.mark.parametrize("most", [1, 2, 5, 4096])
def test_a_number_is_new_once(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr("bridge.edi.counters._MOST_RUNS", most)
    chance = random.Random(2)  # noqa: S311
    seen, known = SeenNumbers(), set[str]()
    for _ in range(3000):
        number = f"{chance.randrange(400):0{chance.choice((1, 3, 4))}}" + chance.choice(("", "", "", "A"))
        assert seen.add(number) is (number not in known)
        known.add(number)


def test_consecutive_numbers_are_one_run() -> None:
    seen = SeenNumbers()
    for number in [*range(1, 500, 2), *range(2, 500, 2)]:
        assert seen.add(f"{number:04}")
    assert seen._starts == {4: [1]}
    assert seen._ends == {4: [499]}


def test_numbers_at_random_fill_no_more_than_so_many_runs() -> None:
    chance = random.Random(3)  # noqa: S311
    seen = SeenNumbers()
    for _ in range(20_000):
        seen.add(f"{chance.randrange(10**9):09}")
    assert len(seen._starts[9]) <= 4096
