"""Status documents (214, IFTSTA) to `ShipmentStatusChanged`: one for each status, package and order."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from bridge.domain.events import MappingResult
from bridge.mapping.lookup import Place, Scope
from bridge.mapping.loops import DOCUMENT, Tree
from bridge.mapping.mappings import StatusTable
from bridge.mapping.parties import selling_party, ship_from_party
from bridge.mapping.problems import Findings
from bridge.mapping.reader import Reader
from bridge.programs.vendor_direct_fulfillment.events import (
    PartyIdentification,
    ShipmentSchedule,
    ShipmentStatusChanged,
)
from bridge.programs.vendor_direct_fulfillment.profile import values_of
from bridge.programs.vendor_direct_fulfillment.rules import violations
from bridge.programs.vendor_direct_fulfillment.several_values import (
    MOST_SHOWN,
    Taken,
    apart,
    conflict,
    doubts,
    left_over,
    ranges,
    several_times,
    shown,
    sole,
    take,
    take_below,
    told,
)
from bridge.programs.vendor_direct_fulfillment.status_codes import (
    NO_UPDATE,
    SCHEDULE,
    Judgement,
    amazon_pair,
    judge,
)
from bridge.programs.vendor_direct_fulfillment.status_location import Sources, location, sources_of

_FIELD_OF_RULE = {
    "ORDER_NUMBER_PATTERN": "purchase_order_number",
    "COUNTRY_CODE": "location_country_code",
    "MISSING_STATUS_DATE": "status_date_time",
    "MISSING_TRACKING_NUMBER": "tracking_number",
}
_PACKAGES = frozenset({"package", "carton"})
_MOST = 100
_PARTIES = ("selling_party", "ship_from_party")
_TIMES = (
    "status_date_time",
    "estimated_delivery_date_time",
    "appt_window_start_date_time",
    "appt_window_end_date_time",
)


class _Scan(msgspec.Struct):
    """One status of one package and order, as the document has it. `doubts` are reasons to hold it.

    Of a `range` only the ends are known, so that there is no update to release.
    """

    scope: Scope
    tracking_number: str
    order: str
    pair: str
    judgement: Judgement
    numbers: Taken | None
    orders: Taken | None
    doubts: list[str]
    range: bool


def map_statuses(reader: Reader, tree: Tree, table: StatusTable) -> list[MappingResult]:
    """Return one outcome for each status of each package and order of the document."""
    reader.narrow(tree.root)
    scans = [scan for scope in tree.root.below("status") for scan in _scans(reader, scope, table)]
    if not scans:
        reader.findings.error(None, "NO_STATUS", "the document tells no status")
        return [MappingResult(errors=(*tree.errors, *reader.findings.errors), summary="no status")]
    if len(scans) > 1 or (scans[0].numbers is not None and scans[0].numbers.others):
        _doubt_together(scans)
    schedules = _schedules(reader, scans)
    sources = sources_of(reader)
    results = [
        _result(reader, tree, scan, schedules.get(scan.tracking_number, []), sources) for scan in scans
    ]
    return results + list(_unused(reader, tree, scans))


def _scans(reader: Reader, status: Scope, table: StatusTable) -> list[_Scan]:
    pair, judgement = _judgement(reader, status, table)
    numbers, orders = reader.fields["tracking_number"], reader.fields["purchase_order_number"]
    views = [(scope, take(numbers, scope) or take_below(numbers, status)) for scope in _views(status)]
    near = [view for view in views if view[1] is not None and view[1].told.at.level in _PACKAGES]
    scans: dict[tuple[str, str], _Scan] = {}
    for scope, taken in near or views:  # one without a number does not stand for all that is around it
        inside = take_below(orders, status)
        ordered = take(orders, scope) or inside
        reasons, ranged = _doubts(reader, taken, ordered)
        reasons += apart(orders, ordered, inside)
        for number, order in _updates(taken, ordered):
            scan = _Scan(scope, number, order, pair, judgement, taken, ordered, list(reasons), ranged)
            scans.setdefault((number, order), scan)
    return list(scans.values())


def _updates(numbers: Taken | None, orders: Taken | None) -> Iterator[tuple[str, str]]:
    """Return package and order of each update; of very many of both only the packages, as all are held."""
    every = list(orders.values) if orders else [""]
    if (
        numbers is not None
        and len(every) > 1 < len(numbers.values)
        and len(every) * len(numbers.values) > _MOST
    ):
        every = [""]
    for number in numbers.values if numbers else [""]:
        for order in every:
            yield number, order


def _views(status: Scope) -> list[Scope]:
    """Return the loops from which a status is seen: its packages, or those beside it that have none."""
    if packages := status.below("package") if status.children else []:
        return packages
    parent = status.parent
    cartons = (
        parent.below("carton") if parent is not None and parent.level not in {"carton", DOCUMENT} else []
    )
    return [status.seen_from(carton) for carton in cartons] or [status]


def _judgement(reader: Reader, status: Scope, table: StatusTable) -> tuple[str, Judgement]:
    """Return the pair of codes that a status tells, and what it means; several that differ are held."""
    pairs = list(_pairs(reader, status))
    shown_pairs = ", ".join(f"{code}/{reason}" for code, reason in pairs)
    found = [judge(table, code, reason, values_of(reader.profile).final_statuses) for code, reason in pairs]
    telling = [one for one in found if one.meaning != NO_UPDATE] or found[:1]
    if all(one == telling[0] for one in telling):
        return shown_pairs, telling[0]
    meanings = ", ".join(one.meaning or "held" for one in found)
    return shown_pairs, Judgement(hold=f"one status tells {shown_pairs}, which mean {meanings}")


def _pairs(reader: Reader, status: Scope) -> Iterator[tuple[str, str]]:
    """Return every code with its reasons: a code of the second candidate has those of the second."""
    codes, reasons = reader.fields["status_code"], reader.fields["reason_code"]
    code, reason = sole(codes, status), sole(reasons, status)
    if code is not None and reason is not None:
        yield code, reason
        return
    found, why = list(told(codes, status)), list(told(reasons, status))
    if (len(found) == 1 and len(found[0].values) == 1) or len(codes.steps) != len(reasons.steps):
        beside = dict.fromkeys((one.index for one in found), why[0].values if why else {})
    else:
        beside = {one.index: one.values for one in why}
    if not found:
        yield codes.default, next(iter(why[0].values), "") if why else reasons.default
    for one in found:
        for text in one.values:
            for because in beside.get(one.index) or [reasons.default]:
                yield text, because


def _doubts(reader: Reader, numbers: Taken | None, orders: Taken | None) -> tuple[list[str], bool]:
    found: list[str] = []
    ranged: list[str] = []
    for name, taken in (("tracking_number", numbers), ("purchase_order_number", orders)):
        if taken is not None:
            ranged += ranges(taken.values)
            found += doubts(reader.fields[name], taken)
    return ranged + found, bool(ranged)


def _doubt_together(scans: list[_Scan]) -> None:
    """Hold what only the document as a whole shows: packages and orders that cannot be told apart."""
    _doubt_mixed(scans, [scan.numbers for scan in scans])
    _doubt_mixed(scans, [scan.orders for scan in scans])
    beside: dict[str, dict[int, dict[str, Place]]] = {}
    packages: dict[int, dict[str, None]] = {}
    for scan in scans:
        if scan.numbers is not None and len(scan.numbers.values) == 1:
            for other in scan.numbers.inner():
                kinds = beside.setdefault(scan.tracking_number, {})
                kinds.setdefault(other.index, {}).update(other.values)
        if scan.orders is not None and len(scan.orders.values) > 1:
            packages.setdefault(id(scan.orders.told.at), {})[scan.tracking_number] = None
    for scan in scans:
        for values in beside.get(scan.tracking_number, {}).values():
            if len(values) > 1:
                _doubt(scan, f"{scan.tracking_number} stands for several packages: {shown(values)}")
        if scan.orders is not None and len(scan.orders.values) > 1:
            names = list(packages[id(scan.orders.told.at)])
            if len(names) > 1:
                _doubt(scan, _not_told_apart(names, scan.orders.values))


def _doubt_mixed(scans: list[_Scan], taken: list[Taken | None]) -> None:
    """Hold statuses between whose numbers other statuses stand: each may be for those beside it only."""
    groups: dict[int, list[tuple[_Scan, dict[str, Place]]]] = {}
    for scan, one in zip(scans, taken, strict=True):
        if one is not None and len(one.values) > 1 and one.told.at.level != "status" and not one.below:
            groups.setdefault(id(one.told.at), []).append((scan, one.values))
    for group in groups.values():
        values = group[0][1]
        told = [place.segment.number for place in values.values()]
        opened = [
            first.number for scan, _ in group if (first := scan.scope.scopes["status"].first) is not None
        ]
        if any(min(told) < number < max(told) for number in opened):
            for scan, _ in group:
                _doubt(scan, f"statuses stand between {shown(values)}: nothing says which are for which")


def _not_told_apart(packages: list[str], orders: dict[str, Place]) -> str:
    names = ", ".join(packages[:MOST_SHOWN]) + (" and more" if len(packages) > MOST_SHOWN else "")
    return f"nothing says which of packages {names} is in which order: {shown(orders)}"


def _doubt(scan: _Scan, reason: str) -> None:
    if reason not in scan.doubts:
        scan.doubts.append(reason)


def _unused(reader: Reader, tree: Tree, scans: list[_Scan]) -> Iterator[MappingResult]:
    """Hold every package and order that the document names and no status is for."""
    if len(scans) == 1 and _is_all(scans[0], tree):
        return
    seen = {id(loop) for scan in scans for loop in scan.scope.scopes.values()}
    unseen = [scope for scope in tree.root.walk() if id(scope) not in seen]
    for name, what, chosen in (
        ("tracking_number", "package", [scan.numbers for scan in scans]),
        ("purchase_order_number", "order", [scan.orders for scan in scans]),
    ):
        taken = [one for one in chosen if one is not None]
        if not unseen and all(not one.others for one in taken):
            continue
        for text, place in left_over(reader.fields[name], unseen, taken).items():
            yield MappingResult(
                hold=f"{place} names {what} {text}, and no status of the document is for it",
                tracking_number=text if what == "package" else "",
                purchase_order_number=text if what == "order" else "",
                summary=f"{what} {text}: named without a status",
            )


def _is_all(scan: _Scan, tree: Tree) -> bool:
    """Check quickly whether the document has nothing but one package, of one name and order."""
    return len(tree.root.walk()) == len(scan.scope.scopes) and not (
        (scan.numbers is not None and scan.numbers.others) or (scan.orders is not None and scan.orders.others)
    )


def _schedules(reader: Reader, scans: list[_Scan]) -> dict[str, list[str]]:
    """Return the estimated deliveries by tracking number, as AG and X2 tell them; the last one counts."""
    found: dict[str, list[str]] = {}
    for scan in scans:
        if scan.judgement.meaning == SCHEDULE and (time := reader.time("status_date_time", scan.scope)):
            found.setdefault(scan.tracking_number, []).append(time)
    return found


def _result(reader: Reader, tree: Tree, scan: _Scan, estimates: list[str], sources: Sources) -> MappingResult:
    reader.findings = findings = Findings()
    findings.errors.extend(tree.errors)
    meaning, holds = scan.judgement.meaning, [scan.judgement.hold]
    event = None
    if not scan.pair.partition("/")[0]:
        findings.error(reader.place("status_code", scan.scope), "MISSING_STATUS", "the status has no code")
    elif meaning in {NO_UPDATE, SCHEDULE}:
        return MappingResult(
            errors=tuple(findings.errors),
            purchase_order_number=scan.order,
            tracking_number=scan.tracking_number,
            summary=_nothing_sent(scan),
        )
    elif meaning:
        event = _event(reader, scan, meaning, estimates, sources)
        _check(reader, scan, event)
        holds = [*scan.doubts, *_conflicts(reader, scan.scope), *findings.holds]
    return MappingResult(
        event=None if scan.range else event,
        hold="" if findings.errors else "; ".join(filter(None, holds)),
        errors=tuple(findings.errors),
        purchase_order_number=scan.order,
        tracking_number=scan.tracking_number,
        summary=_summary(scan, meaning, estimates),
        assumed_zone=reader.assumed_zone("status_date_time", scan.scope),
    )


def _summary(scan: _Scan, meaning: str, estimates: list[str]) -> str:
    told = f"{scan.tracking_number or 'unknown package'}: {meaning or 'unknown'} ({scan.pair})"
    if len(set(estimates)) > 1:
        told += f", the last of {len(set(estimates))} estimates"
    beside = scan.numbers.beside() if scan.numbers is not None else {}
    return f"{told}, also named {shown(beside)}" if beside else told


def _check(reader: Reader, scan: _Scan, event: ShipmentStatusChanged) -> None:
    findings = reader.findings
    unread = {error.code for error in findings.errors}
    for violation in violations(event):
        if violation.code == "MISSING_STATUS_DATE" and "DATE_TIME" in unread:
            continue  # it is there, and told to be wrong already
        field = _FIELD_OF_RULE.get(violation.code, "status_code")
        findings.error(reader.place(field, scan.scope), violation.code, violation.message)


def _conflicts(reader: Reader, scope: Scope) -> Iterator[str]:
    """Return why fields that take one value have several."""
    aliases = reader.profile.party_aliases
    for name in _PARTIES:
        if name in reader.several:
            yield conflict(reader.fields[name], scope, lambda code: aliases.get(code, code))
    for name in _TIMES:
        if name in reader.several:
            yield several_times(reader, reader.fields[name], scope)


def _nothing_sent(scan: _Scan) -> str:
    what = (
        "only feeds the delivery schedule"
        if scan.judgement.meaning == SCHEDULE
        else "is no update for Amazon"
    )
    return f"{scan.tracking_number or 'unknown package'}: {scan.pair} {what}, nothing is sent"


def _event(
    reader: Reader, scan: _Scan, meaning: str, estimates: list[str], sources: Sources
) -> ShipmentStatusChanged:
    scope = scan.scope
    code, reason = amazon_pair(meaning, reader.document.standard)
    return ShipmentStatusChanged(
        purchase_order_number=scan.order,
        selling_party=PartyIdentification(selling_party(reader, scope)),
        ship_from_party=PartyIdentification(ship_from_party(reader, scope)),
        tracking_number=scan.tracking_number,
        status_code=code,
        reason_code=reason,
        status_date_time=reader.time("status_date_time", scope),
        status_location_address=location(reader, scope, sources),
        shipment_schedule=_schedule(reader, scope, estimates[-1] if estimates else ""),
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
