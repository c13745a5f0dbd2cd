"""An operator's word on what is in doubt, over the real command, a real socket and Amazon's own ids."""

from __future__ import annotations

import json

from simulator.faults import Fault
from tests.system.conftest import Site
from tests.system.traffic import order, ship_notice, x12

CONFIRM = "submitShipmentConfirmations"


def notice(number: int) -> bytes:
    return x12("856", "SH", "004010", number, [ship_notice(number)])


def in_doubt(site: Site, number: int, *, taken: bool) -> int:
    """Have the confirmation of an order in doubt; return the submission's number."""
    site.amazon.faults.inject(Fault(operation=CONFIRM, action="cut", taken=taken))
    site.drop(f"{number}.edi", notice(number))
    assert site.edibridge("run", "--settle").returncode == 1
    doubts = [one for one in site.json("trace", order(number))["submissions"] if one["state"] == "in_doubt"]
    return int(doubts[0]["id"])


def taken_as(site: Site, number: int) -> str:
    return next(
        one.transaction_id for one in site.amazon.accepted if one.item["purchaseOrderNumber"] == order(number)
    )


def told(site: Site, number: int) -> list[str]:
    """Return what the vendor's status files say of an order."""
    reports = [json.loads(path.read_bytes()) for path in site.outbox("statuses") if path.suffix == ".json"]
    lines = [line for report in reports for line in report["lines"]]
    return [line["status"] for line in lines if line["purchase_order_number"] == order(number)]


def test_only_an_id_that_amazon_knows_and_nothing_else_has_is_believed(site: Site) -> None:
    site.drop("1.edi", notice(1))
    assert site.edibridge("run", "--settle").returncode == 0
    submission = str(in_doubt(site, 2, taken=True))

    of_another = site.edibridge("resolve", submission, "--sent", taken_as(site, 1))
    assert of_another.returncode == 2
    assert f"submission 1 (order {order(1)})" in of_another.stderr

    unknown = site.edibridge("resolve", submission, "--sent", "20261101-made-up")
    assert unknown.returncode == 2
    assert "Amazon knows no transaction 20261101-made-up" in unknown.stderr
    assert f"resolve {submission} --taken" in unknown.stderr

    site.amazon.faults.unavailable(operation="getTransactionStatus", times=None)
    unasked = site.edibridge("resolve", submission, "--sent", taken_as(site, 2))
    assert unasked.returncode == 1
    assert "nothing was changed" in unasked.stderr
    assert "--unchecked" in unasked.stderr
    assert site.json("show", "2")["submissions"][0]["state"] == "in_doubt"
    site.amazon.faults.clear()

    believed = site.edibridge("resolve", submission, "--sent", f" {taken_as(site, 2)}\n")
    assert believed.returncode == 0, believed.stderr
    assert site.edibridge("run", "--settle").returncode == 0
    assert told(site, 2) == ["Success"]
    shown = " ".join(site.edibridge("show", "2").stdout.split())
    assert "by the operator's word" in shown
    assert "Amazon: " in shown
    assert len(site.amazon.accepted) == 2


def test_taken_by_an_unknown_id_claims_no_verdict_and_can_be_taken_back(site: Site) -> None:
    submission = str(in_doubt(site, 1, taken=False))
    said = site.json("resolve", submission, "--taken")
    assert said["resolved"] == "taken"
    assert not [one for one in site.json("status")["alerts"] if one["kind"] == "in_doubt"]
    assert site.edibridge("run", "--settle").returncode == 0
    assert told(site, 1) == ["Taken"]
    assert "by the operator's word" in " ".join(site.edibridge("show", "1").stdout.split())

    refused = site.edibridge("resolve", submission, "--not-sent")
    assert refused.returncode == 2
    assert "--take-back REASON" in refused.stderr
    assert site.edibridge("resolve", submission, "--not-sent", "--take-back", "it never came").returncode == 0
    done = site.edibridge("run", "--settle")
    assert done.returncode == 0, done.stderr
    assert sorted(told(site, 1)) == ["Success", "Taken"]
    assert len(site.amazon.accepted) == 1
