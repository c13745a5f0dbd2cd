"""All programs together, and all that the rest of the bridge knows of them.

Nothing outside of a program's folder names its documents, events or operations: `installed` finds it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache, cached_property
from typing import Any

import msgspec

from bridge.domain.events import Event
from bridge.programs.contract import Probe, Program
from bridge.programs.event_types import NOTHING_ANNOUNCED, Announcement, Call, Calls, EventType, no_day
from bridge.programs.features import Features
from bridge.programs.follow_ups import FollowUp
from bridge.programs.inputs import Settings
from bridge.programs.operations import Operation
from bridge.programs.snapshots import Snapshot
from bridge.programs.watches import Watch


class Programs:
    """All programs together, by what the core asks for them."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self.programs = tuple(programs)
        self.event_types = tuple(one for program in programs for one in program.event_types)
        self.operations = {one.name: one for program in programs for one in program.operations}
        self.feeds = {one.name: one for program in programs for one in program.feeds}
        self.follow_ups = {one.name: one for program in programs for one in program.follow_ups}
        self.snapshots = {one.name: one for program in programs for one in program.snapshots}
        self.policies = {key: name for program in programs for key, name in program.policies.items()}
        self.producers = {key: one for program in programs for key, one in program.producers.items()}
        self.notices = {key: one for program in programs for key, one in program.notices.items()}
        self.conditions = {
            code: condition for program in programs for code, condition in program.conditions.items()
        }
        self.flat_files = tuple(one for program in programs for one in program.flat_files)
        self._of_event = {one.event: one for one in self.event_types}
        self._calls = {call.operation: call for one in self.event_types for call in one.calls()}
        self._of_operation = {call.operation: one for one in self.event_types for call in one.calls()}
        self._program_of = {one.name: program for program in programs for one in program.operations}
        self._of_cancellation = {
            one.cancelled_by.operation: one for one in self.event_types if one.cancelled_by
        }
        self._of_change = {one.changed_by.operation: one for one in self.event_types if one.changed_by}
        self._decoders = {name: msgspec.json.Decoder(one.event) for name, one in self._of_operation.items()}

    def of(self, event: Event) -> EventType:
        """Return the type of an event."""
        return self._of_event[type(event)]

    def told_by(self, operation: str) -> EventType | None:
        """Return the type of the events that an operation tells Amazon; None for one that tells none."""
        return self._of_operation.get(operation)

    def of_operation(self, operation: str) -> EventType:
        """Return the type of the events that an operation tells Amazon. Raises KeyError for one without."""
        return self._of_operation[operation]

    def subject_of(self, operation: str) -> EventType | None:
        """Return the type of what an operation's events are about: of a cancellation what it cancels."""
        about = self._of_cancellation.get(operation) or self._of_change.get(operation)
        return about or self.told_by(operation)

    def referring(self, operation: str) -> Callable[[Any, str], Event] | None:
        """Return how events of an operation get what Amazon knows the cancelled one by; None: not at all."""
        cancelled = self._of_cancellation.get(operation)
        how = cancelled.cancelled_by if cancelled is not None else None
        return how.refer if how is not None else None

    def related(self, operation: str) -> tuple[str, ...]:
        """Return the operations whose events are about the same: it, and those that cancel or change it."""
        kind = self.subject_of(operation)
        if kind is None:
            return (operation,)
        others = (kind.cancelled_by, kind.changed_by)
        return (kind.operation, *(one.operation for one in others if one is not None))

    def call(self, operation: str) -> Call:
        """Return how an operation tells Amazon of its events. Raises KeyError for one that tells none."""
        return self._calls[operation]

    def chosen(self, kind: EventType, calls: Calls) -> Operation:
        """Return the operation that tells Amazon of events of a type, as a partner chose."""
        return self.operations[calls.chosen.get(kind.operation, kind.operation)]

    def served_in(self, operation: str, version: str) -> tuple[str, ...]:
        """Return the API versions that have an operation, where an account's version is not one of them.

        Empty where it is, and where the program has no such version to choose.
        """
        paths = self.operations[operation].paths
        known = version in self._program_of[operation].versions
        return tuple(paths) if known and version not in paths else ()

    def content(self, operation: str, body: str | None) -> str | None:
        """Return the body of an event as far as it makes it another event than one with the same key."""
        kind = self._of_operation.get(operation)
        if body is None or kind is None or kind.content is None:
            return body
        return msgspec.json.encode(kind.content(self.decode(operation, body))).decode()

    def decode(self, operation: str, body: str | bytes) -> Event:
        """Read an event as the ledger keeps it. Raises `msgspec.DecodeError`."""
        return self._decoders[operation].decode(body)

    def element_of(self, event: Event, version: str = "", operation: str = "") -> dict[str, Any]:
        """Return what an operation sends for an event, in an account's API version.

        Without an operation the one that its type names first, without a version that operation's first.
        """
        name = operation or self.of(event).operation
        return self._calls[name].body(event, self.operations[name].version_of(version))

    def announced(self, event: Event) -> Announcement:
        """Return what an event makes known of its packages; nothing for one that announces none."""
        announces = self.of(event).announces
        return announces(event) if announces else NOTHING_ANNOUNCED

    def followed_after(self, operation: str) -> list[FollowUp[Any]]:
        """List the follow-ups that the success of an operation's events starts."""
        return [one for one in self.follow_ups.values() if one.after == operation]

    def serves(self, partners: str, operation: str) -> bool:
        """Return whether the program of an operation is for a table of partners; an empty one means any."""
        settings = self._program_of[operation].settings
        return not partners or settings is None or settings.partners == partners

    def snapshots_for(self, partners: str) -> list[Snapshot[Any]]:
        """Return the lists that a table of partners may have told once a day."""
        return [one for one in self.snapshots.values() if self.serves(partners, one.listed)]

    def program_of(self, operation: str) -> str:
        """Return the name of the program of an operation."""
        return self._program_of[operation].name

    def table_of(self, operation: str) -> str:
        """Return the table within a partner's that chooses the program of an operation; empty for none."""
        settings = self._program_of[operation].settings
        return settings.table if settings is not None else ""

    def is_used(self, operation: str, of_programs: Mapping[str, Any]) -> bool:
        """Return whether a partner uses the program of an operation, by what its profile has of programs.

        One that partners choose by a table of its own is used by those who have it.
        """
        return not self.table_of(operation) or of_programs.get(self.program_of(operation)) is not None

    def watches_for(self, partners: str) -> list[Watch[Any]]:
        """Return the lists that a table of partners may have read again and again."""
        every = (one for program in self.programs for one in program.watches)
        return [one for one in every if self.serves(partners, one.listed)]

    def first_for(self, partners: str) -> str:
        """Return the first operation that tells Amazon of events of a table of partners, whoever they are."""
        return next(
            one.operation
            for one in self.event_types
            if self.serves(partners, one.operation) and self.is_used(one.operation, {})
        )

    def version_of(self, operation: str, kept: str) -> str:
        """Return the API version in which a submission was sent; its program's first, if it kept none."""
        return kept or self._program_of[operation].versions[0]

    @cached_property
    def versions(self) -> tuple[str, ...]:
        """API versions that an account may choose: those of the programs that have several."""
        several = (program.versions for program in self.programs if len(program.versions) > 1)
        return tuple(dict.fromkeys(version for versions in several for version in versions))

    @cached_property
    def rates(self) -> Mapping[str, tuple[float, int]]:
        """Amazon's rate (requests/s) and burst of each operation that has its own."""
        return {one.name: (one.rate, one.burst) for one in self.operations.values() if one.rate is not None}

    def values_of(self, partners: str, table: Any) -> dict[str, Any]:  # noqa: ANN401 - with the programs' keys
        """Return what the programs read in a partner's table for its profile, by the program's name."""
        return {
            one.name: one.settings.profile(table)
            for one in self.programs
            if one.settings and one.settings.partners == partners
        }

    @cached_property
    def stand_ins(self) -> dict[str, Any]:
        """What the profile of nobody in particular has for each program."""
        return {one.name: one.settings.stand_in for one in self.programs if one.settings}

    def settings(self, partners: str) -> list[Settings]:
        """Return what the programs add to a table of partners."""
        return [one.settings for one in self.programs if one.settings and one.settings.partners == partners]

    def probes(self, partners: str, of_programs: Mapping[str, Any]) -> list[Probe]:
        """Return what proves the account of a partner, by what its profile has of programs."""
        return [
            one.probe
            for one in self.programs
            if one.probe
            and one.settings
            and one.settings.partners == partners
            and self.is_used(one.probe.operation, of_programs)
        ]

    def features_of(self, partners: str) -> Features | None:
        """Return how Amazon is asked for the features of a table of partners; None where it offers none."""
        of_table = (
            one.features for one in self.programs if one.settings and one.settings.partners == partners
        )
        return next((one for one in of_table if one is not None), None)

    def verdicts_of(self, operation: str) -> Operation:
        """Return the operation that is asked for the verdicts of another one."""
        return self.operations[self._program_of[operation].verdicts]

    def _those(self, wanted: Callable[[EventType], object]) -> tuple[str, ...]:
        return tuple(one.operation for one in self.event_types if wanted(one))

    @cached_property
    def label_life(self) -> timedelta | None:
        """Time for which a carrier takes a label, from when it was made; None where no feed has labels."""
        return min((one.void_after for one in self.feeds.values() if one.void_after), default=None)

    @cached_property
    def awaiting(self) -> tuple[str, ...]:
        """Operations of the events that wait until their package is announced."""
        return self._those(lambda one: one.awaits)

    @cached_property
    def timeless(self) -> tuple[str, ...]:
        """Operations of the events that have no time of their own."""
        return self._those(lambda one: not one.time_name)

    @cached_property
    def for_a_day(self) -> tuple[str, ...]:
        """Operations of the events that may be meant for a day, which they wait for even when released."""
        return self._those(lambda one: one.day is not no_day)

    @cached_property
    def labelled(self) -> tuple[str, ...]:
        """Operations of the events that are compared with the labels of their orders."""
        return self._those(lambda one: one.label_check)

    @cached_property
    def once(self) -> tuple[str, ...]:
        """Operations of the events of which Amazon takes one a key and subject."""
        return self._those(lambda one: one.once)

    @cached_property
    def cancelling(self) -> tuple[str, ...]:
        """Operations of the events that cancel what Amazon has."""
        return tuple(self._of_cancellation)

    @cached_property
    def freeing(self) -> tuple[str, ...]:
        """Operations of the events that cancel what Amazon has, such that another one may come."""
        every = (one.cancelled_by for one in self.event_types if one.cancelled_by)
        return tuple(one.operation for one in every if one.frees)

    @cached_property
    def changing(self) -> tuple[str, ...]:
        """Operations of the events that change what was read before."""
        return tuple(self._of_change)

    @cached_property
    def shipping(self) -> tuple[str, ...]:
        """Operations of the events that tell that their order has shipped."""
        return self._those(lambda one: one.ships)


@cache
def installed() -> Programs:
    """Return the programs whose folders stand beside this module."""
    package = importlib.import_module(__package__)
    folders = sorted(one.name for one in pkgutil.iter_modules(package.__path__) if one.ispkg)
    return Programs([importlib.import_module(f"{__package__}.{name}").PROGRAM for name in folders])
