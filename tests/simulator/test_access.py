from __future__ import annotations

import pytest

from simulator.access import TokenBuckets
from simulator.amazon import StandInAmazon
from tests.simulator.caller import CONFIRMATIONS, LABELS, Caller, confirmation, label_request

SLOW = 0.001  # no token comes back while a test runs


def test_a_burst_is_allowed_and_the_rate_refills_it() -> None:
    now = 100.0
    buckets = TokenBuckets(lambda: now)
    allowed = [buckets.allows("a", "submit", rate=10.0, burst=3) for _ in range(4)]
    now += 0.25
    allowed += [buckets.allows("a", "submit", rate=10.0, burst=3) for _ in range(3)]
    assert allowed == [True, True, True, False, True, True, False]


@pytest.mark.parametrize("told", [False, True])
def test_beyond_the_burst_comes_429_and_nothing_is_taken(told: bool) -> None:
    with StandInAmazon(rate=SLOW, burst=2, rate_headers_on_429=told) as amazon:
        caller = Caller(amazon).log_in()
        replies = [caller.post(CONFIRMATIONS, confirmation(f"PO{n}", f"1Z{n}")) for n in range(3)]
        assert [reply.status_code for reply in replies] == [202, 202, 429]
        assert replies[-1].json()["errors"][0]["code"] == "QuotaExceeded"
        assert ("x-amzn-RateLimit-Limit" in replies[-1].headers) is told
        assert amazon.count_429 == 1
        assert amazon.accepted_count == 2


def test_operations_and_accounts_have_buckets_of_their_own() -> None:
    with StandInAmazon(rate=SLOW, burst=1) as amazon:
        one = Caller(amazon).log_in()
        other = Caller(amazon, amazon.open_account("other")).log_in()
        one.submit(CONFIRMATIONS, confirmation())
        one.submit(LABELS, label_request())
        other.submit(CONFIRMATIONS, confirmation())
        assert one.post(CONFIRMATIONS, confirmation()).status_code == 429
