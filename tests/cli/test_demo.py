"""The demo does the whole job; the verbs that look at a ledger are tried on what it leaves."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from simulator.demo.folder import (
    ARCHIVE,
    INBOX,
    OUTBOX,
    QUARANTINE,
    RECEIVED,
    SELLER_FOLDER,
    SELLER_INBOX,
    SELLER_OUTBOX,
)
from simulator.demo.outcome import DAMAGED, GIFTS, SAMPLES, SELLER_SAMPLES, UNREADABLE
from tests.cli.support import Result, edibridge, in_process
from tests.simulator.test_shipping_documents import opened


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder = tmp_path_factory.mktemp("demo")
    return folder, edibridge("demo", "--json", folder=folder)


@pytest.fixture(scope="module")
def folder(played: tuple[Path, Result]) -> Path:
    return played[0]


def on_ledger(folder: Path, *arguments: str) -> Result:
    return in_process("--config", "demo/bridge/config.toml", *arguments, folder=folder)


def batch_of(folder: Path, name: str) -> int:
    batches = on_ledger(folder, "batches", "--json").json["batches"]
    return next(int(batch["id"]) for batch in batches if batch["name"] == name)


def test_what_happens_is_what_the_samples_should_become(played: tuple[Path, Result]) -> None:
    _, done = played
    assert done.code == 0, done
    assert done.json["as_expected"] is True
    assert done.json["surprises"] == []
    states = {one["file"]: one["state"] for one in done.json["files"]}
    assert set(states) == {Path(name).name for name in (*SAMPLES, *SELLER_SAMPLES)} | {DAMAGED, UNREADABLE}
    assert states[UNREADABLE] == "quarantined"
    assert states[DAMAGED] == "attention"
    assert states["856_plain.edi"] == "succeeded"


def test_every_file_lies_where_its_label_says(folder: Path) -> None:
    demo = folder / "demo"
    assert not list((demo / INBOX).iterdir())
    assert len(list((demo / ARCHIVE).iterdir())) == len(SAMPLES) + 1
    assert max(map(len, (demo / "READ-ME.txt").read_text().splitlines())) <= 80
    assert {path.name.split(".")[-1] for path in (demo / QUARANTINE).iterdir()} == {"edi", "txt"}
    assert {path.name for path in (demo / OUTBOX).iterdir()} == {
        "acknowledgements",
        "statuses",
        "labels",
        "packing-slips",
        "invoices",
    }
    for label in (INBOX, ARCHIVE, QUARANTINE, OUTBOX, RECEIVED, SELLER_FOLDER):
        assert label in (demo / "READ-ME.txt").read_text()
    assert not list((demo / SELLER_INBOX).iterdir())
    outbox = demo / SELLER_OUTBOX
    assert {path.name for path in outbox.iterdir()} == {
        "acknowledgements",
        "inventory",
        "shipments",
        "statuses",
        "tracking",
    }
    for kind in (".csv", ".945.edi"):
        told = Counter(path.name.split(".")[0] for path in (outbox / "shipments").glob(f"*[!945]{kind}"))
        assert told == {"1001": 2, "1002": 1, "2001": 1, "3001": 1}
    assert len(list((outbox / "tracking").glob("*.214.edi"))) == 5
    assert len(list((outbox / "inventory").glob("*.846.edi"))) == 1


def test_labels_of_every_requested_package_and_the_papers_beside_them_come_back(
    played: tuple[Path, Result],
) -> None:
    folder, done = played
    documents = done.json["papers"]
    packages = [(one["purchase_order"], one["package"]) for one in documents["labels"]]
    assert packages == [
        ("DQ7T4M2ZP", "PKG001"),
        ("DQ7T4M2ZR", "PKG001"),
        ("DQ7T4M2ZS", "PKG001"),
        ("LR7T4M2ZP", "00008123450000017014"),
        ("LR7T4M2ZP", "00008123450000017021"),
        ("LR7T4M2ZR", "PKG001"),
        ("LR7T4M2ZX", "00008123450000017069"),
    ]
    outbox = folder / "demo" / OUTBOX
    for label in documents["labels"]:
        data = (outbox / label["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == label["sha256"]
        assert opened(data).width == 812, "four inches at 203 dots"
    assert documents["packing_slips"] == [f"packing-slips/{order}.pdf" for order in GIFTS]
    assert documents["invoices"] == [f"invoices/{order}.pdf" for order in dict(packages)]
    for name in (*documents["packing_slips"], *documents["invoices"]):
        assert (outbox / name).read_bytes().startswith(b"%PDF")


def test_amazons_folder_holds_each_item_as_it_was_sent(folder: Path) -> None:
    received = [json.loads(path.read_text()) for path in (folder / "demo" / RECEIVED).glob("*.json")]
    orders = {one.get("purchaseOrderNumber") or one["sellerFulfillmentOrderId"] for one in received}
    assert {"DQ7T4M2ZP", "EU7T4M2ZP", "1001"} <= orders


def test_the_archive_holds_the_bytes_that_were_dropped(folder: Path) -> None:
    detail = on_ledger(folder, "show", str(batch_of(folder, "856_plain.edi")), "--json").json
    archived = folder / "demo" / ARCHIVE / detail["arrivals"][0]["moved_to"]
    assert hashlib.sha256(archived.read_bytes()).hexdigest() == detail["batch"]["sha256"]


def test_batches_are_listed_newest_first_and_by_state(folder: Path) -> None:
    every = on_ledger(folder, "batches", "--json").json["batches"]
    assert [one["id"] for one in every] == sorted((one["id"] for one in every), reverse=True)
    aside = on_ledger(folder, "batches", "--state", "quarantined", "--json").json["batches"]
    assert [one["name"] for one in aside] == [UNREADABLE]
    lines = on_ledger(folder, "batches", "--limit", "2").out.splitlines()
    assert lines[0].split() == ["BATCH", "VENDOR", "FILE", "RECEIVED", "STATE", "DOCUMENTS", "EVENTS"]
    assert lines[3] == "The newest 2 are listed; --limit lists more."
    assert all("\t" not in line and line.isascii() for line in lines)


def test_status_asks_for_a_person_while_something_is_held(folder: Path) -> None:
    done = on_ledger(folder, "status", "--json")
    assert done.code == 1
    assert done.json["attention"] is True
    vendor = done.json["vendors"]["acme"]
    assert vendor["events"]["held"] == 3
    assert vendor["last_file"]["name"] == UNREADABLE
    assert {one["name"]: one["rejected"] for one in vendor["troubled_batches"]} == {
        UNREADABLE: 1,
        DAMAGED: 1,
        "214_bad_sibling.edi": 2,
        "label_requests.csv": 0,
    }
    text = on_ledger(folder, "status").out
    assert "3 events held" in text
    assert "in the last 24 hours 4 documents rejected" in text
    assert "Manual action needed: `edibridge show " in text


def test_show_tells_a_batch_from_its_documents_to_the_answers(folder: Path) -> None:
    number = batch_of(folder, "214_bad_sibling.edi")
    detail = on_ledger(folder, "show", str(number), "--json").json
    assert [document["accepted"] for document in detail["documents"]] == [True, False, False, True]
    assert {event["state"] for event in detail["events"]} == {"succeeded"}
    assert {event["sequence_key"][:3] for event in detail["events"]} == {"pkg"}
    assert detail["events"][0]["body"]["tracking_number"] == "1Z8E21A90312345671"
    assert {one["kind"] for one in detail["outbound"]} == {"997", "status"}
    text = on_ledger(folder, "show", str(number)).out
    assert "AT706 in segment 8: the time is invalid [9]" in text
    assert "moved to 214_bad_sibling." in text
    transaction = detail["submissions"][0]["amazon_transaction_id"]
    assert f"transaction {transaction}" in text
    assert detail["attempts"][0]["request_id"] in text
    assert "acknowledgements/997." in text


def test_show_prints_what_is_wrong_first_and_says_how_much_more_there_is(folder: Path) -> None:
    number = str(batch_of(folder, "214_bad_sibling.edi"))
    text = on_ledger(folder, "show", number, "--limit", "1").out
    assert "rejected: 214 004010 number 0002" in text
    assert "... and 3 more; --limit N shows them" in text
    assert "... and 2 more; --limit N shows them" in text
    part = on_ledger(folder, "show", number, "--limit", "1", "--json").json
    assert part["left_out"] == {"documents": 3, "events": 2, "outbound": 2}
    assert on_ledger(folder, "show", number, "--json").json["left_out"]["documents"] == 0


def test_show_says_what_to_do_about_what_is_held(folder: Path) -> None:
    text = on_ledger(folder, "show", str(batch_of(folder, "214_held.edi"))).out
    assert re.search(
        r"`edibridge resolve \d+ --event --drop REASON` ends event \d+, which has nothing to send", text
    )
    assert "What to do" not in on_ledger(folder, "show", str(batch_of(folder, "856_plain.edi"))).out


def test_trace_finds_an_order_from_its_file_to_amazons_transaction(folder: Path) -> None:
    found = on_ledger(folder, "trace", "DQ7T4M31A", "--json")
    assert found.code == 0
    assert {one["name"] for one in found.json["files"]} == {"856_cartons.edi", "214_journey.edi"}
    transaction = found.json["submissions"][0]["amazon_transaction_id"]
    again = on_ledger(folder, "trace", transaction)
    assert "submitShipment" in again.out
    nothing = on_ledger(folder, "trace", "no-such-order")
    assert (nothing.code, nothing.out) == (1, "")
    assert "nothing is known of 'no-such-order'" in nothing.err


def test_a_batch_that_is_not_there_is_a_usage_error(folder: Path) -> None:
    for verb in ("show", "rerun"):
        done = on_ledger(folder, verb, "999")
        assert done.code == 2
        assert "there is no batch 999; `edibridge batches` lists" in " ".join(
            done.err.replace("│", "").split()
        )


def test_a_dry_rerun_tells_its_decisions_and_changes_nothing(folder: Path) -> None:
    number = str(batch_of(folder, "214_held.edi"))
    before = on_ledger(folder, "show", number, "--json").json
    done = on_ledger(folder, "rerun", number, "--dry-run", "--json")
    assert done.code == 0
    assert [one["action"] for one in done.json["decisions"]].count("keep") == 1
    assert on_ledger(folder, "show", number, "--json").json == before


def test_a_held_event_is_dropped_by_a_persons_word(folder: Path) -> None:
    number = str(batch_of(folder, "214_held.edi"))
    events = on_ledger(folder, "show", number, "--json").json["events"]
    held = next(event["id"] for event in events if event["state"] == "held")
    done = on_ledger(folder, "resolve", str(held), "--event", "--drop", "not ours", "--json")
    assert done.json == {"id": held, "kind": "event", "resolved": "dropped"}
    events = on_ledger(folder, "show", number, "--json").json["events"]
    assert next(event["state"] for event in events if event["id"] == held) == "refused"


def test_a_submission_that_is_not_in_doubt_cannot_be_resolved(folder: Path) -> None:
    done = on_ledger(folder, "resolve", "1", "--not-sent")
    assert done.code == 2
    assert "Traceback" not in done.err


def test_a_run_without_the_server_exits_1_and_says_whose_fault_it_is(folder: Path) -> None:
    done = on_ledger(folder, "run", "--json")
    assert done.code == 1
    assert "cannot be reached" in done.json["problems"][0]


def test_purge_keeps_what_is_young(folder: Path) -> None:
    assert on_ledger(folder, "purge", "--older-than", "1d", "--json").json["removed"]["files"] == 0


def calls_in(demo: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return what the stand-in got: the operation, and the item."""
    received = sorted((demo / RECEIVED).iterdir())
    return [(path.name.split("-")[1], json.loads(path.read_text())) for path in received]


def boxes_in(demo: Path) -> list[dict[str, Any]]:
    return [box for _, item in calls_in(demo) for box in item.get("containers", [])]


def test_labels_are_requested_by_the_calls_of_the_older_version(folder: Path) -> None:
    calls = Counter(operation for operation, _ in calls_in(folder / "demo") if "Label" in operation)
    assert calls == {"submitShippingLabelRequest": 6}
    boxes = boxes_in(folder / "demo")
    assert {box["containerType"] for box in boxes} == {"carton"}
    assert not any("pieceNumber" in line for box in boxes for line in box["packedItems"])


def test_the_demo_takes_no_folder_that_it_did_not_make(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "mine.txt").write_text("mine")
    done = edibridge("demo", folder=tmp_path)
    assert done.code == 2
    assert "was not made by the demo" in done.err
    assert (tmp_path / "demo" / "mine.txt").read_text() == "mine"


def test_another_demo_in_its_folder_goes_by_the_calls_of_the_newer_version(
    folder: Path, tmp_path: Path
) -> None:
    demo = tmp_path / "demo"
    shutil.copytree(folder / "demo", demo)
    again = edibridge("demo", "--api-version", "2021-12-28", folder=tmp_path)
    assert again.code == 0, again
    words = " ".join(again.out.split())
    assert " files came in" in words
    assert "order 1001 at Amazon: Received, Planning, Processing, Complete" in words
    assert "7 labels, 2 container labels, 2 packing slips and 6 invoices came back" in words
    label = again.out.split("and look at a label:\n  ")[1].splitlines()[0]
    assert (tmp_path / label).read_bytes().startswith(b"\x89PNG")
    assert " ..." not in again.out.replace('= "..."', "")
    assert "final_statuses, or resolve this one by hand" in again.out
    assert "empty: every file was taken" in again.out

    assert 'api_version = "2021-12-28"' in (demo / "bridge" / "config.toml").read_text()
    calls = Counter(operation for operation, _ in calls_in(demo) if "Label" in operation)
    assert (set(calls), calls["createShippingLabels"]) == (
        {"createShippingLabels", "createContainerLabel"},
        6,
    )
    boxes = boxes_in(demo)
    assert {box["containerType"] for box in boxes} == {"Carton"}
    assert any("pieceNumber" in line for box in boxes for line in box["packedItems"])
    labels = sorted((demo / OUTBOX / "container-labels").iterdir())
    assert [path.name.partition("_")[0] for path in labels] == ["PALLET-0301", "PALLET-0302"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in labels)


def test_a_version_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    done = edibridge("demo", "--api-version", "v2", folder=tmp_path)
    assert done.code == 2
    assert "2021-12-28" in done.err
    assert not (tmp_path / "demo").exists()
