"""A second program beside the installed ones, as a folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import bridge.programs
from bridge.programs.contract import Program
from bridge.programs.registry import installed


@pytest.fixture
def parcels(monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """The program of `folder/parcels`, found as if its folder stood beside the others."""
    folder = str(Path(__file__).with_name("folder"))
    monkeypatch.setattr(bridge.programs, "__path__", [*bridge.programs.__path__, folder])
    installed.cache_clear()
    yield next(one for one in installed().programs if one.name == "parcels")
    installed.cache_clear()
    sys.modules.pop("bridge.programs.parcels", None)
