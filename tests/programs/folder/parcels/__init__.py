"""A made-up program: parcels, with a producer and a kind of flat files of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from bridge.domain.events import Event, MappingResult
from bridge.domain.values import Weight
from bridge.flatfiles.cells import Cells, RowReader
from bridge.flatfiles.draft import Draft
from bridge.flatfiles.json_values import ElementReader
from bridge.mapping import VendorProfile
from bridge.mapping.loops import build_tree
from bridge.mapping.reader import Reader
from bridge.mapping.units import Units
from bridge.programs.contract import Program
from bridge.programs.event_types import EventType
from bridge.programs.inputs import FlatFile, Producer, Settings, kinds_of_fields
from bridge.programs.operations import Operation
from bridge.settings.kinds import Duration, Flag
from bridge.settings.table import Table

_KEYS = ("parcel_number", "weight")


class ParcelSent(Event, frozen=True, kw_only=True, tag=True):
    """A parcel is on its way."""

    parcel_number: str
    condition: str


class _Draft(Draft, kw_only=True):
    parcel_number: str = ""
    weight: Weight | None = None


def _read_rows(draft: _Draft, rows: Sequence[Cells], units: Units) -> None:
    cells = RowReader(draft, rows, units)
    draft.parcel_number = rows[0].text("parcel_number")
    draft.weight = cells.weight(rows, "PARCEL_CONFLICT", "the rows of one parcel")
    draft.function = cells.function("the rows of one parcel")


def _read_element(draft: _Draft, value: object, units: Units) -> None:
    values = ElementReader(draft, units)
    parcel = values.members(value, "", _KEYS)
    draft.parcel_number = values.text(parcel, "parcel_number", "")
    draft.weight = values.weight(parcel, "parcel")


def _result(draft: _Draft, profile: VendorProfile) -> MappingResult:
    weight = f"{draft.weight.value} {draft.weight.unit_of_measure}" if draft.weight else "no weight"
    summary = f"{draft.reference}: parcel {draft.parcel_number} of {profile.selling_party}, {weight}"
    return MappingResult(hold="not sent", errors=tuple(draft.errors), summary=summary)


def _make(reader: Reader) -> list[MappingResult]:
    tree = build_tree(reader.document.segments, reader.mapping.loops)
    reader.watch(tree.root)
    return [
        MappingResult(
            event=ParcelSent(
                parcel_number=reader.text("parcel_number", scope), condition=reader.text("condition", scope)
            )
        )
        for scope in tree.root.below("parcel")
    ]


class _Keys(Table):
    """Keys of a vendor."""

    parcel_hours: Duration = timedelta(hours=1)
    """How long a parcel waits."""


class _Fetch(Table):
    """Its feeds."""

    receipts: Flag = False
    """Whether to fetch receipts."""


PROGRAM = Program(
    name="parcels",
    versions=("v0",),
    operations=(Operation(name="sendParcel", method="POST", paths={"v0": "/parcels"}, reply="result"),),
    event_types=(
        EventType(
            event=ParcelSent,
            operation="sendParcel",
            noun="parcel",
            ordering_key=lambda event: f"parcel:{event.parcel_number}",
            order=lambda event: event.parcel_number,
            rules=lambda _event: (),
            body=lambda event, _version: msgspec.to_builtins(event),
        ),
    ),
    producers={
        "parcel": Producer(
            operation="sendParcel",
            make=_make,
            fields=kinds_of_fields(text="parcel_number condition", measure="weight"),
            required=("parcel_number",),
            level="parcel",
            words={"condition": {"whole", "broken"}},
        )
    },
    flat_files=(
        FlatFile(
            name="parcel",
            noun="parcel",
            about="parcel",
            operation="sendParcel",
            columns=("parcel_number", "weight", "weight_unit", "function"),
            lists=("parcels",),
            keys=_KEYS,
            draft=_Draft,
            read_rows=_read_rows,
            read_element=_read_element,
            result=_result,
        ),
    ),
    settings=Settings(
        partners="vendors",
        keys=_Keys,
        tables={"fetch": _Fetch},
        policies=lambda vendor: {"wait_for_confirmation": vendor.parcel_hours},
    ),
)
