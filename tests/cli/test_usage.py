"""Usage and configuration errors: exit 2, on standard error, without a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bridge import __version__
from bridge.cli.app import VERBS, run
from tests.cli.support import CONFIG, edibridge, in_process, installation


def test_every_agreed_verb_is_there_and_tells_its_options(tmp_path: Path) -> None:
    agreed = "demo init check daemon run explain status batches show trace rerun resolve fetch purge "
    agreed += "restore simulator mappings authorize rehearse features costs"
    assert set(VERBS) == set(agreed.split())
    listed = edibridge("--help", folder=tmp_path)
    assert listed.code == 0
    assert all(f"  {verb} " in listed.out for verb in VERBS)


def test_the_version_is_told(tmp_path: Path) -> None:
    assert edibridge("--version", folder=tmp_path).out == f"edibridge {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("run", "--nonsense"),
        ("show", "first"),
        ("resolve", "1"),
        ("resolve", "1", "--sent", "tx", "--not-sent"),
        ("resolve", "1", "--event", "--not-sent"),
        ("resolve", "1", "--send"),
        ("purge", "--older-than", "soon"),
        ("status", "--vendor", "acne"),
        ("batches", "--state", "perfect"),
        ("show", "999"),
        ("show", "1", "--limit", "0"),
        ("explain", "nowhere.edi"),
        ("--log", "xml", "status"),
    ],
)
def test_wrong_usage_exits_2_without_a_traceback(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = in_process(*arguments, folder=installation(tmp_path))
    assert (done.code, done.out) == (2, "")
    assert "Traceback" not in done.err
    assert "Error" in done.err


def test_an_unknown_vendor_is_answered_with_the_one_that_was_meant(tmp_path: Path) -> None:
    done = in_process("batches", "--vendor", "acne", folder=installation(tmp_path))
    assert "did you mean acme?" in " ".join(done.err.split())


@pytest.mark.parametrize("verb", ["run", "daemon", "status", "batches", "check"])
def test_a_missing_configuration_exits_2_and_says_how_to_get_one(verb: str, tmp_path: Path) -> None:
    done = in_process(verb, folder=tmp_path)
    assert done.code == 2
    assert "config.toml: no such file; `edibridge init` writes one" in done.err


def test_all_mistakes_of_a_configuration_are_told_with_their_lines(tmp_path: Path) -> None:
    text = CONFIG.replace('"na"', '"us"').replace('account = "main"', 'account = "mian"')
    done = edibridge("run", folder=installation(tmp_path, text))
    assert done.code == 2
    assert "config.toml: line 6: accounts.main.region: must be one of" in done.err
    assert "config.toml: line 14: vendors.acme.account: no such account" in done.err
    assert "2 problems; nothing was done" in done.err


def test_the_configuration_comes_from_the_option_or_the_environment(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    installation(there)
    path = there / "config.toml"
    assert in_process("--config", path, "batches", folder=tmp_path).code == 0
    assert edibridge("batches", folder=tmp_path, environment={"EDIBRIDGE_CONFIG": str(path)}).code == 0
    assert (
        edibridge(
            "--config",
            "nowhere.toml",
            "batches",
            folder=tmp_path,
            environment={"EDIBRIDGE_CONFIG": str(path)},
        ).code
        == 2
    )


def test_a_reader_that_stops_early_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)  # as `| head` that has ended
    with subprocess.Popen(
        [sys.executable, "-m", "bridge", "batches", "--json"],
        cwd=installation(tmp_path),
        stdout=writing,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(writing)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (141, b"")


def test_a_fault_of_our_own_exits_70_with_its_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError("made up")

    monkeypatch.setattr("bridge.cli.app.app", broken)
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == 70
    told = capsys.readouterr().err
    assert "ZeroDivisionError: made up" in told
    assert "a fault of edibridge itself" in told
