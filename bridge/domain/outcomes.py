"""What Amazon's replies mean: what became of one POST, and the verdict on what it took. Pure."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

OutcomeKind = Literal[
    "submitted",
    "succeeded",
    "not_taken",
    "unauthorized",
    "too_large",
    "refused",
    "held",
    "asked_anew",
    "in_doubt",
]
VerdictStatus = Literal["Processing", "Success", "Failure"]
InDoubtPolicy = Literal["hold", "resubmit", "verify"]
"""What to do where nobody knows whether Amazon took it: wait for an operator, send again, or ask Amazon."""


class AmazonApiError(msgspec.Struct, frozen=True, omit_defaults=True):
    """One element of Amazon's `errors`: a code such as `InvalidInput` and free text."""

    code: str
    message: str
    details: str = ""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one POST.

    `submitted` has an `amazon_transaction_id`. `succeeded`: the reply is the verdict itself; `answer` is the
    item that its operation read of it, None where it reads none. `not_taken`: surely not taken, may go again
    after `retry_after` seconds (None: not said). `unauthorized`: not taken, and an operator must correct our
    credentials or configuration. `too_large`: not taken, smaller ones may be. `refused`: `errors` say why.
    `held` and `asked_anew` are refusals, too, by which the event is held, or what Amazon said of it before is
    asked anew.
    `in_doubt`: it is not known whether Amazon took it. `http_status` is None where no reply came.
    """

    kind: OutcomeKind
    http_status: int | None = None
    amazon_transaction_id: str = ""
    request_id: str = ""
    errors: tuple[AmazonApiError, ...] = ()
    retry_after: float | None = None
    reason: str = ""
    answer: Any = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Amazon's verdict on a transaction. A Failure may come with no errors at all."""

    status: VerdictStatus
    errors: tuple[AmazonApiError, ...] = ()
    request_id: str = ""
