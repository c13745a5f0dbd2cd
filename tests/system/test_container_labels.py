"""Container labels: a file of containers in, a label of each in the outbox, and the status file tells."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.system.conftest import Site

PALLETS = b"""vendor_container_id,ship_from,package_tracking_number
PALLET1,ABCD,1ZA
PALLET1,ABCD,1ZB
PALLET2,ABCD,1ZC
PALLET3,ABCD,
"""
REQUEST = {
    "vendorContainerId": "PALLET1",
    "carrierId": "SWA",
    "sellingParty": {"partyId": "ACME"},
    "shipFromParty": {"partyId": "ABCD"},
    "packages": [{"packageTrackingNumber": "1ZA"}],
}


@pytest.fixture
def newer(site: Site) -> Site:
    config = site.config.read_text().replace("region =", 'api_version = "2021-12-28"\nregion =', 1)
    site.config.write_text(config)
    return site


def run(site: Site, kill_at: str = "") -> subprocess.CompletedProcess[str]:
    return site.edibridge("run", "--settle", "--timeout", "60", kill_at=kill_at)


def told(site: Site) -> dict[str, dict[str, str]]:
    """Return the lines of the status files, by container."""
    paths = [path for path in site.outbox("statuses") if path.suffix == ".csv"]
    lines = [line for path in paths for line in csv.DictReader(path.read_text().splitlines())]
    return {line["tracking_number"]: line for line in lines}


def labels(site: Site) -> list[Path]:
    return site.outbox("container-labels")


def containers(site: Site) -> list[str]:
    return [one.item["vendorContainerId"] for one in site.amazon.accepted]


@pytest.mark.parametrize(("label_format", "begin"), [("PNG", b"\x89PNG"), ("ZPL", b"^XA")])
def test_each_container_gets_its_label_and_a_line_of_the_status_file(
    newer: Site, label_format: str, begin: bytes
) -> None:
    newer.amazon.options.change({"label_format": label_format})
    newer.drop("pallets.csv", PALLETS)
    done = run(newer)
    assert done.returncode == 1  # one was refused
    assert sorted(containers(newer)) == ["PALLET1", "PALLET2"]
    assert [path.name.partition("_")[0] for path in labels(newer)] == ["PALLET1", "PALLET2"]
    assert all(path.name.partition("_")[2].startswith("TBA") for path in labels(newer))
    assert {path.read_bytes()[: len(begin)] for path in labels(newer)} == {begin}
    lines = told(newer)
    assert {one: lines[one]["status"] for one in lines} == {
        "PALLET1": "Success",
        "PALLET2": "Success",
        "PALLET3": "Refused",
    }
    assert lines["PALLET3"]["error_messages"].startswith("row 5: the container has no packages")
    assert not newer.outbox("labels")  # the index there lists the labels of packages


def test_amazons_own_body_is_taken_as_it_is(newer: Site) -> None:
    newer.drop("pallet.json", json.dumps(REQUEST).encode())
    done = run(newer)
    assert done.returncode == 0, done.stderr
    assert [one.item for one in newer.amazon.accepted] == [REQUEST]
    assert [path.name.partition("_")[0] for path in labels(newer)] == ["PALLET1"]


def test_version_v1_refuses_with_what_to_change_and_a_rerun_sends_it_then(site: Site) -> None:
    site.drop("pallet.json", json.dumps(REQUEST).encode())
    assert run(site).returncode == 1
    line = told(site)["PALLET1"]
    assert (line["status"], line["error_codes"]) == ("Refused", "API_VERSION")
    assert 'set api_version = "2021-12-28"' in line["error_messages"]
    assert site.amazon.accepted_count == 0
    (site.folder / "pallet.json").write_text(json.dumps(REQUEST))
    [record] = site.json("explain", "pallet.json")["records"]
    assert [error["code"] for error in record["errors"]] == ["API_VERSION"]

    config = site.config.read_text().replace("region =", 'api_version = "2021-12-28"\nregion =', 1)
    site.config.write_text(config)
    assert site.edibridge("rerun", "1").returncode == 0
    done = run(site)
    assert done.returncode == 0, done.stderr
    assert containers(site) == ["PALLET1"]
    assert len(labels(site)) == 1


@pytest.mark.parametrize("place", ["submit.answer_kept", "submit.answer_committed"])
def test_a_label_that_came_is_delivered_once_whatever_dies(newer: Site, place: str) -> None:
    newer.drop("pallet.json", json.dumps(REQUEST).encode())
    assert run(newer, place).returncode == -signal.SIGKILL
    run(newer)
    [batch] = newer.json("batches")["batches"]
    if place == "submit.answer_kept":  # nobody knows that it was the answer; the operator sees the label
        assert batch["events"] == {"grouped": 1}
        assert newer.edibridge("resolve", "1", "--taken").returncode == 0
        assert run(newer).returncode == 0
    assert len(labels(newer)) == 1
    assert containers(newer) == ["PALLET1"]
    assert told(newer)["PALLET1"]["status"] == ("Taken" if place == "submit.answer_kept" else "Success")


def test_a_lost_answer_is_held_and_sent_again_where_the_vendor_says_so(newer: Site) -> None:
    newer.amazon.faults.cut_after(operation="createContainerLabel")
    newer.drop("pallet.json", json.dumps(REQUEST).encode())
    run(newer)
    alerts = newer.json("status")["alerts"]
    assert "in_doubt" in [alert["kind"] for alert in alerts]
    assert (containers(newer), labels(newer)) == (["PALLET1"], [])

    newer.configure('in_doubt = { container_labels = "resubmit" }')
    newer.amazon.faults.cut_after(operation="createContainerLabel")
    newer.drop("other.json", json.dumps(REQUEST | {"vendorContainerId": "PALLET2"}).encode())
    run(newer)
    assert containers(newer) == ["PALLET1", "PALLET2", "PALLET2"]
    assert [path.name.partition("_")[0] for path in labels(newer)] == ["PALLET2"]


def test_the_same_request_in_another_file_is_held(newer: Site) -> None:
    newer.drop("pallet.json", json.dumps(REQUEST).encode())
    run(newer)
    newer.drop("again.json", json.dumps(REQUEST, indent=1).encode())
    run(newer)
    assert containers(newer) == ["PALLET1"]
    assert told(newer)["PALLET1"]["status"] in {"Held", "Success"}
    second: dict[str, Any] = newer.json("batches")["batches"][0]
    assert second["events"] == {"held": 1}


def test_a_cancellation_drops_what_was_not_sent_yet(newer: Site) -> None:
    newer.drop("pallets.csv", PALLETS)
    newer.amazon.faults.unavailable(operation="createContainerLabel", times=None)
    assert newer.edibridge("run").returncode == 1
    newer.drop("cancel.csv", b"vendor_container_id,function\nPALLET2,cancel\n")
    assert newer.edibridge("run").returncode == 1
    newer.amazon.faults.clear()
    run(newer)
    assert containers(newer) == ["PALLET1"]
    assert newer.json("batches")["batches"][0]["events"] == {"not_sent": 1}
    assert told(newer)["PALLET1"]["status"] == "Success"
