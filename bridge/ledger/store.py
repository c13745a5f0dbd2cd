"""The one door to the ledger: every write and every read of the daemon and of operators.

`Ledger` is made of parts, a module each, whose methods' docstrings are its reference:

| module | methods |
|---|---|
| submissions | claim, fence, check, pause; due_submissions, renew_confirmations |
| submissions | reference_of_cancelled, complete_event, refusals_of |
| submissions | start_sending, refuse_void, hold_unsendable, record_outcome, record_late |
| files | keep_file, arrivals_to_move, arrival_moved, files_to_translate, file |
| writer | translating, answering, and the `FileWriter` that it gives |
| packages | package |
| batching | plan, waiting, queued |
| spending | spent |
| prechecks | to_precheck, record_precheck, ask_anew, postpone_prechecks |
| in_doubt | in_doubt, due_for_verification, doubts_of, first_attempt_at |
| in_doubt | apply_policy, keep_in_doubt, record_verification, record_taken; release_event, refuse_event |
| resolving | submission, check_resolve, resolve, resolve_found |
| verdicts | to_poll, record_verdict, record_poll_failed |
| reports | batches_to_report, reported, reported_of |
| shipping_documents | cursor, add_outbound; request_documents, due_document_requests |
| shipping_documents | open_document_requests, postpone_document_request |
| outbound | take_number, has_queued; outbound_due, outbound_bytes, outbound_delivered, outbound_failed |
| labels | unshipped_labels, void_confirmed |
| follow_ups | due_follow_ups, record_look, record_look_failed; followed, record_sweep |
| follow_ups | follow_up_alerts, follow_up_counts |
| snapshots | snapshot, snapshots, snapshot_keys, request_snapshot |
| snapshots | record_snapshot, record_snapshot_held, record_snapshot_failed |
| watches | watched, due_watched, record_watched, record_watched_until |
| deadlines | hold_waiting, waited_too_long, failed_here, held, held_summary, late_events |
| deadlines | silent, ages, next_due, unfinished, delayed, verifying, moved_since |
| restored | restored, numbers, mark_restored, hold_open, held_restored, send_restored, release_restored |
| timekeeping | newest, clamp_due, confirm_time, confirmed_at |
| batch_queries | batches, batches_of, batch, troubled_since, counts; whole_batch |
| trace_queries | trace |
| alerts | raise_alert, clear_alert, alerts |
| authorizations | authorized_at, record_authorized |
| retention | purgeable, loose_outbound, vendors; purge, purge_loose, bytes_to_remove, forget_bytes |

Writes that move a state take a `Fence` and raise `StaleEpoch`, with nothing changed, when another process
has claimed the account since. All methods may be called from any thread; each raises `LedgerError` when
the database cannot be used. Times are aware datetimes. Rows are the frozen structs of `bridge.ledger.rows`
and `bridge.ledger.read_models`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

import structlog

from bridge.ledger.alerts import AlertStore
from bridge.ledger.authorizations import AuthorizationStore
from bridge.ledger.batch_queries import BatchQueryStore
from bridge.ledger.batching import BatchingStore
from bridge.ledger.database import Database
from bridge.ledger.deadlines import DeadlineStore
from bridge.ledger.files import FileStore
from bridge.ledger.follow_ups import FollowUpStore
from bridge.ledger.in_doubt import InDoubtStore
from bridge.ledger.labels import LabelStore
from bridge.ledger.migrate import migrate
from bridge.ledger.news import NewsStore
from bridge.ledger.outbound import OutboundStore
from bridge.ledger.packages import PackageStore
from bridge.ledger.prechecks import PrecheckStore
from bridge.ledger.reports import ReportStore
from bridge.ledger.resolving import ResolveStore
from bridge.ledger.restored import RestoreStore
from bridge.ledger.retention import RetentionStore
from bridge.ledger.shipping_documents import ShippingDocumentStore
from bridge.ledger.snapshots import SnapshotStore
from bridge.ledger.soundness import Soundness
from bridge.ledger.spending import SpendingStore
from bridge.ledger.submissions import SubmissionStore
from bridge.ledger.timekeeping import TimeStore
from bridge.ledger.trace_queries import TraceQueryStore
from bridge.ledger.verdicts import VerdictStore
from bridge.ledger.watches import WatchStore
from bridge.ledger.writer import WriterStore

log = structlog.get_logger(__name__)

READER_SECONDS = 1.0
"""So long a verb that only reads may check; those that work take `soundness.SECONDS`."""


class Ledger(
    SubmissionStore,
    FileStore,
    WriterStore,
    PackageStore,
    BatchingStore,
    PrecheckStore,
    InDoubtStore,
    ResolveStore,
    VerdictStore,
    ReportStore,
    ShippingDocumentStore,
    OutboundStore,
    NewsStore,
    DeadlineStore,
    FollowUpStore,
    SnapshotStore,
    SpendingStore,
    WatchStore,
    LabelStore,
    BatchQueryStore,
    TraceQueryStore,
    AlertStore,
    AuthorizationStore,
    RetentionStore,
    TimeStore,
    RestoreStore,
):
    """An open ledger. Close it when done; a crash loses nothing that was committed."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._soundness = Soundness(database)

    @classmethod
    def open(cls, location: str | Path, *, check_seconds: float = READER_SECONDS) -> Self:
        """Open the ledger at a path or database URL, making it or bringing its schema up to date.

        Raises `LedgerError`, saying what to do, for a damaged or read-only file or a newer schema. The
        search for damage takes `check_seconds` at most.
        """
        database = Database.open(location)
        try:
            migrate(database)
            ledger = cls(database)
            if not ledger._soundness.check(check_seconds):
                log.info("ledger_checked_in_part", seconds=check_seconds)
        except BaseException:
            database.close()
            raise
        return ledger

    def check_daily(self) -> None:
        """Check anew that the ledger is whole, once a day. Raises `LedgerError` where it is not."""
        self._soundness.check_daily()

    def close(self) -> None:
        """Close all connections."""
        self._db.close()
