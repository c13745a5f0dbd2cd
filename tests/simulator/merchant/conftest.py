from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.amazon import StandInAmazon
from tests.simulator.merchant.buyer import Buyer, order


@pytest.fixture
def amazon() -> Iterator[StandInAmazon]:
    with StandInAmazon(rate=None, merchant={"orders": (order(),)}) as standing_in:
        yield standing_in


@pytest.fixture
def buyer(amazon: StandInAmazon) -> Buyer:
    return Buyer(amazon)
