"""Replies that are the verdict themselves, or say no more than that a call was taken, to outcomes.

Pure: a reply in, a value out.
"""

from __future__ import annotations

import re

import msgspec

from bridge.domain.outcomes import Outcome, OutcomeKind
from bridge.programs.operations import Item, Operation
from bridge.spapi.errors import AmazonUnavailable
from bridge.spapi.pages import UnreadableItem
from bridge.spapi.reads import parse_item
from bridge.spapi.replies import classify_reply, decoded, errors_of, reason_of, request_id_of
from bridge.spapi.transport import Reply


def classify_result(operation: Operation, reply: Reply) -> Outcome:
    """Return what the reply to a call means that is its `result`, or a `receipt`. Never raises.

    A 2xx that cannot be read whole, that holds errors, or has nothing where something is to be read of it,
    leaves it open whether Amazon took the call.
    """
    if not 200 <= reply.status < 300:
        return _advised(
            operation, classify_reply(reply.status, reply.headers, reply.body, operation.doubtful)
        )
    answer = _answer(operation, reply)
    kind: OutcomeKind = "submitted" if operation.reply == "receipt" else "succeeded"
    outcome = Outcome(kind=kind, http_status=reply.status, request_id=request_id_of(reply.headers))
    if isinstance(answer, str):
        why = f"HTTP {reply.status}: {answer}"
        errors = errors_of(decoded(reply.body))
        return msgspec.structs.replace(outcome, kind="in_doubt", reason=why, errors=errors)
    return msgspec.structs.replace(outcome, answer=answer)


def _advised(operation: Operation, outcome: Outcome) -> Outcome:
    """Return a refusal with what helps against it, where the operation knows that."""
    if outcome.kind != "refused":
        return outcome
    told = " ".join(f"{error.code} {error.message} {error.details}" for error in outcome.errors)
    advice = [text for pattern, text in operation.advice.items() if re.search(pattern, told)]
    return msgspec.structs.replace(outcome, reason="; ".join([outcome.reason, *advice]))


def _answer(operation: Operation, reply: Reply) -> Item | str | None:
    """Return what the operation reads of a reply, or why nothing can be read of it."""
    if reply.flaw:
        return reply.flaw
    if operation.read is None:
        return _plain(reply)
    try:
        item = parse_item(operation, reply.status, reply.headers, reply.body)
    except AmazonUnavailable as unavailable:
        return str(unavailable)
    if isinstance(item, UnreadableItem):
        return f"the reply is unreadable: {item.reason}"
    return item if item is not None else "the reply is empty"


def _plain(reply: Reply) -> str | None:
    """Return why a reply of which nothing is to be read is no success; None for one that is."""
    content = decoded(reply.body)
    if reply.body.strip() and not isinstance(content, dict):
        return "the reply is unreadable"
    errors = errors_of(content)
    return reason_of(reply.status, errors) if errors else None
