"""Fixtures of the contract suites."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.drop_folder_fixtures import sshd, stand_in, vendor
from tests.contracts.small import SmallAmazon, SmallSite, small_program

__all__ = ["sshd", "stand_in", "vendor"]


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallSite]:
    """Open an installation of the small program, whose orders are followed."""
    monkeypatch.setenv("MADE_UP", "made-up")
    with small_program(), SmallAmazon() as amazon:
        opened = SmallSite(tmp_path, amazon)
        yield opened
        opened.stop()
