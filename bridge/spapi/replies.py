"""Amazon's replies to outcomes and verdicts. Pure: status, headers and bytes in, values out.

Replies come wrapped (`{"payload": …}`) and unwrapped; 503 with HTML, an empty 429 and a 403 with only
`{"message"}` are all real. So the status decides first, and the body is looked at afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, get_args

import msgspec

from bridge.domain.outcomes import AmazonApiError, Outcome, OutcomeKind, Verdict, VerdictStatus
from bridge.spapi.errors import AmazonRefused, AmazonUnavailable, CredentialsRefused

_VERDICT_STATUSES: tuple[VerdictStatus, ...] = get_args(VerdictStatus)

# A token of free text. Dots, hyphens and underscores inside belong to it, so that neither PO1-2 nor
# 1.PO1 names PO1.
_WORD = re.compile(r"[^\W_]+(?:[-_.][^\W_]+)*")
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")  # InvalidInput, EMPTY_PACKAGES; what is no code may be free text
_SHORTEST_DIGITS = 5
# A figure beyond is some proxy's nonsense, and would stop an account for good.
_LONGEST_RETRY_AFTER = 3600.0


# What a status alone tells of a POST, where no transaction id says more. 500, 502 and 504 may come
# from behind the point where Amazon took the document; 3xx is no answer of this API at all.
_KIND_OF_STATUS: dict[int, OutcomeKind] = {
    401: "unauthorized",
    403: "unauthorized",
    413: "too_large",
    429: "not_taken",
    503: "not_taken",
}


def classify_reply(
    status: int, headers: Mapping[str, str], body: bytes, doubtful: Collection[int] = ()
) -> Outcome:
    """Return what a reply to a call means that makes a transaction; `body` may be anything. Never raises.

    `doubtful` are statuses below 500 that leave it open whether Amazon took it.
    """
    content = decoded(body)
    transaction_id = _transaction_id(content)
    if 200 <= status < 300 and transaction_id:
        kind: OutcomeKind = "submitted"
        reason = ""
    else:
        kind = "in_doubt" if status in doubtful else _kind_of(status)
        transaction_id = ""
        reason = reason_of(status, errors_of(content))
    return Outcome(
        kind=kind,
        http_status=status,
        amazon_transaction_id=transaction_id,
        request_id=request_id_of(headers),
        errors=errors_of(content),
        retry_after=retry_after_of(headers),
        reason=reason,
    )


def parse_verdict(status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
    """Read the reply of getTransactionStatus.

    Raises `AmazonUnavailable` where asking again may help (5xx, 429, 408, an unreadable body),
    `CredentialsRefused` on 401 and 403, `AmazonRefused` on any other status.
    """
    if status != 200:
        raise failure_of(status, headers, body)
    return _verdict(decoded(body), request_id_of(headers))


def failure_of(
    status: int, headers: Mapping[str, str], body: bytes
) -> AmazonUnavailable | CredentialsRefused | AmazonRefused:
    """Return the error that a reply to a read means, whose status is not 200.

    Asking again may help on 5xx, 408 and 429; 401 and 403 are the credentials' matter.
    """
    content = decoded(body)
    request_id = request_id_of(headers)
    reason = reason_of(status, errors_of(content))
    if status >= 500 or status in {408, 429}:
        return AmazonUnavailable(reason, retry_after=retry_after_of(headers), request_id=request_id)
    if status in {401, 403}:
        return CredentialsRefused(reason, http_status=status, request_id=request_id)
    return AmazonRefused(reason, http_status=status, errors=errors_of(content), request_id=request_id)


def orders_named(errors: Iterable[AmazonApiError], candidates: Collection[str]) -> set[str]:
    """Find the purchase order numbers among `candidates` that Amazon's free text names.

    Whole words only: PO1 is not named by `PO12`. Missing one is harmless (the orders then go again
    one by one), a wrong one is not: so a short number, which any text may hold, never counts.
    """
    words = {word for error in errors for word in _WORD.findall(f"{error.message} {error.details}")}
    return {order for order in candidates if order in words and not _is_short_number(order)}


def request_id_of(headers: Mapping[str, str]) -> str:
    """Return `x-amzn-RequestId`, which Amazon's support asks for; empty where absent."""
    return _header(headers, "x-amzn-requestid")


def rate_limit_of(headers: Mapping[str, str]) -> float | None:
    """Return `x-amzn-RateLimit-Limit` in requests a second; None where absent or senseless."""
    rate = _seconds(_header(headers, "x-amzn-ratelimit-limit"))
    return rate or None


def retry_after_of(headers: Mapping[str, str]) -> float | None:
    """Return Retry-After in seconds, an hour at most; None where it is absent or unreadable.

    A date counts from the reply's own `Date`, so that no clock need be right.
    """
    text = _header(headers, "retry-after")
    seconds = _seconds(text)
    if seconds is None:
        seconds = _seconds_until(text, _header(headers, "date"))
    return None if seconds is None else min(seconds, _LONGEST_RETRY_AFTER)


def _kind_of(status: int) -> OutcomeKind:
    if status in _KIND_OF_STATUS:
        return _KIND_OF_STATUS[status]
    return "refused" if 400 <= status < 500 else "in_doubt"


def _verdict(content: object, request_id: str) -> Verdict:
    transaction = _inner(_inner(content, "payload"), "transactionStatus")
    told = transaction.get("status") if isinstance(transaction, dict) else None
    status = next((known for known in _VERDICT_STATUSES if known == told), None)
    if status is None:
        raise AmazonUnavailable("the transaction status is unreadable", request_id=request_id)
    return Verdict(status=status, errors=errors_of(transaction), request_id=request_id)


def _transaction_id(content: object) -> str:
    reference = _inner(content, "payload")
    value = reference.get("transactionId") if isinstance(reference, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _inner(content: object, name: str) -> object:
    """Unwrap `{name: {...}}`; what is not wrapped is given back as it is."""
    if isinstance(content, dict) and isinstance(content.get(name), dict):
        return content[name]
    return content


def errors_of(content: object) -> tuple[AmazonApiError, ...]:
    """Return the `errors` of a decoded body, or its bare `message` as one; empty where there are none."""
    if not isinstance(content, dict):
        return ()
    listed = content.get("errors")
    if isinstance(listed, list):
        return tuple(_error(element) for element in listed if isinstance(element, dict))
    message = content.get("message")
    return (AmazonApiError("", message),) if isinstance(message, str) else ()


def _error(element: dict[str, Any]) -> AmazonApiError:
    code, message, details = (str(element.get(name) or "") for name in ("code", "message", "details"))
    return AmazonApiError(code, message, details)


def reason_of(status: int, errors: Iterable[AmazonApiError]) -> str:
    """Return in short why: the status and Amazon's codes, never its free text."""
    codes = sorted({error.code for error in errors if _CODE.fullmatch(error.code)})
    return f"HTTP {status}" + (f" ({', '.join(codes)})" if codes else "")


def decoded(body: bytes) -> object:
    """Decode a body; None for anything that is no JSON, absurdly deep nesting included."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value.strip() for key, value in headers.items() if key.lower() == name), "")


def _seconds(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text, re.ASCII) else None


def _seconds_until(later: str, now: str) -> float | None:
    try:
        difference = parsedate_to_datetime(later) - parsedate_to_datetime(now)
    except (TypeError, ValueError):  # no date, or only one of the two has a zone
        return None
    return max(0.0, difference.total_seconds())


def _is_short_number(order: str) -> bool:
    return order.isdigit() and len(order) < _SHORTEST_DIGITS
