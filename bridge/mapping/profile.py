"""What the configuration tells the mapping about a vendor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from bridge.programs.registry import installed

__all__ = ["VendorProfile", "explain_profile"]


class VendorProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One vendor, as far as its documents need it.

    `selling_party` is Amazon's vendor code, `warehouses` Amazon's warehouse codes; `party_aliases`
    turns the codes of the vendor's documents (GLN, DUNS, own numbers) into those. `timezone` is an
    IANA name: times without a zone are read in it. `status_codes` is `standard`, `amazon` or the name of a
    status table. `mapping` names mappings to prefer. A `stand_in` profile knows no vendor: whatever a
    document says is right. `of_programs` has what each program reads of its own settings, by its name.
    `kind` is the table of the configuration that it stands in, by which programs are for it; empty: all are.
    """

    vendor: str
    kind: Literal["vendors", "sellers", ""] = ""
    selling_party: str = ""
    warehouses: tuple[str, ...] = ()
    party_aliases: dict[str, str] = {}
    timezone: str = "UTC"
    status_codes: str = "standard"
    mapping: tuple[str, ...] = ()
    stand_in: bool = False
    of_programs: Mapping[str, Any] = {}


def explain_profile() -> VendorProfile:
    """Return the stand-in by which `edibridge explain` reads a file without any configuration."""
    return VendorProfile(
        vendor="",
        selling_party="SELLINGPARTY",
        warehouses=("WAREHOUSE",),
        timezone="UTC",
        stand_in=True,
        of_programs=installed().stand_ins,
    )
