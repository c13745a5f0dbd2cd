"""Under Amazon's ceiling, over real sockets: while work is waiting no request is one too many.

How much of the rate is used is a matter of time, and so of `make bench`; the model in
tests/spapi/test_ceiling.py has the arithmetic.
"""

from __future__ import annotations

from collections import Counter

from simulator.faults import Fault
from tests.system.conftest import Site
from tests.system.traffic import order, ship_notice, x12

WAY = 0.075
"""Seconds to Amazon, and back again."""


def test_what_is_sent_under_amazons_rate_meets_no_429_and_goes_once(site: Site) -> None:
    site.amazon.options.change({"rate": 10.0})
    site.amazon.faults.inject(Fault(action="none", taken=True, delay=WAY, delay_after=WAY, times=None))
    site.configure("batch_size = 1")
    site.drop("856.edi", x12("856", "SH", "004010", 1, [ship_notice(number) for number in range(25)]))

    done = site.edibridge("run")

    assert done.returncode == 0, done.stderr
    answers = Counter((request.operation, request.status) for request in site.amazon.requests)
    assert answers["submitShipmentConfirmations", 202] == 25
    assert site.amazon.count_429 == 0
    assert Counter(taken.item["purchaseOrderNumber"] for taken in site.amazon.accepted) == Counter(
        order(number) for number in range(25)
    )
