"""What a program of Amazon's declares: the value `PROGRAM` of its package, a folder beside this module.

Its parts stand beside: `operations`, `event_types`, `features`, `feeds`, `follow_ups`, `prechecks`,
`snapshots`, `watches`, `spending`, `refusals` and `inputs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.programs.event_types import EventType
from bridge.programs.features import Features
from bridge.programs.feeds import Feed
from bridge.programs.follow_ups import FollowUp
from bridge.programs.inputs import FlatFile, Producer, Settings
from bridge.programs.notices import Notice
from bridge.programs.operations import Operation
from bridge.programs.snapshots import Snapshot
from bridge.programs.watches import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A read that changes nothing, by which a new authorization is proved.

    `operation` is called with `names` in its path. Any answer of Amazon's but 401 and 403 proves it, one that
    it knows no such thing, too.
    """

    operation: str
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One program of Amazon's.

    `versions` are its API versions, the default first. `verdicts` names the operation that is asked for the
    verdict of a transaction, `probe` the one that proves an authorization. `policies` are the keys of a
    partner's `in_doubt` table, with their operations. `producers` are what a mapping may produce,
    `flat_files` what may come as CSV or JSON,
    `notices` what outbound mappings may write.
    `conditions` are X12's application error conditions (element 647) by the codes of its rules.
    """

    name: str
    versions: tuple[str, ...]
    operations: tuple[Operation, ...]
    event_types: tuple[EventType, ...]
    feeds: tuple[Feed, ...] = ()
    follow_ups: tuple[FollowUp[Any], ...] = ()
    snapshots: tuple[Snapshot[Any], ...] = ()
    watches: tuple[Watch[Any], ...] = ()
    verdicts: str = ""
    probe: Probe | None = None
    policies: Mapping[str, str] = field(default_factory=dict)
    producers: Mapping[str, Producer] = field(default_factory=dict)
    flat_files: tuple[FlatFile, ...] = ()
    notices: Mapping[str, Notice] = field(default_factory=dict)
    conditions: Mapping[str, str] = field(default_factory=dict)
    settings: Settings | None = None
    features: Features | None = None
