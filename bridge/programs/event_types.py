"""What a program says of its kinds of events, and of how Amazon is told of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Generic, Literal, TypeVar

import msgspec

from bridge.domain.events import Event, RuleError
from bridge.domain.labels import LabelPackage
from bridge.domain.outcomes import AmazonApiError, Verdict
from bridge.programs.follow_ups import NewsFile, Start
from bridge.programs.operations import Item
from bridge.programs.prechecks import Precheck, no_names
from bridge.programs.refusals import Refusals
from bridge.programs.spending import Spending

E = TypeVar("E", bound=Event)


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


def _sendable(_event: Any, _profile: Any) -> str:  # noqa: ANN401 - of any type, for any partner
    return ""


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

    `told_after`: where Amazon cannot be asked for so long, an operator is told.

    `repeated`: nothing can be asked, and the same call, sent again, settles it. It returns why that may not
    be done with an event, which an operator then has to look at; empty where it may. It is done after the
    first of the `looks`, and so often as there are `looks`; then an operator has to look, too.
    """

    feed: str = ""
    operation: str = ""
    names: Callable[[Any], Mapping[str, str]] = no_names
    judge: Callable[[Any, Any], Found] = _taken
    patience: timedelta = timedelta(minutes=15)
    looks: tuple[timedelta, ...] = ()
    doubts_refusals: bool = False
    told_after: timedelta = timedelta(minutes=30)
    repeated: Callable[[Any], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRead:
    """How the verdict on a call is had whose reply is a `receipt`: by reading what became of it.

    `reference` is what Amazon knows the event by; the ledger keeps it as the transaction's id. It stands as
    `{path_name}` in the path of `operation`, and `judge` returns what the item that it reads says.

    `explains_refusals`: it is read after a refusal, too, and may say why, or that it is done already.
    """

    operation: str
    path_name: str
    reference: Callable[[Any], str]
    judge: Callable[[Any], Verdict]
    explains_refusals: bool = False


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What the answer to a call says of its event: with `errors` it is refused, else it has succeeded.

    `notes` stand beside the event for operators and in its status files, `files` are put into the outbox with
    its success. `reference` is what Amazon knows it by, `tracking_number` that of its package, and `starts`
    are asked about from now on.
    """

    errors: tuple[AmazonApiError, ...] = ()
    notes: tuple[RuleError, ...] = ()
    files: tuple[NewsFile, ...] = ()
    reference: str = ""
    tracking_number: str = ""
    starts: tuple[Start, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """How what Amazon has is cancelled there: by an event of its own, which `operation` tells Amazon.

    `make` makes it of the cancelled event as far as the cancelling document says it, which is its number. It
    has the same ordering key, so that both go in turn.

    `refer`: it needs what Amazon knows the cancelled event by (the reference of its answer), and is completed
    with that before it goes; where that is not known it is held. `frees`: once it has succeeded another one
    with the same number may come.
    """

    operation: str
    make: Callable[[Any], Event]
    refer: Callable[[Any, str], Event] | None = None
    frees: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How an event is changed after it was read: by one of another type, which `operation` tells Amazon.

    `unsent` returns the event as it is to go instead, where it was not sent yet. `sent` gets the event that
    Amazon has, the changes that were sent since, and the new one, and returns why that cannot go: a violation
    refuses it, a contradiction holds it; None: Amazon is told of it.
    """

    operation: str
    unsent: Callable[[Any, Any], Event | Contradiction]
    sent: Callable[[Any, Sequence[Any], Any], Violation | Contradiction | None]


def no_day(_event: Any) -> date | None:  # noqa: ANN401 - an event of any type
    """Return that an event is meant for no day."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """How an operation tells Amazon of an event; the callables get the event.

    `body` makes the element that is sent, by API version, `path_names` what stands in the path. `answer_feed`
    is the feed whose documents a `result` holds; `answer` makes its item of the event and what the operation
    read. `answered` judges what the operation read, for a partner's profile. `verification` is how a doubt is
    settled under the policy `verify`, `verdict` how the verdict is had after a `receipt`.
    """

    operation: str
    body: Callable[[Any, str], dict[str, Any]]
    path_names: Callable[[Any], Mapping[str, str]] = no_names
    answer_feed: str = ""
    answer: Callable[[Any, Any], Item] = _as_read
    answered: Callable[[Any, Any, Any], Answered] | None = None
    verification: Verification | None = None
    verdict: VerdictRead | None = None
    spending: Spending | None = None
    refusals: Refusals | None = None


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
    the reason. `day` is the day at the partner's for which it is meant and waits, with `day_by_choice` only
    where the partner chose that. `last_day` is the day at the partner's after which it is refused;
    such events go one a submission.

    `rules` returns the violations. `makes_available` names the feeds that have something of its order once it
    succeeded. `due_within` is the time after its own within which Amazon wants it. `ships`: it tells that its
    order has shipped. `once`: Amazon takes one a key and subject, so a second is never sent: one with
    the same content is a duplicate, one with other content is held; `content` returns the event without what
    makes no other one of it. `cancelled_by`: Amazon takes a cancellation of it; without, one of what
    Amazon has is held. `changed_by`: it may be changed, by what says that it is a replacement and is an event
    of that other type. `precheck` is what Amazon is asked about it before it is sent.

    `not_sendable` returns, for a partner's profile, why an event is not sent as it is, and is the last word:
    it is asked right before the call, and an event that an operator has released is held by it again.
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
    day: Callable[[Any], date | None] = no_day
    day_by_choice: bool = False
    last_day: Callable[[Any], date | None] = no_day
    due_within: timedelta | None = None
    ships: bool = False
    once: bool = False
    content: Callable[[Any], Event] | None = None
    cancelled_by: Cancellation | None = None
    changed_by: Change | None = None
    makes_available: tuple[str, ...] = ()
    announces: Callable[[Any], Announcement] | None = None
    awaits: Awaits | None = None
    label_check: LabelCheck | None = None
    precheck: Precheck | None = None
    not_sendable: Callable[[Any, Any], str] = _sendable

    def calls(self) -> tuple[Call, ...]:
        """Return every way to tell Amazon of it, the first one first."""
        return (self, *self.alternatives)
