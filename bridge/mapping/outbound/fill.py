"""The values of a notice to the segments of a document, as its mapping says. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

import msgspec

from bridge.mapping.outbound.formats import number_text, time_formats, time_text
from bridge.mapping.outbound.rules import OutboundMapping, Position, SegmentRule, is_version
from bridge.mapping.references import Part, Reference
from bridge.programs.notices import DOCUMENT, Notice, ValueKind, Values

Place = tuple[int, int]
"""Element and component, both from 1."""
Fit = Callable[[str, bool], str]
"""Return a text in the characters that may be written; the flag says that it must stay as it is. Raises
ValueError for one that cannot be."""


class Filled(msgspec.Struct, frozen=True):
    """One segment with its values, and what they come from: the rule's name, the values' names."""

    tag: str
    parts: dict[Place, str]
    rule: str
    names: dict[Place, str]

    def elements(self) -> list[list[str]]:
        """Return the elements with their components, blanks between them filled in."""
        last = max((element for element, _ in self.parts), default=0)
        return [self._components(element) for element in range(1, last + 1)]

    def _components(self, element: int) -> list[str]:
        own = {component: text for (at, component), text in self.parts.items() if at == element}
        return [own.get(component, "") for component in range(1, max(own, default=1) + 1)]


class Unfit(msgspec.Struct, frozen=True):
    """A value that cannot be written: where, which, and why."""

    place: str
    name: str
    rule: str
    reason: str

    def __str__(self) -> str:
        value = f" ({self.name})" if self.name else ""
        return f"{self.place}{value}: {self.reason}"


def fill(  # noqa: PLR0913 - what values are written by
    mapping: OutboundMapping, notice: Notice, values: Values, *, version: str, timezone: str, fit: Fit
) -> tuple[list[Filled], list[Unfit]]:
    """Return the segments between header and trailer, and what could not be written."""
    filling = _Filling(mapping, notice, timezone, fit)
    rules = [one for one in mapping.segments if not one.versions or is_version(version, one.versions)]
    filling.run(rules, DOCUMENT, [values])
    return filling.filled, filling.unfit


def says_nothing(mapping: OutboundMapping, filled: Sequence[Filled], unfit: Sequence[Unfit]) -> bool:
    """Return whether a document has nothing of what its mapping needs, nor anything wrong there."""
    return bool(mapping.needs) and not any(_is_told(one, filled, unfit) for one in mapping.needs.values())


def _is_told(place: Reference, filled: Sequence[Filled], unfit: Sequence[Unfit]) -> bool:
    """Return whether something stands at a place, or would if it could be written."""
    (part,) = place.parts
    return any(one.tag == place.tag and _meets(one, place) and _at(one, part) for one in filled) or any(
        one.place == _named(place.tag, part.element, part.component) for one in unfit
    )


def _named(tag: str, element: int, component: int) -> str:
    return f"{tag}{element:02}" + (f".{component}" if component > 1 else "")


class _Filling:
    def __init__(self, mapping: OutboundMapping, notice: Notice, timezone: str, fit: Fit) -> None:
        self.filled: list[Filled] = []
        self.unfit: list[Unfit] = []
        self._notice = notice
        self._timezone = timezone
        self._fit = fit
        self._needs = mapping.needs
        self._times = time_formats(mapping.standard)
        self._kinds = {rule.level: notice.kinds(rule.level) for rule in mapping.segments}

    def run(self, rules: Sequence[SegmentRule], level: str, around: list[Values]) -> None:
        """Write the segments of one entry of a level; those of deeper levels once an entry of theirs."""
        start = 0
        while start < len(rules):
            rule = rules[start]
            if rule.level == level:
                self._segment(rule, around)
                start += 1
                continue
            path = self._notice.path(rule.level)
            inner = path[path.index(level) + 1]
            end = start
            while end < len(rules) and inner in self._notice.path(rules[end].level):
                end += 1
            for entry in around[-1].get(inner) or ():
                values = {inner: entry} if isinstance(entry, str) else entry
                self._entry(rules[start:end], inner, [*around, values])
            start = end

    def _entry(self, rules: Sequence[SegmentRule], level: str, around: list[Values]) -> None:
        """Write an entry of a level; leave it out as a whole where what it needs is not written."""
        filled, unfit = len(self.filled), len(self.unfit)
        self.run(rules, level, around)
        needed = self._needs.get(level)
        if needed is not None and not _is_told(needed, self.filled[filled:], self.unfit[unfit:]):
            del self.filled[filled:], self.unfit[unfit:]

    def _segment(self, rule: SegmentRule, around: list[Values]) -> None:
        if not all(one.holds(_text(_value(one.name, around))) for one in rule.when):
            return
        found = [(one, self._of(one, rule, around)) for one in rule.positions]
        named = [text for one, text in found if one.names]
        if named and not any(named):
            return
        places = {(one.element, one.component): (one, text) for one, text in found if text}
        self.filled.append(
            Filled(
                rule.tag,
                {place: text for place, (_, text) in places.items()},
                rule.name,
                {place: " or ".join(one.names) for place, (one, _) in places.items() if one.names},
            )
        )

    def _of(self, position: Position, rule: SegmentRule, around: list[Values]) -> str:
        """Return what stands at a position; nothing, with a complaint, where that cannot be written."""
        try:
            return self._written(position, rule, around)
        except ValueError as error:
            place = _named(rule.tag, position.element, position.component)
            self.unfit.append(Unfit(place, " or ".join(position.names), rule.name, str(error)))
            return ""

    def _written(self, position: Position, rule: SegmentRule, around: list[Values]) -> str:
        if position.count:
            own = position.count == rule.tag  # the segment that is being written counts
            return str(sum(one.tag == position.count for one in self.filled) + own)
        if position.sum is not None:
            return number_text(sum(self._summed(position.sum), Decimal(0)), position.format)
        if not position.names:
            return self._fit(position.constant, True)
        name = next((one for one in position.names if _text(_value(one, around))), "")
        if not name:
            return self._fit(position.default, True)
        kind, value = self._kinds[rule.level][name], _value(name, around)
        text = self._formatted(_text(value), kind, position)
        told = _translated(text, position)
        return self._fit(told, kind != "text" or told != text)

    def _formatted(self, text: str, kind: ValueKind, position: Position) -> str:
        if kind == "time":
            return time_text(text, self._times[position.format], self._timezone)
        return number_text(text, position.format) if kind == "number" else text

    def _summed(self, reference: Reference) -> Iterator[Decimal]:
        (part,) = reference.parts
        for one in self.filled:
            if one.tag == reference.tag and _meets(one, reference) and (text := _at(one, part)):
                yield Decimal(text)


def _value(name: str, around: Sequence[Values]) -> object:
    return next((values[name] for values in reversed(around) if name in values), "")


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _translated(text: str, position: Position) -> str:
    if position.match is not None:
        found = position.match.search(text)
        text = ((found[1] if position.match.groups else found[0]) or "") if found else ""
    if position.values and text:
        text = position.values.get(text, position.values.get("*", text))
    return text or position.default


def _meets(one: Filled, reference: Reference) -> bool:
    return all(
        (_at(one, condition.part) in condition.values) != condition.negated
        for condition in reference.conditions
    )


def _at(one: Filled, part: Part) -> str:
    return one.parts.get((part.element, part.component), "")
