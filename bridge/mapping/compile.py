"""The table of one mapping file to a compiled `Mapping`, with every mistake noted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, cast

import msgspec

from bridge.domain.events import Function
from bridge.edi.model import Standard
from bridge.mapping.fields import Field, Step
from bridge.mapping.functions import MEANINGS, TABLES, FunctionTable
from bridge.mapping.loops import DOCUMENT, LoopRule
from bridge.mapping.mappings import Denial, Mapping
from bridge.mapping.orders import LINE_VERDICTS, ORDER_VERDICTS
from bridge.mapping.references import Part, Reference, parse_conditions, parse_reference
from bridge.mapping.tables import Table, TomlFile

_KEYS = [
    "name", "extends", "standard", "document", "versions", "vendors", "senders", "produces",
    "status_codes", "loops", "fields", "denied", "packed_item_identifiers", *TABLES,
]  # fmt: skip
_FIELD_KEYS = ["scope", "single", "at", "fallback", "values", "match", "default", "unit", "end", "agree"]
_LOOP_KEYS = ["trigger", "level", "within", "segments", "id", "parent", "code", "levels"]
_SEVERAL = {"time": (1, 2, 3, 5), "moment": (1, 2, 3, 5), "measure": (1, 2), "dimensions": (4,)}
"""How many parts (`PRF01+02`) the references of a kind may have; any other kind one."""

Kind = Literal["text", "time", "moment", "measure", "dimensions", "order_verdict", "line_verdict"]

_PARTIES: dict[str, Kind] = {
    "purchase_order_number": "text",
    "selling_party": "text",
    "ship_from_party": "text",
}
_PACKING: dict[str, Kind] = {
    "item_sequence_number": "text",
    "buyer_product_identifier": "text",
    "vendor_product_identifier": "text",
    "quantity": "measure",
    "packed_quantity": "measure",
    "container_identifier": "text",
    "container_type": "text",
    "tracking_number": "text",
    "manifest_id": "text",
    "manifest_date": "moment",
    "ship_method": "text",
    "scac_code": "text",
    "carrier": "text",
    "container_sequence_number": "text",
    "weight": "measure",
    "dimensions": "dimensions",
    "length": "measure",
    "width": "measure",
    "height": "measure",
}
_CONFIRMATION: dict[str, Kind] = {
    **_PARTIES,
    "shipped_date": "moment",
    "denial_date": "moment",
    "estimated_delivery_date": "time",
    "is_priority_shipment": "text",
    "vendor_order_number": "text",
    "other_order_number": "text",
    "ordered_quantity": "measure",
    "outstanding_quantity": "text",
    "line_verdict": "line_verdict",
    "shipment_verdict": "line_verdict",
    "line_count": "text",
    "quantity_total": "text",
    "package_total": "text",
    "package_count": "text",
    "package_form": "text",
    **_PACKING,
}
_STATUS: dict[str, Kind] = {
    **_PARTIES,
    "tracking_number": "text",
    "status_code": "text",
    "reason_code": "text",
    "status_date_time": "moment",
    "location_name": "text",
    "location_address_line1": "text",
    "location_city": "text",
    "location_state_or_region": "text",
    "location_postal_code": "text",
    "location_country_code": "text",
    "location_un_locode": "text",
    "estimated_delivery_date_time": "time",
    "appt_window_start_date_time": "time",
    "appt_window_end_date_time": "time",
}
_LABEL_REQUEST: dict[str, Kind] = {
    **_PARTIES,
    "order_verdict": "order_verdict",
    "line_verdict": "line_verdict",
    "ordered_quantity": "text",
    "accepted_quantity": "text",
    "ship_date": "time",
    **_PACKING,
}
FIELDS: dict[str, dict[str, Kind]] = {
    "confirmation": _CONFIRMATION,
    "status": _STATUS,
    "label_request": _LABEL_REQUEST,
}
"""The fields that a mapping may say a position of, by what it produces."""
_REQUIRED = {
    "confirmation": ("purchase_order_number", "item_sequence_number", "quantity"),
    "status": ("tracking_number", "status_code", "status_date_time"),
    "label_request": ("purchase_order_number", "order_verdict"),
}
_LEVELS = {"confirmation": ("item",), "status": ("status",), "label_request": ("item",)}
_VERDICTS = {"order_verdict": ORDER_VERDICTS, "line_verdict": LINE_VERDICTS}


def compile_mapping(file: TomlFile, table: Table) -> Mapping | None:
    """Compile a mapping, `table` being the file's content with what it extends filled in.

    Mistakes are noted in `file`; None if it cannot be told at all what the mapping is for.
    """
    file.unknown_keys(table, _KEYS)
    standard, produces = file.text(table, "standard"), file.text(table, "produces")
    if standard not in {"x12", "edifact"}:
        file.mistake("standard", 'must be "x12" or "edifact"')
    if produces not in FIELDS:
        file.mistake("produces", f"must be one of {', '.join(sorted(FIELDS))}")
    for key in ("name", "document"):
        if not file.text(table, key):
            file.mistake(key, "is missing")
    if standard not in {"x12", "edifact"} or produces not in FIELDS:
        return None
    return _compile(file, table, cast("Standard", standard), produces)


def _compile(file: TomlFile, table: Table, standard: Standard, produces: str) -> Mapping:
    loops = _loops(file, table)
    levels = {DOCUMENT} | {name for rules in loops.values() for rule in rules for name in _levels(rule)}
    for level in _LEVELS[produces]:
        if level not in levels:
            file.mistake("loops", f"no loop has the level {level!r}, which a {produces} needs")
    identifiers = file.text(table, "packed_item_identifiers", default="buyer_else_vendor")
    if identifiers not in {"buyer_else_vendor", "both"}:
        file.mistake("packed_item_identifiers", 'must be "buyer_else_vendor" or "both"')
    return Mapping(
        name=file.text(table, "name"),
        source=str(file.path.name),
        standard=standard,
        document=file.text(table, "document"),
        produces=produces,
        versions=file.texts(table, "versions"),
        vendors=frozenset(file.texts(table, "vendors")),
        senders=frozenset(file.texts(table, "senders")),
        status_codes=file.text(table, "status_codes"),
        loops=loops,
        fields=_fields(file, table, standard, produces, levels),
        functions=tuple(
            made for name in TABLES if (made := _function(file, name, table, standard)) is not None
        ),
        denied=_denied(file, table, levels),
        packed_item_identifiers=identifiers,
    )


def _levels(rule: LoopRule) -> tuple[str, ...]:
    return tuple(rule.levels.values()) if rule.code else (rule.level,)


def _loops(file: TomlFile, table: Table) -> dict[str, tuple[LoopRule, ...]]:
    loops: dict[str, tuple[LoopRule, ...]] = {}
    entries = table.get("loops", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        file.mistake("loops", "must be tables: [[loops]]")
        return loops
    for entry in entries:
        file.unknown_keys(entry, _LOOP_KEYS, "loops")
        trigger = file.text(entry, "trigger", "loops")
        rule = LoopRule(
            trigger=trigger,
            level=file.text(entry, "level", "loops"),
            within=file.texts(entry, "within", "loops") or (DOCUMENT,),
            segments=frozenset(file.texts(entry, "segments", "loops")),
            id=_loop_part(file, entry, "id", trigger),
            parent=_loop_part(file, entry, "parent", trigger),
            code=_loop_part(file, entry, "code", trigger),
            levels=file.text_table(entry, "levels", "loops"),
        )
        if not trigger or bool(rule.level) == bool(rule.code):
            file.mistake(
                "loops", "a loop says which segment opens it (trigger), and its level or its code and levels"
            )
        loops[trigger] = (*loops.get(trigger, ()), rule)
    return loops


def _loop_part(file: TomlFile, entry: Table, key: str, trigger: str) -> Part | None:
    text = file.text(entry, key, "loops")
    if not text:
        return None
    reference = _reference(file, f"loops.{key}", text)
    if reference is None:
        return None
    if reference.tag != trigger or len(reference.parts) != 1 or reference.conditions:
        file.mistake(f"loops.{key}", f"must be an element of {trigger}: {trigger}01")
        return None
    return reference.parts[0]


def _reference(file: TomlFile, place: str, text: str) -> Reference | None:
    try:
        return parse_reference(text)
    except ValueError as error:
        file.mistake(place, str(error))
        return None


def _fields(
    file: TomlFile, table: Table, standard: Standard, produces: str, levels: set[str]
) -> dict[str, Field]:
    entries = table.get("fields", {})
    if not isinstance(entries, dict):
        file.mistake("fields", "must be tables: [fields.NAME]")
        entries = {}
    kinds = FIELDS[produces]
    fields = {name: Field(name, ()) for name in kinds}
    for name, entry in entries.items():
        place = f"fields.{name}"
        if name not in kinds:
            file.mistake(place, f"unknown field; a {produces} has {', '.join(sorted(kinds))}")
        elif not isinstance(entry, dict):
            file.mistake(place, "must be a table with scope and at")
        else:
            fields[name] = _field(file, name, entry, standard, levels, kinds[name])
    for name in _REQUIRED[produces]:
        entry = entries.get(name, {})
        if isinstance(entry, dict) and not entry.get("at"):
            file.mistake(f"fields.{name}", "is missing: this field needs a position")
    return fields


def _function(file: TomlFile, name: str, table: Table, standard: Standard) -> FunctionTable | None:
    entry = table.get(name, {})
    if not isinstance(entry, dict):
        file.mistake(name, f"must be a table: [{name}] and [{name}.values]")
        return None
    file.unknown_keys(entry, ["at", "values"], name)
    steps = _steps(file, name, entry, [(DOCUMENT, False)], standard, {DOCUMENT}, "text")
    meanings = file.text_table(entry, "values", name)
    for code, meaning in meanings.items():
        if meaning not in MEANINGS:
            known = ", ".join(sorted(MEANINGS))
            file.mistake(f"{name}.values.{code}", f"{meaning!r} is not one of {known}")
    return FunctionTable(Field(name, tuple(steps)), cast("dict[str, Function]", meanings)) if steps else None


def _field(  # noqa: PLR0913, PLR0917 -- what is known of the file, handed down
    file: TomlFile, name: str, entry: dict[str, Any], standard: Standard, levels: set[str], kind: Kind
) -> Field:
    place = f"fields.{name}"
    file.unknown_keys(entry, _FIELD_KEYS, place)
    scopes = [(level, False) for level in file.texts(entry, "scope", place)]
    scopes += [(level, True) for level in file.texts(entry, "single", place)]
    for level, single in scopes:
        _known_level(file, f"{place}.{'single' if single else 'scope'}", level, levels)
    end = entry.get("end", False)
    if not isinstance(end, bool):
        file.mistake(f"{place}.end", "must be true or false")
    values = file.text_table(entry, "values", place)
    default = file.text(entry, "default", place)
    _known_verdicts(file, place, kind, [*values.values(), default])
    steps = tuple(_steps(file, place, entry, scopes, standard, levels, kind))
    return Field(
        name,
        steps,
        values=values,
        match=_pattern(file, place, file.text(entry, "match", place)),
        default=default,
        unit=file.text(entry, "unit", place),
        end=end is True,
        point=kind == "moment",
        agree=tuple(_agree(file, place, file.texts(entry, "agree", place), steps)),
    )


def _agree(
    file: TomlFile, place: str, pairs: tuple[str, ...], steps: tuple[Step, ...]
) -> Iterator[tuple[int, int]]:
    """Return the pairs of candidates that must agree; without levels, in each level that has both."""
    for pair in pairs:
        one, _, other = pair.partition(" & ")
        found = [
            (first, second)
            for first, step in enumerate(steps)
            for second, beside in enumerate(steps)
            if one in _names(step) and other in _names(beside) and (":" in pair or step.level == beside.level)
        ]
        if not found:
            file.mistake(f"{place}.agree", f"{pair!r} does not name two candidates of at, joined by ' & '")
        yield from found


def _names(step: Step) -> tuple[str, str]:
    return step.reference.text, f"{step.level}:{step.reference.text}"


def _known_verdicts(file: TomlFile, place: str, kind: Kind, words: list[str]) -> None:
    known = _VERDICTS.get(kind)
    if known is None:
        return
    for word in words:
        if word and word not in known:
            file.mistake(f"{place}.values", f"{word!r} is not one of {', '.join(sorted(known))}")


def _steps(  # noqa: PLR0913, PLR0917 -- as above
    file: TomlFile,
    place: str,
    entry: dict[str, Any],
    scopes: list[tuple[str, bool]],
    standard: Standard,
    levels: set[str],
    kind: Kind,
) -> list[Step]:
    """Order the steps: candidates without a level of their own stand together, scope by scope."""
    steps: list[Step] = []
    block: list[_Candidate] = []

    def close_block() -> None:
        steps.extend(one.step(level, standard, single=single) for level, single in scopes for one in block)
        block.clear()

    for one in _candidates(file, place, entry, kind):
        if one.level:
            close_block()
            _known_level(file, f"{place}.at", one.level, levels)
            steps.append(one.step(one.level, standard, single=False))
        else:
            block.append(one)
            if not scopes:
                text = one.reference.text
                file.mistake(f"{place}.at", f"{text!r} has no level: set scope, or write level:{text}")
    close_block()
    return steps


class _Candidate(msgspec.Struct, frozen=True):
    """One entry of `at` or `fallback`; `group` counts the inner lists, -1 for one that stands alone."""

    reference: Reference
    level: str
    group: int
    several: bool
    fallback: bool

    def step(self, level: str, standard: Standard, *, single: bool) -> Step:
        return Step(
            self.reference,
            level,
            single,
            standard,
            group=self.group,
            several=self.several,
            fallback=self.fallback,
        )


def _candidates(file: TomlFile, place: str, entry: dict[str, Any], kind: Kind) -> list[_Candidate]:
    found: list[_Candidate] = []
    number = 0
    for key in ("at", "fallback"):
        for texts, inner in file.groups(entry, key, place):
            number += 1
            for text in texts:
                level, _, written = text.rpartition(":")
                reference = _reference(file, f"{place}.{key}", written)
                if reference is not None:
                    _count_parts(file, place, reference, kind)
                    group = number if inner else -1
                    found.append(_Candidate(reference, level, group, len(texts) > 1, key == "fallback"))
    return found


def _count_parts(file: TomlFile, place: str, reference: Reference, kind: Kind) -> None:
    several = _SEVERAL.get(kind, (1,))
    count = len(reference.parts)
    if max(count, 1) not in several:
        file.mistake(
            f"{place}.at",
            f"{reference.text!r} names {count} parts; a {kind} has {' or '.join(map(str, several))}",
        )


def _known_level(file: TomlFile, place: str, level: str, levels: set[str]) -> None:
    if level not in levels:
        file.mistake(place, f"{level!r} is no level of this mapping; there are {', '.join(sorted(levels))}")


def _pattern(file: TomlFile, place: str, text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text) if text else None
    except re.error as error:
        file.mistake(f"{place}.match", f"{text!r} is not a regular expression: {error}")
        return None


def _denied(file: TomlFile, table: Table, levels: set[str]) -> tuple[Denial, ...]:
    denials = []
    for entry in file.texts(table, "denied"):
        level, _, text = entry.partition(":")
        _known_level(file, "denied", level, levels)
        try:
            denials.append(Denial(level, parse_conditions(text)))
        except ValueError as error:
            file.mistake("denied", str(error))
    return tuple(denials)
