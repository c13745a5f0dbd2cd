"""Status documents (214, IFTSTA) to `ShipmentStatusChanged`: each status of each package is one."""

from __future__ import annotations

import msgspec

from bridge.domain.events import (
    Address,
    Mapped,
    PartyIdentification,
    ShipmentSchedule,
    ShipmentStatusChanged,
)
from bridge.domain.rules import breaches
from bridge.mapping.lookup import Scope
from bridge.mapping.loops import Tree
from bridge.mapping.parties import selling_party, ship_from_party
from bridge.mapping.problems import Findings
from bridge.mapping.reader import Reader
from bridge.mapping.status import NO_UPDATE, SCHEDULE, Judgement, StatusTable, amazon_pair, judge

_FIELD_OF_RULE = {
    "ORDER_NUMBER_PATTERN": "purchase_order_number",
    "COUNTRY_CODE": "location_country_code",
    "MISSING_STATUS_DATE": "status_date_time",
    "MISSING_TRACKING_NUMBER": "tracking_number",
}
_LOCATION = (
    "location_name",
    "location_address_line1",
    "location_city",
    "location_state_or_region",
    "location_postal_code",
    "location_country_code",
)


class _Scan(msgspec.Struct):
    """One status of one package, as the document has it."""

    scope: Scope
    tracking_number: str
    code: str
    reason: str
    judgement: Judgement


def map_statuses(reader: Reader, tree: Tree, table: StatusTable) -> list[Mapped]:
    """Give one outcome for each status of each package of the document."""
    scans = [scan for scope in tree.root.below("status") for scan in _scans(reader, scope, table)]
    if not scans:
        reader.findings.error(None, "NO_STATUS", "the document tells no status")
        return [Mapped(errors=(*tree.errors, *reader.findings.errors), summary="no status")]
    schedules = _schedules(reader, scans)
    return [_mapped(reader, tree, scan, schedules.get(scan.tracking_number, "")) for scan in scans]


def _scans(reader: Reader, status: Scope, table: StatusTable) -> list[_Scan]:
    code = reader.text("status_code", status)
    reason = reader.text("reason_code", status)
    judgement = judge(table, code, reason, reader.profile.final_statuses)
    scans: dict[str, _Scan] = {}
    for scope in (status.below("package") if status.children else ()) or (status,):
        for number in reader.fields["tracking_number"].every(scope) or [""]:
            scans.setdefault(number, _Scan(scope, number, code, reason, judgement))
    return list(scans.values())


def _schedules(reader: Reader, scans: list[_Scan]) -> dict[str, str]:
    """Give the estimated delivery by tracking number, as AG and X2 tell it; the last one counts."""
    return {
        scan.tracking_number: time
        for scan in scans
        if scan.judgement.meaning == SCHEDULE and (time := reader.time("status_date_time", scan.scope))
    }


def _mapped(reader: Reader, tree: Tree, scan: _Scan, estimated: str) -> Mapped:
    reader.findings = findings = Findings()
    findings.errors.extend(tree.errors)
    meaning, hold = scan.judgement.meaning, scan.judgement.hold
    order = reader.text("purchase_order_number", scan.scope)
    pair = f"{scan.code}/{scan.reason}"
    event = None
    if not scan.code:
        findings.error(reader.place("status_code", scan.scope), "MISSING_STATUS", "the status has no code")
        hold = ""
    elif meaning in {NO_UPDATE, SCHEDULE}:
        return Mapped(
            errors=tuple(findings.errors),
            purchase_order_number=order,
            tracking_number=scan.tracking_number,
            summary=_nothing_sent(scan, pair),
        )
    elif meaning:
        event = _event(reader, scan, order, meaning, estimated)
        unread = {error.code for error in findings.errors}
        for breach in breaches(event):
            if breach.code == "MISSING_STATUS_DATE" and "DATE_TIME" in unread:
                continue  # it is there, and told to be wrong already
            field = _FIELD_OF_RULE.get(breach.code, "status_code")
            findings.error(reader.place(field, scan.scope), breach.code, breach.message)
        hold = "; ".join(findings.holds)
    return Mapped(
        event=event,
        hold="" if findings.errors else hold,
        errors=tuple(findings.errors),
        purchase_order_number=order,
        tracking_number=scan.tracking_number,
        summary=f"{scan.tracking_number or 'unknown package'}: {meaning or 'unknown'} ({pair})",
        assumed_zone=reader.assumed_zone("status_date_time", scan.scope),
    )


def _nothing_sent(scan: _Scan, pair: str) -> str:
    what = (
        "only feeds the delivery schedule"
        if scan.judgement.meaning == SCHEDULE
        else "is no update for Amazon"
    )
    return f"{scan.tracking_number or 'unknown package'}: {pair} {what}, nothing is sent"


def _event(reader: Reader, scan: _Scan, order: str, meaning: str, estimated: str) -> ShipmentStatusChanged:
    scope = scan.scope
    code, reason = amazon_pair(meaning, reader.document.standard)
    return ShipmentStatusChanged(
        purchase_order_number=order,
        selling_party=PartyIdentification(selling_party(reader, scope)),
        ship_from_party=PartyIdentification(ship_from_party(reader, scope)),
        tracking_number=scan.tracking_number,
        status_code=code,
        reason_code=reason,
        status_date_time=reader.time("status_date_time", scope),
        status_location_address=_location(reader, scope),
        shipment_schedule=_schedule(reader, scope, estimated),
    )


def _schedule(reader: Reader, scope: Scope, estimated: str) -> ShipmentSchedule | None:
    delivery = reader.time("estimated_delivery_date_time", scope) or estimated
    start = reader.time("appt_window_start_date_time", scope)
    end = reader.time("appt_window_end_date_time", scope)
    if not (delivery or start or end):
        return None
    return ShipmentSchedule(
        estimated_delivery_date_time=delivery,
        appt_window_start_date_time=start,
        appt_window_end_date_time=end,
    )


def _location(reader: Reader, scope: Scope) -> Address:
    """Give the place of the status: what the document tells, the rest from the configuration.

    Where the document names a place, the configured city, state and postal code would contradict it,
    so only name, first line and country are filled in.
    """
    fields = reader.fields
    name, line1, city, state, postal_code, country = [fields[part].text(scope) for part in _LOCATION]
    country = reader.mappings.countries.get(country, country)
    default = reader.profile.location
    if not (name or line1 or city or state or postal_code or country):
        return default
    return Address(
        name=name or default.name,
        address_line1=line1 or default.address_line1,
        city=city,
        state_or_region=state,
        postal_code=postal_code,
        country_code=country or default.country_code,
    )
