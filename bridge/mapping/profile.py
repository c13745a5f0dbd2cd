"""What the configuration tells the mapping about a vendor."""

from __future__ import annotations

import msgspec

from bridge.domain.values import Address

__all__ = ["VendorProfile", "explain_profile"]


class VendorProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One vendor, as far as its documents need it.

    `selling_party` is Amazon's vendor code, `warehouses` Amazon's warehouse codes; `party_aliases`
    turns the codes of the vendor's documents (GLN, DUNS, own numbers) into those. `timezone` is an
    IANA name: times without a zone are read in it. `scac`, `carrier`, `ship_method` and `location`
    stand in where a document is silent. `status_codes` is `standard`, `amazon` or the name of a
    status table. `final_statuses` opts in to LOST and UNDELIVERABLE. `mapping` names a mapping to
    prefer. `label_requests` makes an order that the vendor accepts (855, ORDRSP) a request for its
    label. A `stand_in` profile knows no vendor: whatever a document says is right.
    """

    vendor: str
    selling_party: str = ""
    warehouses: tuple[str, ...] = ()
    party_aliases: dict[str, str] = {}
    timezone: str = "UTC"
    scac: str = ""
    carrier: str = ""
    ship_method: str = ""
    status_codes: str = "standard"
    final_statuses: frozenset[str] = frozenset()
    location: Address = Address()
    mapping: str = ""
    require_containers: bool = True
    label_requests: bool = False
    stand_in: bool = False


def explain_profile() -> VendorProfile:
    """Return the stand-in by which `edibridge explain` reads a file without any configuration."""
    return VendorProfile(
        vendor="",
        selling_party="SELLINGPARTY",
        warehouses=("WAREHOUSE",),
        timezone="UTC",
        location=Address(country_code="US"),
        label_requests=True,
        stand_in=True,
    )
