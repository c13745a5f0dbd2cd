"""What is done and old loses its contents, also where the purge is killed on its way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.faultpoints import VARIABLE
from bridge.ledger.store import Ledger
from bridge.pipeline.partner import Partner
from bridge.pipeline.rerun import rerun
from tests.forkserver import fork_server
from tests.pipeline.partners import CONFIG, with_policies
from tests.pipeline.stubs import Clock, StubAmazon, drained, drop, partner_with
from tests.system.traffic import ship_notice, x12

LONG_AGO = datetime.now(UTC) - timedelta(days=400)


def notice(control_number: int, number: int) -> bytes:
    shipped = f"{LONG_AGO - timedelta(days=1):%Y%m%d}"
    body = [segment.replace("DTM*011*20261101", f"DTM*011*{shipped}") for segment in ship_notice(number)]
    return x12("856", "SH", "004010", control_number, [body])


def spooled(folder: Path) -> list[str]:
    return sorted(
        path.name
        for path in (folder / "spool").rglob("*")
        if path.is_file() and not path.name.startswith("epoch-")
    )


def after(partner: Partner, days: int) -> None:
    """Advance the clock by days, the purge's own too."""
    assert isinstance(partner.clock, Clock)
    partner.clock.now += timedelta(days=days)
    partner.state.timers.purge_due_at = 0.0


@pytest.fixture
def partner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Partner:
    made = partner_with(tmp_path, monkeypatch, StubAmazon())
    assert isinstance(made.clock, Clock)
    made.clock.now = LONG_AGO  # by the clock of the verb
    return with_policies(made, oldest_date=None)


def test_the_daemon_purges_what_is_done_once_its_retention_is_over(partner: Partner, tmp_path: Path) -> None:
    drop(tmp_path, "old.edi", notice(1, 1))
    drained(partner)
    after(partner, 29)
    drained(partner, rounds=1)
    assert len(spooled(tmp_path)) == 1
    after(partner, 2)
    drained(partner, rounds=1)
    assert spooled(tmp_path) == []
    assert [view.state for view in partner.ledger.batches()] == ["purged"]


def test_a_purge_is_looked_for_once_a_day_and_not_at_every_drain(partner: Partner, tmp_path: Path) -> None:
    drop(tmp_path, "old.edi", notice(1, 1))
    drained(partner)
    assert isinstance(partner.clock, Clock)
    partner.clock.now += timedelta(days=40)
    drained(partner, rounds=1)
    assert len(spooled(tmp_path)) == 1


def test_a_file_that_comes_again_after_its_purge_is_acknowledged_and_not_sent(
    partner: Partner, tmp_path: Path
) -> None:
    drop(tmp_path, "old.edi", notice(1, 1))
    drained(partner)
    after(partner, 31)
    drained(partner, rounds=1)
    answers = tmp_path / "drop" / "outbox" / "acknowledgements"
    before = len(list(answers.iterdir()))
    drop(tmp_path, "again.edi", notice(1, 1))
    drained(partner)
    assert len(list(answers.iterdir())) == before + 1
    assert [view.state for view in partner.ledger.batches()] == ["purged"]
    assert len(partner.ledger.batch(1).submissions) == 1
    after(partner, 31)
    drained(partner, rounds=1)
    assert spooled(tmp_path) == []


def test_the_number_of_a_purged_interchange_may_be_used_for_other_content(
    partner: Partner, tmp_path: Path
) -> None:
    drop(tmp_path, "old.edi", notice(1, 1))
    drained(partner)
    after(partner, 31)
    drained(partner, rounds=1)
    drop(tmp_path, "new.edi", notice(1, 2))
    drained(partner)
    assert [event.state for event in partner.ledger.batch(2).events] == ["succeeded"]


def test_a_rerun_of_a_purged_batch_says_that_its_bytes_are_gone(partner: Partner, tmp_path: Path) -> None:
    drop(tmp_path, "old.edi", notice(1, 1))
    drained(partner)
    after(partner, 31)
    drained(partner, rounds=1)
    with pytest.raises(FileNotFoundError):
        rerun(partner, 1, dry_run=True, force=True)


def test_nothing_is_removed_while_a_file_is_being_kept(partner: Partner, tmp_path: Path) -> None:
    drop(tmp_path, "old.edi", notice(1, 1))
    drained(partner)
    after(partner, 31)
    with partner.spool.keeping():
        drained(partner, rounds=1)
    assert len(spooled(tmp_path)) == 1
    assert [view.state for view in partner.ledger.batches()] == ["purged"]
    after(partner, 1)
    drained(partner, rounds=1)
    assert spooled(tmp_path) == []


def purge(folder: Path, *options: str, kill_at: str = "") -> subprocess.CompletedProcess[str]:
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    environment = {**os.environ, VARIABLE: kill_at}
    return fork_server().run(["purge", *options], environment=environment, folder=folder)


@pytest.mark.parametrize("place", ["purge.blanked", "purge.removed", "purge.removed:2"])
def test_a_purge_that_was_killed_is_ended_by_the_next_one(
    partner: Partner, tmp_path: Path, place: str
) -> None:
    for number in (1, 2):
        drop(tmp_path, f"{number}.edi", notice(number, number))
    drained(partner)
    partner.ledger.close()
    killed = purge(tmp_path, "--older-than", "1d", kill_at=place)
    assert killed.returncode == -signal.SIGKILL
    assert purge(tmp_path, "--older-than", "1d").returncode == 0
    assert spooled(tmp_path) == []
    ledger = Ledger.open(tmp_path / "ledger.sqlite")
    views = ledger.batches()
    assert [(view.state, view.spool_name) for view in views] == [("purged", "")] * 2
    ledger.close()


def test_bytes_that_a_killed_purge_removed_are_named_no_more_however_young_they_were(
    partner: Partner, tmp_path: Path
) -> None:
    drop(tmp_path, "1.edi", notice(1, 1))
    drained(partner)
    assert purge(tmp_path, "--older-than", "1d").returncode == 0
    assert isinstance(partner.clock, Clock)
    partner.clock.now = datetime.now(UTC)  # after that purge, which went by the time of day
    drop(tmp_path, "again.edi", notice(1, 1))
    drained(partner)
    assert len(spooled(tmp_path)) == 1
    partner.ledger.close()
    assert purge(tmp_path, "--older-than", "0.001s", kill_at="purge.removed").returncode == -signal.SIGKILL
    assert spooled(tmp_path) == []
    assert purge(tmp_path, "--older-than", "36500d").returncode == 0
    ledger = Ledger.open(tmp_path / "ledger.sqlite")
    assert [view.spool_name for view in ledger.batches()] == [""]
    ledger.close()


def test_a_dry_run_tells_what_would_go_and_changes_nothing(partner: Partner, tmp_path: Path) -> None:
    drop(tmp_path, "old.edi", notice(1, 1))
    drained(partner)
    told = json.loads(purge(tmp_path, "--older-than", "1d", "--dry-run", "--json").stdout)
    assert [batch["name"] for batch in told["batches"]] == ["old.edi"]
    assert len(spooled(tmp_path)) == 1
    assert [view.state for view in partner.ledger.batches()] == ["succeeded"]
    words = purge(tmp_path, "--older-than", "1d", "--dry-run").stdout
    assert "old.edi" in words
    assert "Nothing was changed" in words


def test_a_purge_goes_by_the_vendors_retention_where_no_age_is_named(
    partner: Partner, tmp_path: Path
) -> None:
    drop(tmp_path, "old.edi", notice(1, 1))
    drained(partner)
    assert isinstance(partner.clock, Clock)
    partner.clock.now += timedelta(days=390)
    drop(tmp_path, "young.edi", notice(2, 2))
    drained(partner)
    removed = json.loads(purge(tmp_path, "--json").stdout)["removed"]
    assert removed["files"] == 1
    assert [view.state for view in partner.ledger.batches()] == ["succeeded", "purged"]
