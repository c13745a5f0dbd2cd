"""What an operator said with `resolve`: checked, asked for at Amazon, written down."""

from __future__ import annotations

import getpass
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import typer

from bridge.errors import CommandRefused

if TYPE_CHECKING:
    from bridge.wiring import Bridge

AFTERWARDS: Final = {
    "released": "The daemon sends it, or `edibridge run`.",
    "not_sent": "The daemon sends it, or `edibridge run`.",
    "sent": "The daemon asks Amazon for the verdict, or `edibridge run --settle`.",
    "taken": "It counts as done by your word; the partner is told so, and that Amazon gave no verdict.",
    "adopted": "Amazon confirms it. The daemon delivers its label, or `edibridge run`.",
    "dropped": "It is never sent; the partner is told so with your reason.",
}
"""What happens next, by what was said."""
_TRANSACTION = re.compile(r"[A-Za-z0-9][!-~]{0,199}")
_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Said:
    """A word on a submission: sent by a transaction id, taken without one, or (neither) not sent."""

    number: int
    transaction: str | None
    taken: bool
    take_back: str
    unchecked: bool


def transaction_of(given: str, option: str = "--sent") -> str:
    """Check an id of Amazon's that an operator gives. Raises a usage error."""
    text = given.strip()
    if not _TRANSACTION.fullmatch(text):
        raise typer.BadParameter(
            "an id of Amazon's is one word of letters, digits and signs, at most 200 of them; where it is "
            "not known, say --taken",
            param_hint=option,
        )
    return text


def reason_of(given: str, option: str) -> str:
    """Put an operator's reason into one line. Raises a usage error where there is none."""
    text = " ".join("".join(one if one.isprintable() else " " for one in given).split())
    if not text:
        raise typer.BadParameter("say why, in a few words", param_hint=option)
    return text[:_LONGEST_REASON]


def operator() -> str:
    """Name whoever says it: the user of this process, or who became that by sudo."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        return f"uid {os.getuid()}"


def settle_event(bridge: Bridge, number: int, dropped: str | None) -> str:
    """Release a held event, or drop it with a reason; return which."""
    from bridge.wiring import announced_elsewhere

    now = datetime.now(UTC)
    if dropped is not None:
        bridge.ledger.refuse_event(number, dropped, now, who=operator())
        return "dropped"
    elsewhere = announced_elsewhere(bridge.config)
    bridge.ledger.release_event(number, now, elsewhere=elsewhere, who=operator())
    return "released"


def drop_document(bridge: Bridge, number: int, reason: str) -> str:
    """Drop a document that waits to be written, with a reason."""
    now = datetime.now(UTC)
    vendor = bridge.ledger.drop_document(number, reason, now, who=operator())
    bridge.ledger.clear_alert("held_document", vendor, str(number), now)
    return "dropped"


def adopt_shipment(bridge: Bridge, number: int, shipment: str) -> str:
    """Take a shipment that Amazon has for what a submission in doubt was to buy; Amazon is asked first."""
    bridge.adopt(number, transaction_of(shipment, "--shipment"), operator())
    vendor = bridge.ledger.submission(number).vendor
    bridge.ledger.clear_alert("in_doubt", vendor, str(number), datetime.now(UTC))
    return "adopted"


def settle_submission(bridge: Bridge, said: Said) -> str:
    """Take a word on a submission; return which it was. A transaction id is asked for at Amazon first."""
    told = ""
    bridge.ledger.check_resolve(said.number, said.transaction, said.take_back)
    if said.transaction is not None:
        told = "not asked for at Amazon" if said.unchecked else _asked(bridge, said)
    bridge.ledger.resolve(
        said.number,
        said.transaction,
        datetime.now(UTC),
        taken=said.taken,
        take_back=said.take_back,
        who=operator(),
        told=told,
    )
    vendor = bridge.ledger.submission(said.number).vendor
    for kind in ("in_doubt", "overdue"):
        bridge.ledger.clear_alert(kind, vendor, str(said.number), datetime.now(UTC))
    if said.taken:
        return "taken"
    return "not_sent" if said.transaction is None else "sent"


def _asked(bridge: Bridge, said: Said) -> str:
    from bridge.spapi.errors import AmazonRefused, AmazonUnavailable, CredentialsRefused

    transaction = said.transaction or ""
    instead = f"edibridge resolve {said.number}"
    try:
        return f"Amazon: {bridge.verdict_of(said.number, transaction)}"
    except AmazonRefused as refused:
        raise CommandRefused(
            f"Amazon knows no transaction {transaction} ({refused}); nothing was changed. Amazon has the "
            f"orders, but the id is not known: `{instead} --taken`; it has not: `{instead} --not-sent`"
        ) from refused
    except (AmazonUnavailable, CredentialsRefused) as error:
        message = (
            f"Amazon could not be asked for transaction {transaction}: {error}; nothing was changed. Try "
            f"again, or believe the id without Amazon: `{instead} --sent {transaction} --unchecked`"
        )
        raise type(error)(message, request_id=error.request_id) from error
