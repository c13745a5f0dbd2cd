"""What the configuration tells this program's mappings about a vendor."""

from __future__ import annotations

import msgspec

from bridge.domain.values import Address
from bridge.mapping.profile import VendorProfile

NAME = "vendor_direct_fulfillment"


class VendorValues(msgspec.Struct, frozen=True, kw_only=True):
    """Values of one vendor.

    `scac`, `carrier`, `ship_method` and `location` stand in where a document is silent. `final_statuses` opts
    in to LOST and UNDELIVERABLE. `require_containers` refuses a confirmation without any. `label_requests`
    makes an order that the vendor accepts (855, ORDRSP) a request for its label.
    """

    scac: str = ""
    carrier: str = ""
    ship_method: str = ""
    final_statuses: frozenset[str] = frozenset()
    location: Address = Address()
    require_containers: bool = True
    label_requests: bool = False


STAND_IN = VendorValues(location=Address(country_code="US"), label_requests=True)
"""For no vendor in particular."""
_DEFAULT = VendorValues()


def values_of(profile: VendorProfile) -> VendorValues:
    """Return this program's values of a vendor."""
    values: VendorValues = profile.of_programs.get(NAME, _DEFAULT)
    return values
