"""The same work in each version of Amazon's direct fulfilment API, chosen by account."""

from __future__ import annotations

import pytest

from tests.system.conftest import Site
from tests.system.traffic import order, ship_notice, x12

NOTICE = x12("856", "SH", "004010", 1, [ship_notice(1)])
LATER = x12("856", "SH", "004010", 2, [ship_notice(2)])
FETCH = 'fetch = { labels = true, packing_slips = true, invoices = true, every = "1h" }'


def choose(site: Site, version: str) -> None:
    config = site.config.read_text()
    site.config.write_text(config.replace('region = "na"', f'region = "na"\napi_version = "{version}"', 1))


def versions_called(site: Site) -> set[str]:
    paths = [call.path for call in site.amazon.requests if "/directFulfillment/" in call.path]
    return {path.split("/")[4] for path in paths}


@pytest.mark.parametrize(("version", "kind"), [("v1", "carton"), ("2021-12-28", "Carton")])
def test_confirmations_labels_and_verdicts_go_in_the_version_of_the_account(
    site: Site, version: str, kind: str
) -> None:
    choose(site, version)
    site.configure(FETCH)
    site.amazon.options.packing_slips = True
    site.drop("856.edi", NOTICE)
    site.drop("requests.csv", b"purchase_order_number,ship_from\nPO1001,ABCD\n")

    done = site.edibridge("run", "--settle")

    assert done.returncode == 0, done.stderr
    sent = {one.item["purchaseOrderNumber"]: one.item for one in site.amazon.accepted}
    assert set(sent) == {order(1), "PO1001"}
    assert {box["containerType"] for box in sent[order(1)]["containers"]} == {kind}
    assert list((site.home / "outbox" / "labels").rglob("PO1001/*"))
    assert [path.name for path in site.outbox("packing-slips")] == ["PO1001.pdf"]
    assert versions_called(site) == {version}

    (site.folder / "856.edi").write_bytes(NOTICE)
    explained = site.json("explain", "856.edi")["interchanges"][0]["documents"][0]["requests"]
    assert [request["body"] for request in explained] == [sent[order(1)]]


def test_a_verdict_is_asked_for_in_the_version_in_which_its_submission_was_sent(site: Site) -> None:
    site.amazon.options.verdict_polls = 1000
    site.drop("856.edi", NOTICE)
    site.edibridge("run")
    choose(site, "2021-12-28")
    site.amazon.options.verdict_polls = 0
    site.drop("later.edi", LATER)

    done = site.edibridge("run", "--settle")

    assert done.returncode == 0, done.stderr
    assert [batch["events"] for batch in site.json("batches")["batches"]] == [{"succeeded": 1}] * 2
    polls = [call.path for call in site.amazon.requests if "/transactions/" in call.path]
    assert {path.split("/")[4] for path in polls} == {"v1", "2021-12-28"}
