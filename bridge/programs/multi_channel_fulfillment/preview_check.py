"""What follows from the preview of an order before it is created: it goes, is held, or is quoted. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, tzinfo
from decimal import Decimal

from bridge.domain.events import RuleError
from bridge.mapping.profile import VendorProfile
from bridge.mapping.times import zone_of
from bridge.outside_text import clipped_message
from bridge.programs.multi_channel_fulfillment import bodies
from bridge.programs.multi_channel_fulfillment.events import FulfillmentOrdered, Money
from bridge.programs.multi_channel_fulfillment.operations import PREVIEW
from bridge.programs.multi_channel_fulfillment.previews import Preview, Previews
from bridge.programs.multi_channel_fulfillment.profile import values_of
from bridge.programs.multi_channel_fulfillment.quotes import Quote, files_of
from bridge.programs.multi_channel_fulfillment.rules import SPEEDS
from bridge.programs.prechecks import Asked, Checked, Precheck, Question


def judge(asked: Asked[Previews]) -> Checked:
    """Return whether an order goes: one that Amazon cannot fulfil so, in time and for the fee, is held."""
    event: FulfillmentOrdered = asked.event
    quoting = values_of(asked.profile).preview == "quote"
    found = None if asked.found is None else _in_zone(asked.found, zone_of(asked.profile.timezone))
    own = None if found is None else found.of(event.shipping_speed_category)
    if found is None or own is None:
        why = asked.why or f"it says nothing of speed {event.shipping_speed_category}"
        told = f"Amazon gave no preview of the order: {why}"
        return Checked(hold=clipped_message(told)) if quoting else Checked(notes=(_note(told),))
    if quoting:
        return _quoted(event, found, asked.profile)
    shown = f"Amazon's preview: {_shown(own)}"
    problems = list(_problems(event, own, asked.profile))
    if not problems:
        return Checked(notes=(_note(shown),))
    others = [
        one
        for one in found.previews
        if one.speed in SPEEDS and one is not own and not list(_problems(event, one, asked.profile))
    ]
    instead = f". It would do as {'; or as '.join(map(_shown, others))}" if others else ""
    return Checked(hold=clipped_message(f"{shown}: {'; '.join(problems)}{instead}"), notes=(_note(shown),))


def _in_zone(previews: Previews, zone: tzinfo) -> Previews:
    """Return previews with their times in a seller's zone, as its documents have them."""

    def local(moment: datetime | None) -> datetime | None:
        return None if moment is None else moment.astimezone(zone).replace(microsecond=0)

    shown = (
        replace(one, ships_by=local(one.ships_by), arrives_by=local(one.arrives_by))
        for one in previews.previews
    )
    return replace(previews, previews=tuple(shown))


def _problems(event: FulfillmentOrdered, preview: Preview, profile: VendorProfile) -> Iterator[str]:
    if not preview.is_fulfillable:
        yield f"Amazon cannot fulfil it ({', '.join(preview.reasons) or 'without a reason'})"
        return
    for wanted, there, what in (
        (event.latest_ship, preview.ships_by, "ship"),
        (event.latest_arrival, preview.arrives_by, "arrive"),
    ):
        if wanted and there is None:
            yield f"it must {what} by {wanted}, and Amazon does not say when it will"
        elif wanted and there is not None and there > datetime.fromisoformat(wanted):
            yield f"it must {what} by {wanted}, and will by {there.isoformat()} only"
    most = values_of(profile).max_fee
    if most is not None:
        yield from _too_dear(preview.fees, most)


def _too_dear(fees: dict[str, Decimal], most: Money) -> Iterator[str]:
    limit = f"max_fee is {most.value} {most.currency_code}"
    if set(fees) != {most.currency_code} or fees[most.currency_code] > Decimal(most.value):
        yield f"{limit}, and Amazon's fees are {_fees(fees)}"


def _quoted(event: FulfillmentOrdered, previews: Previews, profile: VendorProfile) -> Checked:
    """Return the order as held, with its quote in the outbox; an operator's release sends it."""
    rows = [
        Quote(
            order_id=event.order_number,
            speed=one.speed,
            wanted=one.speed == event.shipping_speed_category,
            fulfillable=one.is_fulfillable,
            fees=" ".join(str(value) for value in one.fees.values()),
            currency=" ".join(one.fees),
            ships_by=one.ships_by.isoformat() if one.ships_by else "",
            arrives_by=one.arrives_by.isoformat() if one.arrives_by else "",
            reasons="; ".join(one.reasons),
        )
        for one in previews.previews
    ]
    own = previews.of(event.shipping_speed_category)
    shown = _shown(own) if own is not None else event.shipping_speed_category
    hold = f'it is quoted only (preview = "quote"): {shown}; it is sent once it is released'
    return Checked(
        hold=clipped_message(hold),
        files=files_of(rows, event.order_number, values_of(profile).shipment_files),
    )


def _shown(preview: Preview) -> str:
    """Return a preview for operators: its speed, fees and dates."""
    told = [preview.speed, _fees(preview.fees)]
    if preview.ships_by is not None:
        told.append(f"ships by {preview.ships_by.isoformat()}")
    if preview.arrives_by is not None:
        told.append(f"arrives by {preview.arrives_by.isoformat()}")
    if not preview.is_fulfillable:
        told.append("not fulfillable")
    return ", ".join(told)


def _fees(fees: dict[str, Decimal]) -> str:
    return " and ".join(f"{value} {currency}" for currency, value in fees.items()) or "not told"


def _note(message: str) -> RuleError:
    return RuleError(code="PREVIEW", message=clipped_message(message))


PRECHECK = Precheck(
    wanted=lambda profile: values_of(profile).preview != "off",
    questions=(Question(operation=PREVIEW, body=bodies.preview, judge=judge),),
)
