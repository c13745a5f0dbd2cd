"""Adopt: what an operator found at Amazon → the answer to a call in doubt, if Amazon confirms that it is."""

from __future__ import annotations

from datetime import datetime

from bridge.errors import CommandRefused
from bridge.ledger.new_rows import OutcomeHandling
from bridge.ledger.rows import DueSubmission
from bridge.mapping.profile import VendorProfile
from bridge.programs.registry import installed
from bridge.spapi.client import AmazonClient
from bridge.spapi.errors import AmazonUnavailable
from bridge.spapi.pages import UnreadableItem


def adopted(
    amazon: AmazonClient, submission: DueSubmission, since: datetime, profile: VendorProfile, number: str
) -> OutcomeHandling:
    """Return what follows for a submission from what Amazon has under a number, if that is its own.

    Raises `CommandRefused` where it is not, or where such calls leave nothing that can be looked at, and
    `AmazonError` where Amazon cannot be asked.
    """
    call = installed().call(submission.operation)
    if call.refusals is None or not call.refusals.operation or call.answered is None:
        raise CommandRefused(f"{submission.operation} leaves nothing at Amazon that has a number of its own")
    read = installed().operations[call.refusals.operation]
    try:
        found = amazon.read_one(read, **call.refusals.names(number))
    except ValueError as error:
        raise CommandRefused(f"{number} is no number of Amazon's; nothing was changed") from error
    if found is None:
        raise CommandRefused(f"Amazon knows no {number}; nothing was changed")
    if isinstance(found, UnreadableItem):
        raise AmazonUnavailable(f"{read.name} is unreadable: {found.reason}")
    event = installed().decode(submission.operation, submission.bodies[0])
    if not call.refusals.is_own(event, found, since):
        raise CommandRefused(
            f"what Amazon has as {number} is not what submission {submission.id} was to buy: another order, "
            "other items, older, or given back; nothing was changed"
        )
    answered = call.answered(event, found, profile)
    return OutcomeHandling(
        notes=answered.notes,
        files=answered.files,
        reference=answered.reference,
        tracking_number=answered.tracking_number,
        starts=answered.starts,
        charged=call.spending.charged(found) if call.spending is not None else None,
    )
