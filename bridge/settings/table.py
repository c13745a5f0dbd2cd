"""A table of the configuration, and those to whose keys programs add."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bridge.settings.hours import OpenHours
from bridge.settings.kinds import Duration, LabelName


class Table(BaseModel):
    """A table of the configuration: frozen, no unknown keys, docstrings describe the keys."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        validate_default=True,
        hide_input_in_errors=True,
    )


class Fetch(Table):
    """`[vendors.V.fetch]`: what is fetched from Amazon and put into the outbox; programs add their feeds."""

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


class InDoubt(Table):
    """`[vendors.V.in_doubt]`, and of sellers: what to do when it is unknown whether Amazon took a submission.

    Its keys are the programs' `policies`.
    """
