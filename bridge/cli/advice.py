"""What an operator can do: for each kind of alert, and for each state that needs manual action."""

from __future__ import annotations

import re
from typing import Final

ALERTS: Final[dict[str, str]] = {
    "drop_folder": "try it with `edibridge check --connect`; it is tried again by itself",
    "file": "see whether the server lets us read and move the file; it is tried again by itself",
    "inbox": "ask the vendor to remove what does not belong there; the files that are listed are taken",
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
    "waiting": "ask the vendor for the confirmation; `edibridge resolve ID --event --send` sends without it",
    "late_confirmation": "`edibridge show BATCH` says what keeps it: held, in doubt, or Amazon not answering",
    "follow_up": "look at it at Amazon; `edibridge trace SUBJECT` shows what was told to the vendor",
    "label_replaced": "`edibridge trace ORDER`; have the valid label used, and confirmed by a new document",
    "label_expiry": "`edibridge trace ORDER`; ask the vendor to ship and confirm, or to request a new label",
    "restored": "look at what is held and in doubt, resolve it; then `edibridge restore --release`",
    "clock": "set this machine's clock (`timedatectl set-ntp true`); it goes on by itself then",
    "silent": "`edibridge check --connect`; where that works, ask the vendor whether it sends",
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
        "that could not be delivered to the vendor",
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
    "label_replaced": "ORDER",
}
"""Alerts whose key is the number that their advice needs, and what stands there for it."""


def advice_on(kind: str, key: str = "") -> str:
    """Return what to do about an alert, with its number; where its kind is unknown, where to look."""
    text = ALERTS.get(kind, "see docs/runbook.md")
    return re.sub(rf"\b{_NUMBERED[kind]}\b", lambda _: key, text) if key and kind in _NUMBERED else text
