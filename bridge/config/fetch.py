"""Settings of labels: when they are asked for, and what is fetched for the vendor's outbox."""

from __future__ import annotations

import string
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator

from bridge.config.account import Table
from bridge.config.hours import OpenHours
from bridge.config.kinds import Duration, Flag

_FIELDS = ("purchase_order", "package", "tracking", "ext")


def _label_name(value: str) -> str:
    try:
        fields = {field for _, field, _, _ in string.Formatter().parse(value) if field is not None}
    except ValueError as error:
        raise ValueError(f"is no pattern: {error}") from error
    if unknown := fields - set(_FIELDS):
        raise ValueError(f"knows no {{{min(unknown)}}}; there are {', '.join(f'{{{f}}}' for f in _FIELDS)}")
    if not fields & {"package", "tracking"}:
        raise ValueError("must hold {package} or {tracking}, or all labels of an order would have one name")
    parts = value.split("/")
    if value.startswith("/") or {"", ".", ".."} & set(parts) or "\\" in value:
        raise ValueError("must be a name in the outbox, such as labels/{tracking}.{ext}, without ..")
    return value


LabelName = Annotated[str, AfterValidator(_label_name)]


class LabelRequests(Table):
    """`[vendors.V.label_requests]`: when Amazon is asked to make shipping labels."""

    when: Literal["at_once", "shipping_day"] = "at_once"
    """at_once: as soon as the request is known; shipping_day: on the day the order is to be shipped, in the
    vendor's time zone."""
    from_acknowledgements: Flag = False
    """Whether an order that the vendor accepts (855, ORDRSP) is a request for its labels."""


class Fetch(Table):
    """`[vendors.V.fetch]`: what is fetched from Amazon and put into the outbox."""

    labels: Flag = False
    """Whether to fetch shipping labels, into labels/."""
    packing_slips: Flag = False
    """Whether to fetch packing slips, into packing-slips/. They hold the customer's name and address."""
    invoices: Flag = False
    """Whether to fetch customer invoices, into invoices/. They hold the customer's name and address."""
    every: Duration = timedelta(hours=1)
    """Time between two queries of Amazon for what is new."""
    hours: OpenHours = None
    """Business hours in the vendor's time zone (06:00-20:00), the only ones to fetch in; empty: all day."""
    since: Duration = timedelta(days=7)
    """How far back the first query goes; later ones go on from where the last one ended."""
    label_warning: Duration = timedelta(days=7)
    """Amazon's labels are void after 90 days: so long before that an alert names orders not shipped."""
    label_name: LabelName = "labels/{purchase_order}/{package}_{tracking}.{ext}"
    """Name of a label's file in the outbox, made of {purchase_order}, {package}, {tracking} and {ext}."""
    index: Literal["csv", "json", "none"] = "csv"
    """Format of the list of the labels that came, beside them; none: no list."""
