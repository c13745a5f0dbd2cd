"""Reads the fields of a mapping from a document's loops, noting what is wrong with a value."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from datetime import datetime
from functools import partial

from bridge.domain.values import Dimensions, ItemQuantity, Weight
from bridge.edi.model import Document
from bridge.mapping.agreement import (
    TEXT_KEYS,
    Key,
    Watched,
    conflict,
    distinct,
    loops_around,
    may_differ,
    same_text,
)
from bridge.mapping.fields import Field, Step, Told
from bridge.mapping.lookup import Place, Scope
from bridge.mapping.mappings import Mapping, Mappings
from bridge.mapping.problems import Findings
from bridge.mapping.profile import VendorProfile
from bridge.mapping.times import assumes_zone, likely, moment, zone_of
from bridge.mapping.units import Scale, parse_number, scaled, whole

_PARTIES = frozenset({"selling_party", "ship_from_party"})
_FLAGS = {"true": True, "Y": True, "1": True, "false": False, "N": False, "0": False}


class Reader:
    """One document, its mapping and its vendor. `findings` is exchanged for each result.

    A reader that watches a document (see `watch`) notes a conflict wherever it tells several values of a
    field that takes one. `around` are the loops to look into besides those that the mapping names.
    """

    __slots__ = (
        "around", "document", "fields", "findings", "last_time", "mapping", "mappings", "mark", "profile",
        "several", "watched",
    )  # fmt: skip

    def __init__(
        self, document: Document, mapping: Mapping, profile: VendorProfile, mappings: Mappings
    ) -> None:
        self.document = document
        self.mapping = mapping
        self.fields = mapping.fields
        self.mappings = mappings
        self.profile = profile
        self.mark = document.interchange.delimiters.decimal if document.standard == "edifact" else "."
        self.findings = Findings()
        self.around: Iterable[Scope] = ()
        self.watched = Watched(self.fields)
        self.last_time: tuple[str, Scope, Told] | None = None
        """What was read last as a time: of which field, from which loop."""
        self.several: Collection[str] = self.fields

    def narrow(self, root: Scope) -> Watched:
        """Look only for what documents of this shape may tell; `several` are fields of several values."""
        known = self.mapping.watched(root)
        self.fields, self.several = known.fields, known.several
        return known

    def watch(self, root: Scope) -> None:
        """Begin to compare whatever the document tells of one field."""
        self.watched = self.narrow(root)

    def text(self, name: str, scope: Scope) -> str:
        """Return a text, empty if there is none."""
        field = self.fields[name]
        if name not in self.watched.twice:
            return field.text(scope)
        value, at, step = field.find(scope)
        if step is not None and at is not None and not step.alone(at, value):
            self._agree(name, field.told(at, step), self._text_key(name))
        if name in self.watched.scattered:
            found = self._elsewhere(field, scope, step, ([value] if step else None), self._text_key(name))
            return found[1][0] if found is not None else value
        return value

    def place(self, name: str, scope: Scope) -> Place | None:
        """Return where a field stands; where it is missing, the segment that opens its loop."""
        return self.fields[name].place(scope) or opening(scope)

    def time(self, name: str, scope: Scope) -> str:
        """Return a time as ISO-8601 with an offset, empty if there is none or it is wrong."""
        field = self.fields[name]
        found = self._parts(name, field, scope, None)
        if found is None:
            return field.default
        self.last_time = name, scope, found
        place, parts = found
        try:
            return self._moment(parts, field)
        except ValueError as error:
            self.findings.error(place, "DATE_TIME", f"{name}: {error}")
            return ""

    def assumed_zone(self, name: str, scope: Scope) -> str:
        """Return the vendor's zone where a time was read in it, as it names none; else empty."""
        last = self.last_time
        known = last is not None and last[0] == name and last[1] is scope and name not in self.watched.twice
        found = last[2] if last is not None and known else self.fields[name].parts(scope)
        try:
            assumed = found is not None and assumes_zone(self.document.standard, found[1])
        except ValueError:  # no date of its format, which is told already
            return ""
        return self.profile.timezone if assumed else ""

    def last_day(self, name: str, scopes: Iterable[Scope]) -> str:
        """Return the last day of shipping told there, at the vendor's, as ISO-8601; empty if none is."""
        field = self.fields[name]
        zone = zone_of(self.profile.timezone)
        days = set()
        for scope in scopes:
            for place, parts in field.every_parts(scope):
                try:
                    shipped = datetime.fromisoformat(self._moment(parts, field)).astimezone(zone)
                    days.add(likely(shipped.date()))
                except (ValueError, OverflowError) as error:  # at the ends of the calendar
                    self.findings.error(place, "DATE_TIME", f"{name}: {error}")
        return max(days, default="")

    def whole(self, name: str, scope: Scope) -> int | None:
        """Return an integer, None if there is none or it is wrong."""
        text = self.text(name, scope)
        if not text:
            return None
        try:
            return whole(text, self.mark)
        except ValueError as error:
            self.findings.error(self.place(name, scope), name.upper(), f"{name}: {error}")
            return None

    def flag(self, name: str, scope: Scope) -> bool | None:
        """Return a yes or no, None if there is none or it is wrong."""
        text = self.text(name, scope)
        if not text:
            return None
        if text not in _FLAGS:
            message = f"{name}: {text!r} is neither yes (Y, 1, true) nor no (N, 0, false)"
            self.findings.error(self.place(name, scope), name.upper(), message)
        return _FLAGS.get(text)

    def quantity(self, name: str, scope: Scope) -> ItemQuantity | None:
        """Return a quantity in Amazon's unit, None if there is none or it is wrong."""
        found = self._measure(name, scope, _each_counts)
        if found is None:
            return None
        place, text, code = found
        unit = self.mappings.units.quantity.get(code)
        if unit is None:
            self._unknown_unit(place, name, code, "quantity")
            return None
        try:
            return ItemQuantity(whole(text, self.mark), unit)
        except ValueError as error:
            self.findings.error(place, "QUANTITY", f"{name}: {error}")
            return None

    def weight(self, name: str, scope: Scope) -> Weight | None:
        """Return a weight in LB or KG, None if there is none or it is wrong."""
        found = self._measure(name, scope, self._same_measure)
        if found is None:
            return None
        value = self._scaled(found, name, self.mappings.units.weight, "weight")
        return None if value is None else Weight(*value)

    def dimensions(self, scope: Scope) -> Dimensions | None:
        """Return length, width and height: all three in one unit, or None."""
        sides = self._sides(scope) if self.watched.measured else {}
        if not sides:
            return None
        scales = self.mappings.units.length
        values = [self._scaled(side, name, scales, "length") for name, side in sides.items()]
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return None
        place = next(iter(sides.values()))[0]
        if len(known) < 3:
            message = f"dimensions are length, width and height; only {', '.join(sides)} found"
            self.findings.error(place, "DIMENSIONS", message)
            return None
        if len({unit for _, unit in known}) > 1:
            self.findings.error(
                place, "DIMENSIONS", "length, width and height have different systems of units"
            )
            return None
        return Dimensions(known[0][0], known[1][0], known[2][0], known[0][1])

    def _sides(self, scope: Scope) -> dict[str, tuple[Place, str, str]]:
        names = ("length", "width", "height")
        together = self._parts("dimensions", self.fields["dimensions"], scope, tuple)
        if together is not None:
            place, parts = together
            unit = parts[3] or self.fields["dimensions"].unit
            return {name: (place, part, unit) for name, part in zip(names, parts, strict=False) if part}
        return {
            name: found
            for name in names
            if (found := self._measure(name, scope, self._same_measure)) is not None
        }

    def _measure(self, name: str, scope: Scope, key: Key) -> tuple[Place, str, str] | None:
        found = self._parts(name, self.fields[name], scope, key)
        if found is None:
            return None
        place, parts = found
        return place, parts[0], (parts[1] if len(parts) > 1 else "") or self.fields[name].unit

    def _scaled(
        self, found: tuple[Place, str, str], name: str, scales: dict[str, Scale], table: str
    ) -> tuple[str, str] | None:
        place, text, code = found
        scale = scales.get(code)
        if scale is None:
            self._unknown_unit(place, name, code, table)
            return None
        try:
            return scaled(text, scale, self.mark), scale.unit
        except ValueError as error:
            self.findings.error(place, name.upper(), f"{name}: {error}")
            return None

    def _unknown_unit(self, place: Place, name: str, code: str, table: str) -> None:
        message = (
            f"{name}: unit {code!r} is not in [{table}] of mappings/units.toml"
            if code
            else f"{name} has no unit"
        )
        self.findings.error(place, "UNIT", message)

    def _parts(self, name: str, field: Field, scope: Scope, key: Key | None) -> Told | None:
        """Return the parts of a field; without a key they are those of a time."""
        if name not in self.watched.twice:
            return field.parts(scope)
        found = field.look_parts(scope)
        told, at, step = found if found is not None else (None, None, None)
        if told is not None and step is not None and at is not None and not step.alone(at, told[1][0]):
            self._agree(name, field.told(at, step), key or partial(self._same_moment, field))
        if name in self.watched.scattered:
            key = key or partial(self._same_moment, field)
            return self._elsewhere(field, scope, step, told[1] if told else None, key) or told
        return told

    def _agree(self, name: str, told: list[Told], key: Key) -> None:
        """Record a conflict where what is told is not one value."""
        if len(told) > 1 and len(values := distinct(told, key)) > 1:
            self.findings.conflict(conflict(name, values), [place for place, _ in values])

    def _elsewhere(
        self, field: Field, scope: Scope, step: Step | None, found: list[str] | None, key: Key
    ) -> Told | None:
        """Return what the loops around tell where nothing was found, and compare it with what was."""
        loops = loops_around(field, scope, self.around)
        if loops and step is not None and step.fallback:
            better = field.told_in(loops, fallback=False)
            if better:  # what was found is the number of another thing
                self._agree(field.name, better, key)
                return better[0]
        told = field.told_in(loops, step) if loops else []
        if not told:
            return None
        if found is None:
            self._agree(field.name, told, key)
            return told[0]
        if not may_differ(field.name):
            others = [one for one in told if key(one[1]) != key(found)]
            own = field.place(scope)
            if others and own is not None:
                self._agree(field.name, [(own, found), *others], key)
        return None

    def _text_key(self, name: str) -> Key:
        if name in _PARTIES:
            aliases = self.profile.party_aliases
            return lambda parts: aliases.get(parts[0], parts[0])
        return TEXT_KEYS.get(name, same_text)

    def _same_moment(self, field: Field, parts: list[str]) -> Hashable:
        try:
            return datetime.fromisoformat(self._moment(parts, field))
        except ValueError:
            return tuple(parts)

    def _same_measure(self, parts: list[str]) -> Hashable:
        units = self.mappings.units
        code = parts[1] if len(parts) > 1 else ""
        scale = units.weight.get(code) or units.length.get(code)
        try:
            number = parse_number(parts[0], self.mark)
        except ValueError:
            return tuple(parts)
        return (number * scale.factor, scale.unit) if scale else (number, code)

    def _moment(self, parts: list[str], field: Field) -> str:
        zone = self.profile.timezone
        return moment(self.document.standard, parts, zone, end=field.end, point=field.point)


def _each_counts(parts: list[str]) -> Hashable:
    """Keep quantities apart even where they are equal: twice two pieces may be four."""
    return id(parts)


def opening(scope: Scope) -> Place | None:
    """Return where a loop begins, None for the document as a whole."""
    return Place(scope.first, 0) if scope.first is not None else None
