"""run, resolve and daemon, as processes, against the stand-in Amazon."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.data import shipped
from simulator.amazon import StandInAmazon
from tests.cli.support import CONFIG, Result, edibridge, installation


@pytest.fixture
def amazon() -> Iterator[StandInAmazon]:
    with StandInAmazon() as standing_in:
        yield standing_in


@pytest.fixture
def folder(tmp_path: Path, amazon: StandInAmazon) -> Path:
    text = CONFIG.replace("http://127.0.0.1:9", amazon.url).replace("ACMW1", "ACM1")
    text = text.replace('"made-up"', f'"{amazon.credentials.client_id}"')
    text = text.replace('client_secret = "file:secret"', 'client_secret = "file:client-secret"')
    installation(tmp_path, text)
    (tmp_path / "client-secret").touch(mode=0o600)
    (tmp_path / "client-secret").write_text(amazon.credentials.client_secret)
    (tmp_path / "secret").write_text(amazon.credentials.refresh_token)
    return tmp_path


def drop(folder: Path, sample: str) -> None:
    path = shipped("samples") / sample
    (folder / "drop" / "inbox" / path.name).write_bytes(path.read_bytes())


def run(folder: Path) -> Result:
    return edibridge("run", "--settle", "--timeout", "60", "--json", folder=folder)


def test_a_run_exits_0_when_all_went_well_and_1_when_something_was_rejected(folder: Path) -> None:
    drop(folder, "x12/856_plain.edi")
    good = run(folder)
    assert good.code == 0, good
    assert [batch["state"] for batch in good.json["batches"]] == ["succeeded"]
    assert (good.json["finished"], good.json["problems"]) == (True, [])
    drop(folder, "x12/214_bad_sibling.edi")
    mixed = run(folder)
    assert mixed.code == 1, mixed
    assert [batch["state"] for batch in mixed.json["batches"]] == ["attention"]
    quiet = edibridge("run", folder=folder)
    assert (quiet.code, quiet.out) == (0, "Nothing was due.\n")


def test_a_person_settles_a_submission_of_which_nobody_knows_whether_amazon_took_it(
    folder: Path, amazon: StandInAmazon
) -> None:
    amazon.faults.cut_before(operation="submitShipmentConfirmations")
    drop(folder, "x12/856_plain.edi")
    assert run(folder).code == 1
    told = edibridge("status", "--json", folder=folder)
    assert (told.code, told.json["vendors"]["acme"]["submissions"]) == (1, {"in_doubt": 1})
    (alert,) = [one for one in told.json["alerts"] if one["kind"] == "in_doubt"]
    assert "edibridge resolve 1 --sent" in alert["message"]
    assert edibridge("resolve", "1", "--not-sent", folder=folder).code == 0
    settled = run(folder)
    assert settled.code == 0, settled
    assert [one.item["purchaseOrderNumber"] for one in amazon.accepted] == ["DQ7T4M2ZP"]


def test_a_daemon_works_until_it_is_told_to_end(folder: Path, amazon: StandInAmazon) -> None:
    drop(folder, "x12/856_plain.edi")
    with subprocess.Popen(
        [sys.executable, "-m", "bridge", "daemon"], cwd=folder, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert amazon.wait_until(lambda: len(amazon.accepted) == 1, timeout=60)
        finally:
            process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert all(json.loads(line)["level"] == "info" for line in errors.splitlines())
