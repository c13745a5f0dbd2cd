from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.ledger.store import Ledger
from tests.ledger.desk import Desk


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.db"


@pytest.fixture
def ledger(place: Path) -> Iterator[Ledger]:
    opened = Ledger.open(place)
    yield opened
    opened.close()


@pytest.fixture
def desk(ledger: Ledger) -> Desk:
    return Desk(ledger)
