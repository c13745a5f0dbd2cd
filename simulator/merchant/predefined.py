"""The package sizes that Amazon knows by name, by carrier."""

from __future__ import annotations

_SIZES = {
    "FedEx": """
        Box_10kg Box_25kg Box_Extra_Large_1 Box_Extra_Large_2 Box_Large_1 Box_Large_2 Box_Medium_1
        Box_Medium_2 Box_Small_1 Box_Small_2 Envelope Padded_Pak Pak_1 Pak_2 Tube XL_Pak
    """,
    "UPS": """
        Box_10kg Box_25kg Express_Box Express_Box_Large Express_Box_Medium Express_Box_Small
        Express_Envelope Express_Hard_Pak Express_Legal_Envelope Express_Pak Express_Tube Laboratory_Pak
        Pad_Pak Pallet
    """,
    "USPS": """
        Card Flat FlatRateCardboardEnvelope FlatRateEnvelope FlatRateGiftCardEnvelope
        FlatRateLegalEnvelope FlatRatePaddedEnvelope FlatRateWindowEnvelope LargeFlatRateBoardGameBox
        LargeFlatRateBox Letter MediumFlatRateBox1 MediumFlatRateBox2 RegionalRateBoxA1 RegionalRateBoxA2
        RegionalRateBoxB1 RegionalRateBoxB2 RegionalRateBoxC SmallFlatRateBox SmallFlatRateEnvelope
    """,
}
PREDEFINED = tuple(f"{carrier}_{size}" for carrier, sizes in _SIZES.items() for size in sizes.split())
