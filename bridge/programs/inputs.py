"""What a program makes of what partners send and configure: documents, flat files, settings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from bridge.domain.events import MappingResult

FieldKind = Literal["text", "time", "moment", "measure", "dimensions"]


def kinds_of_fields(**names: str) -> dict[str, FieldKind]:
    """Return the kind of each field, from the names of those of each kind: `text="carrier scac_code"`."""
    return {name: kind for kind in get_args(FieldKind) for name in names.get(kind, "").split()}


def _on(_profile: Any) -> str:  # noqa: ANN401 - of any partner
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Producer:
    """What a mapping may produce: how events are made of a document.

    `make` gets the document's `bridge.mapping.reader.Reader`. `operation` is that of what could not be made
    into an event. `switched_off` returns, for a partner's profile, why nothing is made at all; empty where
    something is.

    `fields` are those that a mapping may say a position of, with the kind of each, `required` those that it
    must, `words` what the values of a field are translated to (of any other they are anything), and `level`
    is the level that its loops must have. `statuses` is what a line of a status table may mean.

    `about_packages`: a cancellation names a package, not an order. `each_value`: there is an event for each
    value of a field, and what must agree in a document is compared by `make` itself.
    """

    operation: str
    make: Callable[[Any], list[MappingResult]]
    fields: Mapping[str, FieldKind]
    required: tuple[str, ...]
    level: str
    words: Mapping[str, Collection[str]] = field(default_factory=dict)
    statuses: Collection[str] = ()
    about_packages: bool = False
    each_value: bool = False
    switched_off: Callable[[Any], str] = _on


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatFile:
    """One kind of CSV and JSON files, for partners without EDI, and how its documents are read.

    `name` is the type of its documents (`label-request`), `noun` names one of them, and `about` what each is
    about; `operation` is that of what could not be made into an event, `about_packages` as of a `Producer`.
    `columns` are those of CSV, of which the first must be there: the rows in which it is the same, or in
    which all of `grouped_by` are, are one document. Further ones may begin with one of `open_columns`, with
    any name behind it. Other names of columns stand in a file `NAME-csv.toml` of a folder of mappings. A JSON
    file has an element, an array of them, or an array under one of the names `lists`; `keys` are an
    element's, in snake case.

    `draft` makes a `bridge.flatfiles.draft.Draft`, which `read_rows` (of `bridge.flatfiles.cells.Cells`) or
    `read_element` fills, by the units of the mappings, and `result` finishes for the partner's profile.
    """

    name: str
    noun: str
    about: str
    operation: str
    columns: tuple[str, ...]
    grouped_by: tuple[str, ...] = ()
    open_columns: tuple[str, ...] = ()
    lists: tuple[str, ...]
    keys: tuple[str, ...]
    draft: Callable[..., Any]
    read_rows: Callable[[Any, Sequence[Any], Any], None]
    read_element: Callable[[Any, object, Any], None]
    result: Callable[[Any, Any], MappingResult]
    about_packages: bool = False


def _nothing(_partner: Any) -> Mapping[str, Any]:  # noqa: ANN401 - a table of partners
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a program adds to a table of partners in the configuration: `[vendors.V]` or `[sellers.S]`.

    `keys` is a `bridge.settings.table.Table` of further keys: of the partner's table itself, or of a table
    within it, named `table`, that is there for partners who use the program (`[sellers.S.NAME]`). `tables`
    has more of them for tables within (`fetch`: a flag for each feed, `in_doubt`: the program's policies).
    `choices` are those of the keys that choose an operation, each with the operation that a word stands for,
    `unique` those of which no two partners of one account may have the same value (the default is one, too),
    each with the reason; a program with a `table` has neither. From a partner's table `profile` returns what
    the program's own functions find in `VendorProfile.of_programs`; None where the partner does not use it
    (`stand_in` for nobody in particular), `policies` values of `bridge.pipeline.partner.Policies`.
    """

    partners: Literal["vendors", "sellers"]
    keys: type[Any] | None = None
    table: str = ""
    tables: Mapping[str, type[Any]] = field(default_factory=dict)
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unique: Mapping[str, str] = field(default_factory=dict)
    profile: Callable[[Any], Any] = _nothing
    stand_in: Any = None
    policies: Callable[[Any], Mapping[str, Any]] = _nothing
