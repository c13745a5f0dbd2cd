"""Label requests in doubt, for which the label is looked for, and labels that nobody ships with."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.faults.site import LABEL, Site, notices, requests
from tests.faults.test_amazon import IN_DOUBT
from tests.faults.test_reads import NO_ROLE, TOKEN, ContextOf, answers
from tests.system.traffic import order

VERIFICATION = "getShippingLabel"
TAKEN = frozenset({"timeout-after-the-body", "cut-after", "500-taken", "unreadable-202", "truncated-202"})
"""Faults by which Amazon has the request, whatever its answer says."""


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"fetch_every": "24h"}


@pytest.fixture
def doubtful(site: Site) -> Site:
    """The site, its first lists read, where Amazon makes a label as soon as it has the request."""
    site.until_quiet(hours=0.01)
    site.amazon.options.verdict_polls = 0
    return site


def labels(site: Site) -> list[str]:
    return [path.name for path in (site.home / "outbox" / "labels").glob("*/[!.]*")]


QUICK = frozenset({"timeout-before-the-body", "cut-before", "cut-after", "500", "unreadable-202"})
"""One of each kind; the rest, in `make faults`, goes the same ways."""


@pytest.mark.parametrize(
    "fault", [one if one in QUICK else pytest.param(one, marks=pytest.mark.slow) for one in IN_DOUBT]
)
def test_label_request_in_doubt(doubtful: Site, fault: str) -> None:
    """A label that is there settles the doubt; one that does not come in 15 minutes is asked for again."""
    site = doubtful
    site.drop("acme", "requests.csv", requests(1, 2))
    if fault.startswith("timeout"):
        site.hurry()
    with IN_DOUBT[fault](LABEL)(site):
        site.until_quiet(hours=0.2)
        if fault in TAKEN:
            assert site.states() == {"succeeded": 2}
        else:
            assert site.submissions() == ["in_doubt"]
            assert not labels(site)
            assert not site.outbox("statuses")
        assert not site.alerts()
        site.until_quiet(hours=0.2)
    assert site.states() == {"succeeded": 2}
    assert [site.taken(number, LABEL) for number in (1, 2)] == [1, 1]
    assert len(labels(site)) == 2
    assert not site.alerts()


VERIFICATIONS: dict[str, tuple[ContextOf, str, str]] = {
    "500": (answers(500, "", VERIFICATION), "HTTP 500", "cut-before"),
    "403": (answers(403, "", VERIFICATION), "HTTP 403", "cut-after"),
    "token-refused": (answers(400, NO_ROLE, TOKEN), "the role", "cut-before"),
}


@pytest.mark.parametrize("fault", VERIFICATIONS)
def test_label_request_not_looked_for(doubtful: Site, fault: str) -> None:
    """While no label can be looked for nothing goes again; an operator is told, and need do nothing else."""
    site = doubtful
    strike, words, how = VERIFICATIONS[fault]
    site.drop("acme", "requests.csv", requests(1))
    with strike(site), IN_DOUBT[how](LABEL)(site):
        site.until_quiet(hours=1, step=300)
        assert site.submissions() == ["in_doubt"]
        assert words in site.alerts()["in_doubt"]
        assert "edibridge resolve" in site.alerts()["in_doubt"]
        assert site.taken(1, LABEL) == (how == "cut-after")
    site.until_quiet(hours=0.5)
    assert site.states() == {"succeeded": 1}
    assert site.taken(1, LABEL) == 1
    assert len(labels(site)) == 1
    assert not site.alerts()


def test_label_expiry(doubtful: Site) -> None:
    """Labels that nobody ships with are told a week before they are void, the documents long purged."""
    site = doubtful
    site.drop_notices()
    site.drop("acme", "requests.csv", requests(7, 8))
    site.until_quiet(hours=0.2, step=60)
    assert len(labels(site)) == 2
    site.until_quiet(hours=24 * 76, step=7 * 86400.0, checked=False)
    assert not site.alerts()
    site.until_quiet(hours=24 * 8, step=86400.0, checked=False)
    assert set(site.alerts()) == {"label_expiry"}
    assert order(7) in site.alerts()["label_expiry"]
    assert {detail.batch.state for detail in site.details()} == {"purged"}
    site.restart()
    site.drop("acme", "late.edi", re.sub(rb"\*\*CP\*\w+", b"", notices(7, 8)))  # the labels have the numbers
    site.until_quiet(hours=0.2, checked=False)
    assert not site.alerts()
    told = [alert for alert in site.ledger.alerts("acme", open_only=False) if alert.kind == "label_expiry"]
    assert len(told) == 1
