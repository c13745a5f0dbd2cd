"""A partner at a stub of Amazon."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.pipeline.partner import Partner
from tests.pipeline.stubs import StubAmazon, partner_with


@pytest.fixture
def amazon() -> StubAmazon:
    return StubAmazon()


@pytest.fixture
def partner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, amazon: StubAmazon) -> Partner:
    return partner_with(tmp_path, monkeypatch, amazon)
