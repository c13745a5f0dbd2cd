"""The place of a status: one place of the document, never mixed of two, else the configured one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import msgspec

from bridge.domain.values import Address
from bridge.edi.model import Segment
from bridge.mapping.fields import Field, Step
from bridge.mapping.lookup import Place, Scope
from bridge.mapping.reader import Reader
from bridge.programs.vendor_direct_fulfillment.profile import values_of

_PARTS = ("city", "state_or_region", "postal_code", "address_line1", "name", "country_code", "un_locode")
_PARTY_TAGS = frozenset({"N1", "N2", "N3", "N4"})
_COUNTRY_PARTS = frozenset({"country_code", "un_locode"})
# X12 element 156 (code source 22): states and outlying areas of the US, provinces of Canada.
_US = frozenset(
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND "  # noqa: SIM905
    "OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR VI AA AE AP".split()
)
_CANADA = frozenset(
    {"AB", "BC", "MB", "NB", "NF", "NL", "NS", "NT", "NU", "ON", "PE", "PQ", "QC", "SK", "YT"}
)
Lookups = tuple[tuple[str, Field, Step], ...]
"""The part of a place that each candidate of a field tells."""


class Source(NamedTuple):
    """Level and kind of segment, whose parts stand together. `simple`: each names one element of it."""

    level: str
    kind: str
    lookups: Lookups
    simple: bool


Sources = tuple[Source, ...]


class _Found(msgspec.Struct):
    """What one segment, or one party with its address, tells of a place."""

    rank: int
    number: int
    place: Place
    parts: dict[str, str]

    def names_place(self) -> bool:
        return not self.parts.keys() <= _COUNTRY_PARTS

    def city(self) -> str:
        return self.parts.get("city", "").casefold()


def sources_of(reader: Reader) -> Sources:
    """Return where a mapping looks for the parts of a place, in its order, by what stands together."""
    return _sources(tuple(reader.fields[f"location_{part}"] for part in _PARTS))


@lru_cache(maxsize=1024)
def _sources(fields: tuple[Field, ...]) -> Sources:
    found: dict[tuple[str, str], list[tuple[str, Field, Step]]] = {}
    for part, field in zip(_PARTS, fields, strict=True):
        for _, step in field.near:
            kind = "N1" if step.tag in _PARTY_TAGS else step.tag
            found.setdefault((step.level, kind), []).append((part, field, step))
    return tuple(
        Source(level, kind, tuple(lookups), kind != "N1" and all(step.simple for _, _, step in lookups))
        for (level, kind), lookups in found.items()
    )


def location(reader: Reader, scope: Scope, sources: Sources) -> Address:
    """Return the place of a status. Several that differ are held.

    The configured place is taken only where the document tells none of it at all. Its country may be
    filled in alone: first from what else the document tells, then from the state, then as configured.
    """
    found = [one for source in sources for one in _found_in(reader, scope, source)]
    chosen = next((one for one in found if one.names_place()), None)
    if chosen is None:
        country = _country_of(reader, found)
        return Address(country_code=country) if country else values_of(reader.profile).location
    parts = dict(chosen.parts)
    fitting = [one for one in found if not one.names_place() or one.city() == chosen.city()]
    for one in fitting if chosen.city() else ():
        parts = {**one.parts, **parts} if one.names_place() else parts
    country = _country_of(reader, [chosen, *fitting]) or _country_of_state(reader, parts)
    return Address(
        name=parts.get("name", ""),
        address_line1=parts.get("address_line1", ""),
        city=parts.get("city", ""),
        state_or_region=parts.get("state_or_region", ""),
        postal_code=parts.get("postal_code", ""),
        country_code=country or values_of(reader.profile).location.country_code,
    )


def _found_in(reader: Reader, scope: Scope, source: Source) -> list[_Found]:
    """Return what the segments of one source tell, the best first; equal ranks that differ are held."""
    at = scope.scopes.get(source.level)
    if at is None:
        return []
    if source.simple and len(alone := at.segments.get(source.kind, ())) < 2:
        return [one for segment in alone if (one := _told_by(at, source.lookups, segment)).parts]
    found: dict[int, _Found] = {}
    for part, field, step in source.lookups:
        if step.tag not in at.segments:
            continue
        for rank, place in step.find(at.segments):
            if text := field.read(place):
                anchor = _anchor(at, place)
                one = found.setdefault(anchor, _Found(rank, anchor, place, {}))
                one.rank = min(one.rank, rank)
                one.parts.setdefault(part, text)
    if len(found) < 2:
        return list(found.values())
    ordered = sorted(
        found.values(), key=lambda one: (not one.names_place(), one.rank, -len(one.parts), one.number)
    )
    _compare(reader, ordered)
    return ordered


def _told_by(at: Scope, lookups: Lookups, segment: Segment) -> _Found:
    """Return what one segment tells, the only one of its tag."""
    parts: dict[str, str] = {}
    for part, field, step in lookups:
        if part not in parts and (text := field.translated(step.get(at.segments))):
            parts[part] = text
    return _Found(0, segment.number, Place(segment, 0), parts)


def _compare(reader: Reader, found: list[_Found]) -> None:
    best = found[0]
    first, *others = [
        one for one in found if (one.rank, one.names_place()) == (best.rank, best.names_place())
    ]
    different = [one for one in others if not one.parts.items() <= first.parts.items()]
    if different:
        places = ", ".join(f"{_shown(one)}" for one in (first, *different))
        reader.findings.hold(f"the status names several places: {places}")


def _shown(found: _Found) -> str:
    return f"{' '.join(found.parts.values())} in {found.place}"


def _anchor(at: Scope, place: Place) -> int:
    """Return the number of the segment that a part of an address belongs to: the N1 of an N4."""
    number = place.segment.number
    if place.segment.tag not in _PARTY_TAGS:
        return number
    return max((one.number for one in at.segments.get("N1", ()) if one.number <= number), default=-1)


def _country_of(reader: Reader, found: list[_Found]) -> str:
    return next((country for one in found for country in _countries(reader, one)), "")


def _countries(reader: Reader, one: _Found) -> Iterator[str]:
    if country := one.parts.get("country_code"):
        yield reader.mappings.countries.get(country, country)
    if locode := one.parts.get("un_locode"):
        yield locode[:2]


def _country_of_state(reader: Reader, parts: dict[str, str]) -> str:
    """Return the country of a state code of X12, but not where it may be the vendor's own country."""
    state, own = parts.get("state_or_region", ""), values_of(reader.profile).location.country_code
    if reader.document.standard != "x12" or (state == own and own not in {"CA", "US"}):
        return ""
    return "US" if state in _US else "CA" if state in _CANADA else ""
