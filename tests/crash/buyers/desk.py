"""The operator of a long run of buying: settles what is in doubt or held, by what Amazon has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tests.crash.buyers.market import Market
from tests.crash.buyers.packages import File, Key, Package

_PATIENCE = 30
"""So often what is held is released: prices move, and a day's money is spent."""
_DOUBTS = """
SELECT s.id, e.purchase_order_number AS number, json_extract(e.body, '$.package') AS package,
       EXISTS (SELECT 1 FROM alerts AS a WHERE a.kind = 'in_doubt' AND a.key = CAST(s.id AS TEXT)
                  AND a.cleared_at IS NULL) AS told
  FROM submissions AS s JOIN events AS e ON e.submission_id = s.id
 WHERE s.state = 'in_doubt' AND s.policy = 'hold'
"""
_HELD = """
SELECT id, purchase_order_number AS number, json_extract(body, '$.package') AS package, reason
  FROM events WHERE state = 'held'
"""
_OVER_CAP = "a day"
"""What the reason of a package ends with for which the day's money was not enough."""


class Desk:
    """Says `resolve` as an operator would; `words` counts what was said."""

    def __init__(self, site: Market, files: Sequence[File], words: Counter[str]) -> None:
        self._site = site
        self._packages = {one.key: one for file in files for one in file.packages}
        self._words = words
        self._released: Counter[Key] = Counter()
        self.problems: list[str] = []

    def settles(self) -> bool:
        """Settle all that waits for an operator; return whether anything did."""
        doubts, held = self._site.rows(_DOUBTS), self._site.rows(_HELD)
        for row in doubts:
            self._doubt(row["id"], self._packages[row["number"], row["package"]], told=row["told"])
        if any(row["reason"].endswith(_OVER_CAP) for row in held):
            self._site.passes_a_day()
            self._words["waited for another day"] += 1
        for row in held:
            self._held(row["id"], self._packages[row["number"], row["package"]], row["reason"])
        return bool(doubts or held)

    def at_amazon(self, package: Package) -> list[str]:
        """Return the ids of the shipments that Amazon has of a package."""
        return [
            one.shipment_id
            for one in self._site.amazon.merchant.shipments()
            if (one.order, one.details["Weight"]) == (package.order, package.weight)
        ]

    def _doubt(self, number: int, package: Package, *, told: bool) -> None:
        if not told:
            self.problems.append(f"{package.key} is in doubt, and no alert tells it")
        ids = self.at_amazon(package)
        self._say(str(number), *(["--shipment", ids[0]] if ids else ["--not-sent"]))

    def _held(self, number: int, package: Package, reason: str) -> None:
        if package.fate == "held":
            self._say(str(number), "--event", "--drop", "no label is to be had for it")
            return
        self._released[package.key] += 1
        if package.fate not in {"bought", "quoted"} or self._released[package.key] > _PATIENCE:
            self.problems.append(f"{package.key} is held: {reason}")
            self._say(str(number), "--event", "--drop", "nobody knows why it is held")
            return
        self._words[f"released ({_why(reason)})"] += 1
        self._say(str(number), "--event", "--send")

    def _say(self, *word: str) -> None:
        status = self._site.verb("resolve", *word)
        self._words[next(one for one in reversed(word) if one.startswith("--"))] += 1
        if status:
            self.problems.append(f"resolve {' '.join(word)} ended with {status}")


def _why(reason: str) -> str:
    """Return in a word why something is held."""
    words = {
        _OVER_CAP: "day's cap",
        "max_price": "price",
        "has expired": "offer gone",
        "unfulfilled": "already bought",
    }
    return next((word for text, word in words.items() if text in reason), reason[:60])
