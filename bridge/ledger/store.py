"""The one door to the ledger: every write and every look of the daemon and of operators.

`Ledger` is made of parts, a module each, whose methods' docstrings are its reference:

| module | methods |
|---|---|
| sends | claim, fence, check, pause, unpause; due_submissions, renew_confirmations |
| sends | start_sending, record_outcome, record_late |
| files | keep_file, arrivals_to_move, arrival_moved, files_to_translate, file |
| writer | translating, answering, and the `FileWriter` that it gives |
| packages | package |
| plans | plan |
| doubts | in_doubt, to_look, apply_policy, record_look, resolve; release_event, refuse_event |
| verdicts | to_poll, record_verdict, record_poll_failed, release_waiting |
| reports | batches_to_report, reported, reported_of; requeue_events |
| papers | cursor, add_outbound; want, wanted_due, not_found |
| outbound | outbound_due, outbound_bytes, outbound_delivered, outbound_failed |
| labels | unshipped_labels |
| void_labels | void_confirmed |
| clocks | hold_waiting, waited_too_long, failed_here, held, late_confirmations, silent, ages |
| due | next_due, unfinished, delayed, moved_since |
| views | batches, batches_of, batch, batch_events, troubled_since, counts |
| whole | whole_batch |
| traces | trace |
| alerts | raise_alert, clear_alert, alerts |
| purges | purgeable, loose_outbound, vendors; purge, purge_loose, bytes_to_remove, forget_bytes |

Writes that move a state take a `Fence` and raise `StaleEpoch`, with nothing changed, when somebody else
has claimed the account since. All methods may be called from any thread; each raises `LedgerError` when
the database cannot be used. Times are aware datetimes. Rows are the frozen structs of `bridge.ledger.rows`
and `bridge.ledger.looks`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

from bridge.ledger.alerts import AlertStore
from bridge.ledger.clocks import ClockStore
from bridge.ledger.database import Database
from bridge.ledger.doubts import DoubtStore
from bridge.ledger.due import DueStore
from bridge.ledger.files import FileStore
from bridge.ledger.labels import LabelStore
from bridge.ledger.migrate import migrate
from bridge.ledger.outbound import OutboundStore
from bridge.ledger.packages import PackageStore
from bridge.ledger.papers import PaperStore
from bridge.ledger.plans import PlanStore
from bridge.ledger.purges import PurgeStore
from bridge.ledger.reports import ReportStore
from bridge.ledger.sends import SendStore
from bridge.ledger.traces import TraceStore
from bridge.ledger.verdicts import VerdictStore
from bridge.ledger.views import ViewStore
from bridge.ledger.void_labels import VoidLabelStore
from bridge.ledger.whole import WholeStore
from bridge.ledger.writer import WriterStore


class Ledger(
    SendStore,
    FileStore,
    WriterStore,
    PackageStore,
    PlanStore,
    DoubtStore,
    VerdictStore,
    ReportStore,
    PaperStore,
    OutboundStore,
    DueStore,
    LabelStore,
    VoidLabelStore,
    ClockStore,
    ViewStore,
    WholeStore,
    TraceStore,
    AlertStore,
    PurgeStore,
):
    """An open ledger. Close it when done; a crash loses nothing that was committed."""

    @classmethod
    def open(cls, location: str | Path) -> Self:
        """Open the ledger at a path or database URL, making it or bringing its schema up to date.

        Raises `LedgerError`, saying what to do, for a corrupt or read-only file or a newer schema.
        """
        database = Database.open(location)
        try:
            migrate(database)
        except BaseException:
            database.close()
            raise
        return cls(database)

    def close(self) -> None:
        """Close all connections."""
        self._db.close()
