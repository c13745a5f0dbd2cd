"""An order in doubt is no operator's matter: Amazon is asked, and only a day without an answer is told."""

from __future__ import annotations

import stamina

from tests.programs.multi_channel_fulfillment.conftest import Shop, orders


def alerts(shop: Shop) -> list[str]:
    return [one.kind for one in shop.partner.ledger.alerts("acme")]


def test_only_a_day_without_a_look_is_told(shop: Shop) -> None:
    shop.amazon.faults.cut_after(operation="createFulfillmentOrder")
    shop.amazon.faults.reply(500, operation="getFulfillmentOrder", times=None)
    shop.drop("orders.csv", orders("1001,1,SKU-A,2"))
    with stamina.set_testing(True, attempts=1):
        shop.passes(rounds=2, minutes=1)
        shop.passes(hours=22)
        assert (shop.states(), alerts(shop)) == (["in_doubt"], [])
        assert shop.partner.ledger.verifying("acme") == 1
        shop.passes(hours=3)
        assert alerts(shop) == ["in_doubt"]
    shop.amazon.faults.clear()
    shop.passes(rounds=2, hours=1)
    assert (shop.states(), alerts(shop), shop.created()) == (["succeeded"], [], {"1001": 1})


def test_a_look_that_amazon_refuses_is_told_as_a_matter_of_credentials_until_one_is_let_in(
    shop: Shop,
) -> None:
    shop.amazon.faults.cut_after(operation="createFulfillmentOrder")
    shop.amazon.faults.reply(403, operation="getFulfillmentOrder", times=None)
    shop.drop("orders.csv", orders("1001,1,SKU-A,2"))
    shop.passes(rounds=2, minutes=1)
    assert (shop.states(), alerts(shop)) == (["in_doubt"], ["credentials"])
    shop.amazon.faults.clear()
    shop.passes(rounds=2, minutes=5)
    assert (shop.states(), alerts(shop)) == (["succeeded"], [])
