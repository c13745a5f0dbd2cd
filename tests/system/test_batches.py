"""How many orders a POST holds, over a real socket."""

from __future__ import annotations

from collections import Counter

from tests.system.conftest import Site
from tests.system.traffic import ship_notice, x12

CONFIRM = "submitShipmentConfirmations"


def posts(site: Site) -> list[int]:
    """Return the sizes of the POSTs of confirmations, by their transactions."""
    return sorted(
        Counter(one.transaction_id for one in site.amazon.accepted if one.operation == CONFIRM).values()
    )


def test_a_few_orders_go_one_in_a_post(site: Site) -> None:
    site.drop("856.edi", x12("856", "SH", "004010", 1, [ship_notice(number) for number in range(20)]))
    assert site.edibridge("run", "--settle").returncode == 0
    assert posts(site) == [1] * 20


def test_what_amazons_rate_does_not_clear_in_a_minute_goes_in_full_posts(site: Site) -> None:
    site.config.write_text(site.config.read_text().replace("[accounts.rehearsal]", RATE))
    site.drop("856.edi", x12("856", "SH", "004010", 1, [ship_notice(number) for number in range(50)]))
    assert site.edibridge("run").returncode == 0
    assert posts(site) == [50]


RATE = "[accounts.rehearsal]\nrequests_per_second = 0.02"
"""One POST in a minute."""
