"""Settings of trading partners: those that all have, and those that programs add to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, create_model
from pydantic_core import PydanticCustomError

from bridge.config.edi import Edi
from bridge.config.folder import Local, Pickup, Schedule, Sftp
from bridge.domain.planning import BatchSize
from bridge.programs.registry import installed
from bridge.settings.kinds import MOST_DAYS, Codes, Count, Days, Duration, Encoding, Flag, Text, Zone
from bridge.settings.table import Fetch, InDoubt, Table


def _acknowledgements(value: object) -> object:
    return {True: "always", False: "never"}[value] if isinstance(value, bool) else value


def _acknowledgement_kind(value: object) -> object:
    return str(value) if isinstance(value, int) else value


def _batch_size(value: object) -> object:
    if value == "auto" or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1000):
        return value
    raise PydanticCustomError("batch_size", 'must be "auto" or a number from 1 to 1000')


def _mappings(value: object) -> object:
    return () if value == "" else (value,) if isinstance(value, str) else value


class Partner(Table):
    """Keys of every trading partner, whatever the programs add."""

    account: Text
    """The account (`[accounts.A]`) that its submissions go through."""
    timezone: Zone = "UTC"
    """Time zone of times without one; that of [bridge] where it is not set."""
    mapping: Annotated[tuple[Text, ...], BeforeValidator(_mappings)] = ()
    """Mappings to prefer for its documents, one or a list; empty: by standard, type and version alone."""
    oldest_date_days: Annotated[Count, Field(ge=0, le=MOST_DAYS)] = 365
    """An event whose own time (shipped, scanned) is more days ago is held: a wrong year, or an old file that
    came again; 0: never."""
    silent_after: Duration | None = None
    """After so long without any file an alert is raised; not set: never."""
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
    edi: Edi = Edi()
    """Documents that are written to it: who writes to whom, in which form."""


class VendorTable(Partner):
    """`[vendors.V]` without the keys of the programs: one vendor code at Amazon with its drop folder."""

    selling_party: Text
    """Its vendor code at Amazon: the selling party of every submission."""
    warehouses: Codes = ()
    """Its warehouse codes at Amazon. Where there is one only, documents need not name it; documents that
    name another are held."""
    party_aliases: dict[str, Text] = Field(default={})
    """What its documents call a party (GLN, DUNS, own number) = the vendor or warehouse code at Amazon."""
    status_codes: Text = "standard"
    """Whose status codes it sends: standard, amazon (already Amazon's pairs) or a status table."""
    batch_size: Annotated[BatchSize, BeforeValidator(_batch_size)] = "auto"
    """Most events in one submission to Amazon, 1 to 1000; auto: one, and up to 50 only while more waits than
    Amazon's rate clears in a minute, so that nearly always a verdict or a doubt is about one order."""
    after_failure: Literal["retry", "hold"] = "retry"
    """What becomes of the orders of a failed submission that Amazon did not name; it is not known whether it
    processed them. retry: they go again one by one; hold: an operator decides."""
    in_doubt: InDoubt = InDoubt()
    """What to do when it is unknown whether Amazon took a submission."""
    fetch: Fetch = Fetch()
    """What is fetched from Amazon and put into the outbox."""


class SellerTable(Partner):
    """`[sellers.S]` without the keys of the programs: a seller at Amazon with its drop folder."""

    in_doubt: InDoubt = InDoubt()
    """What to do when it is unknown whether Amazon took a submission."""


def composed(table: type[Partner], kind: str) -> Any:  # noqa: ANN401 - its keys are the programs'
    """Return the model of a table of partners (`vendors`) with the keys that programs add to it."""
    added = installed().settings(kind)
    inner: dict[str, Any] = {}
    for name, field in table.model_fields.items():
        own = [one.tables[name] for one in added if name in one.tables]
        if own and isinstance(field.annotation, type):
            model = create_model(field.annotation.__name__, __base__=(*own, field.annotation))
            inner[name] = (model, Field(default=model(), description=field.description))
    for one in added:
        if one.keys is not None and one.table:
            inner[one.table] = (one.keys | None, Field(default=None, description=one.keys.__doc__))
    keys = [one.keys for one in added if one.keys is not None and not one.table]
    return create_model(kind, __base__=(*keys, table), **inner)


if TYPE_CHECKING:

    class Vendor(VendorTable):
        """`[vendors.V]`, with the keys of the programs."""

        fetch: Any
        in_doubt: Any

        def __getattr__(self, key: str) -> Any:  # noqa: ANN401 - what a program declares
            """Return a key of a program."""

    class Seller(SellerTable):
        """`[sellers.S]`, with the keys of the programs."""

        in_doubt: Any

        def __getattr__(self, key: str) -> Any:  # noqa: ANN401 - what a program declares
            """Return a key of a program."""

else:
    Vendor = composed(VendorTable, "vendors")
    Seller = composed(SellerTable, "sellers")
