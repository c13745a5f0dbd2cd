"""The shape of outbound mapping files, checked by pydantic.

Annotations are no texts here (`from __future__`): pydantic would evaluate each, at each command's start.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, cast

import msgspec
from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, ValidationInfo, model_validator

from bridge.edi.model import Standard
from bridge.mapping.models import Table, Texts, pattern
from bridge.mapping.outbound.formats import is_number_format, time_formats
from bridge.mapping.outbound.rules import Condition
from bridge.mapping.references import Reference, parse_reference
from bridge.programs.notices import DOCUMENT, Notice
from bridge.programs.registry import installed

_CONDITION = re.compile(r"([a-z][a-z0-9_]*)(?:(!?=)(.*))?")


class Around(msgspec.Struct, frozen=True):
    """What a segment is checked against: the standard, the notice, and the segment's level."""

    standard: Standard
    notice: Notice
    level: str = DOCUMENT


def _around(info: ValidationInfo) -> Around:
    return cast("Around", info.context)


def _known(name: str, info: ValidationInfo) -> str:
    around = _around(info)
    kinds = around.notice.kinds(around.level)
    if name not in kinds:
        deeper = [level for level in around.notice.levels if name in around.notice.kinds(level)]
        if deeper:
            raise ValueError(f'{name!r} is a value of the level {deeper[0]}: set level = "{deeper[0]}"')
        raise ValueError(f"there is no value {name!r}; there are {', '.join(sorted(kinds))}")
    return name


def _condition(value: object, info: ValidationInfo) -> Condition:
    found = _CONDITION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{value!r} is not a condition: write a value's name, name=word|word or name!=word")
    name, operator, told = found.groups()
    words = tuple(told.split("|")) if operator else ()
    known = _around(info).notice.words.get(_known(name, info), words)
    for word in words:
        if word and word not in known:
            raise ValueError(f"{name} is never {word!r}; it is one of {', '.join(sorted(known))}")
    return Condition(name, words, operator == "!=")


def _level(level: str, info: ValidationInfo) -> str:
    levels = (DOCUMENT, *_around(info).notice.levels)
    if level not in levels:
        raise ValueError(f"there is no level {level!r}; there are {', '.join(levels)}")
    return level


def _place(value: object) -> Reference:
    if not isinstance(value, str):
        raise ValueError('must be a place in quotes: "W1203"')  # noqa: TRY004 - what pydantic collects
    reference = parse_reference(value)
    if len(reference.parts) != 1 or reference.until or reference.ordinal:
        raise ValueError(f"{value!r} must name one element or component: W1203, QTY01.2[QTY01.1=12]")
    return reference


def _sum(value: object) -> Reference | None:
    reference = _place(value)
    if any(one.tag != reference.tag for one in reference.conditions):
        raise ValueError(f"{value!r}: the conditions of a sum are on {reference.tag} itself")
    return reference


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class PositionTable(Table):
    """`W0603 = { value = "shipped_at", format = "D8" }`."""

    value: Annotated[tuple[Annotated[str, AfterValidator(_known)], ...], BeforeValidator(_listed)] = ()
    constant: str = ""
    count: Annotated[str, Field(pattern="^([A-Z][A-Z0-9]{1,2})?$")] = ""
    sum: Annotated[Reference | None, PlainValidator(_sum)] = None
    format: str = ""
    match: Annotated[str, AfterValidator(pattern)] = ""
    values: dict[str, str] = Field(default={})
    default: str = ""

    @model_validator(mode="after")
    def _fits(self, info: ValidationInfo) -> Self:
        if sum(map(bool, (self.value, self.constant, self.count, self.sum))) > 1:
            raise ValueError("has one of value, constant, count and sum")
        around = _around(info)
        for name in self.value:
            self._fits_kind(name, around.notice.kinds(around.level)[name], around)
        return self

    def _fits_kind(self, name: str, kind: str, around: Around) -> None:
        times = time_formats(around.standard)
        if kind == "time" and self.format not in times:
            raise ValueError(f"{name} is a time: set format to one of {', '.join(sorted(times))}")
        if kind == "number" and self.format and not is_number_format(self.format):
            raise ValueError(f"{name} is a number: its format is N0 to N9 (implied decimals), or none")
        if kind in {"id", "text"} and self.format:
            raise ValueError(f"{name} is neither a time nor a number, and has no format")


class SegmentTable(Table):
    """What a segment's table has beside its positions."""

    level: Annotated[str, AfterValidator(_level)] = DOCUMENT
    when: Annotated[
        tuple[Annotated[Condition, PlainValidator(_condition)], ...], BeforeValidator(_listed)
    ] = ()
    versions: Texts = ()
    after: str = ""
    write: bool = True


def _notice(value: object) -> str:
    known = installed().notices
    if isinstance(value, str) and value in known:
        return value
    raise ValueError(f"must be one of {', '.join(sorted(known))}")


class OutboundTable(Table):
    """An outbound mapping file, but for what is in its segments."""

    name: str = Field(min_length=1)
    extends: str = ""
    standard: Literal["x12", "edifact"]
    document: str = Field(min_length=1)
    writes: Annotated[str, PlainValidator(_notice)]
    versions: Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
    vendors: Texts = ()
    group: Annotated[str, Field(pattern="^([A-Z]{2})?$")] = ""
    association: str = ""
    needs: dict[str, Annotated[Reference, PlainValidator(_place)]] = Field(default={})
    segments: Mapping[str, dict[str, Any]]
