"""A partner at an Amazon that has labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.pipeline.partner import Partner
from tests.pipeline.labels.support import Labels
from tests.pipeline.stubs import StubAmazon, partner_with


@pytest.fixture
def labels() -> Labels:
    return Labels()


@pytest.fixture
def amazon(labels: Labels) -> StubAmazon:
    stub = StubAmazon()
    stub.of_order = labels
    return stub


@pytest.fixture
def partner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, amazon: StubAmazon) -> Partner:
    return partner_with(tmp_path, monkeypatch, amazon)
