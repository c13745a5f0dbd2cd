"""Faults to inject: what goes wrong, with which requests, how often and for how long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping
from typing import Literal

import msgspec

Action = Literal["reply", "cut", "truncate", "none"]
Listing = Literal[
    "",
    "repeat_page",
    "repeat_token",
    "token_loop",
    "empty_page",
    "overlap",
    "short_page",
    "blank_token",
    "expired_token",
    "empty_payload",
    "broken_item",
    "incomplete_item",
]
"""How a list of labels, slips or invoices can deviate; see `pages` and `reads` for how.

`repeat_page`: the next token is a new one that leads to this page once more. `repeat_token`: the next
token is the one that was sent; on a first page one that leads to it again. `token_loop`: from the third
page on the next token is that of the first page. `empty_page`: no items, and a token for those of this
page. `overlap`: the last item of this page is the first of the next. `short_page`: half as many items as
asked for, with a token for the rest. `blank_token`: a last page has an empty token instead of none.
`expired_token`: a token that was sent is refused with 400. `empty_payload`: an empty object instead of a
list. `broken_item`: the content of the first item is no base64. `incomplete_item`: the first item lacks
what the model requires. The last two strike reads of one order, too.
"""
HTML_503 = "<html><head><title>503</title></head><body><h1>Service Unavailable</h1></body></html>"


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that goes wrong.

    `reply` answers with `status`, `body` and `headers`; `cut` closes the connection without an answer;
    `truncate` announces the true answer whole, sends half of it and closes; `none` lets the true answer
    through. With `taken` the documents are processed before the fault strikes, without they are not.
    """

    operation: str = "*"
    """An operation's name as in Amazon's models, `token` for Login with Amazon, or `*` for all."""
    order: str = ""
    """Only requests that hold this purchase order; for a poll: whose transaction holds it; for a read of
    one order: that asks for it."""
    nth: int = 0
    """Strikes from the nth matching request after the injection on; 0 or 1: from the first."""
    times: int | None = 1
    """How often it strikes; None: until it is cleared or `seconds` are over."""
    seconds: float | None = None
    action: Action = "reply"
    taken: bool = False
    status: int = 500
    body: str = ""
    headers: Mapping[str, str] = {}
    delay: float = 0.0
    """Seconds before anything is processed."""
    delay_after: float = 0.0
    """Seconds between processing and the answer."""
    hold: bool = False
    """The answer waits, after processing, until `Faults.release`."""
    withhold_verdict: bool = False
    """A poll is answered Processing, whatever the verdict is."""
    listing: Listing = ""
    """How the answer to a read deviates; for `action` "none"."""


class _Armed(msgspec.Struct):
    fault: Fault
    since: float
    matched: int = 0
    struck: int = 0


class Faults:
    """The active faults. Thread-safe; `clock` returns seconds that only grow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []
        self._releases = 0

    def inject(self, fault: Fault) -> Fault:
        """Add a fault; the first that matches a request strikes it."""
        with self._lock:
            self._armed.append(_Armed(fault, self._clock()))
        return fault

    def clear(self) -> None:
        """Remove all faults and release held answers."""
        with self._lock:
            self._armed.clear()
            self._releases += 1

    def release(self) -> None:
        """Release the answers that are held now."""
        with self._lock:
            self._releases += 1

    @property
    def releases(self) -> int:
        """How often `release` was called: a held answer waits for the next."""
        return self._releases

    @property
    def active(self) -> list[Fault]:
        """The faults that can still strike."""
        with self._lock:
            now = self._clock()
            return [armed.fault for armed in self._armed if _alive(armed, now)]

    def strike(self, operation: str, orders: Callable[[], Collection[str]]) -> Fault | None:
        """Return the fault that strikes a request, and count it; `orders` is called only where needed."""
        if not self._armed:
            return None
        with self._lock:
            now = self._clock()
            self._armed = [armed for armed in self._armed if _alive(armed, now)]
            return next((armed.fault for armed in self._armed if _strikes(armed, operation, orders)), None)

    # The usual ones by name. `match` takes operation, order, nth, times and seconds.

    def reply(self, status: int, body: str = "", **match: object) -> Fault:
        """Answer with a status and body of choice; nothing is processed unless `taken`."""
        return self.inject(_fault({"action": "reply", "status": status, "body": body, **match}))

    def unavailable(self, **match: object) -> Fault:
        """Answer 503 with a page of HTML, as load balancers do."""
        return self.reply(503, HTML_503, headers={"content-type": "text/html"}, **match)

    def cut_before(self, **match: object) -> Fault:
        """Cut the connection; nothing is processed."""
        return self.inject(_fault({"action": "cut", **match}))

    def cut_after(self, **match: object) -> Fault:
        """Take the documents, then cut the connection: the answer is lost."""
        return self.inject(_fault({"action": "cut", "taken": True, **match}))

    def truncate(self, **match: object) -> Fault:
        """Take the documents, then send half of the answer."""
        return self.inject(_fault({"action": "truncate", "taken": True, **match}))

    def junk(self, body: str = "\x00not json", **match: object) -> Fault:
        """Take the documents, then answer 202 with something unreadable."""
        return self.inject(_fault({"action": "reply", "status": 202, "body": body, "taken": True, **match}))

    def slow(self, seconds: float, **match: object) -> Fault:
        """Take the documents at once and answer late."""
        return self.inject(_fault({"action": "none", "taken": True, "delay_after": seconds, **match}))

    def hold(self, **match: object) -> Fault:
        """Take the documents at once and answer only after `release`."""
        return self.inject(_fault({"action": "none", "taken": True, "hold": True, **match}))

    def no_verdict(self, **match: object) -> Fault:
        """Answer polls Processing, by default all of them."""
        wanted = {"operation": "getTransactionStatus", "times": None, "withhold_verdict": True}
        return self.inject(_fault({"action": "none", "taken": True, **wanted, **match}))

    def listing(self, how: Listing, **match: object) -> Fault:
        """Make an answer to a read deviate."""
        return self.inject(_fault({"action": "none", "taken": True, "listing": how, **match}))


def _fault(fields: Mapping[str, object]) -> Fault:
    return msgspec.convert(fields, Fault)


def _alive(armed: _Armed, now: float) -> bool:
    fault = armed.fault
    if fault.times is not None and armed.struck >= fault.times:
        return False
    return fault.seconds is None or now - armed.since < fault.seconds


def _strikes(armed: _Armed, operation: str, orders: Callable[[], Collection[str]]) -> bool:
    fault = armed.fault
    if fault.operation not in ("*", operation) or (fault.order and fault.order not in orders()):
        return False
    armed.matched += 1
    if armed.matched < fault.nth:
        return False
    armed.struck += 1
    return True
