"""The table `[sellers.S.buy_shipping]`: what it makes of its keys, and what is wrong with them."""

from __future__ import annotations

import pytest

from bridge.adapters import policies_of, profile_of
from bridge.programs.merchant_fulfillment.events import Dimensions, Money, Weight
from bridge.programs.merchant_fulfillment.profile import NAME, PackageType, values_of
from bridge.programs.registry import installed
from tests.test_config import GOOD, load, named, only_problem

SELLER = """
[sellers.shop]
account = "main"
marketplace = "US"

[sellers.shop.local]
root = "drop/shop"
"""
TABLE = "\n[sellers.shop.buy_shipping]\n"
WAREHOUSE = """
[sellers.shop.buy_shipping.warehouses.MAIN]
name = "Shop"
address_line1 = "1 Road"
city = "Springfield"
state_or_province_code = "IL"
postal_code = "62701"
country_code = "US"
email = "a@shop.example"
phone = "555"
"""


def test_without_the_table_a_seller_buys_no_shipping() -> None:
    shop = load(GOOD + SELLER).sellers["shop"]
    assert (shop.buy_shipping, profile_of("shop", shop).of_programs.get(NAME)) == (None, None)


def test_by_default_it_quotes_and_buys_nothing() -> None:
    config = load(GOOD + SELLER + TABLE)
    shop = config.sellers["shop"]
    values = values_of(profile_of("shop", shop))
    assert (values.purchase, values.policy, values.label_formats) == ("quote", "cheapest", ("PDF",))
    in_doubt = policies_of(shop, config.accounts["main"]).in_doubt
    assert in_doubt == {"createShipment": "verify"}


def test_its_words_become_what_packages_are_made_of() -> None:
    text = (
        'purchase = "buy"\nmax_price = "12.00 USD"\ndaily_cap = "500 USD"\nlabel_format = "PNG"\n'
        'package_types = { S = "8 x 6 x 4 IN", E = "USPS_Flat" }\n'
        'default_package = { size = "30x20x10 CM", weight = "2.5 LB" }\n'
    )
    doubt = '\n[sellers.shop.in_doubt]\npurchases = "hold"\n'
    config = load(GOOD + SELLER + TABLE + text + WAREHOUSE + doubt)
    values = values_of(profile_of("shop", config.sellers["shop"]))
    assert (values.max_price, values.daily_cap) == (Money("USD", "12.00"), Money("USD", "500"))
    assert values.package_types == {
        "S": PackageType(dimensions=Dimensions("8", "6", "4", "inches")),
        "E": PackageType(predefined="USPS_Flat"),
    }
    assert values.default_type == PackageType(dimensions=Dimensions("30", "20", "10", "centimeters"))
    assert (values.default_weight, values.warehouses["MAIN"].email) == (Weight("40", "oz"), "a@shop.example")
    assert policies_of(config.sellers["shop"], config.accounts["main"]).in_doubt == {"createShipment": "hold"}
    assert installed().is_used("createShipment", {NAME: values})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('purchase = "buy"', 'purchase = "buy" spends money: set max_price and daily_cap'),
        ('purchase = "buy"\nmax_price = "12 USD"', "set daily_cap"),
        ('max_price = "12"', "must be an amount and its currency"),
        ('max_price = "12 USD"\ndaily_cap = "500 EUR"', "must be of one currency"),
        ('policy = "named"', "name them"),
        ('label_text = "HELLO"', 'set label_format = "ZPL203"'),
        ('label_text = "fifteen letters"\nlabel_format = "ZPL203"', "14"),
        ("label_format = []", "at least 1 item"),
        ('package_types = { S = "8 x 6 IN" }', "must be length, width, height and unit"),
        ('default_package = { size = "8 x 6 x 4 IN", weight = "2 STONE" }', "must be a weight and its unit"),
        ('delivery_experience = "Fast"', "must be one of"),
        ('purchases = "buy"', "unknown key; did you mean purchase?"),
    ],
)
def test_what_is_wrong_with_the_table_is_told(text: str, message: str) -> None:
    problem = only_problem(GOOD + SELLER + TABLE + text + "\n")
    assert problem.place.startswith("sellers.shop.buy_shipping")
    assert message in problem.message


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('name = "A name that has thirty-one lett"', "name"),
        ('email = "none"', "email"),
        ('country_code = "us"', "country_code"),
        ('postal_code = ""', "postal_code"),
    ],
)
def test_an_address_is_checked_in_all_its_parts(line: str, place: str) -> None:
    key = line.partition(" =")[0]
    text = "\n".join(line if one.startswith(f"{key} =") else one for one in WAREHOUSE.splitlines()) + "\n"
    problem = only_problem(GOOD + SELLER + text)
    assert problem.place == f"sellers.shop.buy_shipping.warehouses.MAIN.{place}"


def test_all_that_an_address_lacks_is_told_at_once() -> None:
    text = '\n[sellers.shop.buy_shipping.warehouses.MAIN]\nname = "Shop"\n'
    missing = {name.rpartition(".")[2] for _, name in named(GOOD + SELLER + text)}
    assert missing == {"address_line1", "city", "postal_code", "country_code", "email", "phone"}
    stateless = "\n".join(line for line in WAREHOUSE.splitlines() if "state" not in line) + "\n"
    assert "state_or_province_code is missing" in only_problem(GOOD + SELLER + stateless).message


def test_a_seller_of_several_types_of_documents_prefers_several_mappings() -> None:
    for text, preferred in (
        (
            'mapping = ["x12-940-package", "edifact-orders-package"]',
            ("x12-940-package", "edifact-orders-package"),
        ),
        ('mapping = "x12-940-package"', ("x12-940-package",)),
        ('mapping = ""', ()),
    ):
        config = load(GOOD + SELLER.replace('marketplace = "US"', f'marketplace = "US"\n{text}'))
        assert profile_of("shop", config.sellers["shop"]).mapping == preferred
