"""Sellers beside vendors in a configuration."""

from __future__ import annotations

import pytest

from bridge.adapters import addressing_of
from bridge.edi.addressing import Addressing
from bridge.edi.model import Delimiters, Party
from tests.test_config import GOOD, load, named, only_problem

SELLER = """
[sellers.shop]
account = "main"
marketplace = "DE"

[sellers.shop.local]
root = "drop/shop"
"""


def test_a_seller_has_the_general_keys_and_those_of_its_program() -> None:
    config = load(GOOD + SELLER + '[sellers.shop.speeds]\n"DHL 24" = "Priority"\n')
    shop = config.sellers["shop"]
    assert (shop.marketplace, shop.timezone, shop.policy) == ("A1PA6795UKMFR9", "Europe/Berlin", "FillOrKill")
    assert shop.speeds == {"DHL 24": "Priority"}
    assert list(config.partners) == ["acme", "shop"]
    assert [config.place_of(name) for name in config.partners] == ["vendors.acme", "sellers.shop"]


def test_sellers_alone_are_something_to_do() -> None:
    start = GOOD[: GOOD.index("[vendors.acme]")]
    assert list(load(start + SELLER).partners) == ["shop"]


def test_a_name_is_given_once_over_both_tables() -> None:
    problem = only_problem(GOOD + SELLER.replace("shop", "acme"))
    assert problem.place == "sellers.acme"
    assert "[vendors.acme] has this name, too" in problem.message


def test_a_seller_and_a_vendor_share_no_inbox() -> None:
    vendor = GOOD.index("[vendors.acme.sftp]")
    sftp = GOOD[vendor:].replace("vendors.acme", "sellers.shop")
    text = GOOD + SELLER[: SELLER.index("[sellers.shop.local]")] + sftp
    problem = only_problem(text)
    assert problem.place == "sellers.shop.sftp"
    assert "[vendors.acme]" in problem.message


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('account = "other"', "sellers.shop.account"),
        ('marketplace = "XX"', "sellers.shop.marketplace"),
        ('order_prefix = "A+"', "sellers.shop.order_prefix"),
        ('speed = "ScheduledDelivery"', "sellers.shop.speed"),
        ('inventory_at = "24:00"', "sellers.shop.inventory_at"),
        ('inventory = ["csv", "846"]', "sellers.shop"),
        ('max_fee = "25.00 USD"', "sellers.shop"),  # without preview = "check" it would limit nothing
        ('preview = "check"\nmax_fee = "25"', "sellers.shop.max_fee"),
        ('selling_party = "ACMEV"', "sellers.shop.selling_party"),
        ("[sellers.shop.fetch]", "sellers.shop.fetch"),
    ],
)
def test_what_is_wrong_with_a_seller_is_named(line: str, place: str) -> None:
    key = line.partition(" =")[0]
    kept = "\n".join(one for one in SELLER.splitlines() if not one.startswith(f"{key} ="))
    text = GOOD + kept.replace("[sellers.shop.local]", f"{line}\n\n[sellers.shop.local]") + "\n"
    assert place in {name for _, name in named(text)}


def test_sellers_of_one_account_have_prefixes_of_their_own() -> None:
    second = SELLER.replace("shop", "other")
    problem = only_problem(GOOD + SELLER + second)
    assert problem.place == "sellers.other.order_prefix"
    assert (
        'is "" in [sellers.shop], too, and both have account main: Amazon knows the orders' in problem.message
    )
    prefixed = second.replace("marketplace", 'order_prefix = "B-"\nmarketplace', 1)
    assert list(load(GOOD + SELLER + prefixed).sellers) == ["shop", "other"]


def test_documents_to_a_seller_are_addressed_as_its_edi_table_says() -> None:
    edi = (
        '[sellers.shop.edi]\nsender_id = "US"\nsender_qualifier = "01"\nreceiver_id = "THEM"\n'
        'versions = "D96A"\n'
        'separators = ":+,? \'"\ncharacter_set = "UNOA"\ntest = false\n'
    )
    addressing = addressing_of(load(GOOD + SELLER + edi).sellers["shop"])
    assert (addressing.sender, addressing.receiver) == (Party("US", "01"), Party("THEM"))
    assert (addressing.versions, addressing.test, addressing.character_set) == (("D96A",), False, "UNOA")
    assert addressing.edifact == Delimiters("+", ":", "'", release="?", decimal=",")
    assert addressing.x12 is None
    x12 = addressing_of(load(GOOD + SELLER + '[sellers.shop.edi]\nseparators = "*>~^"\n').sellers["shop"])
    assert (x12.x12, x12.edifact) == (Delimiters("*", ">", "~", "^"), None)
    assert addressing_of(load(GOOD + SELLER).sellers["shop"]) == Addressing()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('separators = "*:"', "must be three or four characters for X12"),
        ('separators = "**~"', "must be different characters of ASCII"),
        ('separators = "A:~"', "none of them a letter or digit"),
        ('separators = "* ~"', "a blank separates nothing"),
        ('character_set = "latin"', "must be one of basic, extended, UTF-8, UNOA"),
    ],
)
def test_what_is_wrong_with_an_edi_table_is_named(line: str, message: str) -> None:
    problem = only_problem(f"{GOOD}{SELLER}[sellers.shop.edi]\n{line}\n")
    assert problem.place == f"sellers.shop.edi.{line.split(maxsplit=1)[0]}"
    assert message in problem.message
