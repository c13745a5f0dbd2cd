"""What is in doubt is bought after an operator's word that Amazon has none of it: by a new offer, once."""

from __future__ import annotations

from datetime import timedelta

from bridge.programs.merchant_fulfillment.operations import CREATE
from tests.programs.merchant_fulfillment.conftest import ORDER, USUAL, Desk, row


def test_a_package_that_amazon_never_got_is_quoted_anew_and_bought(desk: Desk) -> None:
    desk.sets(purchase="buy", **USUAL)
    desk.order(MUG=3)
    desk.amazon.faults.cut_before(operation=CREATE)
    desk.takes(row(pieces=2))
    desk.passes(2, minutes=30)  # its offer is good no more, and a part is never tried again
    ledger, now = desk.partner.ledger, desk.clock.now + timedelta(minutes=1)
    assert desk.bought() == []

    ledger.resolve(1, None, now)
    desk.passes(2, minutes=5)

    assert [state for state, _ in desk.events()[ORDER]] == ["succeeded"]
    assert len(desk.bought()) == 1
    (money,) = ledger.spent(desk.partner.vendor, now.date())
    assert money.spent == desk.amazon.merchant.wallet.spent("default")
    assert money.reserved == 0


def test_what_a_repeat_settles_leaves_no_money_reserved(desk: Desk) -> None:
    desk.sets(purchase="buy", **USUAL)
    desk.order()
    desk.amazon.faults.cut_after(operation=CREATE)
    desk.takes(row())
    desk.passes(2, minutes=2)

    assert len(desk.bought()) == 1
    (money,) = desk.partner.ledger.spent(desk.partner.vendor, desk.clock.now.date())
    assert money.spent == desk.amazon.merchant.wallet.spent("default")
    assert money.reserved == 0
