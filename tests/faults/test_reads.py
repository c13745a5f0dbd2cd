"""Faults of Amazon's reads: what is not read now is read later, whole, each document delivered once."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from simulator.faults import HTML_503, Fault
from tests.faults.site import Site, requests
from tests.system.traffic import order

LISTS = ("getShippingLabels", "getPackingSlips", "getCustomerInvoices")
OF_AN_ORDER = ("getShippingLabel", "getPackingSlip", "getCustomerInvoice")
TOKEN = "createRestrictedDataToken"
NO_ROLE = '{"errors": [{"code": "InvalidInput", "message": "no role"}]}'
ContextOf = Callable[[Site], AbstractContextManager[None]]


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"fetch_every": "10m"}


@pytest.fixture
def documents(site: Site) -> Site:
    """The site, where `acme` and `other` want all shipping documents of Amazon's."""
    for amazon in (site.amazon, site.quiet_amazon):
        amazon.options.packing_slips = amazon.options.invoices = True
    return site


def answers(status: int, body: str = "", *operations: str, **headers: str) -> ContextOf:
    """Answer these reads so, until the fault is over."""
    return struck(
        *(
            Fault(operation=operation, status=status, body=body, headers=headers, times=None)
            for operation in operations or (*LISTS, *OF_AN_ORDER)
        )
    )


def struck(*faults: Fault) -> ContextOf:
    @contextmanager
    def fault(site: Site) -> Iterator[None]:
        for one in faults:
            site.amazon.faults.inject(one)
        yield
        site.amazon.faults.clear()

    return fault


@contextmanager
def refused(site: Site) -> Iterator[None]:
    with site.amazon.closed_port():
        yield


def cut(how: str) -> ContextOf:
    return struck(
        *(Fault(operation=one, action=how, times=None) for one in (*LISTS, *OF_AN_ORDER))  # type: ignore[arg-type]
    )


@dataclass(frozen=True)
class Cell:
    """What goes wrong with reads, and what an operator is told."""

    name: str
    fault: ContextOf
    alert: str = "fetch"
    words: str = ""
    posts: bool = True
    """Whether what is sent to Amazon gets there meanwhile."""


CELLS = [
    Cell("connect", refused, words="ConnectError", posts=False),
    Cell("cut", cut("cut"), words="no reply"),
    Cell("403", answers(403), alert="credentials", words="HTTP 403"),
    Cell("429", answers(429), words="could not be fetched"),
    Cell("500", answers(500), words="HTTP 500"),
    Cell("unreadable", answers(200, "no json"), words="unreadable"),
    Cell("token-refused", answers(400, NO_ROLE, TOKEN), alert="credentials", words="the role"),
]
ALIKE = [  # in `make faults` only: each goes the way of one above
    Cell("truncated", cut("truncate"), words="cut"),
    Cell("400", answers(400, NO_ROLE), words="HTTP 400"),
    Cell("401", answers(401), alert="credentials", words="HTTP 401"),
    Cell("404", answers(404), words="HTTP 404"),
    Cell("413", answers(413), words="HTTP 413"),
    Cell("429-with-header", answers(429, "", **{"retry-after": "300"}), words="could not be fetched"),
    Cell("503-html", answers(503, HTML_503), words="HTTP 503"),
    Cell("token-down", answers(500, "", TOKEN), words="HTTP 500"),
]


@pytest.mark.parametrize(
    "cell",
    [
        *(pytest.param(cell, id=cell.name) for cell in CELLS),
        *(pytest.param(cell, id=cell.name, marks=pytest.mark.slow) for cell in ALIKE),
    ],
)
def test_reads(documents: Site, cell: Cell) -> None:
    """What Amazon makes while it cannot be read waits there: no cursor passes it, nothing comes twice."""
    site = documents
    put_on_the_shelf(site, 1)
    site.drop_notices()
    site.drop("acme", "requests.csv", requests(3))
    with cell.fault(site):
        site.until_quiet(hours=0.5, step=600)
        put_on_the_shelf(site, 2)
        site.until_quiet(hours=0.5, step=600)

        assert cell.alert in site.alerts()
        assert cell.words in site.alerts()[cell.alert]
        assert delivered(site) == {}
        assert not [kind for kind in ("labels", "packing-slips", "invoices") if cursor(site, kind)]
        assert delivered(site, "other") == Counter(dict.fromkeys(documents_of(1, 2), 1))
        if cell.posts:
            site.assert_untouched("twin", "other")
            assert site.states() == {"succeeded": 3}
    site.until_quiet(hours=0.7, step=300)
    site.assert_untouched("twin", "other")
    assert site.alerts() == {}
    assert site.states() == {"succeeded": 3}
    assert delivered(site) == Counter(dict.fromkeys(documents_of(1, 2, 3), 1))
    assert sorted(listed(site)) == [order(1), order(2), order(3)]


def test_reads_timeout(documents: Site) -> None:
    """A list that Amazon never answers is given up in bounded time, and read when it answers again."""
    site = documents
    put_on_the_shelf(site, 1)
    site.hurry(0.1)
    with struck(*(Fault(operation=one, hold=True, times=None) for one in LISTS))(site):
        site.until_quiet(hours=0.05, step=60)
        assert "ReadTimeout" in site.alerts()["fetch"]
        assert delivered(site) == {}
        assert not cursor(site, "labels")
        assert delivered(site, "other") == Counter(dict.fromkeys(documents_of(1), 1))
    site.restart()
    site.until_quiet()
    assert delivered(site) == Counter(dict.fromkeys(documents_of(1), 1))
    assert site.alerts() == {}


def test_reads_by_order_refused(documents: Site) -> None:
    """Where only single reads are refused an operator is told at once, and no more when a list brought it."""
    site = documents
    site.drain()
    site.change(fetch_plan=dataclasses.replace(site.partner.fetch_plan, every=2 * 3600.0))
    site.until_quiet(hours=0.2)
    site.drop("acme", "requests.csv", requests(1))
    with answers(403, "", *OF_AN_ORDER)(site):
        site.until_quiet(hours=1, step=600)
        assert "the labels: HTTP 403" in site.alerts()["credentials"]
        assert delivered(site) == {}
        site.until_quiet(hours=1.5, step=1200)
        assert site.alerts() == {}
        assert delivered(site) == Counter(dict.fromkeys(documents_of(1), 1))


def test_reads_cut_between_pages(documents: Site) -> None:
    """A list that breaks off after some pages is read anew; what came of it is delivered and not again."""
    site = documents
    for number in range(1, 111):
        shelve_labels(site, number)
    site.amazon.faults.inject(Fault(operation="getShippingLabels", status=500, nth=2, times=None))
    site.until_quiet(hours=0.2, step=60)
    assert "HTTP 500" in site.alerts()["fetch"]
    assert any("HTTP 500" in problem for problem in site.run_once())  # as `edibridge run` by cron tells it
    some = delivered(site)
    assert 0 < len(some) < 110
    assert not cursor(site, "labels")
    site.amazon.faults.clear()
    site.until_quiet(hours=0.2)
    assert delivered(site) == Counter({("labels", order(number)): 1 for number in range(1, 111)})
    assert site.alerts() == {}


def put_on_the_shelf(site: Site, number: int) -> None:
    """Have both Amazons make all shipping documents of an order."""
    shelve_labels(site, number)
    made = site.clock.now - timedelta(seconds=10)
    for amazon, party in ((site.amazon, "ACME"), (site.quiet_amazon, "OTHER")):
        amazon.add("packing_slip", order(number), made, "ABCD", selling_party=party)
        amazon.add("invoice", order(number), made, "ABCD", selling_party=party)


def shelve_labels(site: Site, number: int) -> None:
    made = site.clock.now - timedelta(seconds=10)
    for amazon, party in ((site.amazon, "ACME"), (site.quiet_amazon, "OTHER")):
        amazon.add_label(order(number), made, "ABCD", selling_party=party, label_format="ZPL")


def documents_of(*numbers: int) -> list[tuple[str, str]]:
    return [(kind, order(one)) for kind in ("labels", "packing-slips", "invoices") for one in numbers]


def delivered(site: Site, vendor: str = "acme") -> Counter[tuple[str, str]]:
    """Count the shipping documents in the outbox by kind and order."""
    outbox = site.folder / vendor / "outbox"
    found = Counter(("labels", path.parent.name) for path in outbox.glob("labels/*/[!.]*"))
    for kind in ("packing-slips", "invoices"):
        found.update((kind, path.stem) for path in outbox.glob(f"{kind}/[!.]*"))
    return found


def listed(site: Site) -> list[str]:
    """List the orders of all label indices."""
    indices = (site.home / "outbox" / "labels").glob("index.*.csv")
    lines = [line for path in indices for line in path.read_text().splitlines()[1:]]
    return [line.partition(",")[0] for line in lines]


def cursor(site: Site, kind: str) -> str | None:
    return site.ledger.cursor("acme", f"{kind}:ABCD")
