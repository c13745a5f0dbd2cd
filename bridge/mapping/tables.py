"""TOML files read with the line of each key, so that every mistake can be told with its place."""

from __future__ import annotations

import re
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bridge.errors import Problem
from bridge.toml_lines import Place, dotted, line_of_dotted, lines_of
from bridge.toml_problems import complaints_of

Table = dict[str, Any]
_M = TypeVar("_M", bound=BaseModel)
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
            self.problems.append(Problem("", f"cannot be read: {error}", file=str(path)))
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            number = int(line[1]) if line else 0
            self.problems.append(Problem("", f"is not TOML: {error}", number, str(path)))

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
        """Record a mistake at a dotted key."""
        self.problems.append(Problem(place, message, self.line(place), str(self.path)))

    def line(self, place: str) -> int:
        """Return the line of a dotted key, or of the nearest table around it; 0 where there is none."""
        return line_of_dotted(self._lines, place)

    @cached_property
    def _lines(self) -> dict[str, int]:
        return {dotted(_with_new_name(key)): line for key, line in lines_of(self._text).items()}

    def checked(self, model: type[_M], table: object, place: Place = (), context: object = None) -> _M | None:
        """Return a table of this file as a model; None, with every mistake noted, where it is wrong."""
        try:
            return model.model_validate(table, context=context)
        except ValidationError as error:
            for inner, message in complaints_of(error, model):
                where = (*place, *inner)
                line = self.line(dotted(where))
                self.problems.append(Problem(_key_of(where), message, line, str(self.path)))
            return None


def _key_of(place: Place) -> str:
    """Return the dotted key of a place; of an element of a list, that of the list."""
    while place and isinstance(place[-1], int):
        place = place[:-1]
    return dotted(place)


def _with_new_name(place: Place) -> Place:
    names = RENAMED[""] if len(place) == 1 else RENAMED["loops"] if place[0] == "loops" else {}
    return (*place[:-1], names.get(str(place[-1]), place[-1]))
