"""Label and confirmation of one order, over real sockets: filled, held, and void in the index."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.system.conftest import Site
from tests.system.traffic import order, ship_notice, tracking, x12

FETCH = "fetch = { labels = true }"


def notice(number: int, tracking_number: str) -> bytes:
    """Write an 856 without a ship method, and without a tracking number where none is given."""
    mark = f"MAN*GM*{number:020}" + f"**CP*{tracking_number}" * bool(tracking_number)
    body = [
        mark if segment.startswith("MAN") else segment
        for segment in ship_notice(number)
        if not segment.startswith("TD5")
    ]
    return x12("856", "SH", "004010", number, [body])


def make_label(site: Site, number: int, *tracking_numbers: str) -> None:
    site.amazon.add_label(
        order(number),
        datetime.now(UTC) - timedelta(seconds=60),
        ship_from="ABCD",
        packages=list(tracking_numbers),
        selling_party="ACME",
        account="rehearsal",
    )


def confirmed(site: Site) -> list[tuple[str, str, str]]:
    return [
        (record.item["purchaseOrderNumber"], box.get("trackingNumber", ""), box.get("shipMethod", ""))
        for record in site.amazon.accepted
        if record.operation == "submitShipmentConfirmations"
        for box in record.item["containers"]
    ]


def index_lines(site: Site) -> list[dict[str, str]]:
    found = sorted((site.home / "outbox" / "labels").glob("index.*.csv"))
    return [row for path in found for row in csv.DictReader(io.StringIO(path.read_text()))]


def event_of(site: Site, batch: int) -> dict[str, Any]:
    (event,) = site.json("show", str(batch))["events"]
    assert isinstance(event, dict)
    return event


def test_a_requested_label_is_what_its_order_is_confirmed_with(site: Site) -> None:
    site.configure(FETCH)
    site.drop("requests.csv", f"purchase_order_number,ship_from\n{order(1)},ABCD\n".encode())
    assert site.edibridge("run", "--settle").returncode == 0
    (label,) = index_lines(site)
    site.drop("shipped.edi", notice(1, ""))
    done = site.edibridge("run", "--settle")
    assert done.returncode == 0, done.stderr
    assert confirmed(site) == [(order(1), label["tracking_number"], label["ship_method"])]
    event = event_of(site, 2)
    assert event["body"]["containers"][0]["tracking_number"] == label["tracking_number"]
    assert "tracking_number" not in event["stated"]["containers"][0]
    assert "note: tracking number" in site.edibridge("show", "2").stdout
    (path,) = (site.home / "outbox" / "statuses").glob("shipped*.json")
    status = json.loads(path.read_text())
    assert status["lines"][0]["notes"][0]["code"] == "LABEL_TRACKING_NUMBER"


def test_a_confirmation_that_contradicts_the_label_is_held_and_shown(site: Site) -> None:
    site.configure(FETCH)
    make_label(site, 1, "1ZLABEL1", "1ZLABEL2")
    assert site.edibridge("run").returncode == 0
    assert "1ZLABEL1" in site.edibridge("trace", order(1)).stdout  # a label is all that is known of it
    site.drop("shipped.edi", notice(1, tracking(1)))
    assert site.edibridge("run", "--settle").returncode == 1
    assert not confirmed(site)
    event = event_of(site, 1)
    assert event["state"] == "held"
    assert tracking(1) in event["reason"]
    assert "1ZLABEL1" in event["reason"]
    told = site.edibridge("trace", order(1)).stdout
    assert "1ZLABEL1" in told
    assert "1ZLABEL2" in told
    assert site.edibridge("resolve", str(event["id"]), "--event", "--send").returncode == 0
    assert site.edibridge("run", "--settle").returncode == 0
    assert [(number, sent) for number, sent, _ in confirmed(site)] == [(order(1), tracking(1))]


def test_a_newer_label_makes_the_former_one_void_and_counts(site: Site) -> None:
    site.configure(FETCH)
    make_label(site, 1, "1ZOLD")
    make_label(site, 2, "1ZDONE")
    assert site.edibridge("run").returncode == 0
    site.drop("second.edi", notice(2, "1ZDONE"))
    assert site.edibridge("run", "--settle").returncode == 0
    make_label(site, 1, "1ZNEW")
    make_label(site, 2, "1ZLATE")
    assert site.edibridge("run").returncode == 0

    states = {row["tracking_number"]: (row["status"], row["replaced_by"]) for row in index_lines(site)}
    assert states == {
        "1ZOLD": ("void", "1ZNEW"),
        "1ZNEW": ("valid", ""),
        "1ZDONE": ("void", "1ZLATE"),
        "1ZLATE": ("valid", ""),
    }
    (alert,) = site.json("status")["alerts"]
    assert (alert["kind"], alert["key"]) == ("label_replaced", order(2))
    site.drop("first.edi", notice(1, "1ZOLD"))
    site.drop("first-again.edi", notice(1, ""))
    assert site.edibridge("run", "--settle").returncode == 1
    assert [(number, sent) for number, sent, _ in confirmed(site)][1:] == [(order(1), "1ZNEW")]
    traced = {row["tracking_number"]: row["state"] for row in site.json("trace", order(1))["labels"]}
    assert traced == {"1ZOLD": "void", "1ZNEW": "valid"}
