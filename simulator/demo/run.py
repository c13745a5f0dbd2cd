"""Run the demo: drop the samples, let the bridge drain once, compare what came out with what should."""

from __future__ import annotations

from collections.abc import Iterator

from bridge.cli.output import progress
from bridge.config import load_config
from bridge.logs import set_up_logs
from bridge.wiring import open_bridge
from simulator.amazon import StandInAmazon
from simulator.demo.documents import documents_in, wrong_container_labels, wrong_documents
from simulator.demo.folder import (
    ARCHIVE,
    OUTBOX,
    PASSWORD,
    SELLER,
    SELLER_FOLDER,
    SELLER_INBOX,
    SELLER_OUTBOX,
    SHOWN_ORDER,
    USER,
    DemoFolder,
)
from simulator.demo.orders import COURSES, ENDS, shipments_in, stock, wrong_shipments
from simulator.demo.outcome import GIFTS, SELLING_PARTY, WAREHOUSES, DemoInput, Outcome
from simulator.sftp_server import SftpUser, StandInSftp

_TIMEOUT = 60.0


def run_demo(folder: DemoFolder, given: DemoInput) -> Outcome:
    """Drop the files, let the bridge run once by the written configuration, and gather what happened."""
    folder.clear()
    home = folder.path.resolve()
    users = {
        USER: SftpUser(home, password=PASSWORD),
        SELLER: SftpUser(home / SELLER_FOLDER, password=PASSWORD),
    }
    with (
        # Faster than Amazon: nobody is to wait for it to look at orders that move on at once.
        StandInAmazon(invoices=True, outbound_rate=20.0) as amazon,
        StandInSftp(users) as sftp,
        folder.log.open("w") as log,
    ):
        set_up_logs("json", level="INFO", stream=log)
        amazon.gift_orders.update(GIFTS)
        amazon.orders.courses.update(COURSES)
        amazon.inventory.stock(stock())
        folder.configure(amazon, sftp, SELLING_PARTY, WAREHOUSES, api_version=given.api_version)
        folder.drop(given.files)
        folder.drop(given.seller_files, SELLER_INBOX)
        with open_bridge(load_config(folder.config)) as bridge:
            with progress("the bridge works") as working:
                report = bridge.run(vendor=None, settle=True, timeout=_TIMEOUT, progress=working)
                steps = [
                    step for end, orders in ENDS.items() for step in bridge.rehearse(SELLER, orders, end)
                ]
            batches = [bridge.ledger.batch(view.id) for view in reversed(bridge.ledger.batches(limit=500))]
        folder.write_received(amazon.accepted)
    outbox = folder.path / OUTBOX
    documents = documents_in(outbox)
    shipments = shipments_in(folder.path / SELLER_OUTBOX)
    wrong = [
        *wrong_documents(outbox, documents, given.labels, GIFTS),
        *wrong_container_labels(outbox, documents, given.containers),
        *wrong_shipments(shipments, given.ordered),
    ]
    return Outcome(
        problems=tuple(report.problems),
        finished=report.finished,
        batches=tuple(batches),
        accepted=amazon.accepted,
        documents=documents,
        steps=tuple(steps),
        shipments=tuple(shipments),
        wrong=tuple(wrong),
    )


def next_steps(folder: DemoFolder, outcome: Outcome) -> Iterator[str]:
    """Yield the lines that say what to look into."""
    held = next((batch.batch.id for batch in outcome.batches if batch.batch.events.get("held")), 1)
    yield ""
    yield "Look into:"
    for path, what in folder.contents():
        yield f"  {path}"
        yield f"      {what}"
    yield "Go on with:"
    for verb in ("status", "batches", f"show {held}", "trace DQ7T4M2ZP", f"trace {SHOWN_ORDER}"):
        yield f"  edibridge --config {folder.config} {verb}"
    yield "or see a file in words:"
    yield f"  edibridge explain {folder.path / ARCHIVE}/856_cartons.*"
    if outcome.documents.labels:
        yield "and look at a label:"
        yield f"  {folder.path / OUTBOX / outcome.documents.labels[0].file}"
