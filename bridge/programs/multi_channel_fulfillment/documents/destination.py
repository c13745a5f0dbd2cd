"""Where an order goes: one party of its document, whole."""

from __future__ import annotations

from bridge.domain.values import Address
from bridge.mapping.lookup import Scope
from bridge.mapping.reader import Reader
from bridge.programs.multi_channel_fulfillment.documents.told import all_told, hold_undecided, one_of

PARTY = "party"
ROLES = ("ship_to", "consignee")
"""Who an order may go to: the first of these that the document names."""
_MOST_LINES = 3
_TEXTS = ("name", "city", "state_or_region", "postal_code")


def party_of(reader: Reader, root: Scope) -> Scope | None:
    """Return the loop of the party that the order goes to; None where the document names none."""
    for role in ROLES:
        found = _with_role(reader, root, role)
        if found:
            return next((one for one in found if one.parent is root), found[0])
    return None


def destination_of(reader: Reader, root: Scope, lines: list[Scope], party: Scope | None) -> Address:
    """Return the address of a party. One that differs from another of its role, anywhere, is held.

    So is an order whose lines name their own party, and not each of them one.
    """
    if party is None:
        return Address()
    address = address_of(reader, party)
    if party.parent is not root:
        told = {id(one.parent) for one in _with_role(reader, root, reader.text("party_role", party))}
        for line in lines:
            if told.isdisjoint(id(scope) for scope in line.scopes.values()):
                hold_undecided(reader, f"{_named(line)} is a line without a party that it goes to")
    for other in _with_role(reader, root, reader.text("party_role", party)):
        if other is not party and address_of(reader, other) != address:
            hold_undecided(
                reader,
                f"the order goes to two places, {_named(party)} and {_named(other)}: Amazon ships an order "
                "to one; have it sent again as two orders",
            )
    return address


def address_of(reader: Reader, party: Scope) -> Address:
    """Return the address in a party's loop; what Amazon has no room for is held."""
    lines = all_told(reader, "address_line", party)
    if len(lines) > _MOST_LINES:
        hold_undecided(
            reader,
            f"the address has {len(lines)} lines, the first in {lines[0][1]}; Amazon takes {_MOST_LINES}, "
            "and none is left out: have it sent again with fewer",
        )
    first, second, third, *_ = *(value for value, _ in lines), "", "", ""
    country = one_of(reader, "country_code", reader.fields["country_code"].places(party))
    return Address(
        **{name: one_of(reader, name, reader.fields[name].places(party)) for name in _TEXTS},
        address_line1=first,
        address_line2=second,
        address_line3=third,
        country_code=reader.mappings.countries.get(country, country),
        phone=one_of(reader, "phone", all_told(reader, "phone", party)),
    )


def _with_role(reader: Reader, root: Scope, role: str) -> list[Scope]:
    return [one for one in root.below(PARTY) if reader.text("party_role", one) == role]


def _named(party: Scope) -> str:
    return f"segment {party.first.number}" if party.first is not None else "the document"
