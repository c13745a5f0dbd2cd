"""Each refusal of the guide over real sockets: what becomes of its package, by code and by text alone."""

from __future__ import annotations

import pytest

from bridge.programs.merchant_fulfillment.events import Money
from bridge.programs.merchant_fulfillment.operations import CREATE
from simulator.merchant.refusals import Refusal
from tests.programs.merchant_fulfillment.conftest import ORDER, USUAL, Desk, row

OTHER = "903-0000000-0000001"
BECOMES: dict[str, tuple[str, int]] = {
    "InvalidRequest": ("failed", 1),
    "InvalidShipFromAddress": ("held", 1),
    "InvalidShippingServiceOfferId": ("held", 3),
    "ShippingServiceOfferNotAvailable": ("held", 3),
    "ShipmentAlreadyExists": ("held", 1),
    "ItemsNotInOrder": ("failed", 1),
    "ResourceNotFound": ("failed", 1),
    "RegionNotSupported": ("failed", 1),
    "TermsAndConditionsNotAccepted": ("held", 1),
}
"""State of a package that is always refused so, and how often it was tried."""


@pytest.mark.parametrize("as_text", [False, True], ids=["code", "text"])
@pytest.mark.parametrize("code", BECOMES)
def test_a_refusal_is_of_its_package_alone(desk: Desk, code: str, as_text: bool) -> None:
    desk.sets(purchase="buy", **USUAL)
    for order in (ORDER, OTHER):
        desk.order(order)
    refusal = Refusal(code=code, order=ORDER, as_text=as_text, times=None)
    desk.amazon.merchant.refusals.add(refusal)
    desk.takes(row(), row(order=OTHER))
    desk.passes(3, seconds=5)
    tried = [one for one in desk.amazon.merchant.wallet.entries if one.operation == CREATE]
    of_order = sum(one.order == ORDER for one in tried)
    state, times = BECOMES[code]
    # A 403 may be of the restricted token: the call is made once more by a new one.
    times += code == "TermsAndConditionsNotAccepted" and not as_text
    assert (desk.events()[ORDER][0][0], of_order) == (state, times)
    assert [one["order"] for one in desk.bought()] == [OTHER]


def test_the_next_day_has_its_own_limit(desk: Desk) -> None:
    desk.sets(purchase="buy", max_price=Money("USD", "25.00"), daily_cap=Money("USD", "10.00"))
    for order in (ORDER, OTHER):
        desk.order(order)
    desk.takes(row(), row(order=OTHER))
    told = desk.events()
    assert sorted(told[order][0][0] for order in told) == ["held", "succeeded"]
    (held,) = [one for one in desk.partner.ledger.batch(1).events if one.state == "held"]
    desk.passes(1, days=1)
    desk.partner.ledger.release_event(held.id, desk.clock())
    desk.passes(2, seconds=5)
    assert sorted(one["order"] for one in desk.bought()) == [OTHER, ORDER]
