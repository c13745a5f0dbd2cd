"""Cancellations and tests over real sockets: what is told, shown, resolved, and never sent."""

from __future__ import annotations

import json

from tests.system.conftest import Site
from tests.system.test_resends import run, sent
from tests.system.traffic import order, ship_notice, x12


def notice(control_number: int, function: str, *orders: int) -> bytes:
    bodies = [ship_notice(number) for number in orders]
    codes = [[s.replace("BSN*00", f"BSN*{function}") for s in body] for body in bodies]
    return x12("856", "SH", "004010", control_number, codes)


def lines(site: Site, name: str) -> list[dict[str, object]]:
    (path,) = [one for one in site.outbox("statuses") if one.name.startswith(name) and one.suffix == ".json"]
    told: list[dict[str, object]] = json.loads(path.read_text())["lines"]
    return told


def test_a_cancellation_of_what_amazon_has_is_held_until_an_operator_ends_it(site: Site) -> None:
    site.drop("856.edi", notice(1, "00", 1))
    assert run(site) == 0
    site.drop("cancel.edi", notice(2, "01", 1))
    assert run(site) == 1
    assert sent(site) == 1
    shown = site.edibridge("show", "2").stdout
    assert "Amazon has event 1 (batch 1)" in " ".join(shown.split())
    assert "never sent" in shown
    refused = site.edibridge("resolve", "2", "--event", "--send")
    assert refused.returncode == 2
    assert "takes no cancellation" in refused.stderr
    assert site.edibridge("rerun", "2").returncode == 0
    run(site)
    assert sent(site) == 1
    held = site.json("show", "2")["events"][-1]
    assert (held["function"], held["earlier_event"]) == ("cancel", 1)
    assert site.edibridge("resolve", str(held["id"]), "--event", "--drop", "settled").returncode == 0
    assert run(site) == 0
    assert sent(site) == 1


def test_an_original_and_its_cancellation_in_one_file_send_nothing(site: Site) -> None:
    site.drop("a.edi", notice(1, "00", 1, 2) + notice(2, "17", 1))
    assert run(site) == 0
    assert sent(site) == 1
    assert [(line["purchase_order_number"], line["status"]) for line in lines(site, "a.")] == [
        (order(1), "Cancelled"),
        (order(2), "Success"),
        (order(1), "NotSent"),
    ]


def test_a_test_interchange_is_answered_and_not_sent(site: Site) -> None:
    site.drop("test.edi", notice(1, "00", 1).replace(b"*0*P*>", b"*0*T*>"))
    assert run(site) == 0
    assert sent(site) == 0
    assert len(site.outbox("acknowledgements")) == 1
    assert [line["status"] for line in lines(site, "test.")] == ["NotSent"]
