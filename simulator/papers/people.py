"""Made-up recipients and figures, the same for the same order every time."""

from __future__ import annotations

import hashlib

import msgspec

_FIRST = ("Ada", "Ben", "Cora", "Dan", "Elif", "Finn", "Gita", "Hugo", "Iris", "Jon", "Kira", "Leo")
_LAST = ("Sample", "Placeholder", "Mockford", "Testa", "Dummett", "Trial", "Standin", "Proof")
_STREETS = ("Example Street", "Rehearsal Road", "Placeholder Way", "Specimen Avenue", "Dry Run Lane")
# The towns are made up; ZIP codes beginning with 000 to 004 are not in use.
_TOWNS = (
    ("Exampleton", "IL"),
    ("Mockville", "OH"),
    ("Testburg", "PA"),
    ("Sampleford", "TX"),
    ("Demo Falls", "NY"),
)
_GOODS = ("Enamel mug", "Desk lamp", "Wool blanket", "Travel kettle", "Notebook, dotted", "Garden shears")


class Recipient(msgspec.Struct, frozen=True):
    """Whom an order goes to."""

    name: str
    street: str
    town: str
    state: str
    postcode: str


class Dice:
    """Numbers that depend on a seed only."""

    def __init__(self, seed: str) -> None:
        self._left = int.from_bytes(hashlib.sha512(seed.encode()).digest())

    def roll(self, sides: int) -> int:
        """Give a number from 0 to `sides` - 1."""
        self._left, rolled = divmod(self._left, sides)
        return rolled


def recipient(order: str) -> Recipient:
    """Make up whom an order goes to."""
    dice = Dice(f"recipient {order}")
    town, state = _TOWNS[dice.roll(len(_TOWNS))]
    return Recipient(
        name=f"{_FIRST[dice.roll(len(_FIRST))]} {_LAST[dice.roll(len(_LAST))]}",
        street=f"{1 + dice.roll(980)} {_STREETS[dice.roll(len(_STREETS))]}",
        town=town,
        state=state,
        postcode=f"00{dice.roll(5)}{dice.roll(100):02}",
    )


def goods(product: str) -> str:
    """Make up what a product is called."""
    return _GOODS[Dice(f"goods {product}").roll(len(_GOODS))]


def price(product: str) -> int:
    """Make up a price in hundredths."""
    return 495 + 50 * Dice(f"price {product}").roll(120)


def product(order: str) -> str:
    """Make up a product identifier for an order of which no lines are known."""
    dice = Dice(f"product {order}")
    return "B00" + "".join("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"[dice.roll(34)] for _ in range(7))


def tracking_number(order: str, place: int) -> str:
    """Make up the tracking number of the package at `place` (from 1) of an order."""
    return f"1Z9STAND{Dice(f'tracking {order} {place}').roll(10**10):010}"
