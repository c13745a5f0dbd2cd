"""Features of orders: what Amazon refuses for one says where to look."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from bridge.programs.multi_channel_fulfillment.profile import NAME
from tests.programs.multi_channel_fulfillment.conftest import Shop, orders


def test_an_order_that_is_refused_for_a_feature_says_which_verb_lists_them(shop: Shop) -> None:
    values = msgspec.structs.replace(shop.partner.profile.of_programs[NAME], feature_names=("OVERBOX",))
    profile = msgspec.structs.replace(shop.partner.profile, of_programs={NAME: values})
    shop.partner = replace(shop.partner, profile=profile)
    del shop.amazon.features.offered["OVERBOX"]
    shop.drop("orders.csv", orders("1001,1,SKU-A,2"))
    shop.passes()
    ((state, reason),) = shop.events()["1001"]
    assert (state, "`edibridge features` tells which there are" in reason) == ("failed", True)
