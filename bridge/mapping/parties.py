"""Selling party and warehouse: the document's own, if the vendor has it, else the vendor's."""

from __future__ import annotations

from bridge.mapping.lookup import Scope
from bridge.mapping.profile import VendorProfile
from bridge.mapping.reader import Reader


def selling_party(reader: Reader, scope: Scope) -> str:
    """Return Amazon's vendor code; a code that is not this vendor's is held."""
    own = reader.profile.selling_party
    return _listed(reader, scope, "selling_party", (own,) if own else ()) or own


def ship_from_party(reader: Reader, scope: Scope) -> str:
    """Return Amazon's warehouse code: the document's, or the vendor's only one; empty if neither tells."""
    warehouses = reader.profile.warehouses
    named = _listed(reader, scope, "ship_from_party", warehouses)
    return named or (warehouses[0] if len(warehouses) == 1 else "")


def known_party(profile: VendorProfile, kind: str, code: str, known: tuple[str, ...]) -> tuple[str, str]:
    """Return Amazon's code for a party's, and a reason to hold it where it is none of `known`."""
    party = profile.party_aliases.get(code, code)
    if not known or party in known or profile.stand_in:
        return party, ""
    return party, (
        f"the document names the {kind} {code!r}, which is not this vendor's ({', '.join(known)}): "
        "somebody else's document, or a code to list in the vendor's configuration"
    )


def _listed(reader: Reader, scope: Scope, name: str, known: tuple[str, ...]) -> str:
    code = reader.text(name, scope)
    if not code:
        return ""
    kind = "selling party" if name == "selling_party" else "warehouse"
    party, hold = known_party(reader.profile, kind, code, known)
    if hold:
        reader.findings.hold(hold)
    return party
