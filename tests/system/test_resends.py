"""What comes twice: told apart from a conflict, answered again, never sent again."""

from __future__ import annotations

import json

from tests.system.conftest import Site
from tests.system.traffic import carrier_status, despatch_advice, edifact, ship_notice, x12


def notice(control_number: int, *orders: int) -> bytes:
    return x12("856", "SH", "004010", control_number, [ship_notice(number) for number in orders])


def sent(site: Site) -> int:
    return len(site.amazon.accepted)


def run(site: Site) -> int:
    done = site.edibridge("run", "--settle")
    assert done.returncode in {0, 1}, done.stderr
    return done.returncode


def test_the_same_file_again_is_acknowledged_again_and_nothing_is_sent_again(site: Site) -> None:
    site.drop("856.edi", notice(1, 1, 2))
    assert run(site) == 0
    site.drop("856-again.edi", notice(1, 1, 2))
    assert run(site) == 0
    assert sent(site) == 2
    acknowledgements = [path.read_text() for path in site.outbox("acknowledgements")]
    assert len(acknowledgements) == 2
    numbers = {text.split("*")[13] for text in acknowledgements}
    assert len(numbers) == 2  # control numbers of ours are never repeated


def test_a_resend_inside_another_file_is_acknowledged_and_not_sent_again(site: Site) -> None:
    site.drop("856.edi", notice(1, 1))
    assert run(site) == 0
    site.drop("both.edi", notice(1, 1).replace(b"\n", b"\r\n") + notice(2, 2))
    assert run(site) == 0
    assert sent(site) == 2
    assert len(site.outbox("acknowledgements")) == 3


def test_a_control_number_used_again_for_other_content_is_held(site: Site) -> None:
    site.drop("desadv.edi", edifact("DESADV", "96A", 7, [despatch_advice(1)]))
    assert run(site) == 0
    site.drop("other.edi", edifact("DESADV", "96A", 7, [despatch_advice(2)]))
    assert run(site) == 1
    assert sent(site) == 1
    batch = next(b for b in site.json("batches")["batches"] if b["name"] == "other.edi")
    assert batch["events"] == {"held": 1}
    assert "control number 7" in json.dumps(site.json("show", str(batch["id"])))

    assert site.edibridge("rerun", str(batch["id"]), "--force").returncode == 0
    assert run(site) == 0
    assert sent(site) == 2


def test_the_same_content_under_a_new_number_is_held_word_for_word(site: Site) -> None:
    site.drop("856.edi", notice(1, 1, 2))
    assert run(site) == 0
    site.drop("856-new.edi", notice(2, 1, 3))
    assert run(site) == 1
    assert sent(site) == 3
    batch = next(b for b in site.json("batches")["batches"] if b["name"] == "856-new.edi")
    assert batch["events"] == {"held": 1, "succeeded": 1}


def test_two_updates_of_one_package_in_a_file_go_in_the_order_of_their_time(site: Site) -> None:
    site.drop("856.edi", notice(1, 1))
    assert run(site) == 0
    earlier = [s.replace("AT7*D1*NS***20261102*1405", "AT7*X4*NS***20261102*0605") for s in carrier_status(1)]
    site.drop("214.edi", x12("214", "QM", "004010", 2, [carrier_status(1), earlier]))
    assert run(site) == 0
    updates = [r.item for r in site.amazon.accepted if r.operation == "submitShipmentStatusUpdates"]
    assert [u["statusUpdateDetails"]["statusCode"] for u in updates] == ["O1", "D1"]
