from __future__ import annotations

from pathlib import Path

import pytest

from bridge.edi.x12.grammar import X12Grammar

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def grammar() -> X12Grammar:
    return X12Grammar(ROOT / "mappings" / "x12")


@pytest.fixture(scope="session")
def wild() -> Path:
    folder = ROOT.parent / "shared" / "samples"
    if not folder.is_dir():
        pytest.skip("the public samples are not here")
    return folder
