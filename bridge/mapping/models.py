"""The shape of the files in a folder of mappings, checked by pydantic: keys, kinds of values, references.

Annotations are no texts here (`from __future__`): pydantic would evaluate each, at each command's start.
"""

import re
from collections.abc import Collection, Iterable
from itertools import chain
from typing import Annotated, Any, Literal, Self, cast

import msgspec
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StrictBool,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bridge.domain.events import Function
from bridge.mapping.functions import MEANINGS
from bridge.mapping.loops import DOCUMENT, LoopRule
from bridge.mapping.mappings import Denial
from bridge.mapping.references import Part, Reference, parse_conditions, parse_reference
from bridge.mapping.units import LENGTH_UNITS, WEIGHT_UNITS, Scale, parse_scale
from bridge.programs.inputs import FieldKind
from bridge.programs.registry import installed

PARTS = {"time": (1, 2, 3, 5), "moment": (1, 2, 3, 5), "measure": (1, 2), "dimensions": (4,)}
"""How many parts (`PRF01+02`) the references of a kind may have; any other kind one."""
KEPT_BY_FILE = frozenset({"vendors", "senders"})
"""Keys that no file inherits: whom a mapping is for is its own affair."""


class Surroundings(msgspec.Struct, frozen=True):
    """What a table is checked against: the levels of its mapping's loops, the kind and words of its field.

    The levels are None where a loop is wrong itself, since nobody knows then which there are.
    """

    levels: Collection[str] | None = (DOCUMENT,)
    kind: FieldKind = "text"
    words: Collection[str] = ()


class Candidate(msgspec.Struct, frozen=True):
    """One position in `at` or `fallback`, as it is written; `level` is empty where it names none."""

    text: str
    level: str
    reference: Reference


class Table(BaseModel):
    """A table of a mapping file; unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid")


def _text(value: object, kind: str = "a text") -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be {kind} in quotes")  # noqa: TRY004 - what pydantic collects
    return value


def _one_of(known: Collection[str]) -> PlainValidator:
    def check(value: object) -> str:
        word = _text(value)
        if word not in known:
            raise ValueError(f"{word!r} is not one of {', '.join(sorted(known))}")
        return word

    return PlainValidator(check)


def _product(value: object) -> str:
    if isinstance(value, str) and value in installed().producers:
        return value
    *others, last = map(repr, installed().producers)
    raise ValueError(f"must be one of {', '.join(others)} or {last}")


def _meaning_of_status(value: object) -> str:
    known = {status for one in installed().producers.values() for status in one.statuses}
    if (word := _text(value)) in known:
        return word
    raise ValueError(f"{word!r} is not one of {', '.join(sorted(known))}")


def _list(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _groups(value: object) -> object:
    """Return lists of texts: a text that stands alone is a list of one."""
    entries = value if isinstance(value, list) else [value]
    return [entry if isinstance(entry, list) else [entry] for entry in entries]


def _around(info: ValidationInfo) -> Surroundings:
    return cast("Surroundings", info.context)


def _level(level: str, info: ValidationInfo) -> str:
    levels = _around(info).levels
    if levels is not None and level not in levels:
        raise ValueError(f"{level!r} is no level of this mapping; there are {', '.join(sorted(levels))}")
    return level


def _candidate(value: object, info: ValidationInfo) -> Candidate:
    text, kind = _text(value, "a list of texts"), _around(info).kind
    level, _, written = text.rpartition(":")
    reference = parse_reference(written)
    if level:
        _level(level, info)
    count, several = len(reference.parts), PARTS.get(kind, (1,))
    if max(count, 1) not in several:
        may_be = " or ".join(map(str, several))
        raise ValueError(f"{written!r} names {count} parts; a {kind} has {may_be}")
    return Candidate(text, level, reference)


def _word(word: str, info: ValidationInfo) -> str:
    known = _around(info).words
    if word and known and word not in known:
        raise ValueError(f"{word!r} is not one of {', '.join(sorted(known))}")
    return word


def pattern(text: str) -> str:
    """Check that a text is a regular expression. Raises ValueError."""
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from error
    return text


def _denial(text: object, info: ValidationInfo) -> Denial:
    level, _, conditions = _text(text).partition(":")
    return Denial(_level(level, info), parse_conditions(conditions))


def _scale(units: frozenset[str]) -> PlainValidator:
    return PlainValidator(lambda text: parse_scale(_text(text), units))


def _part(text: object, info: ValidationInfo) -> Part:
    reference, trigger = parse_reference(_text(text)), info.data.get("trigger", "")
    if reference.tag != trigger or len(reference.parts) != 1 or reference.conditions:
        raise ValueError(f"must be an element of {trigger}: {trigger}01")
    return reference.parts[0]


Texts = Annotated[tuple[str, ...], BeforeValidator(_list)]
Levels = Annotated[tuple[Annotated[str, AfterValidator(_level)], ...], BeforeValidator(_list)]
Groups = Annotated[
    tuple[tuple[Annotated[Candidate, PlainValidator(_candidate)], ...], ...], BeforeValidator(_groups)
]
Word = Annotated[str, AfterValidator(_word)]
Meaning = Annotated[Function, _one_of(MEANINGS)]
Position = Annotated[Part | None, PlainValidator(_part)]


class LoopTable(Table):
    """One of `[[loops]]`."""

    trigger: str = ""
    level: str = ""
    within: Texts = ()
    segments: Texts = ()
    id: Position = None
    parent: Position = None
    code: Position = None
    levels: dict[str, str] = {}

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if not self.trigger or bool(self.level) == bool(self.code):
            raise ValueError(
                "a loop says which segment opens it (trigger), and its level or its code and levels"
            )
        return self

    @property
    def opened(self) -> set[str]:
        """Return the levels that the loop may have."""
        return set(self.levels.values()) if self.code else {self.level}

    def rule(self) -> LoopRule:
        """Return the rule by which documents are read."""
        values = {
            name: getattr(self, name) for name in ("trigger", "level", "id", "parent", "code", "levels")
        }
        return LoopRule(**values, within=self.within or (DOCUMENT,), segments=frozenset(self.segments))


class FunctionEntry(Table):
    """`[function]` or `[document_name]`: where a code stands, and what each code means."""

    at: Groups = ()
    values: dict[str, Meaning] = {}


class FieldTable(Table):
    """`[fields.NAME]`."""

    scope: Levels = ()
    single: Levels = ()
    at: Groups = ()
    fallback: Groups = ()
    values: dict[str, Word] = {}
    match: Annotated[str, AfterValidator(pattern)] = ""
    default: Word = ""
    unit: str = ""
    end: StrictBool = False
    agree: Texts = ()

    @field_validator("at", "fallback")
    @classmethod
    def _has_levels(cls, groups: Iterable[Iterable[Candidate]], info: ValidationInfo) -> Iterable[Any]:
        # A scope that is wrong itself is not in `data`, and is reported already.
        if not any(info.data.get(key, True) for key in ("scope", "single")):
            for one in chain.from_iterable(groups):
                if not one.level:
                    raise ValueError(f"{one.text!r} has no level: set scope, or write level:{one.text}")
        return groups


class MappingTable(Table):
    """A mapping file, but for what is in its loops, fields and functions."""

    name: str = Field(min_length=1)
    extends: str = ""
    standard: Literal["x12", "edifact"]
    document: str = Field(min_length=1)
    produces: Annotated[str, PlainValidator(_product)]
    versions: Texts = ()
    vendors: Texts = ()
    senders: Texts = ()
    status_codes: str = ""
    packed_item_identifiers: Literal["buyer_else_vendor", "both"] = "buyer_else_vendor"
    denied: Annotated[tuple[Annotated[Denial, PlainValidator(_denial)], ...], BeforeValidator(_list)] = ()
    loops: list[dict[str, Any]] = []
    fields: dict[str, dict[str, Any]] = {}
    function: dict[str, Any] = {}
    document_name: dict[str, Any] = {}


class StatusFile(Table):
    """A status table."""

    name: str = Field(min_length=1)
    extends: str = ""
    standard: Literal["x12", "edifact"]
    codes: dict[str, Annotated[str, PlainValidator(_meaning_of_status)]] = {}


class FunctionTables(Table):
    """The functions of one type of documents in `functions.toml`."""

    function: FunctionEntry | None = None
    document_name: FunctionEntry | None = None


class UnitsFile(Table):
    """`units.toml`."""

    quantity: dict[str, str] = {}
    weight: dict[str, Annotated[Scale, _scale(WEIGHT_UNITS)]] = {}
    length: dict[str, Annotated[Scale, _scale(LENGTH_UNITS)]] = {}


class CountriesFile(Table):
    """`countries.toml`."""

    model_config = ConfigDict(extra="ignore")

    countries: dict[str, str] = {}


class ColumnsFile(Table):
    """The columns of a kind of CSV files: `label-request-csv.toml`."""

    ignore: Texts = ()
    functions: dict[str, Meaning] = {}
    columns: dict[str, Texts] = {}
