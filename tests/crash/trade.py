"""The vendor of the crash tests: what it drops, and what must become of that."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Drop:
    """One file as it is dropped. `acknowledged`: how many acknowledgements it asks for."""

    name: str
    data: bytes
    kind: str
    facts: frozenset[Fact] = frozenset()
    documents: int = 0
    acknowledged: int = 0

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


class Trade:
    """Makes the files of one vendor, each with numbers of its own, and remembers them all."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._control = 0
        self._orders = 0
        self._labels = 0
        self._untold: list[int] = []
        """Orders of which no status has been told yet."""
        self.drops: list[Drop] = []

    def some(self, *kinds: str) -> list[Drop]:
        """Make one to three files, those of `kinds` among them."""
        more = self._chance.choices(
            ("notices", "despatches", "updates", "requests", "junk", "again"),
            weights=(5, 4, 6, 5, 1, 2),
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
        numbers = self._numbers()
        data = x12("856", "SH", "004010", self._control, [ship_notice(number) for number in numbers])
        return self._confirming(f"856_{self._control}.edi", data, numbers)

    def _despatches(self) -> Drop:
        numbers = self._numbers()
        data = edifact("DESADV", "96A", self._control, [despatch_advice(number) for number in numbers])
        return self._confirming(f"desadv_{self._control}.edi", data, numbers)

    @staticmethod
    def _confirming(name: str, data: bytes, numbers: list[int]) -> Drop:
        facts = frozenset((CONFIRM, order(number)) for number in numbers)
        return Drop(name, data, "confirmations", facts, len(numbers), 1)

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
        return Drop(name, data, "updates", facts, len(numbers), 1)

    def _requests(self) -> Drop:
        count = self._chance.randint(1, 3)
        orders = [f"LR{self._labels + place:07}" for place in range(count)]
        self._labels += count
        rows = [f"{one},ABCD,{one}1,4.5,LB,1,B07DFVDRAB,SKU-1,2" for one in orders]
        data = "\n".join([_COLUMNS, *rows, ""]).encode()
        facts = frozenset((LABEL, one) for one in orders)
        return Drop(f"labels_{self._control}.csv", data, "requests", facts, count, 0)

    def _junk(self) -> Drop:
        return Drop(f"junk_{self._control}.edi", b"no EDI at all %d\n" % self._control, "junk")

    def _again(self) -> Drop:
        """Drop an earlier file once more, under another name: nothing is sent, it is acknowledged again."""
        earlier = [one for one in self.drops if one.kind in {"confirmations", "updates", "requests"}]
        if not earlier:
            return self._notices()
        first = self._chance.choice(earlier)
        suffix = first.name.rpartition(".")[2]
        name = f"again_{self._control}.{suffix}"
        return Drop(name, first.data, "again", acknowledged=first.acknowledged)
