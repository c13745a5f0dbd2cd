"""Container label requests in CSV and JSON: a container (pallet), and the packages on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from bridge.domain.events import MappingResult
from bridge.flatfiles.cells import Cells, RowReader
from bridge.mapping.profile import VendorProfile
from bridge.mapping.units import Units
from bridge.outside_text import LONGEST
from bridge.programs.vendor_direct_fulfillment.events import ContainerLabelRequested
from bridge.programs.vendor_direct_fulfillment.flatfiles.draft import PartiesDraft
from bridge.programs.vendor_direct_fulfillment.flatfiles.elements import PartiesReader
from bridge.programs.vendor_direct_fulfillment.rules import CARRIERS, violations

_CONTAINER = "vendor_container_id"
_PACKAGE = "package_tracking_number"
COLUMNS = (_CONTAINER, "function", "carrier_id", "ship_from", _PACKAGE)
"""All columns; only the first must be there."""
KEYS = (_CONTAINER, "function", "carrier_id", "selling_party", "ship_from_party", "ship_from", "packages")
_IDENTIFIERS = (_CONTAINER, "ship_from", _PACKAGE)
_WHOSE = "the rows of one container"


class ContainerLabelDraft(PartiesDraft, kw_only=True):
    """A request while it is read; `places` tells the row of each package by its tracking number."""

    container: str = ""
    carrier: str = ""
    packages: tuple[str, ...] = ()
    places: dict[str, int] = msgspec.field(default_factory=dict)


def read_rows(draft: ContainerLabelDraft, rows: Sequence[Cells], units: Units) -> None:
    """Read all rows of a container into its draft: a row is a package."""
    draft.container = rows[0].text(_CONTAINER)[:LONGEST]
    reader = RowReader(draft, rows, units)
    if not reader.check_cells(_IDENTIFIERS):
        return
    draft.carrier = reader.agreed(rows, "carrier_id", "CARRIER", _WHOSE)
    draft.ship_from = reader.agreed(rows, "ship_from", "SHIP_FROM", _WHOSE)
    draft.function = reader.function(_WHOSE)
    draft.packages = tuple(number for row in rows if (number := row.text(_PACKAGE)))
    for row in rows if draft.packages else ():  # a cancellation need not name any
        if number := row.text(_PACKAGE):
            draft.places[number] = row.number
        else:
            reader.error(row, _PACKAGE, "MISSING_TRACKING_NUMBER", f"{_PACKAGE} is missing")


def read_element(draft: ContainerLabelDraft, value: object, units: Units) -> None:
    """Read one request, by Amazon's names or the same in snake case, into its draft."""
    reader = PartiesReader(draft, units)
    request = reader.members(value, "", KEYS)
    draft.container = reader.text(request, _CONTAINER, "")
    draft.carrier = reader.text(request, "carrier_id", "")
    reader.read_parties(request)
    draft.function = reader.text(request, "function", "")
    draft.packages = tuple(
        _package(reader, package, f"packages[{index}]")
        for index, package in enumerate(reader.array(request, "packages", ""))
    )


def _package(reader: PartiesReader[ContainerLabelDraft], value: Any, path: str) -> str:  # noqa: ANN401 - as it came
    if isinstance(value, str):  # the tracking number alone
        return reader.text({path: value}, path, "")
    return reader.text(reader.members(value, path, (_PACKAGE,)), _PACKAGE, path)


def result_of(draft: ContainerLabelDraft, profile: VendorProfile) -> MappingResult:
    """Return the request, or why it is refused or held."""
    selling, warehouse, holds = draft.parties(profile)
    event = ContainerLabelRequested(
        vendor_container_id=draft.container,
        carrier_id=draft.carrier or CARRIERS[0],
        selling_party=selling,
        ship_from_party=warehouse,
        packages=draft.packages,
    )
    draft.check(violations(event), draft.places)
    name = f"{draft.reference}, container {draft.container or 'without id'}: container label request"
    count = len(event.packages)
    return MappingResult(
        event=event,
        hold="" if draft.errors else "; ".join(holds),
        errors=tuple(draft.errors),
        # What an operator and the status files know it by, as they know a package by its own.
        tracking_number=draft.container,
        summary=name if draft.errors else f"{name} for {count} package{'s' * (count != 1)}",
    )
