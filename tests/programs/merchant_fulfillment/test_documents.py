"""Packages of EDI documents: how they are known, what is in each, and what keeps one from going."""

from __future__ import annotations

from typing import Any

from bridge.domain.events import MappingResult
from bridge.edi.model import Document
from bridge.mapping import VendorProfile, translate
from bridge.programs.merchant_fulfillment.events import Dimensions, ShipmentItem, ShipmentRequested, Weight
from bridge.programs.merchant_fulfillment.profile import NAME, STAND_IN, BuyShippingValues, PackageType
from tests.golden import shipped_mappings
from tests.mapping.support import edifact, x12

ORDER = "903-5563053-5647845"
HEAD = f"""\
BSN*00*N1*20261124*0755*0001
HL*1**S
N1*SF*SHOP*92*WAREHOUSE
HL*2*1*O
PRF*{ORDER}"""
KETTLE = "LIN*1*SK*KETTLE-17\nSN1**1*EA"
MEASURES = "PO4**********12*9*4*IN\nTD1******G*2*LB"
DEFAULT: dict[str, Any] = {
    "default_type": PackageType(dimensions=Dimensions("10", "8", "2", "inches")),
    "default_weight": Weight("8", "oz"),
}


def results(document: Document, mapping: str = "", /, **values: Any) -> list[MappingResult]:
    known = {name: getattr(STAND_IN, name) for name in STAND_IN.__struct_fields__}
    own = BuyShippingValues(**{**known, **values})
    profile = VendorProfile(
        vendor="shop",
        kind="sellers",
        timezone="America/New_York",
        mapping=(mapping,),
        of_programs={NAME: own},
    )
    return translate(document, profile, shipped_mappings())


def packages(document: Document, mapping: str = "", /, **values: Any) -> list[ShipmentRequested]:
    found = []
    for one in results(document, mapping, **values):
        assert (one.hold, one.errors) == ("", ())
        assert isinstance(one.event, ShipmentRequested)
        found.append(one.event)
    return found


def test_a_package_is_known_by_its_number_else_by_its_place_in_the_order() -> None:
    numbered = f"HL*3*2*P\n{MEASURES}\nMAN*GM*00008123\nHL*4*3*I\n{KETTLE}"
    (one,) = packages(x12("856", f"{HEAD}\n{numbered}"))
    assert (one.amazon_order_id, one.package, one.warehouse) == (ORDER, "00008123", "WAREHOUSE")
    plain = f"HL*3*2*P\n{MEASURES}\nHL*4*3*I\n{KETTLE}"
    (only,) = packages(x12("856", f"{HEAD}\n{plain}"))
    assert only.package == ""
    second = plain.replace("HL*3*", "HL*5*").replace("HL*4*3", "HL*6*5")
    assert [one.package for one in packages(x12("856", f"{HEAD}\n{plain}\n{second}"))] == ["1", "2"]


def test_loops_of_one_product_in_a_package_add_up() -> None:
    inside = f"HL*4*3*I\n{KETTLE}\nHL*5*3*I\n{KETTLE}\nHL*6*3*I\nLIN*3*SK*SPOON-01\nSN1**4*EA"
    (one,) = packages(x12("856", f"{HEAD}\nHL*3*2*P\n{MEASURES}\n{inside}"))
    assert one.items == (
        ShipmentItem(seller_sku="KETTLE-17", quantity=2),
        ShipmentItem(seller_sku="SPOON-01", quantity=4),
    )


def test_an_order_without_packages_is_one_with_what_is_told_of_it_and_the_default() -> None:
    text = f"{HEAD}\nHL*3*2*I\n{KETTLE}"
    (held,) = results(x12("856", text))
    assert (held.event, held.errors) == (None, ())
    assert "add [sellers.shop.buy_shipping.default_package]" in held.hold
    (made,) = packages(x12("856", text), **DEFAULT)
    assert (made.package_dimensions, made.weight) == (
        Dimensions("10", "8", "2", "inches"),
        Weight("8", "oz"),
    )
    (told,) = packages(x12("856", text.replace("HL*2*1*O", "TD1******G*2*LB\nHL*2*1*O")), **DEFAULT)
    assert told.weight == Weight("32", "oz")


def test_the_default_never_stands_in_for_a_package_that_is_told() -> None:
    (refused,) = results(x12("856", f"{HEAD}\nHL*3*2*P\nMAN*GM*1\nHL*4*3*I\n{KETTLE}"), **DEFAULT)
    assert [error.code for error in refused.errors] == ["MISSING_DIMENSIONS", "MISSING_WEIGHT"]


def test_a_cancellation_may_name_packages_alone() -> None:
    text = f"{HEAD}\nHL*3*2*P\nMAN*GM*00008123\nHL*4*2*P\nMAN*GM*00008124".replace("BSN*00", "BSN*01")
    found = results(x12("856", text))
    assert [one.function for one in found] == ["cancel", "cancel"]
    abouts = [one.about for one in found]
    assert [one.package for one in abouts if isinstance(one, ShipmentRequested)] == ["00008123", "00008124"]


def test_a_latest_day_ends_at_the_sellers_midnight() -> None:
    text = f"{HEAD}\nHL*3*2*P\n{MEASURES}\nHL*4*3*I\n{KETTLE}".replace("HL*1**S", "HL*1**S\nDTM*063*20261128")
    assert packages(x12("856", text))[0].deliver_by == "2026-11-28T23:59:59-05:00"
    message = f"BGM+220+{ORDER}+9\nDTM+63:20261128:102\nNAD+SF+WAREHOUSE::92\nLIN+1++A:SA\nQTY+21:1\nUNS+S"
    (one,) = packages(edifact("ORDERS", message), "edifact-orders-package", **DEFAULT)
    assert one.deliver_by == "2026-11-28T23:59:59-05:00"


def test_a_seller_of_several_warehouses_is_told_which_one_is_not_known() -> None:
    text = f"{HEAD}\nHL*3*2*P\n{MEASURES}\nHL*4*3*I\n{KETTLE}".replace("*92*WAREHOUSE", "*92*NORTH")
    (held,) = results(x12("856", text))
    assert "ships from 'NORTH', which is no warehouse of its seller" in held.hold
    assert held.event is None, "there is nothing to release: a rerun reads it again, once the table has it"
    assert isinstance(held.about, ShipmentRequested)


def test_a_package_of_two_orders_is_held_for_each() -> None:
    other = "903-1111111-2222222"
    boxes = f"HL*3*2*P\n{MEASURES}\nMAN*GM*{{0}}\nHL*4*3*I\n{KETTLE}"
    second = boxes.replace("HL*3*2", "HL*6*5").replace("HL*4*3", "HL*7*6")
    text = f"{HEAD}\n{boxes}\nHL*5*1*O\nPRF*{other}\n{second}"
    found = results(x12("856", text.replace("{0}", "00008123450000019018")))
    assert [one.event for one in found] == [None, None]
    assert all(f"of several orders ({ORDER}, {other})" in one.hold for one in found)
    # Numbers of one's own are of packages within their order.
    assert [one.package for one in packages(x12("856", text.replace("{0}", "1")))] == ["1", "1"]
    nested = f"HL*5*3*O\nPRF*{other}\nHL*6*5*I\n{KETTLE}"
    inside = (
        f"HL*1**S\nN1*SF*SHOP*92*WAREHOUSE\nHL*3*1*P\n{MEASURES}\nHL*2*3*O\nPRF*{ORDER}\nHL*4*2*I\n{KETTLE}"
    )
    both = results(x12("856", f"BSN*00*N1*20261124*0755*0001\n{inside}\n{nested}"))
    assert ["of several orders" in one.hold for one in both] == [True, True]


def test_what_amazon_has_no_place_for_is_held_and_may_be_released_without() -> None:
    text = f"W05*N*1*{ORDER}\nLX*1\nSDQ*EA*92*A*1*B*1\nW01*2*EA**SK*KETTLE-17"
    (held,) = results(x12("940", text), "x12-940-package", **DEFAULT)
    assert held.hold == "Amazon has no place for SDQ03 (segment 4): released, the package goes without"
    assert isinstance(held.event, ShipmentRequested)


def test_weights_told_twice_must_be_the_same_in_whatever_unit() -> None:
    text = f"{HEAD}\nHL*3*2*P\n{MEASURES}\nHL*4*3*I\n{KETTLE}"
    told = text.replace("PO4**********12", "PO4**1*EA**G*{0}***12")
    (one,) = packages(x12("856", told.replace("{0}", "32*OZ")))
    assert one.weight == Weight("32", "oz")
    (held,) = results(x12("856", told.replace("{0}", "5*LB")))
    assert (held.event, "weight: 2 values where one is meant" in held.hold) == (None, True)
