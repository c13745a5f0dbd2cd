"""Labels of an order as Amazon told them, and what an answer about them changes. Pure.

Amazon does not tell when it made a label. An answer about one order has all of its packages, so it replaces
what was known. A list is read with overlap, and not always from the oldest on: an entry that is an order's
first label counts, one with other packages adds them, and where one has another label for a package than
the one that is known, the order is asked for before any label is void.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import msgspec

LabelState = Literal["valid", "void", "listed"]
"""`listed`: a list has it beside another label of the package; which is the newer one is asked."""


class LabelPackage(msgspec.Struct, frozen=True, kw_only=True):
    """One package of an order's label; what Amazon left out is empty."""

    package_identifier: str = ""
    tracking_number: str = ""
    ship_method: str = ""
    ship_method_name: str = ""


class KnownLabel(LabelPackage, frozen=True, kw_only=True):
    """A package of a label as it stands; `number` tells it from the others of its order."""

    number: int
    state: LabelState = "valid"


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a known label: its new state and values."""

    number: int
    state: LabelState
    package: LabelPackage


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """A label that was not known; `place` counts the packages of the answer from 0."""

    place: int
    state: LabelState
    package: LabelPackage


class Again(NamedTuple):
    """A known label that is told again: its place in the answer, and its number."""

    place: int
    number: int


class Renewal(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer changes. `ask`: the order is to be asked for, to know which label is the newer one."""

    again: tuple[Again, ...] = ()
    changed: tuple[Changed, ...] = ()
    added: tuple[Added, ...] = ()
    ask: bool = False


def same_text(text: str) -> str:
    """Return a number or code as it is compared: without spaces, in capitals."""
    return "".join(text.split()).upper()


def renew(known: Sequence[KnownLabel], answer: Sequence[LabelPackage], *, whole: bool) -> Renewal:
    """Return what an answer changes; `whole`: it is about this order alone, else it is an entry of a list."""
    found = _found(answer, known)
    again = tuple(Again(place, one.number) for place, one in enumerate(found) if one is not None)
    renewal = _replaced(known, answer, found) if whole else _listed(known, answer, found)
    return msgspec.structs.replace(renewal, again=again)


def _listed(
    known: Sequence[KnownLabel], answer: Sequence[LabelPackage], found: Sequence[KnownLabel | None]
) -> Renewal:
    news = [place for place, one in enumerate(found) if one is None]
    clear = all(one is None or one.state == "valid" for one in found)
    if clear and _adds(known, [answer[place] for place in news]):
        return Renewal(added=_added(answer, news, "valid"))
    return Renewal(added=_added(answer, news, "listed"), ask=bool(news) or not clear)


def _replaced(
    known: Sequence[KnownLabel], answer: Sequence[LabelPackage], found: Sequence[KnownLabel | None]
) -> Renewal:
    kept = {one.number: package for one, package in zip(found, answer, strict=True) if one is not None}
    changed = [
        Changed(number=one.number, state=state, package=package)
        for one in known
        for state, package in [_outcome(one, kept.get(one.number))]
        if state != one.state or package != _plain(one)
    ]
    news = [place for place, one in enumerate(found) if one is None]
    return Renewal(changed=tuple(changed), added=_added(answer, news, "valid"))


def _outcome(one: KnownLabel, said: LabelPackage | None) -> tuple[LabelState, LabelPackage]:
    if said is None:
        return "void", _plain(one)
    return "valid", LabelPackage(
        package_identifier=_newer(one.package_identifier, said.package_identifier),
        tracking_number=_newer(one.tracking_number, said.tracking_number),
        ship_method=said.ship_method or one.ship_method,
        ship_method_name=said.ship_method_name or one.ship_method_name,
    )


def _newer(old: str, new: str) -> str:
    """Choose the spelling: what an answer leaves out is not unsaid, and what it only spells anew stays."""
    return new if new and same_text(new) != same_text(old) else old


def _plain(one: KnownLabel) -> LabelPackage:
    return LabelPackage(**{name: getattr(one, name) for name in LabelPackage.__struct_fields__})


def _added(answer: Sequence[LabelPackage], places: Iterable[int], state: LabelState) -> tuple[Added, ...]:
    return tuple(Added(place=place, state=state, package=answer[place]) for place in places)


def _adds(known: Sequence[KnownLabel], news: Sequence[LabelPackage]) -> bool:
    """Check whether packages are new beside the order's label: by their identifiers, or there is none yet."""
    standing = {same_text(one.package_identifier) for one in known if one.state != "void"}
    coming = {same_text(one.package_identifier) for one in news}
    return not standing or not coming or ("" not in standing | coming and not standing & coming)


def _found(answer: Sequence[LabelPackage], known: Sequence[KnownLabel]) -> list[KnownLabel | None]:
    """Find the label that each package of an answer tells again, valid ones before others, each once."""
    left = sorted(known, key=lambda one: ("valid", "listed", "void").index(one.state))
    found: list[KnownLabel | None] = []
    for package in answer:
        same = next((one for one in left if _is_same(one, package)), None)
        if same is not None:
            left.remove(same)
        found.append(same)
    return found


def _is_same(one: LabelPackage, other: LabelPackage) -> bool:
    """Compare by identifier and tracking number, where both tell them."""
    pairs = (
        (one.package_identifier, other.package_identifier),
        (one.tracking_number, other.tracking_number),
    )
    told = [(same_text(mine), same_text(theirs)) for mine, theirs in pairs]
    return all(mine == theirs or not (mine and theirs) for mine, theirs in told) and any(
        mine == theirs for mine, theirs in told
    )
