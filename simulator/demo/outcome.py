"""What the demo drops, what should become of it, and what did."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.cli.details import error_text
from bridge.cli.lines import Line
from bridge.cli.words import counted, state_style, state_words
from bridge.data import shipped
from bridge.ledger.read_models import BatchDetail
from bridge.pipeline.sandbox import Rehearsed
from simulator.demo.documents import ShippingDocuments
from simulator.demo.folder import (
    ARCHIVE,
    OUTBOX,
    QUARANTINE,
    RECEIVED,
    SELLER,
    SELLER_ARCHIVE,
    SELLER_OUTBOX,
    SELLER_QUARANTINE,
    about,
)
from simulator.demo.orders import ShipmentRow, order_lines
from simulator.operations import CREATE_ORDER, Version
from simulator.records import Accepted

SELLING_PARTY, WAREHOUSES = "ACMEV", ("ACM1", "ACM2")
"""The codes at Amazon that the samples name."""

# As time goes: orders are accepted and labels asked for, shipments follow, then the statuses of packages.
SAMPLES = (
    "x12/855_accepted.edi",
    "drop/label_requests.csv",
    "x12/856_plain.edi",
    "x12/856_cartons.edi",
    "x12/856_order_item_pack.edi",
    "x12/856_floor_denial.edi",
    "edifact/desadv_plain.edi",
    "x12/214_journey.edi",
    "x12/214_bad_sibling.edi",
    "x12/214_held.edi",
    "edifact/iftsta_delivered.edi",
)
SAMPLES_OF_NEWER = ("drop/container_labels.csv",)
"""Samples of what version 2021-12-28 alone has."""
DAMAGED, UNREADABLE = "856_cut_off_in_the_middle.edi", "not_edi_at_all.edi"

_TO_DAMAGE = "x12/856_orders_on_a_pallet.edi"
_LETTER = b"Dear Amazon,\n\nyesterday's shipments are in the attachment. Kind regards\n"
# The X12, EDIFACT and CSV samples tell of the same orders; here they shall be three.
_ORDERS = "DQ7T4M"
_RENUMBERED = {"edifact": "EU7T4M", "drop": "LR7T4M"}
# So shall those of the seller.
_ORDER_OF_940 = (re.compile(r'(?<=W05\*N\*)1001|(?<=Id": ")1001(?=")'), "2001")
SELLER_SAMPLES = ("drop/fulfillment_orders.csv", "x12/940_plain.edi", "edifact/orders_plain.edi")
"""What the seller drops."""
GIFTS = ("DQ7T4M2ZP", "LR7T4M2ZP")
"""Orders that Amazon makes a packing slip for; it does for gift and business orders only."""
_MOST_REASONS = 3
_LABELS, _CREATED_LABELS = "submitShippingLabelRequest", "createShippingLabels"
_CONTAINER_LABELS = "createContainerLabel"

EventKey = tuple[str, ...]
"""Operation, order, tracking number, status, time: enough to tell the events of the samples apart."""


@dataclass(frozen=True, slots=True)
class DemoInput:
    """The files by name, in the order in which they are dropped, and the events that they hold.

    `labels` are the orders that labels are asked for, each with the identifiers of its packages, if told,
    `containers` the containers that labels are asked for. `ordered` has the pieces of each order of the
    seller's that Amazon is to ship.
    """

    api_version: Version
    files: dict[str, bytes]
    expected: Counter[EventKey]
    labels: dict[str, list[str]]
    containers: list[str]
    seller_files: dict[str, bytes]
    ordered: dict[str, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened."""

    problems: tuple[str, ...]
    finished: bool
    batches: tuple[BatchDetail, ...]
    accepted: Sequence[Accepted]
    documents: ShippingDocuments
    steps: tuple[Rehearsed, ...]
    """How the seller's orders went on."""
    shipments: Sequence[ShipmentRow]
    wrong: tuple[str, ...]
    """What of the documents and shipments is not as it should be."""

    @property
    def files(self) -> list[dict[str, Any]]:
        """Render it file by file."""
        return [_file(batch) for batch in self.batches]


def demo_input(api_version: Version) -> DemoInput:
    """Take the samples for a version of Amazon's API, and damage one of them."""
    newer = api_version != "v1"
    samples = (*SAMPLES, *SAMPLES_OF_NEWER) if newer else SAMPLES
    files = {Path(name).name: _read(name).encode() for name in samples}
    whole = _read(_TO_DAMAGE).encode()
    files |= {DAMAGED: whole[: len(whole) * 2 // 3], UNREADABLE: _LETTER}
    requests = [request for name in (*samples, *SELLER_SAMPLES) for request in _requests(name)]
    calls = {_LABELS: _CREATED_LABELS} if newer else {}
    sent = [(request["operation"], request["body"]) for request in requests]
    return DemoInput(
        api_version=api_version,
        files=files,
        expected=Counter(_key(calls.get(operation, operation), body) for operation, body in sent),
        labels={
            body["purchaseOrderNumber"]: _packages(body) for operation, body in sent if operation == _LABELS
        },
        containers=[body["vendorContainerId"] for operation, body in sent if operation == _CONTAINER_LABELS],
        seller_files={Path(name).name: _read(name).encode() for name in SELLER_SAMPLES},
        ordered={
            body["sellerFulfillmentOrderId"]: sum(item["quantity"] for item in body["items"])
            for operation, body in sent
            if operation == CREATE_ORDER
        },
    )


def _packages(body: dict[str, Any]) -> list[str]:
    return [container["containerIdentifier"] for container in body.get("containers", [])]


def deviations(given: DemoInput, outcome: Outcome) -> list[str]:
    """List what did not come out as it should; nothing where all is well."""
    found = list(outcome.problems)
    if not outcome.finished:
        found.append("not every verdict was in when the time was over")
    received = Counter(_key(one.operation, one.item) for one in outcome.accepted)
    found += [f"Amazon did not get {' '.join(key)}" for key in given.expected - received]
    found += [f"Amazon got {' '.join(key)} {count} times" for key, count in received.items() if count > 1]
    states = {batch.batch.name: batch.batch.state for batch in outcome.batches}
    dropped = (*given.files, *given.seller_files)
    found += [f"{name} was not taken" for name in dropped if name not in states]
    if states.get(UNREADABLE) != "quarantined":
        found.append(f"{UNREADABLE} was not quarantined")
    return [*found, *outcome.wrong]


def outcome_lines(outcome: Outcome, folder: Path) -> Iterator[Line]:
    """Render what happened, file by file, in the order of the way."""
    files, events = len(outcome.batches), len(outcome.accepted)
    text = f"{files} files came in by SFTP; Amazon took {events} events; {_came(outcome)}."
    yield Line(f"{folder}: {text}", style="title", rest="")
    yield from _file_lines(one for one in outcome.files if one["partner"] != SELLER)
    yield Line("")
    yield Line(f"{_came(outcome)} into {OUTBOX}/", rest="  ", style="good")
    for label in outcome.documents.labels:
        text = f"order {label.purchase_order}, package {label.package}, tracking {label.tracking_number}"
        yield Line(text, first="  ", rest="    ")
    yield Line("")
    yield Line("A seller, whose orders Amazon ships from its stock:", style="title", rest="")
    yield from _file_lines(one for one in outcome.files if one["partner"] == SELLER)
    yield from order_lines(outcome.steps, outcome.shipments)


def _file_lines(files: Iterable[dict[str, Any]]) -> Iterator[Line]:
    for one in files:
        yield Line("")
        holds = f" ({', '.join(one['documents'])})" if one["documents"] else ""
        yield Line(f"{one['file']}{holds}", rest="  ", style=state_style(one["state"]))
        for line in one["happened"]:
            yield Line(line, first="  ", rest="    ")
        if one["answers"]:
            yield Line(f"answered with {', '.join(one['answers'])}", first="  ", rest="    ")


def _came(outcome: Outcome) -> str:
    documents = outcome.documents
    of_containers = len(documents.container_labels)
    containers = f"{of_containers} container labels, " if of_containers else ""
    return (
        f"{len(documents.labels)} labels, {containers}{len(documents.packing_slips)} packing slips and "
        f"{len(documents.invoices)} invoices came back"
    )


def _file(batch: BatchDetail) -> dict[str, Any]:
    documents = Counter(row.type for row in batch.documents if row.type != "unreadable")
    return {
        "batch": batch.batch.id,
        "partner": batch.batch.vendor,
        "file": batch.batch.name,
        "state": batch.batch.state,
        "documents": [f"{count} x {kind}" for kind, count in documents.items()],
        "rejected": batch.batch.rejected,
        "events": batch.batch.events,
        "happened": _results(batch),
        "answers": sorted({_ANSWERS.get(row.kind, row.kind) for row in batch.outbound}),
        "lies_in": _place(batch, QUARANTINE, SELLER_QUARANTINE)
        if batch.batch.state == "quarantined"
        else _place(batch, ARCHIVE, SELLER_ARCHIVE),
        "answers_in": _place(batch, OUTBOX, SELLER_OUTBOX),
        "received_in": RECEIVED,
    }


def _place(batch: BatchDetail, of_vendor: str, of_seller: str) -> str:
    return of_seller if batch.batch.vendor == SELLER else of_vendor


_ANSWERS = {"status": "status files", "shipment": "shipment files", "tracking": "tracking files"}


def _results(batch: BatchDetail) -> list[str]:
    """Render in lines: how many events came to what, why some are held, which documents were rejected."""
    view = batch.batch
    if view.state == "quarantined":
        return [f"quarantined: {view.reason}"]
    lines = []
    if counts := counted(view.events, "events"):
        lines.append(f"events: {counts}")
    told = [row for row in batch.events if row.reason and row.state != "succeeded"]
    lines += [
        f"{state_words(row.state, 'events')}: {row.summary}: {row.reason}" for row in told[:_MOST_REASONS]
    ]
    if len(told) > _MOST_REASONS:
        lines.append(f"and {len(told) - _MOST_REASONS} more, told by `show {view.id}`")
    for document in batch.documents:
        if not document.accepted:
            fatal = [error for error in document.errors if error.get("fatal", True)] or document.errors
            why = error_text(fatal[0]) if fatal else "unreadable"
            lines.append(f"rejected: {document.type} {document.reference}: {why}")
    return lines or ["nothing to send"]


def _requests(name: str) -> list[dict[str, Any]]:
    """Read what a sample must become; the file beside it says so."""
    expected = json.loads(_read(f"{name.removesuffix('.edi')}.expected.json"))
    facts = expected["records" if "records" in expected else "documents"]
    return [request for fact in facts for request in fact["requests"]]


def _read(name: str) -> str:
    text = (shipped("samples") / name).read_bytes().decode("utf-8")
    if "/940_" in name:
        text = _ORDER_OF_940[0].sub(_ORDER_OF_940[1], text)
    return text.replace(_ORDERS, _RENUMBERED.get(name.partition("/")[0], _ORDERS))


def _key(operation: str, body: dict[str, Any]) -> EventKey:
    update = body.get("statusUpdateDetails", {})
    status = update.get("statusCode") or body.get("shipmentDetails", {}).get("shipmentStatus", "")
    keys = (about(body), update.get("trackingNumber", ""), status)
    return (operation, *map(str, keys), str(update.get("statusDateTime", "")))
