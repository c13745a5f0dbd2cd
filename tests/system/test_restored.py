"""A ledger put back from a backup sends nothing twice: it is noticed, and an operator has the word."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

from bridge.config import load_config
from tests.system.conftest import Site
from tests.system.traffic import order, ship_notice, x12


def ledger_files(site: Site) -> list[Path]:
    path = Path(load_config(site.config).bridge.ledger)
    return [path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")]


def notice(control_number: int, number: int) -> bytes:
    return x12("856", "SH", "004010", control_number, [ship_notice(number)])


def sent(site: Site) -> Counter[str]:
    return Counter(one.item["purchaseOrderNumber"] for one in site.amazon.accepted)


def back_up_with_an_open_confirmation(site: Site) -> Path:
    """Take a backup while a confirmation is ready, let it go afterwards, and put the backup back."""
    with site.amazon.closed_port():
        site.drop("one.edi", notice(1, 1))
        site.edibridge("run")
    backup = site.folder / "backup.sqlite"
    shutil.copy(ledger_files(site)[0], backup)
    done = site.edibridge("run", "--settle", "--timeout", "60")
    assert done.returncode == 0, done.stderr
    assert sent(site) == {order(1): 1}
    return backup


def put_back(site: Site, backup: Path) -> None:
    for path in ledger_files(site):
        path.unlink(missing_ok=True)
    shutil.copy(backup, ledger_files(site)[0])


def test_a_restored_ledger_is_noticed_and_sends_nothing_until_an_operator_says(site: Site) -> None:
    backup = back_up_with_an_open_confirmation(site)
    put_back(site, backup)

    done = site.edibridge("run", "--settle", "--timeout", "60")

    assert done.returncode == 1
    assert "restored from a backup (it is older than its spool)" in done.stderr
    assert sent(site) == {order(1): 1}
    told = site.json("status")
    assert "restored" in {alert["kind"] for alert in told["alerts"]}

    released = site.edibridge("restore", "--release")
    assert released.returncode == 0, released.stderr
    site.edibridge("run", "--settle", "--timeout", "60")
    assert sent(site) == {order(1): 2}, "an operator's word sends what is still held"


def test_what_an_operator_drops_is_not_sent_and_new_numbers_leave_room(site: Site) -> None:
    backup = back_up_with_an_open_confirmation(site)
    names = {path.name for path in site.outbox("acknowledgements")}
    put_back(site, backup)
    marked = site.json("restore")
    assert sum(counts["submissions"] + counts["events"] for counts in marked["accounts"].values()) == 1
    site.edibridge("run")
    [batch] = site.json("batches")["batches"]
    shown = site.json("show", str(batch["id"]))
    for submission in shown["submissions"]:
        assert submission["state"] == "in_doubt"
        site.edibridge("resolve", str(submission["id"]), "--not-sent")
    site.drop("two.edi", notice(2, 2))
    site.edibridge("run")
    assert sent(site) == {order(1): 1}, "not even what was resolved goes before all is looked at"
    later = {path.name for path in site.outbox("acknowledgements")} - names
    assert all(int(name.split(".")[-3]) > 10_000 for name in later)
    assert later


def test_numbers_in_archive_and_outbox_tell_where_the_spool_was_restored_too(site: Site) -> None:
    backup = back_up_with_an_open_confirmation(site)
    site.drop("two.edi", notice(2, 2))
    site.edibridge("run", "--settle", "--timeout", "60")
    put_back(site, backup)
    for noted in Path(load_config(site.config).bridge.spool).glob("epoch-*"):
        noted.unlink()

    done = site.edibridge("run", "--settle", "--timeout", "60")

    assert done.returncode == 1
    assert "archive and outbox" in done.stderr
    assert sent(site) == {order(1): 1, order(2): 1}
    site.edibridge("restore", "--release")
    again = site.edibridge("run", "--settle", "--timeout", "60")
    assert "restored" not in again.stderr, "what was seen once is not told again"
