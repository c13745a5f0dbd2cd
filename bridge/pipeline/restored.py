"""A ledger older than what it has done: noticed, and everything open held until an operator has looked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import structlog

from bridge.dropfolder.port import Place
from bridge.errors import SpoolError
from bridge.ledger.rows import Fence, Numbers
from bridge.pipeline.alerts import RESTORED, clear_alert, raise_alert
from bridge.pipeline.partner import Partner

log = structlog.get_logger(__name__)

FARTHEST = 1_000_000
"""A number farther beyond those that were given is none of the bridge's: a date, or a partner's own name."""
FAILURES = 3
"""Failures in a row after which the folder is left to the jobs to try first."""
_ARCHIVED = re.compile(r"\.\d{8}T\d{6}\.(\d{1,15})(?:\.[^.]*)?")
"""How an archived name ends: when the file came, and the number of its arrival (`stamped_name`)."""
_OF_BATCH: dict[Place, re.Pattern[str]] = {
    "statuses": re.compile(r"\.(\d{1,15})\.(?:json|csv|edi)"),
    "acknowledgements": re.compile(r"\.(\d{1,15})\.\d{1,15}\.edi"),
}


def claim(partners: Sequence[Partner]) -> Fence:
    """Claim the account of these partners; a ledger that is behind what the spool has noted was restored."""
    first = partners[0]
    noted = first.spool.epoch(first.account)
    fence = first.ledger.claim(first.account, first.clock())
    if noted >= fence.epoch:
        reason = "it is older than its spool"
        fence = first.ledger.mark_restored(first.account, reason, first.clock(), epoch=noted)
        log.error("ledger_restored", account=first.account, reason=reason)
    try:
        first.spool.note_epoch(first.account, fence.epoch)
    except SpoolError as error:  # what Amazon is owed goes on; the job that keeps files tells of it
        log.warning("epoch_not_noted", account=first.account, reason=str(error))
    return fence


def hold_if_restored(partner: Partner) -> None:
    """Hold what the partner has open while its account's ledger counts as restored, and say so."""
    restored = partner.ledger.restored(partner.account)
    if restored is None:
        clear_alert(partner, RESTORED, "")
        return
    partner.ledger.hold_open(partner.fence, partner.vendor, partner.clock())
    message = (
        f"the ledger was restored from a backup ({restored.reason}): what was open in it may be at Amazon "
        f"already. Nothing is sent for account {partner.account}. Look at what is held and in doubt; then "
        f"`edibridge restore --release --account {partner.account}` sends it"
    )
    if raise_alert(partner, RESTORED, "", message):
        log.error("ledger_restored", vendor=partner.vendor, reason=restored.reason)


def compare_with_folder(partner: Partner) -> None:
    """Look once whether archive and outbox hold numbers that the ledger has not given yet.

    Raises `DropFolderError` where the folder cannot be used; it is compared when it works again.
    """
    if partner.state.folder.numbers_compared or partner.state.folder.failures >= FAILURES:
        return
    known = partner.ledger.numbers(partner.account)
    archived = _numbers(partner.folder.names("archive"), _ARCHIVED)
    found = Numbers(
        _greatest((number for number, _ in archived), known.arrival),
        max(_greatest(_of_batches(partner, place, known.batch), known.batch) for place in _OF_BATCH),
    )
    partner.state.folder.numbers_compared = True
    if found.arrival <= known.arrival and found.batch <= known.batch:
        return
    reason = (
        f"archive and outbox of {partner.vendor} have the numbers of arrival {found.arrival} and batch "
        f"{found.batch}, the ledger has given {known.arrival} and {known.batch}"
    )
    partner.ledger.mark_restored(partner.account, reason, partner.clock(), fence=partner.fence, numbers=found)
    log.error("ledger_restored", vendor=partner.vendor, reason=reason)


def _of_batches(partner: Partner, place: Place, known: int) -> Iterator[int]:
    """Yield the numbers of batches at the ends of names in a folder of the outbox.

    A name that the ledger has queued is no sign of one that it has not given: where a batch was reported
    several times, it ends with the number of its report.
    """
    for number, name in _numbers(partner.folder.names(place), _OF_BATCH[place]):
        if number <= known or not partner.ledger.has_queued(partner.vendor, place, name):
            yield number


def _numbers(names: Iterable[str], ends: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Yield the numbers at the end of names, with the names; those that have none are left out."""
    return ((int(found[1]), name) for name in names if (found := _at_the_end(ends, name)))


def _greatest(numbers: Iterable[int], known: int) -> int:
    """Return the greatest number that may be the bridge's, 0 for none."""
    return max((number for number in numbers if number <= known + FARTHEST), default=0)


def _at_the_end(ends: re.Pattern[str], name: str) -> re.Match[str] | None:
    return next((found for found in ends.finditer(name) if found.end() == len(name)), None)
