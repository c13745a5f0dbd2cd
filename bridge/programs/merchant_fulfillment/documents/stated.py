"""What a document says of a package as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import TypeVar

from bridge.mapping.lookup import Scope
from bridge.mapping.reader import Reader, opening
from bridge.mapping.times import zone_of
from bridge.programs.merchant_fulfillment.events import Money
from bridge.programs.merchant_fulfillment.measures import dimensions_of, money_of, weight_of
from bridge.programs.merchant_fulfillment.stated import StatedPackage, hazmat_type_of

_T = TypeVar("_T")
_DAY_LESS_A_SECOND = timedelta(days=1, seconds=-1)


def stated_package(reader: Reader, scopes: Sequence[Scope], order: str, number: int) -> StatedPackage:
    """Return a package that some loops describe, without its items.

    `number` is its place in its order, by which it is known where it has no number of its own; 0 for an only
    one.
    """
    first = scopes[0]
    name = _agreed(reader, "container_identifier", scopes)
    if bought := _agreed(reader, "tracking_number", scopes):
        place = reader.place("tracking_number", first)
        reader.findings.undecided = True
        reader.findings.hold(
            f"the package has a tracking number already ({bought[:60]} in {place}): a second label would be "
            "bought for it. If none was bought, have it sent again without"
        )
    for scope in scopes:
        count = reader.whole("package_count", scope)
        if count is not None and count > 1:
            reader.findings.undecided = True
            reader.findings.hold(
                f"{reader.place('package_count', scope)} counts {count} packages where one is described, and "
                "a label is bought for each: have it sent again with each of them"
            )
    return StatedPackage(
        order=order,
        package=name or (str(number) if number else ""),
        dimensions=dimensions_of(
            _one(reader, [reader.dimensions(scope) for scope in scopes], "dimensions", scopes)
        ),
        package_type=_agreed(reader, "package_type", scopes),
        weight=weight_of(
            _one(reader, [reader.weight("weight", scope) for scope in scopes], "weight", scopes)
        ),
        ship_from=_agreed(reader, "ship_from", scopes),
        declared_value=_money(reader, first),
        label_text=_agreed(reader, "label_text", scopes),
        hazmat_type=hazmat_type_of(reader.flag("limited_quantity", first)),
        deliver_by=latest_delivery(reader, first),
    )


def hold_what_has_no_place(reader: Reader, loops: Iterable[Scope]) -> None:
    """Hold a package of which some loops say more than Amazon takes; it may be released without that."""
    field = reader.fields["no_place"]
    places = [
        place
        for loop in loops
        for _, step in field.near
        if step.level == loop.level
        for _, place in step.find(loop.segments)
        if field.read(place)
    ]
    for place in places:
        reader.findings.hold(f"Amazon has no place for {place}: released, the package goes without")


def latest_delivery(reader: Reader, scope: Scope) -> str:
    """Return by when a package is to arrive (ISO-8601); of a day alone its end at the seller's."""
    told = reader.time("deliver_by", scope)
    if not told:
        return ""
    at = datetime.fromisoformat(told).astimezone(zone_of(reader.profile.timezone))
    return (at + _DAY_LESS_A_SECOND if at.time() == time.min else at).isoformat()


def _money(reader: Reader, scope: Scope) -> Money | None:
    amount, currency = reader.text("declared_value", scope), reader.text("currency", scope)
    if not amount:
        return None
    try:
        return money_of(amount.replace(",", ".") if reader.mark == "," else amount, currency)
    except ValueError as error:
        reader.findings.error(
            reader.place("declared_value", scope), "DECLARED_VALUE", f"declared_value: {error}"
        )
        return None


def _agreed(reader: Reader, name: str, scopes: Sequence[Scope]) -> str:
    return _one(reader, [reader.text(name, scope) or None for scope in scopes], name, scopes) or ""


def _one(reader: Reader, found: Sequence[_T | None], name: str, scopes: Sequence[Scope]) -> _T | None:
    """Return the one value that is told; where loops of one package differ it is refused."""
    values = list(dict.fromkeys(value for value in found if value is not None))
    if len(values) > 1:
        message = f"one package is described twice, with another {name}"
        reader.findings.error(opening(scopes[-1]), "PACKAGE_CONFLICT", message)
    return values[0] if values else None
