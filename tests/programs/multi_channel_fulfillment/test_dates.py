"""What an order's document wants of time: when it is sent, and when not any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bridge.domain.events import MappingResult
from bridge.domain.values import Address
from bridge.mapping.profile import VendorProfile
from bridge.pipeline.event_checks import in_time, timing_of
from bridge.pipeline.partner import Policies
from bridge.programs.multi_channel_fulfillment.events import FulfillmentOrdered

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)  # still the 22nd in New York
PROFILE = VendorProfile(vendor="acme", timezone="America/New_York")


def order(**more: str) -> FulfillmentOrdered:
    told = dict.fromkeys(
        (
            "order_number", "seller_fulfillment_order_id", "marketplace_id", "displayable_order_id",
            "displayable_order_comment", "shipping_speed_category", "fulfillment_action",
            "fulfillment_policy",
        ),
        "",
    )  # fmt: skip
    told |= {"displayable_order_date": "2026-11-20T00:00:00-05:00"} | more
    return FulfillmentOrdered(**told, destination_address=Address(), items=())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "verdict"), [("2026-11-22", "send"), ("2026-11-23", "wait"), ("2027-03-15", "hold"), ("", "send")]
)
def test_an_order_waits_at_every_seller_for_the_day_before_which_it_is_not_to_ship(
    day: str, verdict: str
) -> None:
    timed = timing_of(order(ship_not_before=day), NOW, PROFILE, Policies())
    assert timed.verdict == verdict
    if verdict == "wait":
        assert timed.until == NOW.replace(hour=5)


def test_an_order_of_tomorrow_is_held_whatever_day_it_may_ship() -> None:
    later = (NOW + timedelta(days=2)).isoformat()
    timed = timing_of(
        order(displayable_order_date=later, ship_not_before="2026-12-01"), NOW, PROFILE, Policies()
    )
    assert (timed.verdict, "an order is not made in the future" in timed.reason) == ("hold", True)


def test_an_order_is_refused_after_the_day_on_which_its_document_ends() -> None:
    def codes(day: str) -> list[str]:
        result = in_time(MappingResult(event=order(cancel_after=day)), NOW, PROFILE)
        return [one.code for one in result.errors]

    assert (codes("2026-11-21"), codes("2026-11-22"), codes("")) == (["TOO_LATE"], [], [])
