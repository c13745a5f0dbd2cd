"""The mappings and tables in force, and which mapping a document takes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from bridge.edi.model import Document, Standard
from bridge.mapping.agreement import Watched, outline_of, shape_of, watched_fields
from bridge.mapping.columns import Columns
from bridge.mapping.fields import Field
from bridge.mapping.functions import FunctionTable
from bridge.mapping.lookup import Scope
from bridge.mapping.loops import LoopRule
from bridge.mapping.outbound.rules import OutboundMapping
from bridge.mapping.profile import VendorProfile
from bridge.mapping.references import Condition
from bridge.mapping.units import Units
from bridge.programs.registry import installed

_MOST_SHAPES = 1000


class Denial(msgspec.Struct, frozen=True):
    """A condition that says that an order is not shipped, and the level it is looked for in."""

    level: str
    conditions: tuple[Condition, ...]


class Mapping(msgspec.Struct, frozen=True, kw_only=True):
    """One mapping file, compiled. `produces` is a producer of a program.

    `versions` are exact, or end in `*`; none means any. `vendors` and `senders` (ISA06, GS02, UNB
    sender) narrow it down; none means anybody.
    """

    name: str
    source: str
    standard: Standard
    document: str
    produces: str
    versions: tuple[str, ...] = ()
    vendors: frozenset[str] = frozenset()
    senders: frozenset[str] = frozenset()
    status_codes: str = ""
    loops: dict[str, tuple[LoopRule, ...]] = {}
    fields: dict[str, Field] = {}
    functions: tuple[FunctionTable, ...] = ()
    denied: tuple[Denial, ...] = ()
    packed_item_identifiers: str = "buyer_else_vendor"
    shapes: dict[object, Watched] = {}
    """What was found out about documents of a shape; most documents of a sender have the same few."""

    def watched(self, root: Scope) -> Watched:
        """Return what a document may tell twice, found out once for all documents of its shape."""
        loops = root.walk()
        outline = outline_of(loops)
        known = self.shapes.get(outline) if outline is not None else None
        if known is None:
            shape = shape_of(loops)
            known = self.shapes.get(shape) or watched_fields(self.fields, shape)
            if len(self.shapes) >= _MOST_SHAPES:
                self.shapes.clear()
            self.shapes[shape] = known
            if outline is not None:
                self.shapes[outline] = known
        return known

    @property
    def operation(self) -> str:
        """Return the operation of what it produces."""
        return installed().producers[self.produces].operation

    def is_for(self, profile: VendorProfile) -> bool:
        """Return whether a partner uses the program of what it produces, or prefers it by its name."""
        programs = installed()
        if not programs.serves(profile.kind, self.operation):
            return False
        # Who is nobody in particular has what everybody has.
        of_programs = profile.of_programs if profile.kind else {}
        return programs.is_used(self.operation, of_programs) or (
            not profile.kind and self.name in profile.mapping
        )

    def fits(self, document: Document, profile: VendorProfile) -> tuple[int, ...] | None:
        """Return how specifically it fits (greater is more), or None if it does not."""
        if not self.is_for(profile):
            return None
        version = _best_fit(self.versions, document.version)
        if version < 0:
            return None
        if self.vendors and profile.vendor not in self.vendors and self.name not in profile.mapping:
            return None
        if self.senders and not self.senders & _senders(document):
            return None
        return (self.name in profile.mapping, bool(self.vendors), bool(self.senders), version)


class StatusTable(msgspec.Struct, frozen=True, kw_only=True):
    """A named table for one standard; `codes` holds the lines of the table it extends, too."""

    name: str
    standard: Standard
    codes: dict[str, str]
    source: str = ""


class Mappings(msgspec.Struct, frozen=True, kw_only=True):
    """All mappings and tables that were loaded; see `load_mappings`."""

    mappings: tuple[Mapping, ...]
    status_tables: dict[tuple[str, Standard], StatusTable]
    units: Units
    countries: dict[str, str]
    by_type: dict[tuple[Standard, str], tuple[Mapping, ...]]
    columns: dict[str, Columns]
    """The columns of CSV files, by the name of the kind of file."""
    outbound: tuple[OutboundMapping, ...] = ()

    def knows(self, document: Document) -> bool:
        """Check whether any mapping is for documents of this standard and type, whatever the version."""
        return (document.standard, document.type) in self.by_type

    def candidates(self, document: Document, profile: VendorProfile) -> list[Mapping]:
        """Return the most specific mapping for a document, none if none fits.

        There are several where programs of a partner's want the same document: of each its most specific one.
        A version decides nothing between programs; that the partner prefers one does, or that one names the
        partner or the sender.
        """
        best: dict[str, tuple[tuple[int, ...], Mapping]] = {}
        for mapping in self.by_type.get((document.standard, document.type), ()):
            fit = mapping.fits(document, profile)
            if fit is not None:
                program = installed().program_of(mapping.operation)
                known = best.get(program)
                if known is None or fit > known[0]:
                    best[program] = fit, mapping
        most = max((fit[:-1] for fit, _ in best.values()), default=())
        return [mapping for fit, mapping in best.values() if fit[:-1] == most]

    def status_table(self, name: str, standard: Standard) -> StatusTable | None:
        """Return a status table by name and standard."""
        return self.status_tables.get((name, standard))

    def names(self) -> frozenset[str]:
        """Return the names that a vendor's `mapping` may say."""
        return frozenset(one.name for one in self.mappings) | {one.name for one in self.outbound}


def ambiguities(mappings: Sequence[Mapping]) -> list[tuple[Mapping, Mapping, str]]:
    """Return the pairs of mappings that fit one document equally well, with what they have in common."""
    found = []
    for index, one in enumerate(mappings):
        for other in mappings[index + 1 :]:
            if (one.standard, one.document) != (other.standard, other.document):
                continue
            if installed().program_of(one.operation) != installed().program_of(other.operation):
                continue  # which program a document is for is decided by its partner
            shared = _shared_versions(one, other)
            alike = bool(one.vendors) == bool(other.vendors) and bool(one.senders) == bool(other.senders)
            vendors = not one.vendors or bool(one.vendors & other.vendors)
            senders = not one.senders or bool(one.senders & other.senders)
            if shared and alike and vendors and senders:
                found.append((one, other, f"{one.document} {shared}"))
    return found


def _shared_versions(one: Mapping, other: Mapping) -> str:
    if not one.versions and not other.versions:
        return "of any version"
    return ", ".join(version for version in one.versions if version in other.versions)


@lru_cache(maxsize=1024)
def _best_fit(patterns: tuple[str, ...], version: str) -> int:
    return max((_version_fit(pattern, version) for pattern in patterns), default=0)


def _version_fit(pattern: str, version: str) -> int:
    if pattern.endswith("*"):
        return len(pattern) if version.startswith(pattern[:-1]) else -1
    return 1000 if pattern == version else -1


def _senders(document: Document) -> set[str]:
    senders = {document.interchange.sender.id.strip()}
    if document.group is not None:
        senders.add(document.group.sender.id.strip())
    return senders
