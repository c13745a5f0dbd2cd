"""The daemon as a process: it works, stops when told to, takes a new configuration, survives a kill."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.system.conftest import Site
from tests.system.traffic import ship_notice, x12

PATIENCE = 60.0


def notices(*numbers: int) -> bytes:
    return x12("856", "SH", "004010", numbers[0], [ship_notice(number) for number in numbers])


@contextmanager
def daemon(site: Site) -> Iterator[subprocess.Popen[bytes]]:
    process = site.start("daemon")
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=PATIENCE)


def eventually(condition: Callable[[], bool]) -> bool:
    """Look at what another process does to files until it is so; there is no event to wait for."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def accepted(site: Site) -> int:
    return len(site.amazon.accepted)


def test_the_daemon_carries_what_is_dropped_while_it_runs(site: Site) -> None:
    with daemon(site) as process:
        site.drop("856-1.edi", notices(1))
        assert eventually(lambda: len(site.outbox("statuses")) == 2)
        site.drop("856-2.edi", notices(2))
        assert eventually(lambda: len(site.outbox("statuses")) == 4)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == 0
    assert accepted(site) == 2


def test_sigterm_ends_the_daemon_before_a_post_under_way_has_its_answer(site: Site) -> None:
    site.amazon.faults.hold(operation="submitShipmentConfirmations")
    with daemon(site) as process:
        site.drop("856.edi", notices(1))
        assert site.amazon.wait_until(lambda: accepted(site) > 0, PATIENCE)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == 1
    assert "something was left unfinished" in site.log  # Amazon still holds the answer back
    site.amazon.faults.release()


def test_a_second_daemon_is_told_who_drains_already(site: Site) -> None:
    with daemon(site) as first:
        site.drop("856.edi", notices(1))
        assert eventually(lambda: accepted(site) == 1)
        second = site.edibridge("run")
        assert second.returncode == 2
        assert str(first.pid) in second.stderr


def test_sighup_takes_a_new_configuration_and_refuses_a_broken_one(site: Site) -> None:
    config = site.config.read_text()
    with daemon(site) as process:
        site.drop("856-1.edi", notices(1))
        assert eventually(lambda: len(site.outbox("statuses")) == 2)
        site.config.write_text(config + "\n[vendors.acme.nonsense]\n")
        process.send_signal(signal.SIGHUP)
        assert eventually(lambda: "nonsense" in site.log)
        site.drop("856-2.edi", notices(2))
        assert eventually(lambda: len(site.outbox("statuses")) == 4)
        site.config.write_text(config.replace("carrier = {", 'status_files = ["csv"]\ncarrier = {'))
        process.send_signal(signal.SIGHUP)
        assert eventually(lambda: '"reloaded"' in site.log)
        site.drop("856-3.edi", notices(3))
        assert eventually(lambda: len(site.outbox("statuses")) == 5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == 0


def test_sighup_with_a_configuration_that_cannot_even_be_read_ends_nothing(site: Site) -> None:
    config = site.config.read_text()
    broken = {
        "nested too deeply": "x = " + "[" * 20_000 + "]" * 20_000 + "\n" + config,
        "too many digits": f"x = {'9' * 5000}\n{config}",
        "no such user": config.replace("[bridge]", '[bridge]\nmappings = "~nobody-of-that-name/m"'),
    }
    with daemon(site) as process:
        site.drop("856-1.edi", notices(1))
        assert eventually(lambda: len(site.outbox("statuses")) == 2)
        for words, text in broken.items():
            site.config.write_text(text)
            process.send_signal(signal.SIGHUP)
            assert eventually(lambda told=words: told in site.log)  # type: ignore[misc]
        site.drop("856-2.edi", notices(2))
        assert eventually(lambda: len(site.outbox("statuses")) == 4)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == 0


def test_a_kill_in_the_middle_of_a_post_loses_nothing_and_sends_nothing_twice(site: Site) -> None:
    """Amazon took the documents, the answer never came, and the process is dead."""
    site.amazon.faults.hold(operation="submitShipmentConfirmations")
    with daemon(site) as process:
        site.drop("856.edi", notices(1, 2))
        assert site.amazon.wait_until(lambda: accepted(site) > 0, PATIENCE)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=PATIENCE)
    site.amazon.faults.release()

    taken = accepted(site)

    done = site.edibridge("run", "--settle")

    assert done.returncode == 1, done.stderr  # in doubt: confirmations are held for an operator
    batch = site.json("batches")["batches"][0]
    in_doubt = batch["submissions"]["in_doubt"]
    assert in_doubt >= taken > 0  # one order a POST, and one or both were on their way
    assert batch["events"] == {"grouped": in_doubt} | ({"succeeded": 1} if in_doubt == 1 else {})
    assert not site.amazon.duplicates(processed=False)
