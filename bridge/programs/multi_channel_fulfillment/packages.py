"""Packages as Amazon tracks them. Pure.

Amazon's replies hold who signed, where a package was left, and the address it goes to: none of it is read.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingEvent:
    """One scan, or one thing that a carrier says; its date is ISO-8601 as it came."""

    event_code: str
    event_date: str
    description: str = ""
    city: str = ""
    state: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedPackage:
    """A package on its way; `current_status` is Amazon's word, such as `IN_TRANSIT`."""

    package_number: str
    current_status: str = ""
    carrier_code: str = ""
    tracking_number: str = ""
    estimated_arrival_date: str = ""
    events: tuple[TrackingEvent, ...] = ()

    @property
    def purchase_order_number(self) -> str:
        """It says nothing of its order."""
        return ""


class _Address(msgspec.Struct):
    city: str | None = None
    state: str | None = None
    country: str | None = None


class _Event(msgspec.Struct, rename="camel"):
    event_code: str
    event_date: str
    event_description: str | None = None
    event_address: _Address | None = None


class _Package(msgspec.Struct, rename="camel"):
    package_number: int
    current_status: str | None = None
    carrier_code: str | None = None
    tracking_number: str | None = None
    estimated_arrival_date: str | None = None
    tracking_events: list[_Event] | None = None


def read_package(raw: msgspec.Raw) -> TrackedPackage:
    """Read the payload of getPackageTrackingDetails; see `Operation.read`."""
    read = msgspec.json.decode(raw, type=_Package)
    return TrackedPackage(
        package_number=str(read.package_number),
        current_status=(read.current_status or "").upper(),
        carrier_code=read.carrier_code or "",
        tracking_number=(read.tracking_number or "").strip(),
        estimated_arrival_date=read.estimated_arrival_date or "",
        events=tuple(map(_event, read.tracking_events or ())),
    )


def _event(event: _Event) -> TrackingEvent:
    address = event.event_address or _Address()
    return TrackingEvent(
        event_code=event.event_code.upper(),
        event_date=event.event_date,
        description=event.event_description or "",
        city=address.city or "",
        state=address.state or "",
        country=address.country or "",
    )
