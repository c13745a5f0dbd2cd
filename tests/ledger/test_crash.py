"""Real processes, really killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bridge.errors import StaleEpoch
from bridge.ledger.store import Ledger
from tests.ledger.desk import T0, Desk, confirmation, later, outcome

ROOT = Path(__file__).parents[2]
SENDER = """
import sys
from bridge.ledger.store import Ledger
from tests.ledger.desk import T0
ledger = Ledger.open(sys.argv[1])
fence = ledger.claim("main", T0)
due, = ledger.due_submissions("acme", T0)
print(ledger.start_sending(fence, due.id, T0), flush=True)
sys.stdin.read()
"""
TRANSLATOR = """
import sys
from bridge.ledger.store import Ledger
from tests.ledger.desk import T0, Desk, confirmation, document_row
desk = Desk(Ledger.open(sys.argv[1]))
with desk.ledger._db.write(desk.fence) as connection:
    connection.exec_driver_sql("UPDATE files SET state = 'translated'")
    print("writing", flush=True)
    sys.stdin.read()
"""


def killed_at_its_line(code: str, place: Path) -> str:
    """Run code until it prints a line, and kill it there."""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(place)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        process.kill()
        assert process.wait() == -signal.SIGKILL
    return line


def test_a_sender_killed_before_the_answer_leaves_a_doubt_and_never_a_second_post(place: Path) -> None:
    ledger = Ledger.open(place)
    desk = Desk(ledger)
    file_id = desk.take(confirmation("A"))
    desk.plan()
    ledger.close()
    attempt = int(killed_at_its_line(SENDER, place))
    ledger = Ledger.open(place)
    fence = ledger.claim("main", later(5))
    assert ledger.due_submissions("acme", later(10**6)) == []
    (doubt,) = ledger.in_doubt("acme")
    assert "restart" in doubt.reason
    detail = ledger.batch(file_id)
    assert [(row.id, row.ended_at) for row in detail.attempts] == [(attempt, None)]
    assert ledger.apply_policy(fence, doubt.id, "hold", later(5)) == "in_doubt"
    ledger.close()


def test_a_writer_killed_in_its_transaction_leaves_nothing_of_it(place: Path) -> None:
    ledger = Ledger.open(place)
    Desk(ledger).keep()
    ledger.close()
    assert killed_at_its_line(TRANSLATOR, place) == "writing"
    ledger = Ledger.open(place)
    assert [row.state for row in ledger.files_to_translate("acme")] == ["collected"]
    ledger.close()


def test_of_two_owners_only_the_newer_one_writes(place: Path) -> None:
    first, second = Ledger.open(place), Ledger.open(place)
    old = Desk(first)
    old.take(confirmation("A"))
    old.plan()
    (due,) = old.due()
    attempt = first.start_sending(old.fence, due.id, T0)
    new = Desk(second)
    stale = []
    for write in (
        lambda: old.take(confirmation("B")),
        lambda: first.record_outcome(old.fence, attempt, outcome("submitted"), T0),
    ):
        try:
            write()
        except StaleEpoch:
            stale.append(write)
    assert len(stale) == 2
    assert [doubt.id for doubt in second.in_doubt("acme")] == [due.id]
    assert first.record_late(attempt, outcome("submitted", attempt), T0)
    assert new.verdict(due.id).state == "succeeded"
    first.close()
    second.close()


def test_threads_send_side_by_side_and_nothing_is_sent_twice(place: Path) -> None:
    ledger = Ledger.open(place)
    desk = Desk(ledger)
    file_id = desk.take(*(confirmation(f"P{number}") for number in range(60)))
    desk.plan(batch_size=1)
    due = desk.due()
    barrier = threading.Barrier(6)

    def work(_: int) -> list[int]:
        barrier.wait()
        sent = []
        for submission in due:
            try:
                attempt = ledger.start_sending(desk.fence, submission.id, T0)
            except Exception as error:  # noqa: BLE001 - any of them is counted below
                assert "not ready" in str(error)  # noqa: PT017
                continue
            ledger.record_outcome(desk.fence, attempt, outcome("submitted", attempt), T0)
            sent.append(submission.id)
        return sent

    with ThreadPoolExecutor(6) as pool:
        sent = [one for batch in pool.map(work, range(6)) for one in batch]
    assert sorted(sent) == [submission.id for submission in due]
    assert {row.attempts for row in ledger.batch(file_id).submissions} == {1}
    ledger.close()
