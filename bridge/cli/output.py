"""What the verbs print: JSON, tables on a terminal, aligned plain lines elsewhere."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import PurePath
from typing import Any, cast

import msgspec

from bridge.cli.exits import PIPE_CLOSED
from bridge.cli.lines import Line, folded, plain_text
from bridge.cli.words import state_style
from bridge.outside_text import escaped_json, shown

Row = Sequence[object]
_TABLES = 110


def say(text: str = "") -> None:
    """Print a line on standard output."""
    _write(shown(text) + "\n")


def complain(text: str) -> None:
    """Print a line on standard error, broken between words on a terminal."""
    if sys.stderr.isatty():
        room = max(shutil.get_terminal_size().columns, 40)
        print(plain_text([Line(text, rest="  ")], room), end="", file=sys.stderr)
    else:
        print(shown(text), file=sys.stderr)


def emit(value: object) -> None:
    """Print a value as JSON."""
    _write(_json(value) + "\n")


def emit_parts(parts: Mapping[str, object]) -> None:
    """Print an object as `emit` would; values that are iterators are printed as arrays while they come."""
    begin = "{"
    for name, value in parts.items():
        _write(f"{begin}\n  {json.dumps(name)}: ")
        begin = ","
        if isinstance(value, Iterator):
            _write_array(value)
        else:
            _write(_indented(value, 2))
    _write("\n}\n")


def _write_array(values: Iterator[object]) -> None:
    begin = "["
    for value in values:
        _write(f"{begin}\n    {_indented(value, 4)}", flush=False)
        begin = ","
    _write("[]" if begin == "[" else "\n  ]")


def _indented(value: object, depth: int) -> str:
    """Return JSON as it stands within something else; no line break stands within a JSON string."""
    return _json(value).replace("\n", "\n" + " " * depth)


def _json(value: object) -> str:
    return escaped_json(json.dumps(plain(value), indent=2, ensure_ascii=False))


def plain(value: object) -> Any:  # noqa: ANN401, PLR0911 - JSON; a table of kinds
    """Turn structs, dates and paths into what JSON has; bytes are JSON texts of the ledger."""
    match value:
        case msgspec.Struct():
            names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
            return {encoded: plain(getattr(value, name)) for name, encoded in names}
        case Mapping():
            return {str(key): plain(entry) for key, entry in value.items()}
        case bytes():
            return msgspec.json.decode(value) if value else None
        case datetime():
            return value.isoformat(timespec="seconds")
        case PurePath():
            return str(value)
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case list() | tuple() | set() | frozenset():
            return [plain(entry) for entry in value]
        case _ if hasattr(value, "__dataclass_fields__"):
            return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
        case _:
            return value


def table(columns: Sequence[str], rows: Sequence[Row], *, folding: Collection[str] = ()) -> None:
    """Print a table: with rules and colour on a terminal, as aligned lines elsewhere. Nothing for no rows.

    On a narrow terminal the columns in `folding` (all, where none is named) go on in further lines.
    """
    if not rows:
        return
    texts = [[cell(value) for value in row] for row in rows]
    terminal = sys.stdout.isatty()
    _write(_rich_table(columns, texts, folding or columns) if terminal else _plain_table(columns, texts))


def cell(value: object) -> str:
    """Write a value as a table shows it: on one line, times in UTC to the second."""
    match value:
        case None:
            return "-"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M:%SZ")
        case Mapping():
            return ", ".join(f"{count} {name}" for name, count in value.items() if count) or "-"
        case _:
            return shown(" ".join(str(value).split())) or "-"


def line_width() -> int:
    """Return the room that lines have: the terminal's; elsewhere an ISA in its place."""
    return max(shutil.get_terminal_size().columns, 40) if sys.stdout.isatty() else 110


def narrow() -> bool:
    """Return whether tables of seven columns have no room: then things are told in two lines each."""
    return sys.stdout.isatty() and line_width() < _TABLES


def tell_lines(lines: Iterable[Line]) -> None:
    """Print lines, broken to the room there is, with colour on a terminal."""
    if not sys.stdout.isatty():
        _write(plain_text(lines, line_width()))
        return
    from rich.text import Text

    # Text, not markup, and never wrapped again: what is in the lines stands where it was put.
    drawn = [
        _coloured(Text(shown(line.text)), line.style).append(shown(line.aside), _STYLES["words"])
        for line in folded(lines, line_width())
    ]
    _write(_on_screen(*drawn, as_they_are=True))


def _coloured(text: Any, style: str) -> Any:  # noqa: ANN401 - rich's own type, loaded late
    if style == "segment":
        text.highlight_regex(r"^ *\d+", "dim")
        text.highlight_regex(r"(?<=\d  ) *\w+", "bold")
    else:
        text.stylize(_STYLES.get(style, ""))
    return text


_STYLES = {"title": "bold", "good": "green", "bad": "bold red", "note": "yellow", "words": "cyan"}


@contextmanager
def progress(label: str) -> Iterator[Callable[[str, str, int], None]]:
    """Show what the jobs do while they do it, on a terminal's standard error; silent elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _vendor, _job, _done: None
        return
    from rich.console import Console

    with Console(stderr=True).status(label) as status:
        yield lambda vendor, job, done: status.update(f"{label}: {vendor} {job} {done}")


def _plain_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [[column.upper() for column in columns], *rows]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    text = ""
    for line in lines:
        text += (
            "  ".join(f"{value:<{width}}" for value, width in zip(line, widths, strict=True)).rstrip() + "\n"
        )
    return text


def _rich_table(columns: Sequence[str], rows: Sequence[Sequence[str]], folding: Collection[str]) -> str:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        drawn.add_column(column, overflow="fold", no_wrap=column not in folding)
    for row in rows:
        # Text, not markup: a file of a vendor's may be called "[red].edi".
        drawn.add_row(*(Text(value, style=_STYLES.get(state_style(value), "")) for value in row))
    return _on_screen(drawn)


def _on_screen(*drawn: Any, as_they_are: bool = False) -> str:  # noqa: ANN401 - what rich can draw
    from rich.console import Console

    # The terminal's width and colours, but written by us, so that a closed pipe is met in one place.
    # The width as `narrow` has it: rich believes every dumb terminal to be 80 wide, whatever it is told.
    width = shutil.get_terminal_size().columns
    stream, colours = io.StringIO(), cast("Any", Console().color_system)  # None: no colours
    console = Console(file=stream, width=width, force_terminal=True, color_system=colours)
    for one in drawn:
        console.print(one, crop=False, soft_wrap=as_they_are)
    return stream.getvalue()


def _write(text: str, *, flush: bool = True) -> None:
    try:
        sys.stdout.write(text)
        if flush:
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`| head`) has enough. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(PIPE_CLOSED) from None
