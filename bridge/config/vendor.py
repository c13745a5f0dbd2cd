"""Settings of a vendor: who it is at Amazon, what its documents mean, how it is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from bridge.config.account import Table
from bridge.config.fetch import Fetch, LabelRequests
from bridge.config.folder import Local, Pickup, Schedule, Sftp
from bridge.config.kinds import MOST_DAYS, Codes, Count, Days, Duration, Encoding, Flag, Text, Zone
from bridge.domain.planning import BatchSize

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


def _carrier(value: object) -> object:
    """Read a carrier given as text: its SCAC."""
    if not isinstance(value, str):
        return value
    if value.isalpha() and value.isupper() and 2 <= len(value) <= 4:
        return {"scac": value}
    raise PydanticCustomError(
        "carrier", "must be a SCAC such as UPSN, or a table with scac, name, ship_method"
    )


def _acknowledgements(value: object) -> object:
    return {True: "always", False: "never"}[value] if isinstance(value, bool) else value


def _acknowledgement_kind(value: object) -> object:
    return str(value) if isinstance(value, int) else value


def _batch_size(value: object) -> object:
    if value == "auto" or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1000):
        return value
    raise PydanticCustomError("batch_size", 'must be "auto" or a number from 1 to 1000')


class Vendor(Table):
    """`[vendors.V]`: one vendor code at Amazon with its drop folder."""

    account: Text
    """The account (`[accounts.A]`) that its submissions go through."""
    selling_party: Text
    """Its vendor code at Amazon: the selling party of every submission."""
    warehouses: Codes = ()
    """Its warehouse codes at Amazon. Where there is one only, documents need not name it; documents that
    name another are held."""
    party_aliases: dict[str, Text] = Field(default={})
    """What its documents call a party (GLN, DUNS, own number) = the vendor or warehouse code at Amazon."""
    carrier: Annotated[Carrier, BeforeValidator(_carrier)] = Carrier()
    """Carrier of documents that name none: a SCAC, or a table with scac, name, ship_method."""
    timezone: Zone = "UTC"
    """Time zone of times without one; that of [bridge] where it is not set."""
    status_codes: Text = "standard"
    """Whose status codes it sends: standard, amazon (already Amazon's pairs) or a status table."""
    final_statuses: frozenset[FinalStatus] = frozenset()
    """Statuses that end a package's life and are sent only if named here: LOST, UNDELIVERABLE."""
    location: Location = Location()
    """The place of status updates whose documents name none, or its country alone."""
    mapping: str = ""
    """Mapping to use for its documents; empty: the one that fits standard, type and version."""
    require_containers: Flag = True
    """Whether a confirmation without any carton is refused, as Amazon has done (EMPTY_PACKAGES)."""
    ship_method_mismatch: Literal["label", "hold"] = "label"
    """Where a confirmation has another ship method than the order's label: send the label's, or hold it."""
    batch_size: Annotated[BatchSize, BeforeValidator(_batch_size)] = "auto"
    """Most events in one submission to Amazon, 1 to 1000; auto: one, and up to 50 only while more waits than
    Amazon's rate clears in a minute, so that nearly always a verdict or a doubt is about one order."""
    after_failure: Literal["retry", "hold"] = "retry"
    """What becomes of the orders of a failed submission that Amazon did not name; it is not known whether it
    processed them. retry: they go again one by one; hold: an operator decides."""
    confirmations: Literal["required", "elsewhere"] = "required"
    """required: status updates wait until their package's confirmation succeeded; elsewhere: another
    system confirms shipments, so nothing waits."""
    wait_for_confirmation: Duration = timedelta(hours=24)
    """So long a status update waits for its package's confirmation; then it is held for an operator."""
    confirmation_warning: float = Field(default=0.75, gt=0, le=1)
    """At this part of the 4 hours that Amazon gives from shipping to the confirmation, an alert is raised."""
    oldest_date_days: Annotated[Count, Field(ge=0, le=MOST_DAYS)] = 365
    """An event whose own time (shipped, scanned) is more days ago is held: a wrong year, or an old file that
    came again; 0: never."""
    silent_after: Duration | None = None
    """After so long without any file an alert is raised; not set: never."""
    in_doubt: InDoubt = InDoubt()
    """What to do when it is unknown whether Amazon took a submission."""
    acknowledgements: Annotated[Literal["always", "never"], BeforeValidator(_acknowledgements)] = "always"
    """Whether to answer files with 997 or 999 and TA1, or CONTRL: always (true) or never (false)."""
    acknowledgement_kind: Annotated[Literal["997", "999"], BeforeValidator(_acknowledgement_kind)] = "997"
    """What X12 documents are acknowledged by: 997, or 999 for partners who want it; EDIFACT has CONTRL."""
    ta1: Literal["requested", "always", "never"] = "requested"
    """When an X12 interchange is acknowledged by TA1, too: requested (ISA14 is 1), always or never."""
    same_content: Literal["hold", "send"] = "hold"
    """What to do with an interchange whose content came before under another control number: hold its events
    for an operator, or send them as if they were new."""
    test_interchanges: Literal["sandbox", "send"] = "sandbox"
    """Interchanges marked as tests (ISA15 is T or I, UNB 0035 is 1) are read and answered. sandbox: they are
    sent only where the account talks to Amazon's sandbox; send: like any other."""
    status_files: tuple[Literal["json", "csv", "824", "aperak"], ...] = ("json", "csv")
    """Formats of the files in the outbox that tell what became of each document: json, csv, and application
    advices, 824 for X12 and aperak for EDIFACT; empty for none."""
    label_requests: LabelRequests = LabelRequests()
    """When Amazon is asked to make shipping labels."""
    fetch: Fetch = Fetch()
    """What is fetched from Amazon and put into the outbox."""
    strict: Flag = False
    """Whether unknown codes and segments and surplus elements reject a document, not just are noted."""
    retention_days: Days = 30
    """Days after which what is done is purged; those of [bridge] where it is not set."""
    encoding: Encoding = ""
    """Encoding of its files; empty: what the standard and the file itself say."""
    sftp: Sftp | None = None
    """Its SFTP server; this or `local`."""
    local: Local | None = None
    """Its folders on this machine; this or `sftp`."""
    pickup: Pickup = Pickup()
    """When a file in the inbox is whole."""
    schedule: Schedule = Schedule()
    """When the daemon lists the inbox."""
