from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.amazon import StandInAmazon
from tests.simulator.caller import Caller


@pytest.fixture
def amazon() -> Iterator[StandInAmazon]:
    with StandInAmazon(rate=None) as standing_in:
        yield standing_in


@pytest.fixture
def caller(amazon: StandInAmazon) -> Caller:
    return Caller(amazon).log_in()
