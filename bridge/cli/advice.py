"""What an operator can do: for each kind of alert, and for each state that needs manual action."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bridge.ledger.read_models import BatchDetail
    from bridge.ledger.rows import EventRow

ALERTS: Final[dict[str, str]] = {
    "drop_folder": "try it with `edibridge check --connect`; it is tried again by itself",
    "file": "see whether the server lets us read and move the file; it is tried again by itself",
    "inbox": "ask the partner to remove what does not belong there; the files that are listed are taken",
    "outbox": "see whether the server lets us write into the outbox; it is tried again by itself",
    "job": "a fault of edibridge: report it with the log; what it holds up is tried again",
    "credentials": "on invalid_grant `edibridge authorize ACCOUNT`, else renew the secrets; it then goes on",
    "authorization": "`edibridge authorize ACCOUNT`; renewed another way: set authorized_on, and reload",
    "client_secret": "make a new secret at Amazon, put it where client_secret says, set secret_made_on",
    "sending": "`edibridge check --connect`; see network, proxy, certificates; it is tried again by itself",
    "spool": "make room on the spool's disk, or set its owner and mode; the files wait in the inbox",
    "fetch": "see `edibridge check --connect`; it is tried again by itself, nothing is lost",
    "paper": "`edibridge trace ORDER`; look at the order at Amazon, the document may not be ready there",
    "in_doubt": "look at Amazon, then `edibridge resolve ID --sent TXID`, --taken (id unknown) or --not-sent",
    "overdue": "ask Amazon's support with the transaction id; do not send it again before they answer",
    "translation": "a fault of edibridge: report it with the log; then `edibridge rerun BATCH`",
    "held": "`edibridge show BATCH` says why, and what can be done",
    "waiting": "ask the partner for the confirmation; `edibridge resolve ID --event --send` sends without it",
    "late_confirmation": "`edibridge show BATCH` says what keeps it: held, in doubt, or Amazon not answering",
    "snapshot": "held: look at it at Amazon; the next list is told if it says the same",
    "follow_up": "look at it at Amazon; `edibridge trace SUBJECT` shows what was told to the partner",
    "held_document": "correct the mapping or the partner's edi table, `edibridge check`, then restart",
    "due": "ask the partner for its packages; `edibridge trace ORDER` shows what has come of an order",
    "stopped": "settle the account's balance in Seller Central; what waits goes again by itself",
    "label_replaced": "`edibridge trace ORDER`; have the valid label used, and confirmed by a new document",
    "label_expiry": "`edibridge trace ORDER`; ask the partner to ship and confirm, or to request a new label",
    "restored": "look at what is held and in doubt, resolve it; then `edibridge restore --release`",
    "clock": "set this machine's clock (`timedatectl set-ntp true`); it goes on by itself then",
    "silent": "`edibridge check --connect`; where that works, ask the partner whether it sends",
}
"""By the alert's kind."""

STATES: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("events", "held"): (
        "held",
        "`edibridge batches --state attention`, `edibridge show BATCH` for the reasons",
    ),
    ("submissions", "in_doubt"): (
        "in doubt: it is not known whether Amazon took them",
        "look at Amazon, then `edibridge resolve ID --sent TXID`, --taken (id unknown) or --not-sent",
    ),
    ("submissions", "overdue"): (
        "overdue: no verdict in 30 minutes",
        "ask Amazon's support with the transaction id; do not send it again before they answer",
    ),
    ("outbound", "failed"): (
        "that could not be delivered to the partner",
        "`edibridge check --connect`; it is tried again by itself",
    ),
}
"""By what is counted and its state: what it means, and what to do. These ask for attention."""


def advice_on_held(batch: int, event: int, sendable: int) -> str:
    """Return what to do about held events; where none of them has anything to send, not how to send one."""
    if sendable:
        then = f"`edibridge resolve {event} --event --send`, or --drop REASON"
        return f"`edibridge show {batch}` says why; then {then}"
    return (
        f"`edibridge show {batch}` says why; nothing of it can be sent as it is: correct mapping or settings "
        f"and `edibridge rerun {batch}`, or `edibridge resolve {event} --event --drop REASON`"
    )


REJECTED: Final = (
    "`edibridge show BATCH` says what is wrong and what to do; mostly its sender has to correct it and send "
    "it again"
)
"""About rejected documents and invalid events."""


_NUMBERED: Final = {
    "authorization": "ACCOUNT",
    "in_doubt": "ID",
    "overdue": "ID",
    "translation": "BATCH",
    "late_confirmation": "BATCH",
    "held_document": "correct the mapping or the partner's edi table, `edibridge check`, then restart",
    "stopped": "settle the account's balance in Seller Central; what waits goes again by itself",
    "label_replaced": "ORDER",
}
"""Alerts whose key is the number that their advice needs, and what stands there for it."""


def advice_on(kind: str, key: str = "") -> str:
    """Return what to do about an alert, with its number; where its kind is unknown, where to look."""
    text = ALERTS.get(kind, "see docs/runbook.md")
    return re.sub(rf"\b{_NUMBERED[kind]}\b", lambda _: key, text) if key and kind in _NUMBERED else text


def steps_for_batch(detail: BatchDetail) -> list[str]:
    """Return what an operator can do about a batch; nothing where there is nothing to do."""
    every = [event for event in detail.events if event.state == "held"]
    held = [event.id for event in every if event.function != "cancel"]
    cancelling = [event.id for event in every if event.function == "cancel"]
    early = [event.id for event in detail.events if is_delayed(event)]
    sendable = [event.id for event in detail.events if event.id in held and event.body is not None]
    doubted = [row.id for row in detail.submissions if row.state == "in_doubt"]
    failed = detail.batch.events.get("failed", 0)
    advice = []
    if sendable:
        word = f"`edibridge resolve {sendable[0]} --event --send`"
        advice.append(f"{word} lets event {sendable[0]} go, --drop REASON ends it")
    elif held:
        word = f"`edibridge resolve {held[0]} --event --drop REASON`"
        advice.append(f"{word} ends event {held[0]}, which has nothing to send")
    if early:
        advice.append(
            f"event {early[0]} goes by itself when its time comes; `edibridge resolve {early[0]} --event "
            "--send` sends it now, --drop REASON ends it"
        )
    if doubted:
        advice.append(
            f"look at Amazon, then `edibridge resolve {doubted[0]} --sent TXID`, --taken (it has it, by an "
            "unknown id) or --not-sent"
        )
    if cancelling:
        advice.append(
            f"event {cancelling[0]} is a cancellation and is never sent: `edibridge resolve {cancelling[0]} "
            "--event --send` drops what Amazon does not have by now, --drop REASON ends it"
        )
    if every or failed:
        advice.append(f"`edibridge rerun {detail.batch.id} --dry-run` tells what a rerun would send again")
    return [*advice, *_of_refused(detail)]


def _of_refused(detail: BatchDetail) -> list[str]:
    """Advise on rejections: the vendor cannot correct what an operator dropped, nor what is not supported.

    What the account's API version does not have is the operator's to correct.
    """
    unsupported = sum(any(map(_says_unsupported, row.errors)) for row in detail.documents)
    dropped = len({one.target_id for one in detail.operator_actions if one.action == "dropped"})
    refused = detail.batch.events.get("refused", 0)
    ours = [row for row in detail.events if row.state == "refused" and any(map(_says_version, row.errors))]
    settled = dropped + sum(all(map(_says_version, row.errors)) for row in ours)
    advice = []
    if detail.batch.rejected > unsupported or refused > settled:
        advice.append("what was rejected or is invalid, its sender has to send again, corrected")
    if ours:
        advice.append(
            f"event {ours[0].id} needs another api_version of the account: set it, then "
            f"`edibridge rerun {detail.batch.id}`"
        )
    if unsupported:
        advice.append("documents of types or versions that are not supported can only be sent by another way")
    return advice


def _says_version(error: Any) -> bool:  # noqa: ANN401 - a JSON object of the ledger
    return isinstance(error, dict) and error.get("code") == "API_VERSION"


def _says_unsupported(error: Any) -> bool:  # noqa: ANN401 - a JSON object of the ledger
    if not isinstance(error, dict) or not error.get("fatal", True) or error.get("level") == "note":
        return False
    place = (error.get("segment"), error.get("code"), error.get("level"))
    return place == ("ST", "1", "document") or (*place[:2], error.get("component")) == ("UNH", "14", 1)


def is_delayed(event: EventRow) -> bool:
    """Return whether an event waits for its own time; one whose time is over goes with the next drain."""
    return event.state == "ready" and event.not_before is not None
