from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator.amazon import StandInAmazon
from tests.simulator.caller import LABELS as POST
from tests.simulator.caller import Caller, confirmation, label_request
from tests.simulator.reader import INVOICES, LABELS, SLIPS, Reader


@pytest.fixture
def reader(amazon: StandInAmazon) -> Reader:
    return Reader(amazon).unlock()


def with_containers(order: str, *trackings: str, **changes: Any) -> dict[str, Any]:
    boxes = [confirmation(order, tracking)["containers"][0] | changes for tracking in trackings]
    return label_request(order) | {"containers": boxes}


def test_a_request_that_succeeds_brings_a_label(caller: Caller, reader: Reader) -> None:
    assert caller.verdict(caller.submit(POST, label_request("PO1")))["status"] == "Success"
    assert reader.page(LABELS)[0] == ["PO1"]
    label, pictures = reader.label("PO1")
    assert label["sellingParty"] == {"partyId": "ACMEV"}
    assert label["shipFromParty"] == {"partyId": "ACMW1"}
    assert label["labelFormat"] == "PNG"
    [package] = label["labelData"]
    assert package["packageIdentifier"] == "PKG001"
    assert package["trackingNumber"].startswith("1Z9STAND")
    assert [picture[:8] for picture in pictures] == [b"\x89PNG\r\n\x1a\n"]


def test_every_container_gets_a_label_with_its_tracking_number(caller: Caller, reader: Reader) -> None:
    caller.submit(POST, with_containers("PO1", "1ZA", "1ZB"))
    label, pictures = reader.label("PO1")
    told = [
        (one["packageIdentifier"], one["trackingNumber"], one["shipMethod"]) for one in label["labelData"]
    ]
    assert told == [("BOX-1ZA", "1ZA", "UPS_GROUND"), ("BOX-1ZB", "1ZB", "UPS_GROUND")]
    assert pictures[0] != pictures[1]


def test_a_request_that_failed_brings_none(amazon: StandInAmazon, caller: Caller, reader: Reader) -> None:
    amazon.fail_orders["PO2"] = ("INVALID_ORDER_ID", "is unknown")
    caller.submit(POST, label_request("PO1"), label_request("PO2"))
    assert reader.page(LABELS)[0] == []
    amazon.options.process_rest = True
    caller.submit(POST, label_request("PO1"), label_request("PO2"))
    assert reader.page(LABELS)[0] == ["PO1"]


def test_the_label_comes_with_the_verdict_and_not_before(
    amazon: StandInAmazon, caller: Caller, reader: Reader
) -> None:
    amazon.options.verdict_polls = 1
    sent = caller.submit(POST, label_request("PO1"))
    assert caller.verdict(sent)["status"] == "Processing"
    assert reader.page(LABELS)[0] == []
    before = datetime.fromtimestamp(amazon.now(), UTC)
    assert caller.verdict(sent)["status"] == "Success"
    assert reader.page(LABELS, createdAfter=before.isoformat())[0] == ["PO1"]


def test_the_label_needs_no_poll_where_its_time_has_come(
    amazon: StandInAmazon, caller: Caller, reader: Reader
) -> None:
    amazon.options.verdict_delay = 3600.0
    caller.submit(POST, label_request("PO1"))
    assert reader.page(LABELS)[0] == []
    looked = datetime.fromtimestamp(amazon.now(), UTC)
    amazon.options.verdict_delay = 0.0
    assert reader.page(LABELS)[0] == ["PO1"]
    # What a read did not find was not created before that read.
    assert reader.page(LABELS, createdBefore=(looked - timedelta(seconds=1)).isoformat())[0] == []


def test_labels_are_dated_by_the_stand_ins_clock(
    amazon: StandInAmazon, caller: Caller, reader: Reader
) -> None:
    amazon.options.clock_offset = -4 * 86400.0
    caller.submit(POST, label_request("PO1"))
    ends = {"createdAfter": reader.now - timedelta(days=5), "createdBefore": reader.now - timedelta(days=3)}
    assert reader.page(LABELS, **{name: at.isoformat() for name, at in ends.items()})[0] == ["PO1"]


def test_asking_again_changes_nothing_and_other_packages_make_a_new_label(
    caller: Caller, reader: Reader
) -> None:
    caller.submit(POST, label_request("PO1"))
    _, first = reader.label("PO1")
    caller.submit(POST, label_request("PO1"))
    assert reader.label("PO1")[1] == first
    caller.submit(POST, with_containers("PO1", "1ZA"))
    label, second = reader.label("PO1")
    assert [one["trackingNumber"] for one in label["labelData"]] == ["1ZA"]
    assert second != first
    assert reader.page(LABELS)[0] == ["PO1"]


def test_a_changed_label_has_other_content_and_a_new_time(amazon: StandInAmazon, reader: Reader) -> None:
    amazon.add_label("PO1", reader.now - timedelta(days=2))
    label, before = reader.label("PO1")
    amazon.change_label("PO1")
    changed, after = reader.label("PO1")
    assert after != before
    assert changed["labelData"][0]["trackingNumber"] == label["labelData"][0]["trackingNumber"]
    assert reader.page(LABELS, createdAfter=(reader.now - timedelta(days=1)).isoformat())[0] == ["PO1"]
    with pytest.raises(KeyError, match="PO2"):
        amazon.change_label("PO2")


def test_gift_orders_get_packing_slips(amazon: StandInAmazon, caller: Caller, reader: Reader) -> None:
    amazon.gift_orders.add("PO2")
    caller.submit(POST, label_request("PO1"), label_request("PO2"))
    assert reader.page(SLIPS)[0] == ["PO2"]
    assert reader.page(INVOICES)[0] == []


def test_every_order_gets_a_slip_and_an_invoice_by_option(
    amazon: StandInAmazon, caller: Caller, reader: Reader
) -> None:
    amazon.options.packing_slips = amazon.options.invoices = True
    caller.submit(POST, with_containers("PO1", "1ZA"), label_request("PO2"))
    assert reader.page(SLIPS)[0] == reader.page(INVOICES)[0] == ["PO1", "PO2"]
    assert amazon.documents == {"label": 2, "packing_slip": 2, "invoice": 2}


def test_the_format_is_chosen_by_order_account_or_option(
    amazon: StandInAmazon, caller: Caller, reader: Reader
) -> None:
    amazon.options.label_format = "ZPL"
    amazon.label_formats["PO2"] = "PNG"
    caller.submit(POST, label_request("PO1"), label_request("PO2"))
    amazon.label_formats["default"] = "PNG"
    caller.submit(POST, label_request("PO3"))
    assert [item["labelFormat"] for item in reader.items(LABELS)] == ["ZPL", "PNG", "PNG"]
    assert reader.label("PO1")[1][0].startswith(b"^XA")


def test_an_account_reads_its_own_labels(amazon: StandInAmazon, caller: Caller) -> None:
    other = amazon.open_account("other")
    Caller(amazon, other).log_in().submit(POST, label_request("PO1"))
    caller.submit(POST, label_request("PO2"))
    assert Reader(amazon, other).unlock().page(LABELS)[0] == ["PO1"]


def test_labels_are_added_over_http(caller: Caller, reader: Reader) -> None:
    body = {"orders": ["PO1", "PO2"], "packages": 2, "packing_slips": True}
    told = caller.http.post("/_stand-in/labels", json=body)
    assert told.json() == {"label": 2, "packing_slip": 2}
    assert [len(item["labelData"]) for item in reader.items(LABELS)] == [2, 2]
    assert caller.http.post("/_stand-in/labels", json={"orders": ["PO-1"]}).status_code == 400
