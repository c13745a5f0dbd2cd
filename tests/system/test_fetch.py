"""Labels, packing slips and invoices, from Amazon's lists to the vendor's outbox."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import UTC, datetime, timedelta

from tests.system.conftest import Site

FETCH = 'fetch = { labels = true, packing_slips = true, invoices = true, every = "1h" }'
REQUESTS = b"purchase_order_number,ship_from\nPO1001,ABCD\nPO1002,ABCD\n"


def settings(site: Site) -> None:
    site.configure(FETCH)


def labels(site: Site) -> dict[str, bytes]:
    root = site.home / "outbox" / "labels"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*.png")}


def index_lines(site: Site) -> list[dict[str, str]]:
    found = sorted((site.home / "outbox" / "labels").glob("index.*.csv"))
    return [row for path in found for row in csv.DictReader(io.StringIO(path.read_text()))]


def test_a_dropped_request_becomes_a_label_a_slip_and_an_invoice(site: Site) -> None:
    settings(site)
    site.amazon.options.packing_slips = True
    site.amazon.options.invoices = True
    site.drop("requests.csv", REQUESTS)

    done = site.edibridge("run", "--settle")

    assert done.returncode == 0, done.stderr
    asked = [r.item["purchaseOrderNumber"] for r in site.amazon.accepted]
    assert sorted(asked) == ["PO1001", "PO1002"]
    found = labels(site)
    assert {name.partition("/")[0] for name in found} == {"PO1001", "PO1002"}
    assert all(data.startswith(b"\x89PNG") for data in found.values())
    told = {f"{line['file']}": line for line in index_lines(site)}
    for name, data in found.items():
        line = told[f"labels/{name}"]
        assert line["sha256"] == hashlib.sha256(data).hexdigest()
        assert line["tracking_number"] in name
    slips = sorted(path.name for path in site.outbox("packing-slips"))
    assert slips == ["PO1001.pdf", "PO1002.pdf"]
    assert sorted(path.name for path in site.outbox("invoices")) == ["PO1001.pdf", "PO1002.pdf"]


def test_a_second_look_delivers_nothing_twice_and_a_changed_label_as_a_new_version(site: Site) -> None:
    settings(site)
    add(site, "PO1")
    assert site.edibridge("run").returncode == 0
    first = labels(site)
    assert site.edibridge("run").returncode == 0
    assert labels(site) == first
    assert len(index_lines(site)) == 1

    site.amazon.change_label("PO1", a_while_ago(30), account="rehearsal")
    assert site.edibridge("run").returncode == 0

    second = labels(site)
    assert len(second) == 2
    assert first.items() <= second.items()
    (name,) = second.keys() - first.keys()
    assert name.endswith("-2.png")


def test_what_amazon_sends_broken_is_told_and_asked_for_again_while_the_rest_goes_on(site: Site) -> None:
    settings(site)
    add(site, "PO1", "PO2", "PO3")
    site.amazon.faults.listing("broken_item", operation="getShippingLabels", times=None)

    assert site.edibridge("run").returncode == 0

    assert len(labels(site)) == 2
    alerts = json.dumps(site.json("status")["alerts"])
    assert "cannot be used" in alerts


def test_numbers_from_amazon_cannot_leave_the_folder(site: Site) -> None:
    settings(site)
    add(site, "PO1", packages=["../../1Z/999", "x" * 200])
    assert site.edibridge("run").returncode == 0
    names = list(labels(site))
    assert len(names) == 2
    assert all(name.startswith("PO1/") and name.count("/") == 1 for name in names)


def test_an_answer_lost_is_settled_by_looking_for_the_label(site: Site) -> None:
    settings(site)
    site.amazon.options.verdict_polls = 0
    site.amazon.faults.cut_after(operation="submitShippingLabelRequest")
    site.drop("requests.csv", REQUESTS)

    done = site.edibridge("run", "--settle", "--timeout", "60")

    assert done.returncode == 0, done.stderr
    assert len(labels(site)) == 2
    assert len(site.amazon.accepted) == 2  # asked for once


def a_while_ago(seconds: int) -> datetime:
    """Return a time that the next read surely covers: what is of this second is seen by the next one."""
    return datetime.now(UTC) - timedelta(seconds=seconds)


def add(site: Site, *orders: str, packages: int | list[str] = 1) -> None:
    for order in orders:
        site.amazon.add_label(
            order,
            a_while_ago(60),
            ship_from="ABCD",
            packages=packages,
            selling_party="ACME",
            account="rehearsal",
        )


def test_documents_of_an_order_are_fetched_on_an_operators_word(site: Site) -> None:
    add(site, "PO1")
    came = site.edibridge("fetch", "labels", "PO1", "PO2", "--json")
    assert came.returncode == 1, came.stderr
    assert json.loads(came.stdout)["came"] == ["PO1"]
    assert "PO2" in json.loads(came.stdout)["missing"]
    assert len(labels(site)) == 1
