"""Tables are aligned plain lines where nobody looks, and JSON has what the ledger's values hold."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from bridge.cli.exits import BROKEN, REJECTED, USAGE, tell
from bridge.cli.output import plain, say, table
from bridge.errors import (
    AuthenticationRefused,
    BridgeError,
    ConfigurationError,
    DropFolderUnavailable,
    LedgerError,
    Problem,
    StaleEpoch,
)


def test_a_plain_table_is_aligned_without_tabs_colour_or_rules(capsys: pytest.CaptureFixture[str]) -> None:
    when = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
    table(["id", "file", "events"], [(7, "a b\tc.edi", {"held": 2, "failed": 0}), (12, None, when)])
    assert capsys.readouterr().out.splitlines() == [
        "ID  FILE       EVENTS",
        "7   a b c.edi  2 held",
        "12  -          2026-11-22 01:02:03Z",
    ]


def test_a_table_without_rows_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    table(["id"], [])
    assert capsys.readouterr().out == ""


def test_a_terminal_gets_the_names_of_files_as_they_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    table(["file", "state"], [("[red]x[/red].edi", "failed")])
    assert "[red]x[/red].edi" in capsys.readouterr().out


def test_json_has_structs_times_paths_and_the_ledgers_bodies() -> None:
    class Row(msgspec.Struct):
        at: datetime
        body: bytes
        names: tuple[str, ...]

    row = Row(datetime(2026, 1, 2, tzinfo=UTC), b'{"amount": 3}', ("a",))
    assert plain({"row": row, "path": Path("x")}) == {
        "row": {"at": "2026-01-02T00:00:00+00:00", "body": {"amount": 3}, "names": ["a"]},
        "path": "x",
    }


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (
            ConfigurationError("c.toml", [Problem("a.b", "is wrong", 3)]),
            USAGE,
            "c.toml: line 3: a.b: is wrong",
        ),
        (LedgerError("the ledger is read-only"), USAGE, "this installation"),
        (AuthenticationRefused("no"), USAGE, "until somebody acts"),
        (DropFolderUnavailable("gone"), REJECTED, "the vendor or its server; trying again may help"),
        (StaleEpoch("stale"), BROKEN, "edibridge itself"),
    ],
)
def test_an_error_is_told_with_whose_it_is_to_mend(
    error: BridgeError, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say("kept apart")
    assert tell(error) == code
    told = capsys.readouterr()
    assert words in told.err
    assert told.out == "kept apart\n"
