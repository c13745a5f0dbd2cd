"""Sizes of packages that Amazon knows by a carrier's name for them, and words that mean them."""

from __future__ import annotations

import re
from decimal import Decimal

from bridge.programs.merchant_fulfillment.events import Dimensions
from bridge.programs.merchant_fulfillment.measures import LENGTHS

_OF_CARRIERS = {
    "FedEx": (
        "Box_10kg Box_25kg Box_Extra_Large_1 Box_Extra_Large_2 Box_Large_1 Box_Large_2 Box_Medium_1 "
        "Box_Medium_2 Box_Small_1 Box_Small_2 Envelope Padded_Pak Pak_1 Pak_2 Tube XL_Pak"
    ),
    "UPS": (
        "Box_10kg Box_25kg Express_Box Express_Box_Large Express_Box_Medium Express_Box_Small "
        "Express_Envelope Express_Hard_Pak Express_Legal_Envelope Express_Pak Express_Tube "
        "Laboratory_Pak Pad_Pak Pallet"
    ),
    "USPS": (
        "Card Flat FlatRateCardboardEnvelope FlatRateEnvelope FlatRateGiftCardEnvelope "
        "FlatRateLegalEnvelope FlatRatePaddedEnvelope FlatRateWindowEnvelope "
        "LargeFlatRateBoardGameBox LargeFlatRateBox Letter MediumFlatRateBox1 MediumFlatRateBox2 "
        "RegionalRateBoxA1 RegionalRateBoxA2 RegionalRateBoxB1 RegionalRateBoxB2 RegionalRateBoxC "
        "SmallFlatRateBox SmallFlatRateEnvelope"
    ),
}
PREDEFINED = frozenset(
    f"{carrier}_{name}" for carrier, names in _OF_CARRIERS.items() for name in names.split()
)
"""Amazon's `PredefinedPackageDimensions`."""
_SIDES = re.compile(r"([\d.]+) ?x ?([\d.]+) ?x ?([\d.]+) (IN|CM)")
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,4})?")


def dimensions_of_text(text: str) -> Dimensions:
    """Read `12 x 9 x 4 IN`. Raises ValueError."""
    found = _SIDES.fullmatch(text)
    if found is None or not all(_NUMBER.fullmatch(side) and Decimal(side) > 0 for side in found.groups()[:3]):
        raise ValueError(
            'must be length, width, height and unit, such as "12 x 9 x 4 IN" or "30 x 20 x 10 CM"'
        )
    return Dimensions(found[1], found[2], found[3], LENGTHS[found[4]])
