"""Two sellers on one account, one on this machine and one by SFTP, at a stand-in whose clock passes fast."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.amazon import StandInAmazon
from tests.crash.two_sellers import SELLERS, TwoSellers, configure, make_folders, sftp_in
from tests.fast_clock import FastClock
from tests.forkserver import ForkServer

SPEED = 600.0
"""Seconds that pass for bridge and stand-in in a second."""
STEP = 3600.0
"""Seconds after which an order goes on at Amazon: each is looked at between two of its shipments."""
RATE = 1000.0
"""Requests a second that Amazon allows for each operation; it would be 2."""
_OPEN = """
SELECT (SELECT count(*) FROM files) AS came,
       (SELECT count(*) FROM files WHERE state = 'collected')
     + (SELECT count(*) FROM arrivals WHERE moved_at IS NULL)
     + (SELECT count(*) FROM events WHERE state IN ('waiting', 'ready', 'grouped'))
     + (SELECT count(*) FROM submissions
         WHERE state IN ('ready', 'sending', 'in_doubt', 'submitted', 'overdue'))
     + (SELECT count(*) FROM follow_ups WHERE ended_at IS NULL)
     + (SELECT count(*) FROM outbound_files WHERE delivered_at IS NULL) AS open
"""


class Shops(TwoSellers):
    """The installation and its sellers' homes."""

    OPEN = _OPEN


@contextmanager
def shops(folder: Path, speed: float = SPEED) -> Iterator[Shops]:
    """Set the installation up in an empty folder, and take it down."""
    bridge = make_folders(folder)
    # A second create of an order that Amazon has is taken, so that none passes unnoticed.
    amazon = StandInAmazon(
        outbound_rate=RATE,
        outbound_burst=1000,
        repeated_order=200,
        order_received_after=STEP / 2,
        order_step=STEP,
        order_courses="mixed",
        clock_speed=speed,
    )
    with amazon, sftp_in(folder) as sftp, ForkServer(clock=FastClock(amazon.began, speed)) as server:
        environment = configure(
            folder, amazon, sftp, dict.fromkeys(SELLERS, 'tracking = ["csv"]\n'), tables={}
        )
        yield Shops(bridge, amazon, server, SELLERS, environment)
