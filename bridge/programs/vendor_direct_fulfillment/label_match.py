"""Does a shipment confirmation agree with the order's newest label? Pure: a table in a test.

Amazon charges vendors for confirmations whose tracking number or ship method is not the label's. What a
document leaves out is filled from the label where that is unambiguous; what it says otherwise is held, with
both shown. A ship method is Amazon's code, case and format sensitive: the label's counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from bridge.domain.events import RuleError
from bridge.domain.labels import LabelPackage, same_text
from bridge.programs.event_types import Filled, Hold, LabelPolicy
from bridge.programs.vendor_direct_fulfillment.events import Container, ShipmentConfirmed

SUPPLIED = frozenset({"MISSING_SHIP_METHOD", "MISSING_CONTAINER_IDENTIFIER"})
"""The violations that a label can correct."""
_NAMED = 10
"""So many packages are named in one text."""


class _Contradiction(Exception):
    """Why a confirmation is held."""


def match_label(
    confirmation: ShipmentConfirmed,
    label: Sequence[LabelPackage],
    policy: LabelPolicy,
    void: Iterable[LabelPackage] = (),
    listed: Sequence[LabelPackage] = (),
) -> Filled[ShipmentConfirmed] | Hold | None:
    """Compare a confirmation with the newest label of its order; None where it goes as the document says.

    `void` are labels that it replaced, `listed` those of which it is not known yet whether they replace it.

    A floor denial, and a confirmation that names no packages, say nothing that a label could contradict.
    """
    containers = confirmation.containers
    if not label or not containers or confirmation.shipment_status != "SHIPPED":
        return None
    if listed:
        return Hold(
            f"Amazon lists another label of the order ({_shown(listed)}) beside the one that is known "
            f"({_shown(label)}); which one is newer is being asked: edibridge fetch labels "
            f"{confirmation.purchase_order_number} asks at once"
        )
    try:
        pairs = _Pairing(containers, label, {same_text(one.tracking_number) for one in void}).pairs()
        notes: dict[tuple[str, str], list[str]] = defaultdict(list)
        filled = tuple(_filled(*pair, policy, notes) for pair in zip(containers, pairs, strict=True))
    except _Contradiction as error:
        shown = f"the document has {_shown(containers)}; the newest label has {_shown(label)}"
        return Hold(f"{error}: {shown}. Released, it is sent as the document says")
    if filled == containers:
        return None
    told = tuple(
        RuleError(code=code, message=f"{message} ({_listed(names)})")
        for (code, message), names in notes.items()
    )
    return Filled(event=msgspec.structs.replace(confirmation, containers=filled), notes=told)


def lacking(confirmation: ShipmentConfirmed) -> list[str]:
    """Name what a shipped confirmation's packages lack that their order's label has."""
    if confirmation.shipment_status != "SHIPPED":
        return []
    # With a carrier of its own a vendor names that instead.
    methods = [one.ship_method or one.scac_code or one.carrier for one in confirmation.containers]
    found = [] if all(methods) else ["a ship method"]
    numbers = [one.tracking_number for one in confirmation.containers]
    return found if all(numbers) else [*found, "a tracking number"]


class _Pairing:
    """Which container is which package of the label."""

    def __init__(
        self, containers: Sequence[Container], label: Sequence[LabelPackage], void: set[str]
    ) -> None:
        self.containers = containers
        self.label = label
        self.void = void
        self.numbers = [same_text(one.tracking_number) for one in label]
        self.names = [same_text(one.package_identifier) for one in label]
        self.free = dict.fromkeys(range(len(label)))
        """The places in the label that are no container's yet, in order."""
        self.paired: dict[int, int] = {}
        """Place of a container → place of its package in the label."""

    def pairs(self) -> list[LabelPackage]:
        """Return the package of each container; raises `_Contradiction`."""
        ours, theirs = len(self.containers), len(self.label)
        if ours != theirs:
            raise _Contradiction(f"{_count(ours)} confirmed, but the order's newest label has {theirs}")
        self._by_number()
        self._by_identifier()
        self._what_is_left()
        self._check_identifiers()
        return [self.label[self.paired[place]] for place in range(ours)]

    def _by_number(self) -> None:
        for place, container in enumerate(self.containers):
            number = same_text(container.tracking_number)
            same = [at for at in self.free if number and self.numbers[at] == number]
            named = [at for at in same if self._is_named(container, at)]
            if same:
                self._pair(place, (named or same)[0])
            elif number and all(self.numbers[at] for at in self.free):
                raise _Contradiction(self._other_number(container))

    def _by_identifier(self) -> None:
        for place, container in self._open():
            named = [at for at in self._fitting(container) if self._is_named(container, at)]
            if len(named) == 1:
                self._pair(place, named[0])

    def _what_is_left(self) -> None:
        """Pair what is left where there is one way only, or all ways are the same."""
        left = self._open()
        ways = {(self.numbers[at], self.label[at].ship_method) for at in self.free}
        for place, container in left:
            fitting = self._fitting(container)
            if not fitting:
                raise _Contradiction(self._other_number(container))
            if len(left) > 1 and len(ways) > 1:
                raise _Contradiction(
                    "packages without tracking numbers, and nothing tells which package of the label is which"
                )
            self._pair(place, fitting[0])

    def _check_identifiers(self) -> None:
        for place, at in self.paired.items():
            container, package = self.containers[place], self.label[at]
            name = same_text(container.container_identifier)
            if name and self.names[at] and name != self.names[at] and name in self.names:
                raise _Contradiction(
                    f"package {container.container_identifier} is, by tracking numbers, the label's package "
                    f"{package.package_identifier}"
                )

    def _other_number(self, container: Container) -> str:
        number = same_text(container.tracking_number)
        told = f"tracking number {container.tracking_number}"
        if number in self.void:
            return f"{told} is of a label that a newer one replaced"
        if number in self.numbers:
            return f"{told} stands on more packages than the newest label has with it"
        return f"{told} is not that of the order's newest label"

    def _fitting(self, container: Container) -> list[int]:
        """List the packages left that a container can be: one of another tracking number it cannot."""
        return [at for at in self.free if not (container.tracking_number and self.numbers[at])]

    def _is_named(self, container: Container, at: int) -> bool:
        name = same_text(container.container_identifier)
        return bool(name) and name == self.names[at]

    def _open(self) -> list[tuple[int, Container]]:
        return [(place, one) for place, one in enumerate(self.containers) if place not in self.paired]

    def _pair(self, place: int, at: int) -> None:
        del self.free[at]
        self.paired[place] = at


def _filled(
    container: Container,
    package: LabelPackage,
    policy: LabelPolicy,
    notes: dict[tuple[str, str], list[str]],
) -> Container:
    """Return a container with the values of its package; what was taken is noted."""
    number = package.tracking_number or container.tracking_number
    name = container.container_identifier or package.package_identifier or number
    method = package.ship_method or container.ship_method
    if number != container.tracking_number:
        written = f", which the document writes {container.tracking_number}" * bool(container.tracking_number)
        message = f"tracking number {number} taken from the order's newest label{written}"
        notes["LABEL_TRACKING_NUMBER", message].append(name)
    if method != container.ship_method:
        notes["LABEL_SHIP_METHOD", _about_method(container, package, policy)].append(name)
    return msgspec.structs.replace(
        container, container_identifier=name, tracking_number=number, ship_method=method
    )


def _about_method(container: Container, package: LabelPackage, policy: LabelPolicy) -> str:
    said = container.ship_method
    taken = f"ship method {package.ship_method} taken from the order's newest label"
    if not said:
        return taken
    if said == policy.default_ship_method:
        return f"{taken}; the configured one is {said}"
    same = {same_text(package.ship_method), same_text(package.ship_method_name)} - {""}
    if same_text(said) not in same and policy.ship_method_mismatch == "hold":
        raise _Contradiction(f"ship method {said} is not that of the order's newest label")
    return f"{taken}; the document says {said}"


def _shown(packages: Sequence[Container] | Sequence[LabelPackage]) -> str:
    return _listed([_one_shown(one) for one in packages])


def _one_shown(one: Container | LabelPackage) -> str:
    name = one.container_identifier if isinstance(one, Container) else one.package_identifier
    words = [name if name != one.tracking_number else "", one.tracking_number or "no tracking number"]
    words.append(f"by {one.ship_method}" if one.ship_method else "")
    return " ".join(word for word in words if word)


def _listed(words: Sequence[str]) -> str:
    more = f" and {len(words) - _NAMED} more" if len(words) > _NAMED else ""
    return ", ".join(word or "no identifier" for word in words[:_NAMED]) + more


def _count(number: int) -> str:
    return f"{number} package{'s are' if number != 1 else ' is'}"
