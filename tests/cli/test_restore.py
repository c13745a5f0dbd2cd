"""restore: what it marks, and what it releases where one of many cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bridge.cli import restore
from bridge.config import Config, parse_config
from bridge.ledger.store import Ledger
from tests.cli.support import CONFIG
from tests.ledger.desk import T0, Desk, confirmation, later, outcome, status

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    ledger = Ledger.open(tmp_path / "ledger.sqlite")
    yield Desk(ledger)
    ledger.close()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return parse_config(CONFIG, tmp_path / "config.toml")


def test_one_that_cannot_be_released_keeps_no_other_one(
    desk: Desk, config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    packages = [("A", "1Z"), ("B", "1Z")]
    file_id = desk.take(status("1Z"), confirmation("A"), confirmation("B"), packages=packages)
    restore._mark(config, desk.ledger, "main")
    assert set(desk.states(file_id).values()) == {"held"}

    counts = restore._release(config, desk.ledger, "main")

    assert counts == {"events": 2, "submissions": 0}
    assert desk.states(file_id) == {"1Z": "held", "A": "ready", "B": "ready"}
    assert desk.ledger.restored("main") is None
    assert "Still held: event 1 names no order" in capsys.readouterr().err


def test_an_answer_that_comes_after_the_mark_settles_what_was_under_way(desk: Desk, config: Config) -> None:
    desk.take(confirmation("A"))
    desk.plan()
    (submission,) = desk.due()
    attempt = desk.ledger.start_sending(desk.fence, submission.id, T0)

    restore._mark(config, desk.ledger, "main")

    assert desk.ledger.record_late(attempt, outcome("submitted", attempt), later(2))
    assert desk.ledger.submission(submission.id).state == "submitted"
