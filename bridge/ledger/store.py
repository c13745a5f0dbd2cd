"""The one door to the ledger: every write and every look of the daemon and of operators.

Writes that move a state take a `Fence` and raise `StaleEpoch`, with nothing changed, when somebody else
has claimed the account since. All methods may be called from any thread; each raises `LedgerError` when
the database cannot be used. Times are aware datetimes. Rows are the frozen structs of `bridge.ledger.rows`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Self

from bridge.ledger.rows import (
    Added,
    AlertRow,
    Answer,
    Arrival,
    BatchDetail,
    BatchView,
    Collected,
    DueSubmission,
    EventRow,
    Fence,
    FileRow,
    Kept,
    Moved,
    NewOutbound,
    Outbound,
    Pause,
    Purged,
    ToPoll,
    ToReport,
    Trace,
    VerdictIn,
)
from bridge.ledger.writer import FileWriter


class Ledger:
    """An open ledger. Close it when done; a crash loses nothing that was committed."""

    def __init__(self, database: object) -> None:
        self._db = database

    @classmethod
    def open(cls, location: str | Path) -> Self:
        """Open the ledger at a path or database URL, making it or bringing its schema up to date.

        Raises `LedgerError`, saying what to do, for a corrupt or read-only file or a newer schema.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Close all connections."""
        raise NotImplementedError

    # --- accounts ---------------------------------------------------------------------------------

    def claim(self, account: str, now: datetime) -> Fence:
        """Become the owner of an account; every earlier fence of it is stale from here on.

        Submissions found in `sending` go in doubt: nobody knows what became of them.
        """
        raise NotImplementedError

    def check(self, fence: Fence) -> None:
        """Raise `StaleEpoch` when somebody else has claimed the account."""
        raise NotImplementedError

    def pause(self, account: str, now: datetime) -> Pause | None:
        """Tell until when and why the account does not send; None while it does."""
        raise NotImplementedError

    def unpause(self, account: str) -> None:
        """Let the account send again, its credentials having been mended."""
        raise NotImplementedError

    # --- collect ----------------------------------------------------------------------------------

    def keep_file(self, fence: Fence, collected: Collected, now: datetime) -> Kept:
        """Keep a file of the inbox. Known bytes give an arrival only; a look already kept gives that one."""
        raise NotImplementedError

    def arrivals_to_move(self, vendor: str) -> list[Arrival]:
        """List the files that are kept but still lie in the inbox, oldest first."""
        raise NotImplementedError

    def arrival_moved(self, fence: Fence, arrival_id: int, moved_to: str, now: datetime) -> None:
        """Note that a file left the inbox, to this name; with an empty name: it had gone already."""
        raise NotImplementedError

    # --- translate --------------------------------------------------------------------------------

    def files_to_translate(self, vendor: str, limit: int = 100) -> list[FileRow]:
        """List collected files, oldest first."""
        raise NotImplementedError

    def file(self, file_id: int) -> FileRow:
        """Give one file; raises `LedgerError` where there is none of that id."""
        raise NotImplementedError

    def translating(
        self, fence: Fence, file_id: int, now: datetime, *, rerun: bool = False
    ) -> AbstractContextManager[FileWriter]:
        """Open a writer for what a file holds: all of it is committed at the end of the block, or nothing.

        Nothing is locked inside the block. Raises `LedgerError` at entry when the file is translated
        already and this is no rerun; at exit when `finish` was not called.
        """
        raise NotImplementedError

    # --- submit -----------------------------------------------------------------------------------

    def plan(self, fence: Fence, vendor: str, operation: str, batch_size: int, now: datetime) -> int:
        """Make submissions of up to 2,000 ready events, oldest first; give how many were made.

        At most one unfinished event of a sequence key at a time; an event's batch limit is obeyed.
        Call again until 0.
        """
        raise NotImplementedError

    def due_submissions(self, vendor: str, now: datetime, limit: int = 10) -> list[DueSubmission]:
        """List ready submissions whose time has come, oldest first; none while their account pauses."""
        raise NotImplementedError

    def start_sending(self, fence: Fence, submission_id: int, now: datetime) -> int:
        """Commit the intent to send (ready → sending) and give the attempt's id."""
        raise NotImplementedError

    def record_outcome(self, fence: Fence, attempt_id: int, answer: Answer, now: datetime) -> Moved:
        """Commit what became of an attempt and move its submission and events by the tables.

        refused: of many, the named orders fail and the rest go again alone; too_large: the events go
        again in halves; unauthorized: the account pauses until `retry_at`.
        """
        raise NotImplementedError

    def record_late(self, attempt_id: int, answer: Answer, now: datetime) -> bool:
        """Commit a stale owner's `submitted` answer if the submission waits in doubt for it; tell if so.

        Other answers, and those of an attempt that is not the last, are only noted with the attempt.
        """
        raise NotImplementedError

    # --- in doubt ---------------------------------------------------------------------------------

    def in_doubt(self, vendor: str, limit: int = 100) -> list[DueSubmission]:
        """List submissions in doubt, those with the policy `look` whose time has not come included."""
        raise NotImplementedError

    def to_look(self, vendor: str, now: datetime, limit: int = 10) -> list[DueSubmission]:
        """List submissions in doubt under the policy `look`, or none yet (after a crash), that are due."""
        raise NotImplementedError

    def record_look(
        self,
        fence: Fence,
        submission_id: int,
        found: Collection[int],
        now: datetime,
        again_at: datetime | None,
    ) -> Moved:
        """Note which of its events were found to stand at Amazon: those succeeded.

        The rest waits in doubt until `again_at`, or, with None, is ready to be sent again.
        """
        raise NotImplementedError

    def apply_policy(
        self, fence: Fence, submission_id: int, policy: str, now: datetime, again_at: datetime | None
    ) -> str:
        """Put a submission in doubt under its operation's policy, after a crash; give its new state."""
        raise NotImplementedError

    def resolve(self, submission_id: int, sent_transaction_id: str | None, now: datetime) -> None:
        """Take a person's word on a submission in doubt: sent, with this id, or (None) not sent."""
        raise NotImplementedError

    def release_event(self, event_id: int, now: datetime) -> None:
        """Let a held event go (held → ready); raises `LedgerError` where it has no body."""
        raise NotImplementedError

    def refuse_event(self, event_id: int, reason: str, now: datetime) -> None:
        """Drop a held or waiting event for good, with a person's reason."""
        raise NotImplementedError

    # --- settle -----------------------------------------------------------------------------------

    def to_poll(self, vendor: str, now: datetime, limit: int = 50) -> list[ToPoll]:
        """List submissions whose verdict is to be asked for now, the longest due first."""
        raise NotImplementedError

    def record_verdict(self, fence: Fence, submission_id: int, verdict: VerdictIn, now: datetime) -> Moved:
        """Commit a verdict. Success confirms packages and releases the status updates that waited for them.

        Failure: of many, the named orders fail and the rest go again alone. Processing: asked again
        later; after 30 minutes the submission is `overdue` (and still asked).
        """
        raise NotImplementedError

    def record_poll_failed(self, fence: Fence, submission_id: int, now: datetime) -> Moved:
        """Note that the verdict could not be asked for: as `Processing`."""
        raise NotImplementedError

    def release_waiting(self, fence: Fence, vendor: str, now: datetime, *, all_of_them: bool = False) -> int:
        """Release waiting status updates whose packages are confirmed (or all); give how many."""
        raise NotImplementedError

    def batches_to_report(self, vendor: str, limit: int = 100) -> list[ToReport]:
        """List translated files all of whose events are final (held counts) and that lack a report."""
        raise NotImplementedError

    def report(self, fence: Fence, file_id: int, outbound: Sequence[NewOutbound], now: datetime) -> None:
        """Queue a batch's report files and mark it reported, in one transaction."""
        raise NotImplementedError

    def batch_events(self, file_id: int) -> list[EventRow]:
        """List a batch's events in the file's order, replaced ones included."""
        raise NotImplementedError

    # --- fetch and deliver ------------------------------------------------------------------------

    def cursor(self, vendor: str, name: str) -> str | None:
        """Give how far a list of Amazon's was fetched; None at the beginning."""
        raise NotImplementedError

    def add_outbound(
        self,
        fence: Fence,
        vendor: str,
        outbound_files: Sequence[NewOutbound],
        now: datetime,
        *,
        cursor: tuple[str, str] | None = None,
    ) -> list[Added]:
        """Queue files for a vendor's outbox and set a cursor (its name and value), in one transaction."""
        raise NotImplementedError

    def outbound_due(self, vendor: str, now: datetime, limit: int = 50) -> list[Outbound]:
        """List outbound files to deliver now, oldest first."""
        raise NotImplementedError

    def outbound_delivered(self, fence: Fence, outbound_id: int, now: datetime) -> None:
        """Note that a file lies in the outbox under its name."""
        raise NotImplementedError

    def outbound_failed(self, fence: Fence, outbound_id: int, error: str, retry_at: datetime | None) -> None:
        """Note why a file was not delivered; it is due again at `retry_at`, or (None) given up."""
        raise NotImplementedError

    # --- what is due ------------------------------------------------------------------------------

    def next_due(self, vendor: str, now: datetime) -> datetime | None:
        """Tell when the vendor's next attempt, look, poll or delivery is due; a pause counts. May be past."""
        raise NotImplementedError

    def unfinished(self, vendor: str) -> bool:
        """Tell whether work goes on that needs no person: files, events, submissions, deliveries, reports.

        Waiting and held events and submissions that are held in doubt do not count.
        """
        raise NotImplementedError

    # --- operators --------------------------------------------------------------------------------

    def requeue_events(self, fence: Fence, event_ids: Collection[int], now: datetime) -> int:
        """Let failed and held events (those with a body) be sent again; give how many."""
        raise NotImplementedError

    def batches(
        self, vendor: str | None = None, state: str | None = None, limit: int = 50, before: int | None = None
    ) -> list[BatchView]:
        """List batches, newest first; `before` is the id to go on from."""
        raise NotImplementedError

    def batch(self, file_id: int) -> BatchDetail:
        """Give a batch with everything that came from it; raises `LedgerError` where there is none."""
        raise NotImplementedError

    def trace(self, text: str, limit: int = 200) -> Trace:
        """Find by order, tracking, control, transaction or request number, event summary-free, or file name."""
        raise NotImplementedError

    def counts(self) -> dict[str, dict[str, dict[str, int]]]:
        """Count what is open: {vendor: {"files"|"events"|"submissions"|"outbound": {state: n}}}."""
        raise NotImplementedError

    def raise_alert(
        self, kind: str, vendor: str, key: str, message: str, now: datetime, *, account: str = ""
    ) -> bool:
        """Open an alert, one at a time for (kind, vendor, key); tell whether it is new."""
        raise NotImplementedError

    def clear_alert(self, kind: str, vendor: str, key: str, now: datetime) -> bool:
        """Close an alert; tell whether it was open."""
        raise NotImplementedError

    def alerts(
        self, vendor: str | None = None, *, open_only: bool = True, limit: int = 100
    ) -> list[AlertRow]:
        """List alerts, newest first."""
        raise NotImplementedError

    def purge(self, vendor: str | None, before: datetime) -> Purged:
        """Remove batches received before then that are reported, final and delivered, and old outbound files.

        What was confirmed of packages is kept while status updates may still come: 180 days.
        """
        raise NotImplementedError
