"""Settings of vendors: the keys that this program adds to `[vendors.V]`, and what they mean to the jobs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from bridge.domain.values import Address
from bridge.programs.event_types import LabelPolicy
from bridge.programs.inputs import Settings
from bridge.programs.vendor_direct_fulfillment.operations import CREATE_LABELS, REQUEST_LABEL
from bridge.programs.vendor_direct_fulfillment.profile import STAND_IN, VendorValues
from bridge.settings.kinds import Duration, Flag
from bridge.settings.table import Table

FinalStatus = Literal["LOST", "UNDELIVERABLE"]
Scac = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2,4})?$")]


class Carrier(Table):
    """`[vendors.V.carrier]`: the carrier of documents that name none."""

    scac: Scac = ""
    """Standard carrier alpha code, two to four capital letters (own-carrier vendors in North America)."""
    name: str = ""
    """The carrier's name (own-carrier vendors in Europe)."""
    ship_method: str = ""
    """Amazon's ship method code."""


class Location(Table):
    """`[vendors.V.location]`: the place of status updates whose documents name none, or its country alone."""

    name: str = ""
    """Name of the place."""
    address_line1: str = ""
    """Street and number."""
    address_line2: str = ""
    """Second line."""
    address_line3: str = ""
    """Third line."""
    city: str = ""
    """City."""
    county: str = ""
    """County."""
    district: str = ""
    """District."""
    state_or_region: str = ""
    """State or region."""
    postal_code: str = ""
    """Postal code."""
    country_code: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")] = ""
    """Country, two capital letters; Amazon requires it in every status update."""
    phone: str = ""
    """Telephone number."""


def _verify(value: object) -> object:
    """Read the policy's old name as well."""
    return "verify" if value == "look" else value


class InDoubt(Table):
    """`[vendors.V.in_doubt]`: what to do when it is unknown whether Amazon took a submission."""

    confirmations: Literal["hold", "resubmit"] = "hold"
    """hold: an operator decides (`edibridge resolve`); resubmit: send again, at the risk of a duplicate."""
    status_updates: Literal["hold", "resubmit"] = "resubmit"
    """resubmit is harmless here: the same event twice."""
    label_requests: Annotated[Literal["verify", "hold", "resubmit"], BeforeValidator(_verify)] = "verify"
    """verify: ask Amazon for the label first, and send again only if there is none."""
    container_labels: Literal["hold", "resubmit"] = "hold"
    """resubmit: send again; Amazon does not say whether a second call makes another label."""


def _carrier(value: object) -> object:
    """Read a carrier given as text: its SCAC."""
    if not isinstance(value, str):
        return value
    if value.isalpha() and value.isupper() and 2 <= len(value) <= 4:
        return {"scac": value}
    raise PydanticCustomError(
        "carrier", "must be a SCAC such as UPSN, or a table with scac, name, ship_method"
    )


class LabelRequests(Table):
    """`[vendors.V.label_requests]`: when Amazon is asked to make shipping labels."""

    when: Literal["at_once", "shipping_day"] = "at_once"
    """at_once: as soon as the request is known; shipping_day: on the day the order is to be shipped, in the
    vendor's time zone."""
    from_acknowledgements: Flag = False
    """Whether an order that the vendor accepts (855, ORDRSP) is a request for its labels."""


class Fetch(Table):
    """`[vendors.V.fetch]`: the feeds of this program."""

    labels: Flag = False
    """Whether to fetch shipping labels, into labels/."""
    packing_slips: Flag = False
    """Whether to fetch packing slips, into packing-slips/. They hold the customer's name and address."""
    invoices: Flag = False
    """Whether to fetch customer invoices, into invoices/. They hold the customer's name and address."""


class VendorKeys(Table):
    """Keys of `[vendors.V]`."""

    carrier: Annotated[Carrier, BeforeValidator(_carrier)] = Carrier()
    """Carrier of documents that name none: a SCAC, or a table with scac, name, ship_method."""
    final_statuses: frozenset[FinalStatus] = frozenset()
    """Statuses that end a package's life and are sent only if named here: LOST, UNDELIVERABLE."""
    location: Location = Location()
    """The place of status updates whose documents name none, or its country alone."""
    require_containers: Flag = True
    """Whether a confirmation without any carton is refused, as Amazon has done (EMPTY_PACKAGES)."""
    ship_method_mismatch: Literal["label", "hold"] = "label"
    """Where a confirmation has another ship method than the order's label: send the label's, or hold it."""
    confirmations: Literal["required", "elsewhere"] = "required"
    """required: status updates wait until their package's confirmation succeeded; elsewhere: another
    system confirms shipments, so nothing waits."""
    wait_for_confirmation: Duration = timedelta(hours=24)
    """So long a status update waits for its package's confirmation; then it is held for an operator."""
    confirmation_warning: float = Field(default=0.75, gt=0, le=1)
    """At this part of the 4 hours that Amazon gives from shipping to the confirmation, an alert is raised."""
    labels: Literal["submit", "create"] = "submit"
    """How Amazon is asked for shipping labels. submit: by a request, whose verdict and labels come later;
    create: by a call that returns them (only where the account's api_version is 2021-12-28)."""
    label_requests: LabelRequests = LabelRequests()
    """When Amazon is asked to make shipping labels."""


def _profile(vendor: Any) -> VendorValues:  # noqa: ANN401 - the table, with the keys of all programs
    return VendorValues(
        scac=vendor.carrier.scac,
        carrier=vendor.carrier.name,
        ship_method=vendor.carrier.ship_method,
        final_statuses=vendor.final_statuses,
        location=Address(**vendor.location.model_dump()),
        require_containers=vendor.require_containers,
        label_requests=vendor.label_requests.from_acknowledgements,
    )


def _policies(vendor: Any) -> Mapping[str, Any]:  # noqa: ANN401 - the table, with the keys of all programs
    return {
        "confirmations_elsewhere": vendor.confirmations == "elsewhere",
        "labels_on_shipping_day": vendor.label_requests.when == "shipping_day",
        "labels": LabelPolicy(
            ship_method_mismatch=vendor.ship_method_mismatch, default_ship_method=vendor.carrier.ship_method
        ),
        "wait_for_confirmation": vendor.wait_for_confirmation,
        "confirmation_warning": vendor.confirmation_warning,
    }


SETTINGS = Settings(
    partners="vendors",
    keys=VendorKeys,
    tables={"in_doubt": InDoubt, "fetch": Fetch},
    choices={"labels": {"submit": REQUEST_LABEL, "create": CREATE_LABELS}},
    profile=_profile,
    stand_in=STAND_IN,
    policies=_policies,
)
