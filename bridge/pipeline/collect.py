"""Collect: inbox → files. Bytes first, then the ledger row; the remote file moves once it is read.

A remote file is put away (archive, or quarantine when it cannot be read) only after its rows are
committed. A crash between any two steps repeats the later one, which finds what is done already: the
spool and the ledger know bytes by their hash, an arrival by name, size and time.
"""

from __future__ import annotations

from collections import Counter

import structlog

from bridge.dropfolder.port import Listing, RemoteFile
from bridge.errors import RemoteFileError, SpoolError
from bridge.faultpoints import reached
from bridge.ledger.new_rows import Collected
from bridge.ledger.rows import Arrival
from bridge.outfiles.names import stamped_name
from bridge.pipeline.acknowledgements import acknowledge_again
from bridge.pipeline.alerts import (
    FILE,
    INBOX,
    SPOOL,
    clear_alert,
    is_told,
    open_keys,
    raise_alert,
    spool_failed,
)
from bridge.pipeline.partner import Partner
from bridge.pipeline.state import InboxState

log = structlog.get_logger(__name__)

LARGE_FILES_TOLD = 100
MOVES_IN_VAIN = 3
SECONDS_A_PASS = 600.0
"""Longest time for which files are taken before the next job runs: a server may be very slow."""
FILES_A_PASS = 500
"""Most files taken before they are translated, so that the first do not wait for the last."""


def collect(partner: Partner) -> int:
    """Take the files of the inbox that have stopped growing; return how many."""
    inbox = partner.state.inbox
    seen = partner.folder.list_files()
    _review_listing(partner, seen)
    inbox.listed_at = partner.seconds()
    known = {_remote_file(arrival) for arrival in partner.ledger.arrivals_to_move(partner.vendor)}
    back = _come_back(partner, seen)
    settled = partner.pickup_policy.ready(seen, inbox.listed_at)
    ready = [one for one in settled if one not in known and one not in back]
    large = [remote for remote in ready if remote.size > partner.policies.max_file_size]
    inbox.unsettled = 0
    if partner.pickup_policy.convention == "settled":
        inbox.unsettled = len(set(seen) - known - back - set(ready))
    if not seen.cut:
        _forget_missing(partner, {remote.name for remote in seen})
    taken, unkept = _take_all(partner, _in_turn(inbox, set(ready) - set(large), ready))
    inbox.tried.update(remote for remote, done in taken.items() if not done)
    in_vain = frozenset(remote for remote in ready if inbox.tried[remote])
    inbox.untaken = in_vain | _too_large(partner, large) | back
    if unkept:
        spool_failed(partner, unkept)
    elif taken or not seen:
        clear_alert(partner, SPOOL, "")
    return sum(taken.values())


def _come_back(partner: Partner, seen: Listing) -> frozenset[RemoteFile]:
    """Return, and tell of, files that stand there unchanged however often they were moved away.

    Taken each time, they would be answered without end.
    """
    there, inbox = set(seen), partner.state.inbox
    inbox.moved = Counter({remote: times for remote, times in inbox.moved.items() if remote in there})
    back = frozenset(remote for remote, times in inbox.moved.items() if times >= MOVES_IN_VAIN)
    for remote in back:
        message = (
            f"{remote.name}: was moved out of the inbox {MOVES_IN_VAIN} times and is there again; "
            "it is left alone: ask the partner why its server does not move files, or to remove it"
        )
        if not is_told(partner, FILE, remote.name):
            raise_alert(partner, FILE, remote.name, message)
    return back


def _in_turn(inbox: InboxState, chosen: set[RemoteFile], ready: list[RemoteFile]) -> list[RemoteFile]:
    """Return the files of this pass: those that were tried in vain come after all others, in turn."""
    inbox.tried = Counter({remote: tries for remote, tries in inbox.tried.items() if remote in chosen})
    files = [remote for remote in ready if remote in chosen]
    return sorted(files, key=lambda remote: inbox.tried[remote])[:FILES_A_PASS]


def _take_all(partner: Partner, files: list[RemoteFile]) -> tuple[dict[RemoteFile, int], str]:
    """Take files, as long as a pass may last; return which were taken, and why one could not be kept."""
    taken: dict[RemoteFile, int] = {}
    unkept = ""
    end = partner.seconds() + SECONDS_A_PASS
    for remote in files:
        if partner.stopping() or partner.seconds() > end:
            break
        # What cannot be kept stays where it is. A smaller one may fit, and what Amazon is owed goes on.
        with partner.disk_space.reserve(remote.size) as lack:
            try:
                taken[remote] = 0 if lack else _take(partner, remote)
            except SpoolError as error:
                taken[remote], unkept = 0, str(error)
        unkept = lack or unkept
    return taken, unkept


def _too_large(partner: Partner, files: list[RemoteFile]) -> frozenset[RemoteFile]:
    """Report files that are larger than allowed; the first of them, where they are many."""
    told = files[:LARGE_FILES_TOLD]
    for remote in told:
        if not is_told(partner, FILE, remote.name):
            message = (
                f"{remote.name}: {remote.size:,} bytes are more than max_file_size "
                f"({partner.policies.max_file_size:,}); it stays in the inbox: raise the limit in "
                f"[{partner.profile.kind}.{partner.vendor}.pickup], or ask the partner to remove it"
            )
            raise_alert(partner, FILE, remote.name, message)
            log.warning("file_too_large", vendor=partner.vendor, file=remote.name, size=remote.size)
    return frozenset(told)


def _review_listing(partner: Partner, seen: Listing) -> None:
    """Raise or clear the alert that an inbox is too full to be listed whole."""
    if not seen.cut:
        clear_alert(partner, INBOX, "")
        return
    message = (
        f"the inbox cannot be listed completely: {seen.cut}; what is listed is taken, "
        "ask the partner to clear it"
    )
    if raise_alert(partner, INBOX, "", message):
        log.warning("listing_cut", vendor=partner.vendor, reason=seen.cut)


def archive_processed(partner: Partner) -> int:
    """Move what was read to the archive or the quarantine; return how many."""
    arrivals = [a for a in partner.ledger.arrivals_to_move(partner.vendor) if a.file_state != "collected"]
    if not arrivals:
        return 0
    seen = partner.folder.list_files()
    present = {remote.name: remote for remote in seen}
    if seen.cut:  # what is not seen may stand there all the same
        present = {one.remote_name: _remote_file(one) for one in arrivals} | present
    end = partner.seconds() + SECONDS_A_PASS
    return sum(
        _archive(partner, arrival, present.get(arrival.remote_name))
        for arrival in arrivals
        if not partner.stopping() and partner.seconds() < end
    )


def _take(partner: Partner, remote: RemoteFile) -> int:
    with partner.spool.keeping():  # a purge must not remove the same bytes before the ledger needs them
        return _keep(partner, remote)


def _keep(partner: Partner, remote: RemoteFile) -> int:
    reached("collect.begun")
    try:
        kept = partner.spool.keep(partner.folder.read(remote))
    except RemoteFileError as error:
        # Changed or gone while it was read: nothing is kept, the next listing sees it anew.
        log.warning("file_not_taken", vendor=partner.vendor, file=remote.name, reason=str(error))
        # Twice, and unchanged: this is not a vendor who still writes.
        if remote in partner.state.inbox.untaken:
            raise_alert(partner, FILE, remote.name, str(error))
        return 0
    collected = Collected(
        vendor=partner.vendor,
        name=remote.name,
        sha256=kept.sha256,
        size=kept.size,
        mtime=remote.mtime,
        spool_name=kept.name,
    )
    reached("collect.kept")
    taken = partner.ledger.keep_file(partner.fence, collected, partner.clock())
    reached("collect.committed")
    log.info("file_kept", vendor=partner.vendor, batch=taken.file_id, file=remote.name, new=taken.new)
    clear_alert(partner, FILE, remote.name)
    return 1


def _forget_missing(partner: Partner, present: set[str]) -> None:
    """Clear the alerts about files that do not lie in the inbox any more."""
    for name in open_keys(partner, FILE):
        if name not in present:
            clear_alert(partner, FILE, name)


def _archive(partner: Partner, arrival: Arrival, present: RemoteFile | None) -> int:
    """Move one file; 0 where it cannot be moved now, which is tried again and holds up no other."""
    reached("put_away.begun")
    expected = _remote_file(arrival)
    if present is not None and present != expected:
        # The vendor has put another file under this name: that one is not ours to move yet.
        _note_moved(partner, arrival, "")
        return 1
    target = stamped_name(arrival.remote_name, arrival.arrived_at.strftime("%Y%m%dT%H%M%S"), arrival.id)
    try:
        if arrival.file_state == "quarantined":
            partner.folder.quarantine(arrival.remote_name, target, arrival.file_reason, expected=expected)
        else:
            partner.folder.archive(arrival.remote_name, target, expected=expected)
    except RemoteFileError as error:
        log.warning("not_put_away", vendor=partner.vendor, file=arrival.remote_name, reason=str(error))
        if present is not None:
            raise_alert(partner, FILE, arrival.remote_name, str(error))
            return 0
        # Somebody removed it meanwhile; its bytes are in the spool.
        target = ""
    partner.state.inbox.moved[expected] += 1
    reached("put_away.moved")
    marker = partner.pickup_policy.marker_of(arrival.remote_name)
    if marker:
        _remove_marker(partner, marker)
        reached("put_away.unmarked")
    # After the move, which may fail for long: a vendor is answered once for each arrival.
    _note_moved(partner, arrival, target)
    reached("put_away.committed")
    clear_alert(partner, FILE, arrival.remote_name)
    return 1


def _remove_marker(partner: Partner, marker: str) -> None:
    try:
        partner.folder.remove(marker)
    except RemoteFileError as error:
        log.warning("marker_not_removed", vendor=partner.vendor, file=marker, reason=str(error))
        raise_alert(partner, FILE, marker, str(error))


def _note_moved(partner: Partner, arrival: Arrival, target: str) -> None:
    """Note that a file left the inbox. One that came once more is answered again: its vendor may wait for it.

    The answer and the note are one transaction, so that a crash does not answer twice.
    """
    if not arrival.first and arrival.file_state == "translated" and partner.policies.acknowledge:
        try:
            acknowledge_again(partner, partner.ledger.file(arrival.file_id), arrival.id, target)
        except OSError as error:
            # Its raw bytes were purged meanwhile: there is nothing left to answer.
            log.warning(
                "not_acknowledged_again", vendor=partner.vendor, file=arrival.remote_name, reason=str(error)
            )
        else:
            return
    partner.ledger.arrival_moved(partner.fence, arrival.id, target, partner.clock())


def _remote_file(arrival: Arrival) -> RemoteFile:
    return RemoteFile(name=arrival.remote_name, size=arrival.size, mtime=arrival.mtime)
