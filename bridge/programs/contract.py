"""What a program of Amazon's declares, and all that the rest of the bridge knows of it.

A program is a folder beside this module whose package has a `PROGRAM`. Nothing outside of the folder names
its documents, events or operations: `installed` finds it.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property
from typing import Any, Generic, Literal, Protocol, TypeVar
from urllib.parse import quote

import msgspec

from bridge.domain.events import Event, RuleError
from bridge.domain.labels import LabelPackage
from bridge.domain.outcomes import InDoubtPolicy, Verdict
from bridge.programs.follow_ups import FollowUp
from bridge.programs.inputs import FlatFile, Producer, Settings

E = TypeVar("E", bound=Event)

Method = Literal["GET", "POST", "PUT", "DELETE"]
Reply = Literal["transaction", "receipt", "result", "document"]


class Item(Protocol):
    """What Amazon has of one order in a list, or by the order's number."""

    @property
    def purchase_order_number(self) -> str:
        """The order's number."""


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of Amazon's API.

    `paths` has its path by API version, with `{names}` in it; `path_names` has a pattern for names of which
    Amazon tells one. `reply`: a `transaction` whose verdict comes later, a `receipt` that says no more than
    that it was taken (its verdict is read: `Call.verdict`), a `result` that is the verdict, or a `document`
    that is read.

    `body_key` names the posted array of an operation that takes many events; empty, the body is that of its
    one event. `in_doubt` is what to do by default where it is not known whether Amazon took it: `hold` for an
    operator, `resubmit`, or `verify` by asking Amazon. `doubtful` are statuses below 500 that leave it open,
    too. `rate` (requests/s) and `burst` are Amazon's figures where they are not those of most operations.

    `restricted`: Amazon wants a restricted data token instead of the access token. `list_key` names the list
    that a read answers with, by order too, where there is one element of it alone; `number_key` is the member
    that names an element's order. `limit` is how many elements a page may hold; 0 where there are no pages.
    `read` makes an item of one element, or of a `result` (JSON as it came), and raises `msgspec.DecodeError`
    or ValueError, whose text holds nothing of the content, where it cannot; None: nothing is read of it.
    `absent` is a pattern: where it is found in an error of a 400, a read says that there is no such thing.
    """

    name: str
    method: Method
    paths: Mapping[str, str]
    path_names: Mapping[str, str] = {}
    reply: Reply = "document"
    body_key: str = ""
    in_doubt: InDoubtPolicy = "hold"
    doubtful: frozenset[int] = frozenset()
    rate: float | None = None
    burst: int = 10
    restricted: bool = False
    list_key: str = ""
    number_key: str = ""
    limit: int = 0
    read: Callable[[msgspec.Raw], Item] | None = None
    absent: str = ""

    def version_of(self, version: str) -> str:
        """Return the API version in which it is called by an account of a version: its own first, else."""
        return version if version in self.paths else next(iter(self.paths))

    def template(self, version: str) -> str:
        """Return the path of an API version; an operation without that version has one path for all."""
        return self.paths[self.version_of(version)]

    def path_of(self, version: str, **names: str) -> str:
        """Return the path of an API version, its names filled in, each percent-encoded.

        Raises ValueError for a name that is not as Amazon makes them, or would lead elsewhere: an empty one,
        and one of dots alone.
        """
        for name, value in names.items():
            if not value.strip(".") or not re.fullmatch(self.path_names.get(name, ".*"), value, re.DOTALL):
                raise ValueError(f"{self.name}: this {name} is none of Amazon's")
        return self.template(version).format_map(
            {name: quote(value, safe="") for name, value in names.items()}
        )

    def body_of(self, elements: Sequence[dict[str, Any]]) -> bytes:
        """Write the body of a call as compact UTF-8 JSON; empty where its one event has nothing in it.

        Raises ValueError if there is nothing to send: Amazon's models want at least one element, and an empty
        call would be a mistake of the caller's.
        """
        if not elements or (not self.body_key and len(elements) > 1):
            raise ValueError(f"{self.name}: a body of {len(elements)} elements cannot be made")
        if not self.body_key and not elements[0]:
            return b""
        return msgspec.json.encode({self.body_key: list(elements)} if self.body_key else elements[0])

    def count_of(self, body: bytes) -> int:
        """Return how many elements a body that `body_of` wrote has."""
        if not self.body_key:
            return 1
        return len(msgspec.json.decode(body, type=dict[str, list[msgspec.Raw]])[self.body_key])


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that an event breaks, and the line or container it is about, where it is about one."""

    code: str
    message: str
    line: int | None = None
    container: str | None = None


class Filled(msgspec.Struct, Generic[E], frozen=True, kw_only=True):
    """An event with values of its order's label; the notes say which."""

    event: E
    notes: tuple[RuleError, ...]


class Hold(msgspec.Struct, frozen=True):
    """An event that contradicts its order's label, and why."""

    reason: str


class LabelPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What a partner chose: whether another ship method is held, and which one its configuration fills in."""

    ship_method_mismatch: Literal["label", "hold"] = "label"
    default_ship_method: str = ""


class LabelCheck(msgspec.Struct, frozen=True, kw_only=True):
    """How an event is compared with the newest label of its order.

    `match` gets the event, the label's packages, the policy, the packages of labels that it replaced, and
    those of which it is not known whether they replace it; None: the event goes as it is. `supplies` are
    the codes of the rules whose missing values a label supplies, `lacks` names what of it the event has not.
    """

    match: Callable[
        [Any, Sequence[LabelPackage], LabelPolicy, Sequence[LabelPackage], Sequence[LabelPackage]],
        Filled[Any] | Hold | None,
    ]
    supplies: frozenset[str]
    lacks: Callable[[Any], list[str]]


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """What an event makes known of its packages: their tracking numbers, and where they ship from."""

    tracking_numbers: tuple[str, ...]
    ship_from_party: str


NOTHING_ANNOUNCED = Announcement(tracking_numbers=(), ship_from_party="")


class Awaits(msgspec.Struct, frozen=True, kw_only=True):
    """An event that waits until its package is announced, and takes from there what its document lacks.

    `missing` names what the event lacks without the announcement (`order`, `warehouse`); empty: nothing.
    """

    complete: Callable[[Any, str, str], Event]
    missing: Callable[[Any], str]


class Contradiction(msgspec.Struct, frozen=True):
    """What stands at Amazon is not what was to be sent, and why: an operator decides."""

    reason: str


Found = Literal["taken", "absent"] | Contradiction


def _none(_event: Any) -> str:  # noqa: ANN401 - an event of any type
    return ""


def _no_names(_event: Any) -> Mapping[str, str]:  # noqa: ANN401 - an event of any type
    return {}


def _as_read(_event: Any, item: Any) -> Any:  # noqa: ANN401 - an event and an item of any type
    return item


def _taken(_event: Any, _item: Item) -> Found:  # noqa: ANN401 - an event of any type
    return "taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """How Amazon is asked what became of a submission in doubt.

    `feed`: Amazon took it if that feed has something of its order, which is then delivered. Otherwise
    `operation` is asked, with the event's `names` in its path; without an item Amazon has it not, and `judge`
    compares an item with the event. Its absence counts once Amazon had `patience` for it, or, with `looks`,
    once Amazon was asked so often and never had it: so long after the doubt began, or later.

    `doubts_refusals`: the refusal of any attempt but the first may be of what an earlier one left at Amazon,
    and is a doubt, too. It counts once Amazon, asked since, has nothing and refuses it likewise again.
    """

    feed: str = ""
    operation: str = ""
    names: Callable[[Any], Mapping[str, str]] = _no_names
    judge: Callable[[Any, Any], Found] = _taken
    patience: timedelta = timedelta(minutes=15)
    looks: tuple[timedelta, ...] = ()
    doubts_refusals: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRead:
    """How the verdict on a call is had whose reply is a `receipt`: by reading what became of it.

    `reference` is what Amazon knows the event by; the ledger keeps it as the transaction's id. It stands as
    `{path_name}` in the path of `operation`, and `judge` returns what the item that it reads says.
    """

    operation: str
    path_name: str
    reference: Callable[[Any], str]
    judge: Callable[[Any], Verdict]


def _no_day(_event: Any) -> date | None:  # noqa: ANN401 - an event of any type
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """How an operation tells Amazon of an event; the callables get the event.

    `body` makes the element that is sent, by API version, `path_names` what stands in the path. `answer_feed`
    is the feed whose documents a `result` holds; `answer` makes its item of the event and what the operation
    read. `verification` is how a doubt is settled under the policy `verify`, `verdict` how the verdict is had
    after a `receipt`.
    """

    operation: str
    body: Callable[[Any, str], dict[str, Any]]
    path_names: Callable[[Any], Mapping[str, str]] = _no_names
    answer_feed: str = ""
    answer: Callable[[Any, Any], Item] = _as_read
    verification: Verification | None = None
    verdict: VerdictRead | None = None


class Calls(msgspec.Struct, frozen=True):
    """How a partner's events are told: the account's API version, and the operations that it chose.

    `chosen` has the operation by the one that an event type names first. An empty version is each
    operation's own first.
    """

    version: str = ""
    chosen: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType(Call):
    """What the core knows of one kind of event; the callables get the event.

    `operation` tells Amazon of it, and names it in the ledger; one of the `alternatives` does instead where a
    partner chose it (`Settings.choices`). `noun` names it for operators. Of one `ordering_key` (`po:D123`,
    `pkg:1Z999`) never two submissions are under way; `subject` is what a package has several of. `own_time`
    is the ISO-8601 time of the fact in its document, empty where it has none, and `time_name` Amazon's name
    of it. A time up to `early` ahead of now waits for its time, one farther ahead is held with `too_early` as
    the reason. `day` is the day at the partner's for which it is meant, where it waits for that.

    `rules` returns the violations. `makes_available` names the feeds that have something of its order once it
    succeeded. `due_within` is the time after its own within which Amazon wants it. `ships`: it tells that its
    order has shipped.
    """

    event: type[Event]
    noun: str
    ordering_key: Callable[[Any], str]
    order: Callable[[Any], str]
    rules: Callable[[Any], Sequence[Violation]]
    alternatives: tuple[Call, ...] = ()
    subject: Callable[[Any], str] = _none
    own_time: Callable[[Any], str] = _none
    time_name: str = ""
    early: timedelta = timedelta(0)
    waits_for_time: bool = False
    too_early: str = ""
    day: Callable[[Any], date | None] = _no_day
    due_within: timedelta | None = None
    ships: bool = False
    makes_available: tuple[str, ...] = ()
    announces: Callable[[Any], Announcement] | None = None
    awaits: Awaits | None = None
    label_check: LabelCheck | None = None

    def calls(self) -> tuple[Call, ...]:
        """Return every way to tell Amazon of it, the first one first."""
        return (self, *self.alternatives)


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """One shipping document of an item that a feed read: base64 as it came, and what names it.

    `format` is `png`, `zpl` or `pdf`. `package` is set where it is the label of one package.
    """

    content: str
    format: Literal["png", "zpl", "pdf"]
    package: LabelPackage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Documents that Amazon makes: how they are listed and read, and what becomes of them.

    `listed` and `single` are the operations that read a list of them and those of one order, `path_name` is
    what an order's number is called in the path of the latter; all are empty where Amazon returns them in the
    answer to a call alone. `number_error` returns why a text is no number of an order. `contents` are the
    files of an item. `selling_party` is whose it is; empty where Amazon does not say. A partner wants it by
    the key of its name in `[vendors.V.fetch]`: `bank_slips` for `bank-slips`. `template` names the files in
    the outbox; empty, the partner's own template does. `labels`: its packages are compared with what is sent,
    and listed in an index; `void_after` is the time for which a carrier takes such a label, from when it was
    made. `tries`: where not every order has one, how often one is asked for before it is left to the lists;
    0: for a day, and then an operator is told.
    """

    name: str
    contents: Callable[[Any], Sequence[Content]]
    listed: str = ""
    single: str = ""
    path_name: str = ""
    number_error: Callable[[str], str] = _none
    selling_party: Callable[[Any], str] = _none
    template: str = ""
    labels: bool = False
    void_after: timedelta | None = None
    tries: int = 0

    @property
    def key(self) -> str:
        """Return the key of the configuration by which a partner wants it."""
        return self.name.replace("-", "_")

    @property
    def says_whose(self) -> bool:
        """Return whether Amazon says whose the documents are."""
        return self.selling_party is not _none


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A read that changes nothing, by which a new authorization is proved.

    `operation` is called with `names` in its path. Any answer of Amazon's but 401 and 403 proves it, one that
    it knows no such thing, too.
    """

    operation: str
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One program of Amazon's.

    `versions` are its API versions, the default first. `verdicts` names the operation that is asked for the
    verdict of a transaction, `probe` the one that proves an authorization. `policies` are the keys of a
    partner's `in_doubt` table, with their operations. `producers` are what a mapping may produce,
    `flat_files` what may come as CSV or JSON.
    `conditions` are X12's application error conditions (element 647) by the codes of its rules.
    """

    name: str
    versions: tuple[str, ...]
    operations: tuple[Operation, ...]
    event_types: tuple[EventType, ...]
    feeds: tuple[Feed, ...] = ()
    follow_ups: tuple[FollowUp[Any], ...] = ()
    verdicts: str = ""
    probe: Probe | None = None
    policies: Mapping[str, str] = field(default_factory=dict)
    producers: Mapping[str, Producer] = field(default_factory=dict)
    flat_files: tuple[FlatFile, ...] = ()
    conditions: Mapping[str, str] = field(default_factory=dict)
    settings: Settings | None = None


class Programs:
    """All programs together, by what the core asks for them."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self.programs = tuple(programs)
        self.event_types = tuple(one for program in programs for one in program.event_types)
        self.operations = {one.name: one for program in programs for one in program.operations}
        self.feeds = {one.name: one for program in programs for one in program.feeds}
        self.follow_ups = {one.name: one for program in programs for one in program.follow_ups}
        self.policies = {key: name for program in programs for key, name in program.policies.items()}
        self.producers = {key: one for program in programs for key, one in program.producers.items()}
        self.conditions = {
            code: condition for program in programs for code, condition in program.conditions.items()
        }
        self.flat_files = tuple(one for program in programs for one in program.flat_files)
        self._of_event = {one.event: one for one in self.event_types}
        self._calls = {call.operation: call for one in self.event_types for call in one.calls()}
        self._of_operation = {call.operation: one for one in self.event_types for call in one.calls()}
        self._program_of = {one.name: program for program in programs for one in program.operations}
        self._decoders = {name: msgspec.json.Decoder(one.event) for name, one in self._of_operation.items()}

    def of(self, event: Event) -> EventType:
        """Return the type of an event."""
        return self._of_event[type(event)]

    def told_by(self, operation: str) -> EventType | None:
        """Return the type of the events that an operation tells Amazon; None for one that tells none."""
        return self._of_operation.get(operation)

    def of_operation(self, operation: str) -> EventType:
        """Return the type of the events that an operation tells Amazon. Raises KeyError for one without."""
        return self._of_operation[operation]

    def call(self, operation: str) -> Call:
        """Return how an operation tells Amazon of its events. Raises KeyError for one that tells none."""
        return self._calls[operation]

    def chosen(self, kind: EventType, calls: Calls) -> Operation:
        """Return the operation that tells Amazon of events of a type, as a partner chose."""
        return self.operations[calls.chosen.get(kind.operation, kind.operation)]

    def served_in(self, operation: str, version: str) -> tuple[str, ...]:
        """Return the API versions that have an operation, where an account's version is not one of them.

        Empty where it is, and where the program has no such version to choose.
        """
        paths = self.operations[operation].paths
        known = version in self._program_of[operation].versions
        return tuple(paths) if known and version not in paths else ()

    def decode(self, operation: str, body: str | bytes) -> Event:
        """Read an event as the ledger keeps it. Raises `msgspec.DecodeError`."""
        return self._decoders[operation].decode(body)

    def element_of(self, event: Event, version: str = "", operation: str = "") -> dict[str, Any]:
        """Return what an operation sends for an event, in an account's API version.

        Without an operation the one that its type names first, without a version that operation's first.
        """
        name = operation or self.of(event).operation
        return self._calls[name].body(event, self.operations[name].version_of(version))

    def announced(self, event: Event) -> Announcement:
        """Return what an event makes known of its packages; nothing for one that announces none."""
        announces = self.of(event).announces
        return announces(event) if announces else NOTHING_ANNOUNCED

    def followed_after(self, operation: str) -> list[FollowUp[Any]]:
        """List the follow-ups that the success of an operation's events starts."""
        return [one for one in self.follow_ups.values() if one.after == operation]

    def version_of(self, operation: str, kept: str) -> str:
        """Return the API version in which a submission was sent; its program's first, if it kept none."""
        return kept or self._program_of[operation].versions[0]

    @cached_property
    def versions(self) -> tuple[str, ...]:
        """API versions that an account may choose: those of the programs that have several."""
        several = (program.versions for program in self.programs if len(program.versions) > 1)
        return tuple(dict.fromkeys(version for versions in several for version in versions))

    @cached_property
    def rates(self) -> Mapping[str, tuple[float, int]]:
        """Amazon's rate (requests/s) and burst of each operation that has its own."""
        return {one.name: (one.rate, one.burst) for one in self.operations.values() if one.rate is not None}

    def values_of(self, partners: str, table: Any) -> dict[str, Any]:  # noqa: ANN401 - with the programs' keys
        """Return what the programs read in a partner's table for its profile, by the program's name."""
        return {
            one.name: one.settings.profile(table)
            for one in self.programs
            if one.settings and one.settings.partners == partners
        }

    @cached_property
    def stand_ins(self) -> dict[str, Any]:
        """What the profile of nobody in particular has for each program."""
        return {one.name: one.settings.stand_in for one in self.programs if one.settings}

    def settings(self, partners: str) -> list[Settings]:
        """Return what the programs add to a table of partners."""
        return [one.settings for one in self.programs if one.settings and one.settings.partners == partners]

    def probes(self, partners: str) -> list[Probe]:
        """Return what proves the authorization of an account that a table of partners names."""
        return [
            one.probe
            for one in self.programs
            if one.probe and one.settings and one.settings.partners == partners
        ]

    def verdicts_of(self, operation: str) -> Operation:
        """Return the operation that is asked for the verdicts of another one."""
        return self.operations[self._program_of[operation].verdicts]

    def _those(self, wanted: Callable[[EventType], object]) -> tuple[str, ...]:
        return tuple(one.operation for one in self.event_types if wanted(one))

    @cached_property
    def label_life(self) -> timedelta | None:
        """Time for which a carrier takes a label, from when it was made; None where no feed has labels."""
        return min((one.void_after for one in self.feeds.values() if one.void_after), default=None)

    @cached_property
    def awaiting(self) -> tuple[str, ...]:
        """Operations of the events that wait until their package is announced."""
        return self._those(lambda one: one.awaits)

    @cached_property
    def timeless(self) -> tuple[str, ...]:
        """Operations of the events that have no time of their own."""
        return self._those(lambda one: not one.time_name)

    @cached_property
    def labelled(self) -> tuple[str, ...]:
        """Operations of the events that are compared with the labels of their orders."""
        return self._those(lambda one: one.label_check)

    @cached_property
    def shipping(self) -> tuple[str, ...]:
        """Operations of the events that tell that their order has shipped."""
        return self._those(lambda one: one.ships)


@cache
def installed() -> Programs:
    """Return the programs whose folders stand beside this module."""
    package = importlib.import_module(__package__)
    folders = sorted(one.name for one in pkgutil.iter_modules(package.__path__) if one.ispkg)
    return Programs([importlib.import_module(f"{__package__}.{name}").PROGRAM for name in folders])
