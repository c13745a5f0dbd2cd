"""A return is asked for once, and told until each piece was processed."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import msgspec
import pytest

from bridge.programs.multi_channel_fulfillment.profile import NAME, values_of
from tests.programs.multi_channel_fulfillment.conftest import Shop, orders
from tests.programs.multi_channel_fulfillment.contract_cases import shipment
from tests.programs.multi_channel_fulfillment.test_advice import ADDRESSING, documents, lines

RETURN, GET = "createFulfillmentReturn", "getFulfillmentOrder"
HEAD = "return_id,order_id,line,shipment_id,sku,quantity,reason,comment"
UNWANTED = f"{HEAD}\nR1,1001,1,S1,SKU-A,2,AMZ-PG-UNWANTED,Too small\n".encode()


@pytest.fixture
def shipped(shop: Shop) -> Shop:
    """Have an order shipped."""
    shop.drop("orders.csv", orders("1001,1,SKU-A,3", "1001,2,SKU-B,1"))
    shop.passes(2, seconds=2)
    shop.amazon.orders.ship("1001", [shipment("S1", ("1", "SKU-A", 3, 1), ("2", "SKU-B", 1, 1))], "Complete")
    shop.passes(minutes=6)
    return shop


def files(shop: Shop) -> dict[str, list[dict[str, str]]]:
    """Return the rows of each CSV file of returns, by its name."""
    folder = shop.folder / "drop" / "outbox" / "returns"
    return {path.name: list(csv.DictReader(path.open())) for path in sorted(folder.glob("*.csv"))}


def test_a_return_is_authorized_and_each_piece_is_told_until_it_was_processed(shipped: Shop) -> None:
    shipped.drop("returns.csv", UNWANTED)
    shipped.passes(2, seconds=2)
    rows = files(shipped)["1001.authorized-1.csv"]
    assert [(row["piece"], row["return_id"], row["line"]) for row in rows] == [
        ("R1.1.1", "R1", "1"),
        ("R1.1.2", "R1", "1"),
    ]
    assert {(row["rma"], row["to_city"], row["to_country_code"]) for row in rows} == {
        ("RMA-RA0000011", "Phoenix", "US")
    }
    assert {row["rma_page"] for row in rows} == {"https://returns.example/RA0000011"}

    shipped.amazon.order_requests.process_returns("1001", "CustomerDamaged", most=1)
    shipped.passes(hours=12)
    shipped.amazon.order_requests.process_returns("1001")
    shipped.passes(2, hours=12)
    told = files(shipped)
    assert [(row["piece"], row["condition"]) for row in told["1001.processed-2.csv"]] == [
        ("R1.1.1", "CustomerDamaged")
    ]
    assert [(row["piece"], row["condition"]) for row in told["1001.processed-3.csv"]] == [
        ("R1.1.2", "Sellable")
    ]
    followed = {one.name: one for one in shipped.partner.ledger.trace("1001").follow_ups}
    assert followed["fulfillment-returns"].end_state == "Processed"
    assert shipped.calls(RETURN) == [200]

    # The same return in another file is told as a duplicate; another one goes on where this one ended.
    shipped.drop("again.csv", UNWANTED + b"\n")
    shipped.drop("more.csv", UNWANTED.replace(b"R1,", b"R2,").replace(b",2,AMZ", b",1,AMZ"))
    shipped.passes(2, seconds=2)
    assert shipped.calls(RETURN) == [200, 200]
    assert [row["piece"] for row in files(shipped)["1001.authorized-4.csv"]] == ["R2.1.1"]
    assert [state for state, _ in shipped.events()["1001"]][2:] == ["not_sent", "succeeded"]


@pytest.mark.parametrize("taken", [True, False], ids=["taken", "not-taken"])
def test_a_doubt_about_a_return_is_settled_by_its_pieces(shipped: Shop, taken: bool) -> None:
    (shipped.amazon.faults.cut_after if taken else shipped.amazon.faults.cut_before)(operation=RETURN)
    shipped.drop("returns.csv", UNWANTED)
    shipped.passes(6, minutes=1)
    assert shipped.calls(RETURN) == ([0] if taken else [0, 200])
    assert len(files(shipped)["1001.authorized-1.csv"]) == 2
    assert shipped.told() == {"1001": "Success"}


def test_pieces_that_amazon_takes_no_return_of_are_told_beside_those_that_it_takes(shipped: Shop) -> None:
    shipped.drop("some.csv", UNWANTED + b"R1,1001,2,S9,SKU-B,1,AMZ-PG-UNWANTED,\n")
    shipped.passes(2, seconds=2)
    (refused,) = files(shipped)["1001.R1.refused.csv"]
    assert (refused["event"], refused["piece"], refused["refusal"]) == (
        "refused",
        "R1.2.1",
        "NoCompletedShipItems",
    )
    assert shipped.told() == {"1001": "Success"}
    status = next((shipped.folder / "drop" / "outbox" / "statuses").glob("some.*.json"))
    (line,) = json.loads(status.read_text())["lines"]
    assert line["notes"][0]["message"].startswith("Amazon takes no return of piece R1.2.1: NoCompleted")

    shipped.drop("none.csv", UNWANTED.replace(b"R1,", b"R2,").replace(b"S1", b"S9"))
    shipped.passes(2, seconds=2)
    assert "NoCompletedShipItems" in shipped.errors()["1001"]
    assert shipped.events()["1001"][-1][0] == "failed"


def test_an_unknown_reason_is_held_with_those_that_amazon_knows_before_anything_is_sent(
    shipped: Shop,
) -> None:
    shipped.drop("returns.csv", UNWANTED.replace(b"UNWANTED", b"WHATEVER"))
    shipped.passes(2, seconds=2)
    state, reason = shipped.events()["1001"][-1]
    assert (state, shipped.calls(RETURN)) == ("held", [])
    assert reason.startswith("reason AMZ-PG-WHATEVER is none of Amazon's for SKU SKU-A: AMZ-PG-BAD-DESC (")


def test_a_bad_return_is_refused_alone_with_its_row(shipped: Shop) -> None:
    bad = [
        b"R2,1001,1,,SKU-A,1,AMZ-PG-UNWANTED,",
        b"R3,1001,1,S1,SKU-A,0,AMZ-PG-UNWANTED,",
        b"R 4,1001,,,,,,",
    ]
    shipped.drop("returns.csv", UNWANTED + b"\n".join(bad) + b"\n")
    shipped.passes(2, seconds=2)
    told = shipped.events()["1001"][1:]
    assert [state for state, _ in told] == ["succeeded", "refused", "refused", "refused"]
    assert told[1][1] == "row 3: shipment_id is missing"


def test_processed_pieces_are_told_by_a_944_that_a_strict_partner_reads(shipped: Shop) -> None:
    profile = shipped.partner.profile
    values = msgspec.structs.replace(values_of(profile), return_files=("944",))
    wanted = msgspec.structs.replace(profile, of_programs={NAME: values})
    shipped.partner = replace(shipped.partner, profile=wanted, addressing=ADDRESSING)
    shipped.drop("returns.csv", UNWANTED + b"R1,1001,2,S1,SKU-B,1,AMZ-PG-BAD-DESC,\n")
    shipped.passes(2, seconds=2)
    shipped.amazon.order_requests.process_returns("1001", "CustomerDamaged", most=1)
    shipped.amazon.order_requests.process_returns("1001")
    shipped.passes(hours=12)
    ((name, receipt),) = documents(shipped, "returns").items()
    assert name.startswith("1001.received-")
    head, *rest = lines(receipt, "W17", "N1", "W07", "N9", "W13", "W14")
    _, code, _, number, order = head.split("*")
    assert (code, len(number), order) == ("C", 12, "1001")
    rma = "N9*RZ*RMA-RA0000011"
    assert rest == [
        "N1*WH**92*PHX7",
        *("W07*1*EA**SK*SKU-A", "N9*LI*1", rma, "N9*ZZ*R1*RETURN", "W13*1*EA*01"),
        *("W07*1*EA**SK*SKU-A", "N9*LI*1", rma, "N9*ZZ*R1*RETURN", "W13*1*EA*07"),
        *("W07*1*EA**SK*SKU-B", "N9*LI*2", rma, "N9*ZZ*R1*RETURN", "W13*1*EA*07"),
        "W14*3",
    ]


def test_returns_come_as_json_too(shipped: Shop) -> None:
    item = {"line": "2", "shipment_id": "S1", "sku": "SKU-B", "quantity": 1, "reason": "AMZ-PG-BAD-DESC"}
    element = {"return_id": "R7", "order_id": "1001", "items": [item]}
    shipped.drop("returns.json", json.dumps({"fulfillmentReturns": [element]}).encode())
    shipped.passes(2, seconds=2)
    assert [row["reason"] for row in files(shipped)["1001.authorized-1.csv"]] == ["AMZ-PG-BAD-DESC"]
