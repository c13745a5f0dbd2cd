"""A partner at an Amazon that has labels."""

from __future__ import annotations

import pytest

from tests.pipeline.labels.support import Labels
from tests.pipeline.stubs import StubAmazon


@pytest.fixture
def labels() -> Labels:
    return Labels()


@pytest.fixture
def amazon(labels: Labels) -> StubAmazon:
    stub = StubAmazon()
    stub.of_order = labels
    return stub
