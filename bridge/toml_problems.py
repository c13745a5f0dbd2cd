"""Turn what pydantic and tomllib complain about into problems with a place and a line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from bridge.errors import Problem
from bridge.toml_lines import Place, dotted, line_of

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def syntax_problem(error: tomllib.TOMLDecodeError, text: str) -> Problem:
    """Report a TOML syntax error with its line."""
    message = str(error)
    found = _TOML_PLACE.search(message)
    line = int(found.group(1)) if found and found.group(1) else text.count("\n") + 1
    return Problem("", f"not TOML: {_TOML_PLACE.sub('', message)}", line)


def problems_of(error: ValidationError, model: type[BaseModel], lines: dict[Place, int]) -> list[Problem]:
    """Return every complaint of a model as a problem."""
    return [problem_at(place, message, lines) for place, message in complaints_of(error, model)]


def complaints_of(error: ValidationError, model: type[BaseModel]) -> Iterator[tuple[Place, str]]:
    """Yield the place and message of every complaint, never the value: it may be a secret."""
    for detail in error.errors(include_input=False, include_url=False):
        place: Place = tuple(part for part in detail["loc"] if part != "[key]")
        yield place, _message(detail, place, model)


def problem_at(place: Place, message: str, lines: dict[Place, int]) -> Problem:
    """Return a problem at a place."""
    return Problem(dotted(place), message, line_of(lines, place))


def _message(detail: ErrorDetails, place: Place, model: type[BaseModel]) -> str:  # noqa: PLR0911 - a table
    context = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            return _unknown_key(str(place[-1]), _keys_at(model, place[:-1]))
        case "missing":
            return f"is missing. {_description(model, place)}".rstrip(". ")
        case "value_error":
            return str(context["error"])
        case "literal_error":
            return f"must be one of {context['expected']}"
        case "string_pattern_mismatch" if "[key]" in detail["loc"]:
            return "is no good name: letters, digits, - and _ only"
        case "model_type" | "dict_type" | "model_attributes_type":
            return "must be a table"
        case "string_type":
            return "must be a text in quotes"
        case "bool_type" | "bool_parsing":
            return "must be a boolean: true or false"
        case "tuple_type" | "list_type":
            return "must be a list"
        case _:
            return detail["msg"].replace("Input should be", "must be").replace("String should", "must")


def _unknown_key(key: str, known: list[str]) -> str:
    near = get_close_matches(key, known, n=1, cutoff=0.6)
    return f"unknown key; did you mean {near[0]}?" if near else f"unknown key; known are {', '.join(known)}"


def _keys_at(model: type[BaseModel], place: Place) -> list[str]:
    found = _model_at(model, place)
    return list(found.model_fields) if found else []


def _description(model: type[BaseModel], place: Place) -> str:
    found = _model_at(model, place[:-1])
    field = found.model_fields.get(str(place[-1])) if found else None
    return " ".join((field.description or "").split()) if field else ""


def _model_at(model: type[BaseModel], place: Place) -> type[BaseModel] | None:
    """Find the model of the table at a place: `vendors.acme.sftp` is Sftp."""
    current: Any = model
    for part in place:
        if isinstance(current, type) and issubclass(current, BaseModel):
            field = current.model_fields.get(str(part))
            current = field.annotation if field else None
        else:  # dict[Name, Model]: any key leads to the model
            current = get_args(current)[-1] if get_args(current) else None
        current = _without_none(current)
    return current if isinstance(current, type) and issubclass(current, BaseModel) else None


def _without_none(annotation: object) -> object:
    if type(None) not in get_args(annotation):
        return annotation
    return next(option for option in get_args(annotation) if option is not type(None))
