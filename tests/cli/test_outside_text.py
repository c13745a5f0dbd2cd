"""What others choose (file names, contents, servers' words) does nothing to a terminal or a log."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from bridge.data import shipped
from simulator.amazon import StandInAmazon
from simulator.sftp_server import StandInSftp
from tests.cli.support import CONFIG, Result, edibridge, in_process, installation

HOSTILE = "a\x1b[31m\x07\x7f\x9b2J\u202e\u2066\u200b\u2028b"
"""Escapes (C0 and C1), DEL, marks that turn letters round or hide, a line separator."""
NAME = f"{HOSTILE}\n     1  succeeded: forged.edi"
"""Left in the inbox, and told: no file with control characters in its name is taken."""
TAKEN = "c\u202e\u2066\u200b\u2028 forged"
"""A name that is taken: its marks are no control characters."""
WORDS = f"{HOSTILE} words\nerror: forged"


@pytest.fixture(scope="module")
def amazon() -> Iterator[StandInAmazon]:
    with StandInAmazon() as standing_in:
        yield standing_in


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, amazon: StandInAmazon) -> Path:
    """Return an installation after a run over files with hostile names, contents and verdicts."""
    text = CONFIG.replace("http://127.0.0.1:9", amazon.url).replace("ACMW1", "ACM1")
    text = text.replace('"made-up"', f'"{amazon.credentials.client_id}"')
    text = text.replace('client_secret = "file:secret"', 'client_secret = "file:client-secret"')
    place = installation(tmp_path_factory.mktemp("hostile"), text)
    for name, secret in (
        ("client-secret", amazon.credentials.client_secret),
        ("secret", amazon.credentials.refresh_token),
    ):
        (place / name).write_text(secret)
        (place / name).chmod(0o600)
    inbox = place / "drop" / "inbox"
    plain = (shipped("samples") / "x12" / "856_plain.edi").read_bytes()
    (inbox / NAME).write_bytes(plain)
    (inbox / f"{TAKEN}.edi").write_bytes(plain)
    (inbox / f"{TAKEN}.txt").write_bytes(b"no EDI" + HOSTILE.encode())
    (inbox / "rows.csv").write_text(f"purchase_order_number,{HOSTILE}\nP1,x\n")
    (inbox / "rows2.csv").write_text(f"purchase_order_number,package_id\nP{HOSTILE}1,=1\n")
    (inbox / "long.json").write_text(json.dumps({"purchaseOrderNumber": "A" * 3_000_000}))
    (inbox / "bad.edi").write_bytes(plain.replace(b"DTM*011*", b"DTM*011*" + HOSTILE.encode()))
    amazon.fail_orders["DQ7T4M2ZP"] = ("INVALID", WORDS)
    done = edibridge("run", "--settle", "--timeout", "60", folder=place)
    assert done.code == 1, done.err
    harmless(done)
    return place


def harmless(done: Result) -> None:
    for text in (done.out, done.err):
        bad = {character for character in text if not character.isprintable()} - {"\n"}
        assert not bad, text
    lines = (done.out + done.err).splitlines()
    assert not [line for line in lines if line.startswith(("     1  succeeded: forged", "error: forged"))]


VERBS = [
    ["status"],
    ["batches"],
    *(["show", str(batch)] for batch in range(1, 7)),
    ["trace", "DQ7T4M2ZP"],
    ["rerun", "1", "--dry-run"],
    ["purge", "--dry-run", "--older-than", "1d"],
    ["check"],
]


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_no_verb_prints_what_a_terminal_would_obey(folder: Path, verb: list[str], form: list[str]) -> None:
    done = in_process(*verb, *form, folder=folder)
    assert done.code in {0, 1}, done.err
    harmless(done)
    if form:
        json.loads(done.out)


def test_json_tells_names_whole(folder: Path) -> None:
    names = {batch["name"] for batch in edibridge("batches", "--json", folder=folder).json["batches"]}
    assert f"{TAKEN}.edi" in names


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("name", [f"{TAKEN}.edi", f"{TAKEN}.txt", "rows.csv", "rows2.csv", "bad.edi"])
def test_explain_prints_nothing_that_a_terminal_would_obey(folder: Path, name: str, form: list[str]) -> None:
    # Archived names have a stamp before their suffix.
    kept = name.replace(".", ".*.")
    path, *_ = [path for part in ("archive", "quarantine") for path in (folder / "drop" / part).glob(kept)]
    done = in_process("explain", path, *form, folder=folder)
    assert done.code in {0, 1}, done.err
    harmless(done)


def test_a_usage_mistake_prints_no_name_as_it_is(folder: Path) -> None:
    done = edibridge("explain", f"{HOSTILE}.edi", f"{HOSTILE}2.edi", folder=folder)
    assert done.code == 2
    harmless(done)
    missing = edibridge("explain", f"{HOSTILE}.edi", folder=folder)
    assert missing.code == 2
    harmless(missing)


def test_on_a_terminal_only_our_own_colours_are_sent(folder: Path) -> None:
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bridge", "batches"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"TERM": "dumb", "COLUMNS": "200", "NO_COLOR": "1"},
            timeout=60,
            check=False,
        )
        os.close(theirs)
        text = _all_of(ours)
    finally:
        os.close(ours)
    assert done.returncode == 0
    assert "forged" in text
    assert not {character for character in text if not character.isprintable()} - {"\r", "\n"}, text


def _all_of(terminal: int) -> str:
    text = b""
    try:
        while piece := os.read(terminal, 65536):
            text += piece
    except OSError:  # Linux's way to say that the other end is closed
        pass
    return text.decode()


@pytest.mark.parametrize("log", ["json", "text"])
def test_no_log_line_holds_what_a_terminal_would_obey_or_is_forged(folder: Path, log: str) -> None:
    (folder / "drop" / "inbox" / f"{log}{TAKEN}.txt").write_text("no EDI")
    done = edibridge("--log", log, "--log-level", "debug", "run", folder=folder)
    harmless(done)
    assert "forged" in done.err
    begins = '{"' if log == "json" else "time="
    assert [line for line in done.err.splitlines() if not line.startswith((begins, "edibridge:"))] == []


def test_values_in_messages_are_cut(folder: Path) -> None:
    for form in ("json", "csv"):
        [report] = (folder / "drop" / "outbox" / "statuses").glob(f"long*.{form}")
        assert report.stat().st_size < 10_000
        assert "3000000 characters" in report.read_text()
    listed = edibridge("batches", "--json", folder=folder).json["batches"]
    [number] = [batch["id"] for batch in listed if batch["name"] == "long.json"]
    assert len(edibridge("show", str(number), "--json", folder=folder).out) < 20_000


class _Hostile(paramiko.ServerInterface):
    """Refuses every login, in words of its own choice."""

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002
        return f"publickey,{HOSTILE}"

    def get_banner(self) -> tuple[str, str]:
        return WORDS, "en"


def test_a_servers_words_are_shown_harmlessly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.sftp_server._Login", lambda *_arguments, **_named: _Hostile())
    with StandInSftp({}) as server:
        text = CONFIG.replace(
            '[vendors.acme.local]\nroot = "drop"\n',
            f'[vendors.acme.sftp]\nhost = "{server.host}"\nport = {server.port}\nusername = "acme"\n'
            f'password = "file:secret"\nhost_key = "{server.fingerprint}"\n',
        )
        place = installation(tmp_path, text)
        for form in ([], ["--json"]):
            done = edibridge("check", "--connect", *form, folder=place)
            assert done.code == 1, done.err
            assert "the server takes" in done.out
            harmless(done)
        for log in ("json", "text"):
            harmless(edibridge("--log", log, "--log-level", "debug", "run", folder=place))
        harmless(edibridge("status", folder=place))
