"""What a vendor of the crash tests drops, and what must become of that."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tests.crash.vendors import Vendor
from tests.system.traffic import (
    carrier_status,
    despatch_advice,
    edifact,
    order,
    ship_notice,
    status_report,
    tracking,
    x12,
)

CONFIRM, UPDATE, LABEL = (
    "submitShipmentConfirmations",
    "submitShipmentStatusUpdates",
    "submitShippingLabelRequest",
)
Fact = tuple[str, str]
"""Operation, and the order (for status updates: the tracking number) that it is about."""
_COLUMNS = "PO Number,Warehouse,Package ID,Weight,Weight Unit,Line,ASIN,SKU,Qty"
_USUAL = {
    "notices": 5,
    "despatches": 4,
    "updates": 6,
    "requests": 5,
    "junk": 1,
    "again": 2,
    "repeats": 1,
    "conflict": 1,
    "doomed": 1,
}
"""Kinds of files, and how often each comes of itself."""


@dataclass(frozen=True, slots=True)
class Drop:
    """One file as it is dropped."""

    vendor: Vendor
    name: str
    data: bytes
    kind: str
    facts: frozenset[Fact] = frozenset()
    documents: int = 0
    acknowledged: int = 0
    """How many acknowledgements it asks for."""
    standard: str = ""
    """`x12` or `edifact`; empty for what is neither."""
    repeated: int = 0
    """How many of its documents say what another one says: those are never to be sent."""
    doomed: frozenset[str] = frozenset()
    """Orders that Amazon refuses until an operator has it corrected."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def key(self) -> tuple[str, str]:
        """What makes a file the same one: its vendor and its bytes."""
        return self.vendor.name, self.sha256


class Trade:
    """Makes the files of one vendor, each with numbers of its own, and remembers them all."""

    def __init__(self, chance: random.Random, vendor: Vendor) -> None:
        self._chance = chance
        self.vendor = vendor
        self._control = 0
        self._orders = vendor.first
        self._labels = vendor.first
        self._untold: list[int] = []
        """Orders of which no status has been told yet."""
        self.drops: list[Drop] = []

    def any(self) -> Drop:
        """Make a file of any kind."""
        (kind,) = self._chance.choices(list(_USUAL), weights=list(_USUAL.values()))
        return self.one(kind)

    def some(self, *kinds: str) -> list[Drop]:
        """Make one to three files, those of `kinds` among them."""
        more = self._chance.choices(
            list(_USUAL),
            weights=list(_USUAL.values()),
            k=self._chance.randint(1, 3) - len(kinds) if len(kinds) < 3 else 0,
        )
        return [self.one(kind) for kind in (*kinds, *more)]

    def one(self, kind: str) -> Drop:
        """Make a file of one kind, or a confirmation where there is nothing to make it of."""
        self._control += 1
        makers = {
            "notices": self._notices,
            "despatches": self._despatches,
            "updates": self._updates,
            "requests": self._requests,
            "junk": self._junk,
            "again": self._again,
            "repeats": self._repeats,
            "conflict": self._conflict,
            "doomed": self._doomed,
        }
        made = makers[kind]()
        self.drops.append(made)
        return made

    def _numbers(self) -> list[int]:
        count = self._chance.randint(1, 4)
        self._orders += count
        numbers = list(range(self._orders - count, self._orders))
        self._untold += numbers
        return numbers

    def _notices(self) -> Drop:
        return self._notices_of(self._control, self._numbers())

    def _notices_of(
        self,
        control: int,
        numbers: list[int],
        again: Iterable[int] = (),
        doomed: frozenset[str] = frozenset(),
    ) -> Drop:
        """Make an 856 of these orders, some of them told `again`."""
        told = [*numbers, *again]
        data = x12("856", "SH", "004010", control, [ship_notice(number) for number in told])
        return self._edi(
            f"856_{self._control}.edi", data, "confirmations", _confirmed(numbers), len(told), doomed=doomed
        )

    def _despatches(self) -> Drop:
        numbers = self._numbers()
        data = edifact("DESADV", "96A", self._control, [despatch_advice(number) for number in numbers])
        name = f"desadv_{self._control}.edi"
        return self._edi(name, data, "confirmations", _confirmed(numbers), len(numbers))

    def _edi(
        self,
        name: str,
        data: bytes,
        kind: str,
        facts: frozenset[Fact],
        documents: int,
        *,
        doomed: frozenset[str] = frozenset(),
    ) -> Drop:
        # The parties have four letters each, so that the lengths stay right.
        own = data.replace(b"ABCD", self.vendor.warehouse.encode())
        return Drop(
            vendor=self.vendor,
            name=name,
            data=own.replace(b"+ACME::92", f"+{self.vendor.code}::92".encode()),
            kind=kind,
            facts=facts,
            documents=documents,
            acknowledged=1,
            standard="x12" if data.startswith(b"ISA") else "edifact",
            repeated=documents - len(facts),
            doomed=doomed,
        )

    def _updates(self) -> Drop:
        if not self._untold:
            return self._notices()
        count = min(len(self._untold), self._chance.randint(1, 4))
        numbers = [self._untold.pop(self._chance.randrange(len(self._untold))) for _ in range(count)]
        if self._chance.random() < 0.5:
            name = f"214_{self._control}.edi"
            data = x12("214", "QM", "004010", self._control, [carrier_status(one) for one in numbers])
        else:
            name = f"iftsta_{self._control}.edi"
            data = edifact("IFTSTA", "96A", self._control, [status_report(one) for one in numbers])
        facts = frozenset((UPDATE, tracking(number)) for number in numbers)
        return self._edi(name, data, "updates", facts, len(numbers))

    def _requests(self, *, doomed: bool = False) -> Drop:
        count = self._chance.randint(1, 3)
        orders = [f"LR{self._labels + place:07}" for place in range(count)]
        self._labels += count
        rows = [f"{one},{self.vendor.warehouse},{one}1,4.5,LB,1,B07DFVDRAB,SKU-1,2" for one in orders]
        return Drop(
            vendor=self.vendor,
            name=f"labels_{self._control}.csv",
            data="\n".join([_COLUMNS, *rows, ""]).encode(),
            kind="requests",
            facts=frozenset((LABEL, one) for one in orders),
            documents=count,
            doomed=frozenset(orders[:1]) if doomed else frozenset(),
        )

    def _junk(self) -> Drop:
        # The same bytes as another vendor's, which lie in the spool once for both.
        count = sum(one.kind == "junk" for one in self.drops)
        data = b"no EDI at all %d\n" % count
        return Drop(self.vendor, f"junk_{self._control}.edi", data, "junk")

    def _again(self) -> Drop:
        """Drop an earlier file once more, under another name: nothing is sent, it is acknowledged again."""
        earlier = [one for one in self.drops if one.kind in {"confirmations", "updates", "requests"}]
        if not earlier:
            return self._notices()
        first = self._chance.choice(earlier)
        suffix = first.name.rpartition(".")[2]
        name = f"again_{self._control}.{suffix}"
        return Drop(self.vendor, name, first.data, "again", acknowledged=first.acknowledged)

    def _repeats(self) -> Drop:
        """Report of one shipment twice in a file: the second time waits for an operator, who drops it."""
        numbers = self._numbers()
        return self._notices_of(self._control, numbers, numbers[:1])

    def _conflict(self) -> Drop:
        """Use a control number once more for other content: it waits for an operator, who lets it go."""
        earlier = [one for one in self.drops if one.name.startswith("856_") and one.kind == "confirmations"]
        if not earlier:
            return self._notices()
        taken = self._chance.choice(earlier)
        return self._notices_of(_control_of(taken), self._numbers())

    def _doomed(self) -> Drop:
        """Make a file with something that Amazon refuses at first."""
        if self._chance.random() < 0.3:
            return self._requests(doomed=True)
        numbers = self._numbers()
        return self._notices_of(self._control, numbers, doomed=frozenset({order(numbers[-1])}))


def expected_facts(drops: Iterable[Drop]) -> dict[Fact, Vendor]:
    """Return each fact of these files, and whose it is."""
    return {fact: drop.vendor for drop in drops for fact in drop.facts}


def first_drops(drops: Iterable[Drop]) -> dict[tuple[str, str], Drop]:
    """Return the drops that brought a content for the first time, by vendor and bytes."""
    return {drop.key: drop for drop in drops if drop.kind != "again"}


def turned_up(drops: Iterable[Drop]) -> Counter[tuple[str, str]]:
    """Count how often each content was dropped, by vendor and bytes."""
    return Counter(drop.key for drop in drops)


def _control_of(drop: Drop) -> int:
    """Read the interchange's control number, ISA13."""
    return int(drop.data.split(b"*", 14)[13])


def _confirmed(numbers: Iterable[int]) -> frozenset[Fact]:
    return frozenset((CONFIRM, order(number)) for number in numbers)
