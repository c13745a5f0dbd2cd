"""TOML files read with the line of each key, so that every mistake can be told with its place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bridge.errors import Problem

Table = dict[str, Any]
_HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?")


class TomlFile:
    """One TOML file: its content, and the mistakes found in it so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.content: Table = {}
        self._text = ""
        try:
            self._text = path.read_text(encoding="utf-8")
            self.content = tomllib.loads(self._text)
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(Problem("", f"cannot be read: {error}"))
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            self.problems.append(Problem("", f"is not TOML: {error}", int(line[1]) if line else 0))

    def mistake(self, place: str, message: str) -> None:
        """Note a mistake at a dotted key."""
        self.problems.append(Problem(place, message, self.line(place)))

    def line(self, place: str) -> int:
        """Tell the line of a dotted key, or of the nearest table or key above it; 0 if unknown."""
        table, best = "", (0, 0)
        for number, line in enumerate(self._text.splitlines(), start=1):
            if header := _HEADER.fullmatch(line):
                here = table = header[1].replace(" ", "")
            elif "=" in line and not line.lstrip().startswith("#"):
                key = line.partition("=")[0].strip().strip('"')
                here = f"{table}.{key}" if table else key
            else:
                continue
            if (place == here or place.startswith(f"{here}.")) and len(here) > best[0]:
                best = (len(here), number)
        return best[1]

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
