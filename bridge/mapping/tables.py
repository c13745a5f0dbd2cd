"""TOML files read with the line of each key, so that every mistake can be told with its place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from bridge.errors import Problem
from bridge.toml_lines import Place, dotted, line_of_dotted, lines_of

Table = dict[str, Any]
RENAMED = {"": {"makes": "produces"}, "loops": {"opens": "trigger", "holds": "segments"}}
"""The old names of keys, which users' files may still have, by table."""


class TomlFile:
    """One TOML file: its content, and the mistakes found in it so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.content: Table = {}
        self._text = ""
        try:
            text = path.read_text(encoding="utf-8")
            self.content, self._text = tomllib.loads(text), text
            self._take_old_names()
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(Problem("", f"cannot be read: {error}"))
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            self.problems.append(Problem("", f"is not TOML: {error}", int(line[1]) if line else 0))

    def _take_old_names(self) -> None:
        loops = self.content.get("loops")
        for place, tables in (("", [self.content]), ("loops", loops if isinstance(loops, list) else [])):
            for table in filter(lambda one: isinstance(one, dict), tables):
                for old, new in RENAMED[place].items():
                    if old in table and new in table:
                        message = f"{old} is the old name of {new}: write one of them"
                        self.mistake(f"{place}.{new}".lstrip("."), message)
                    if old in table:
                        table.setdefault(new, table.pop(old))

    def mistake(self, place: str, message: str) -> None:
        """Note a mistake at a dotted key."""
        self.problems.append(Problem(place, message, self.line(place)))

    def line(self, place: str) -> int:
        """Return the line of a dotted key, or of the nearest table around it; 0 where there is none."""
        return line_of_dotted(self._lines, place)

    @cached_property
    def _lines(self) -> dict[str, int]:
        return {dotted(_with_new_name(key)): line for key, line in lines_of(self._text).items()}

    def unknown_keys(self, table: Table, known: Iterable[str], place: str = "") -> None:
        """Note every key of `table` that is not known."""
        wanted = sorted(known)
        for key in table:
            if key not in wanted:
                where = f"{place}.{key}" if place else key
                self.mistake(where, f"unknown key; there are {', '.join(wanted)}")

    def text(self, table: Table, key: str, place: str = "", default: str = "") -> str:
        """Take a text, noting a mistake where it is something else."""
        value = table.get(key, default)
        if isinstance(value, str):
            return value
        self.mistake(f"{place}.{key}" if place else key, "must be a text in quotes")
        return default

    def texts(self, table: Table, key: str, place: str = "") -> tuple[str, ...]:
        """Take a list of texts, or one text."""
        value = table.get(key, [])
        if isinstance(value, str):
            return (value,)
        if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
            return tuple(value)
        self.mistake(f"{place}.{key}" if place else key, "must be a list of texts in quotes")
        return ()

    def groups(self, table: Table, key: str, place: str = "") -> list[tuple[tuple[str, ...], bool]]:
        """Take a list of texts and of lists of texts, or one text; an inner list is marked True."""
        value = table.get(key, [])
        entries = [value] if isinstance(value, str) else value
        groups = [
            ((entry,), False) if isinstance(entry, str) else (tuple(entry), True)
            for entry in (entries if isinstance(entries, list) else [None])
            if isinstance(entry, (str, list))
        ]
        whole = isinstance(entries, list) and len(groups) == len(entries)
        if whole and all(isinstance(text, str) for texts, _ in groups for text in texts):
            return groups
        self.mistake(f"{place}.{key}" if place else key, "must be a list of texts, or of lists of texts")
        return []

    def text_table(self, table: Table, key: str, place: str = "") -> dict[str, str]:
        """Take a table of texts."""
        value = table.get(key, {})
        where = f"{place}.{key}" if place else key
        if not isinstance(value, dict):
            self.mistake(where, "must be a table")
            return {}
        for name, entry in value.items():
            if not isinstance(entry, str):
                self.mistake(f"{where}.{name}", "must be a text in quotes")
        return {name: entry for name, entry in value.items() if isinstance(entry, str)}


def _with_new_name(place: Place) -> Place:
    names = RENAMED[""] if len(place) == 1 else RENAMED["loops"] if place[0] == "loops" else {}
    return (*place[:-1], names.get(str(place[-1]), place[-1]))
