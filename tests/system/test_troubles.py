"""What goes wrong at a vendor or at Amazon stops what it must, and nothing else."""

from __future__ import annotations

import json

from tests.system.conftest import Site
from tests.system.traffic import carrier_status, order, ship_notice, tracking, x12

NOTICES = x12("856", "SH", "004010", 1, [ship_notice(number) for number in (1, 2)])
STATUSES = x12("214", "QM", "004010", 2, [carrier_status(number) for number in (1, 2)])


def confirmations_accepted(site: Site) -> int:
    return sum(record.operation == "submitShipmentConfirmations" for record in site.amazon.accepted)


def test_a_file_that_holds_no_interchange_goes_to_quarantine_with_the_reason(site: Site) -> None:
    site.drop("notes.txt", b"Dear Amazon, we shipped everything.\n")
    site.drop("856.edi", NOTICES)

    done = site.edibridge("run", "--settle")

    assert done.returncode == 1, done.stderr
    reasons = list((site.home / "quarantine").glob("*.reason.txt"))
    assert len(reasons) == 1
    assert "no interchange" in reasons[0].read_text()
    assert len(list((site.home / "quarantine").iterdir())) == 2
    assert confirmations_accepted(site) == 2


def test_a_changed_host_key_stops_that_vendor_only(site: Site) -> None:
    config = site.config.read_text()
    other = site.folder / "other"
    for name in ("inbox", "archive", "quarantine", "outbox"):
        (other / name).mkdir(parents=True)
    vendor = config[config.index("[vendors.acme]") : config.index("[vendors.acme.location]")]
    second = vendor.replace("vendors.acme", "vendors.other").replace('"ACME"', '"OTHER"')
    second += f'[vendors.other.local]\nroot = "{other}"\n[vendors.other.pickup]\ninterval = "0.1s"\n'
    fingerprint = site.addresses.sftp_fingerprint
    wrong = "SHA256:" + "A" * 43
    site.config.write_text(config.replace(fingerprint, wrong) + second)
    site.drop("856.edi", NOTICES)
    (other / "inbox" / "856.edi").write_bytes(NOTICES.replace(b"PO000", b"QO000"))

    done = site.edibridge("run", "--settle", "--json")

    assert done.returncode == 1, done.stderr
    problems = json.loads(done.stdout)["problems"]
    assert len(problems) == 1
    assert problems[0].startswith("acme:")
    assert "host key" in problems[0]
    assert [file.name for file in (site.home / "inbox").iterdir()] == ["856.edi"]
    assert confirmations_accepted(site) == 2
    assert len(list((other / "outbox" / "acknowledgements").iterdir())) == 1


def test_a_lost_answer_holds_confirmations_until_a_person_says_what_became_of_them(site: Site) -> None:
    site.configure("batch_size = 50")
    site.amazon.faults.cut_before(operation="submitShipmentConfirmations")
    site.drop("856.edi", NOTICES)

    done = site.edibridge("run", "--settle")

    assert done.returncode == 1, done.stderr
    assert confirmations_accepted(site) == 0
    status = site.json("status")
    assert "resolve" in json.dumps(status["alerts"])
    batch = site.json("batches")["batches"][0]
    submission = site.json("show", str(batch["id"]))["submissions"][0]
    assert submission["state"] == "in_doubt"

    assert site.edibridge("resolve", str(submission["id"]), "--not-sent").returncode == 0
    again = site.edibridge("run", "--settle")

    assert again.returncode == 0, again.stderr
    assert confirmations_accepted(site) == 2
    assert not site.json("status")["alerts"]


def test_a_lost_answer_to_a_status_update_is_sent_again(site: Site) -> None:
    site.configure("batch_size = 50")
    site.drop("856.edi", NOTICES)
    assert site.edibridge("run", "--settle").returncode == 0
    site.amazon.faults.cut_after(operation="submitShipmentStatusUpdates")
    site.drop("214.edi", STATUSES)

    done = site.edibridge("run", "--settle")

    assert done.returncode == 0, done.stderr
    sent = [r.item for r in site.amazon.accepted if r.operation == "submitShipmentStatusUpdates"]
    assert len(sent) == 4  # the same two facts, twice: harmless, and better than never


def test_one_order_that_amazon_refuses_does_not_take_the_others_with_it(site: Site) -> None:
    site.amazon.fail_orders[order(1)] = ("INVALID_ORDER_ID", "is unknown")
    site.drop("856.edi", NOTICES)
    site.drop("214.edi", STATUSES)

    done = site.edibridge("run", "--settle")

    assert done.returncode == 1, done.stderr
    told = [json.loads(path.read_bytes()) for path in site.outbox("statuses") if path.suffix == ".json"]
    lines = {line["purchase_order_number"]: line for report in told for line in report["lines"]}
    assert lines[order(1)]["status"] == "Failure"
    assert lines[order(1)]["errors"][0]["code"] == "INVALID_ORDER_ID"
    assert lines[order(2)]["status"] == "Success"
    status = [
        e for b in site.json("batches")["batches"] if b["name"] == "214.edi" for e in b["events"].items()
    ]
    assert dict(status) == {"succeeded": 1, "waiting": 1}


def test_a_status_update_waits_for_its_confirmation_and_takes_the_order_from_it(site: Site) -> None:
    bare = [[s for s in carrier_status(number) if not s.startswith("L11")] for number in (1, 2)]
    site.drop("214.edi", x12("214", "QM", "004010", 2, bare))
    assert site.edibridge("run", "--settle").returncode in {0, 1}
    assert not site.amazon.accepted

    site.drop("856.edi", NOTICES)
    done = site.edibridge("run", "--settle")

    assert done.returncode == 0, done.stderr
    updates = [r.item for r in site.amazon.accepted if r.operation == "submitShipmentStatusUpdates"]
    assert {update["purchaseOrderNumber"] for update in updates} == {order(1), order(2)}
    assert {u["statusUpdateDetails"]["trackingNumber"] for u in updates} == {tracking(1), tracking(2)}
    assert {update["shipFromParty"]["partyId"] for update in updates} == {"ABCD"}


def test_the_same_file_dropped_again_sends_nothing_again(site: Site) -> None:
    site.drop("856.edi", NOTICES)
    assert site.edibridge("run", "--settle").returncode == 0
    site.drop("856-again.edi", NOTICES)

    done = site.edibridge("run", "--settle")

    assert done.returncode == 0, done.stderr
    assert confirmations_accepted(site) == 2
    assert len(list((site.home / "archive").iterdir())) == 2
    assert not list((site.home / "inbox").iterdir())
