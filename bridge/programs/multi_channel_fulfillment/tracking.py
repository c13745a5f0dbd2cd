"""Packages are followed until they arrive: each tracking event is told once. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec

from bridge.programs.follow_ups import FollowUp, Look, NewsDocument, NewsFile, Start, View
from bridge.programs.multi_channel_fulfillment.events import Original
from bridge.programs.multi_channel_fulfillment.notices import TRACKING as NOTICE
from bridge.programs.multi_channel_fulfillment.operations import PACKAGE_KEY, TRACK
from bridge.programs.multi_channel_fulfillment.orders import Package, Shipment
from bridge.programs.multi_channel_fulfillment.packages import TrackedPackage, TrackingEvent
from bridge.programs.multi_channel_fulfillment.profile import values_of
from bridge.programs.multi_channel_fulfillment.shipments import Whose, csv_of, json_of, local_time, safe_name
from bridge.programs.notices import Values

PACKAGES = "packages"
FOLDER = "tracking"
ENDS = frozenset({"DELIVERED", "RETURNED", "UNDELIVERABLE"})
UNSCANNED = "not scanned yet"
FIRST, EVERY = timedelta(hours=1), timedelta(hours=4)
LONGEST = timedelta(days=60)
"""What has not arrived by then is asked about no more."""
NO_END = "no end in 60 days"
DOCUMENTS = frozenset({"214"})
"""Words of the setting `tracking` that are types of documents."""
MOST_OF_A_CITY = 30
"""Characters of a city's name in documents; a place with more stands in CSV and JSON alone."""


class Kept(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a package is of, and which events were told: `code time` of each, the time in UTC.

    `files` counts the looks that told something. `ended`: it had arrived, or
    never will, and no event said so.
    """

    order_id: str
    customer_order: str
    shipment_id: str
    original: Original = Original()
    carrier: str = ""
    tracking_number: str = ""
    told: tuple[str, ...] = ()
    files: int = 0
    ended: bool = False


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a file: an event, or (without an event code) that the package has arrived or never will.

    Times have an offset; `current_status` is how the package stood when Amazon was asked.
    """

    order_id: str
    customer_order: str
    shipment_id: str
    package_number: str
    carrier: str
    tracking_number: str
    event_code: str = ""
    event_time: str = ""
    description: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    current_status: str = ""
    estimated_arrival: str = ""


def tracked(whose: Whose, original: Original, shipment: Shipment, package: Package) -> Start:
    """Follow a package of a shipment that has left."""
    kept = Kept(
        order_id=whose.order_id,
        customer_order=whose.customer_order,
        shipment_id=shipment.amazon_shipment_id,
        original=original,
        carrier=package.carrier_code,
        tracking_number=package.number,
    )
    return Start(name=PACKAGES, subject=str(package.package_number), kept=msgspec.json.encode(kept))


def look(view: View[TrackedPackage]) -> Look:
    """Report the events since the last look, each once."""
    kept = msgspec.json.decode(view.kept, type=Kept)
    if not values_of(view.profile).tracking:
        return Look(kept=view.kept, status="off", again=EVERY, over="off", note="tracking is not wanted now")
    late = view.now - view.started_at >= LONGEST
    if view.found is None:  # before its first scan Amazon knows nothing of it
        return _ended_unknown(view, kept) if late else Look(kept=view.kept, status=UNSCANNED, again=EVERY)
    found = view.found
    new = {key: event for event in found.events if (key := _key(event)) not in kept.told}
    ended = found.current_status in ENDS
    # The event of its end may come after the status.
    over = found.current_status if ended and (new or kept.ended) else NO_END if late else ""
    events = sorted(new.values(), key=_instant)
    rows = [_row(view, kept, found, event) for event in events]
    if over and not rows:
        rows.append(_row(view, kept, found))
    after = msgspec.structs.replace(
        kept,
        told=(*kept.told, *new),
        carrier=found.carrier_code or kept.carrier,
        tracking_number=found.tracking_number or kept.tracking_number,
        files=kept.files + bool(rows),
        ended=ended,
    )
    return Look(
        kept=msgspec.json.encode(after),
        status=found.current_status or "UNKNOWN",
        again=EVERY,
        references=(after.tracking_number,),
        files=(*_files(view, after, rows), *_documents(view, after, found, events)),
        over=over,
    )


def _ended_unknown(view: View[TrackedPackage], kept: Kept) -> Look:
    unknown = TrackedPackage(package_number=view.subject, current_status="UNKNOWN")
    after = msgspec.structs.replace(kept, files=kept.files + 1)
    files = tuple(_files(view, after, [_row(view, kept, unknown)]))
    return Look(
        kept=msgspec.json.encode(after),
        status=UNSCANNED,
        again=EVERY,
        note="Amazon has no tracking of it",
        files=files,
        over=NO_END,
    )


def _documents(
    view: View[TrackedPackage], kept: Kept, found: TrackedPackage, events: Sequence[TrackingEvent]
) -> list[NewsDocument]:
    """Return the documents that tell events, one a form; none where there are none."""
    wanted = [form for form in values_of(view.profile).tracking if form in DOCUMENTS and events]
    return [
        NewsDocument(
            document=form,
            notice=NOTICE,
            values=_values(view, kept, found, events),
            folder=FOLDER,
            name=f"{_stem(view, kept)}.{form}.edi",
            origin=kept.original.origin,
        )
        for form in wanted
    ]


def _values(
    view: View[TrackedPackage], kept: Kept, found: TrackedPackage, events: Sequence[TrackingEvent]
) -> Values:
    """Return the values of the notice `tracking`."""
    return {
        "order_number": kept.order_id,
        "purchase_order_number": kept.original.purchase_order_number,
        "customer_order": kept.customer_order,
        "shipment_id": kept.shipment_id,
        "package_number": view.subject,
        "tracking_number": kept.tracking_number,
        "carrier": kept.carrier,
        "current_status": found.current_status,
        "estimated_arrival": _readable(found.estimated_arrival_date),
        "event": [
            {
                "event_code": one.event_code,
                "event_time": _instant(one),
                "description": one.description,
                **_place(one),
            }
            for one in events
        ],
    }


def _place(event: TrackingEvent) -> dict[str, str]:
    """Return where it happened as documents have it: a city with a code of its state or country."""
    codes = {
        name: code
        for name, code in (("state", event.state), ("country", event.country))
        if re.fullmatch(r"[A-Z]{2}", code)
    }
    fits = MOST_OF_A_CITY >= len(event.city) >= 2
    return {"city": event.city, **codes} if fits and codes else {}


def _readable(text: str) -> str:
    try:
        return text if datetime.fromisoformat(text).tzinfo else ""
    except ValueError:
        return ""


def _key(event: TrackingEvent) -> str:
    return f"{event.event_code} {_instant(event)}"


def _instant(event: TrackingEvent) -> str:
    """Return an event's time in UTC, however it was written; what cannot be read as it came."""
    try:
        moment = datetime.fromisoformat(event.event_date)
    except ValueError:
        return event.event_date
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat()


def _row(
    view: View[TrackedPackage], kept: Kept, found: TrackedPackage, event: TrackingEvent | None = None
) -> Row:
    zone = view.profile.timezone
    row = Row(
        order_id=kept.order_id,
        customer_order=kept.customer_order,
        shipment_id=kept.shipment_id,
        package_number=view.subject,
        carrier=found.carrier_code or kept.carrier,
        tracking_number=found.tracking_number or kept.tracking_number,
        current_status=found.current_status,
        estimated_arrival=local_time(found.estimated_arrival_date, zone),
    )
    if event is None:
        return row
    return msgspec.structs.replace(
        row,
        event_code=event.event_code,
        event_time=local_time(event.event_date, zone),
        description=event.description,
        city=event.city,
        state=event.state,
        country=event.country,
    )


def _files(view: View[TrackedPackage], kept: Kept, rows: Sequence[Row]) -> list[NewsFile]:
    """Return rows as files, one a form; none where there are no rows."""
    forms = values_of(view.profile).tracking
    return [
        NewsFile(
            kind="tracking", folder=FOLDER, name=f"{_stem(view, kept)}.{form}", data=_WRITERS[form](rows)
        )
        for form in forms
        if form in _WRITERS and rows
    ]


def _stem(view: View[TrackedPackage], kept: Kept) -> str:
    return safe_name(f"{kept.order_id}.{view.subject}.{kept.files}")


_WRITERS: Mapping[str, Callable[[Sequence[Row]], bytes]] = {
    "csv": csv_of,
    "json": partial(json_of, name="events"),
}

TRACKING = FollowUp(
    name=PACKAGES,
    noun="packages",
    single=TRACK,
    path_name=PACKAGE_KEY,
    look=look,
    first=FIRST,
    at_most=LONGEST + timedelta(days=1),
)
