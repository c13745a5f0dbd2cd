"""Tables are aligned plain lines where nobody looks, and JSON has what the ledger's values hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from bridge.cli.daemon import batch_table
from bridge.cli.exits import BROKEN, REJECTED, USAGE, tell
from bridge.cli.lines import Line
from bridge.cli.output import complain, emit, emit_parts, plain, say, table, tell_lines
from bridge.errors import (
    AuthenticationRefused,
    BridgeError,
    ConfigurationError,
    DropFolderUnavailable,
    LedgerError,
    Problem,
    StaleEpoch,
)
from bridge.ledger.read_models import BatchView


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


def test_what_is_printed_while_it_comes_is_what_would_be_printed_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [{"text": "two\nlines", "more": [1, {"é": None}]}, 7, []]
    emit({"batch": {"id": 1}, "rows": rows, "none": [], "last": "x"})
    once = capsys.readouterr().out
    emit_parts({"batch": {"id": 1}, "rows": iter(rows), "none": iter(()), "last": "x"})
    assert capsys.readouterr().out == once


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
        (LedgerError("the ledger is read-only"), USAGE, "Fix this on this machine"),
        (AuthenticationRefused("no"), USAGE, "Fix this on this machine; retrying will not help."),
        (DropFolderUnavailable("gone"), REJECTED, "the partner or its server; retrying may help"),
        (StaleEpoch("stale"), BROKEN, "edibridge itself"),
    ],
)
def test_an_error_is_printed_with_who_can_fix_it(
    error: BridgeError, code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say("kept apart")
    assert tell(error) == code
    told = capsys.readouterr()
    assert words in told.err
    assert told.out == "kept apart\n"


def test_lines_have_colour_on_a_terminal_only_and_stand_as_they_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [Line("[red]bad[/red].edi" + "x" * 90, "bad"), Line("  1  ST*214", "segment", "  Header")]
    tell_lines(lines)
    plainly = capsys.readouterr().out
    assert plainly == "[red]bad[/red].edi" + "x" * 90 + "\n  1  ST*214  Header\n"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    tell_lines(lines)
    coloured = capsys.readouterr().out
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plainly


def test_a_narrow_terminal_is_told_each_batch_in_two_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    view = BatchView(
        id=7,
        vendor="acme",
        name="a_file_with_a_name_that_is_rather_long_for_a_column.edi",
        sha256="",
        size=1,
        spool_name="",
        received_at=datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC),
        translated_at=None,
        reported_at=None,
        state="attention",
        reason="",
        arrivals=1,
        documents=4,
        accepted=2,
        rejected=2,
        events={"held": 1, "succeeded": 2},
        submissions={},
        outbound={},
    )
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")
    batch_table([view])
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "     7  attention: a_file_with_a_name_that_is_rather_long_for_a_column.edi",
        "          acme, 2026-11-22 01:02Z, documents: 4 (2 rejected), events: 1 held, 2",
        "          succeeded",
    ]
    monkeypatch.setenv("COLUMNS", "140")
    batch_table([view])
    assert "4 (2 rejected)" in capsys.readouterr().out


def test_a_complaint_on_a_terminal_is_broken_between_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    complain("word " * 30)
    assert len(capsys.readouterr().err.splitlines()) == 1
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    complain("word " * 30)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.endswith("word") for line in lines)
