"""Spoils good files in every way, and holds the whole way into the ledger and to Amazon to its promises.

    python -m tests.pipeline.fuzz [--cases 50000] [--seed 1] [--jobs N] [--only CASE]

A few spoiled files at a time lie in the inbox of a real partner, which is drained: reader, mapping, rules,
ledger, submissions, verdicts, reports. Of each: no job raises; the file is translated or quarantined; each
document that the reader finds is a row, and each row of a known type has events or a note why not; none is
held since the bridge itself failed on it; each interchange that is to be answered is; nothing is left to do.
Some are read again, and explained. A case is made of its number and the seed alone: `--only` shows one again.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import msgspec
import structlog

from bridge.config import parse_config
from bridge.domain.events import FAILED_HERE
from bridge.edi.answers import acknowledge
from bridge.edi.model import DocumentRead, Unreadable
from bridge.edi.reader import read
from bridge.edi.verdicts import Verdicts
from bridge.flatfiles.reader import recognise
from bridge.ledger.read_models import BatchDetail
from bridge.ledger.store import Ledger
from bridge.pipeline.explain import as_json, explain
from bridge.pipeline.partner import Partner
from bridge.pipeline.rerun import rerun
from bridge.pipeline.state import PartnerState
from bridge.spapi.client import AmazonClient
from bridge.wiring import fleet_of
from tests.edi import fuzz as edi
from tests.pipeline.fuzz_files import corpus, make
from tests.pipeline.partners import CONFIG
from tests.pipeline.stubs import Clock, StubAmazon, drained

TOGETHER = 10
"""So many cases are of one vendor: a few of them share control numbers and orders."""

BATCH = 50


class Failure(Exception):
    """Something that is promised of any file and was not kept."""


class Place:
    """A ledger and a drop folder, with a partner for any vendor."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("inbox", "archive", "quarantine", "outbox"):
            (folder / "drop" / name).mkdir(parents=True)
        os.environ["MADE_UP"] = "made-up"
        self.ledger = Ledger.open(folder / "ledger.sqlite")
        text = CONFIG.replace('when = "shipping_day"', 'when = "shipping_day", from_acknowledgements = true')
        self.config = parse_config(text, folder / "config.toml")
        self.partner = fleet_of(self.config, self.ledger).partners[0]

    def partner_of(self, vendor: str) -> Partner:
        """Make a partner of a vendor that has sent nothing yet; mostly its files are young, by the clock."""
        partner = replace(
            self.partner,
            vendor=vendor,
            clock=Clock(),
            amazon=cast("AmazonClient", StubAmazon()),
            policies=replace(self.partner.policies, oldest_date=None),
            state=PartnerState(),
        )
        partner.state.fetching.due_at = float("inf")
        partner.state.timers.purge_due_at = float("inf")
        return partner


@contextmanager
def place() -> Iterator[Place]:
    """Make a place in memory where that is to be had: so many commits would wear a disk."""
    shared = Path("/dev/shm")  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir=shared if shared.is_dir() else None))
    made = Place(folder)
    try:
        yield made
    finally:
        made.ledger.close()
        shutil.rmtree(folder, ignore_errors=True)


def check_together(at: Place, cases: range, seed: int) -> tuple[Counter[str], list[str]]:
    """Send the files of some cases through one partner; return the counts and what failed."""
    partner = at.partner_of(f"v{cases.start}")
    spoiled = {name: (data, chance) for name, data, chance in (make(case, seed) for case in cases)}
    for name, (data, _) in spoiled.items():
        (at.folder / "drop" / "inbox" / name).write_bytes(data)
    failures = _drained(partner, cases)
    counts: Counter[str] = Counter(cases=len(spoiled))
    names = {
        row.remote_name: batch
        for batch in at.ledger.batches(partner.vendor, limit=1000)
        for row in _arrivals(at, batch.id)
    }
    for name, (data, chance) in spoiled.items():
        try:
            detail = at.ledger.batch(names[name].id)  # KeyError: it was not taken in
            counts += judge(partner, name, data, detail)
            if chance.random() < 0.2:
                explained(partner, name, data)
            if chance.random() < 0.1:
                rerun(partner, detail.batch.id, dry_run=False, force=chance.random() < 0.2)
                counts += judge(partner, name, data, at.ledger.batch(detail.batch.id), again=True)
        except Exception as error:  # noqa: BLE001  # whatever comes is what is looked for
            failures.append(_told(name, seed, error))
    failures += _drained(partner, cases)
    shutil.rmtree(at.folder / "drop" / "outbox")
    (at.folder / "drop" / "outbox").mkdir()
    return counts, failures


def _arrivals(at: Place, batch: int) -> list[Any]:
    return at.ledger.batch(batch, limit=20).arrivals


def _told(name: str, seed: int, error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}:{last.lineno}"
    return f"{name} of seed {seed}: {type(error).__name__}: {str(error)[:300]} ({where})"


def _drained(partner: Partner, cases: range) -> list[str]:
    """Drain until nothing is due; return what is wrong with the partner as a whole."""
    try:
        report = drained(partner, rounds=3)
    except Exception as error:  # noqa: BLE001
        return [_told(f"cases {cases.start}-{cases.stop - 1}", 0, error)]
    wrong = [f"job {job}: {error}" for job, error in report.failures.items()]
    wrong += [report.folder_error] if report.folder_error else []
    if not wrong and partner.ledger.unfinished(partner.vendor, partner.clock()):
        wrong = ["work is left that nobody does"]
    return [f"cases {cases.start}-{cases.stop - 1}: {one}" for one in wrong]


def judge(
    partner: Partner, name: str, data: bytes, detail: BatchDetail, *, again: bool = False
) -> Counter[str]:
    """Hold a file to what is promised of it; returns what became of its documents."""
    batch = detail.batch
    if partner.ledger.file(batch.id).state not in {"translated", "quarantined"}:
        raise Failure(f"the file is stuck: {batch.state}")
    for event in detail.events:
        if event.reason.startswith(FAILED_HERE):
            raise Failure(f"document {event.document_number}: {event.reason}")
    told = Counter(event.document_id for event in detail.events)
    for row in detail.documents:
        said = told[row.id] or any(error.get("level") == "note" for error in row.errors)
        if row.state == "translated" and not said:
            raise Failure(f"nothing is told of document {row.number}")
        if not row.accepted and not row.errors:
            raise Failure(f"document {row.number} is rejected without a reason")
    if recognise(name, data[:200]) is None:
        _compare(partner, data, detail, again=again)
    return Counter(
        accepted=batch.accepted,
        rejected=batch.rejected,
        events=sum(batch.events.values()),
    )


def _compare(partner: Partner, data: bytes, detail: BatchDetail, *, again: bool) -> None:
    """Compare the rows with what the reader finds, and the answers with those that are due."""
    verdicts, documents, unreadable, answers = Verdicts(), 0, 0, 0
    for event in read([data], partner.grammar, options=partner.read_options):
        result = verdicts.add(event)
        documents += isinstance(event, DocumentRead)
        unreadable += isinstance(event, Unreadable)
        if result is not None:
            now = partner.clock()
            answers += acknowledge(result, edi.Numbers(), now, kind="997", ta1=None) is not None
    numbers = [row.number for row in detail.documents]
    found = (sum(number > 0 for number in numbers), sum(number < 0 for number in numbers))
    if found != (documents, unreadable):
        raise Failure(f"{found} documents and stretches are kept, the reader finds {(documents, unreadable)}")
    answered = sum(one.folder == "acknowledgements" for one in detail.outbound)
    if not again and answered != answers * len(detail.arrivals):
        raise Failure(f"{answers} answers are due, {answered} were given")


def explained(partner: Partner, name: str, data: bytes) -> None:
    told = explain(
        name,
        [data],
        profile=partner.profile,
        mappings=partner.mappings,
        grammar=partner.grammar,
        options=partner.read_options,
        now=partner.clock(),
        policies=partner.policies,
    )
    shown = msgspec.to_builtins(as_json(told))
    if FAILED_HERE in json.dumps(shown):
        raise Failure("explain fails on a document of it")


def run(cases: range, seed: int) -> tuple[Counter[str], list[str]]:
    """Check a run of cases; return the counts and what failed."""
    counts: Counter[str] = Counter()
    failures: list[str] = []
    with place() as at:
        for first in range(cases.start, cases.stop, TOGETHER):
            found, failed = check_together(at, range(first, min(first + TOGETHER, cases.stop)), seed)
            counts += found
            failures += failed
    return counts, failures


def quiet() -> None:
    """Log nothing: what fails on purpose has long tracebacks."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def main() -> int:
    """Run all cases in parallel, print the failures and one line that sums up."""
    parser = argparse.ArgumentParser(prog="python -m tests.pipeline.fuzz")
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", type=int, help="show one case: its bytes, and what fails")
    options = parser.parse_args()
    if options.only is not None:
        sys.stdout.buffer.write(make(options.only, options.seed)[1] + b"\n")
        with place() as at:
            found, failed = check_together(at, range(options.only, options.only + 1), options.seed)
        print(dict(found), *failed, sep="\n")  # noqa: T201
        return 1 if failed else 0
    start = time.monotonic()
    last = options.first + options.cases
    batches = [range(first, min(first + BATCH, last)) for first in range(options.first, last, BATCH)]
    counts: Counter[str] = Counter()
    failures: list[str] = []
    with ProcessPoolExecutor(options.jobs, initializer=quiet) as pool:
        for found, failed in pool.map(run, batches, [options.seed] * len(batches)):
            counts += found
            failures += failed
    for failure in failures[:50]:
        print(failure)  # noqa: T201
    print(  # noqa: T201
        f"fuzz: {counts['cases']} spoiled files of {len(corpus())} through the ledger, "
        f"{counts['accepted']} documents accepted, {counts['rejected']} rejected, {counts['events']} events, "
        f"{len(failures)} failures, {time.monotonic() - start:.0f} s"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
