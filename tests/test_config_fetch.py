"""Vendors of one account: who may have packing slips and customer invoices fetched."""

from __future__ import annotations

import pytest

from tests.test_config import GOOD, load, problems

TWIN = """
[vendors.twin]
account = "{account}"
selling_party = "TWINV"
{theirs}

[vendors.twin.local]
root = "twin"

[accounts.other]
region = "eu"
client_id = "amzn1.application-oa2-client.made-up"
client_secret = "env:SECRET"
refresh_token = "file:token"
"""


def of_two(own: str, theirs: str, *, account: str = "main", wants: str = "packing_slips = true") -> str:
    first = GOOD.replace('selling_party = "ACMEV"', f'selling_party = "ACMEV"\n{own}\nfetch = {{ {wants} }}')
    return first + TWIN.format(account=account, theirs=theirs)


@pytest.mark.parametrize(
    ("own", "theirs"),
    [
        ('warehouses = ["W1", "W2"]', 'warehouses = ["W2", "W3"]'),
        ("", 'warehouses = ["W1"]'),
        ('warehouses = ["W1"]', ""),
        ('warehouses = "W1"', 'warehouses = "W1"'),
    ],
    ids=["one shared", "ours unnamed", "theirs unnamed", "alone and the same"],
)
@pytest.mark.parametrize("wants", ["packing_slips = true", "invoices = true"])
def test_documents_that_may_be_another_vendors_are_refused(own: str, theirs: str, wants: str) -> None:
    (problem,) = problems(of_two(own, theirs, wants=wants))
    assert problem.place == f"vendors.acme.fetch.{wants.partition(' ')[0]}"
    assert "vendors.twin" in problem.message


@pytest.mark.parametrize(
    "text",
    [
        of_two('warehouses = ["W1"]', 'warehouses = ["W2"]'),
        of_two("", "", account="other"),
        of_two("", "", wants="labels = true"),
    ],
    ids=["warehouses of their own", "accounts of their own", "labels name their vendor"],
)
def test_documents_that_can_be_told_apart_are_fetched(text: str) -> None:
    assert set(load(text).vendors) == {"acme", "twin"}
