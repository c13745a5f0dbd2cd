"""The main job, end to end: real files over a real SFTP socket to a real HTTP socket and back."""

from __future__ import annotations

from collections import Counter

from tests.system.conftest import Site
from tests.system.traffic import mixed_traffic


def test_two_thousand_documents_of_all_kinds_are_all_accounted_for(site: Site) -> None:
    traffic = mixed_traffic(files=40, documents_a_file=50, damaged=3)
    site.configure("batch_size = 50")  # one order a POST would take Amazon's rate some minutes
    site.amazon.options.verdict_polls = 1
    site.amazon.options.rate = 10.0  # Amazon's own figure: it must not be exceeded
    for name, data in traffic.files.items():
        site.drop(name, data)

    done = site.edibridge("run", "--settle", "--timeout", "100")

    assert done.returncode == 1, done.stderr  # for the damaged ones
    batches = site.json("batches", "--limit", "1000")["batches"]
    assert {batch["name"] for batch in batches} == set(traffic.files)
    assert sum(batch["documents"] for batch in batches) == traffic.documents == 2000
    assert sum(batch["rejected"] for batch in batches) == len(traffic.damaged) == 3
    assert {batch["name"] for batch in batches if batch["rejected"]} == traffic.damaged
    states = Counter[str]()
    for batch in batches:
        states.update(batch["events"])
    assert states == {"succeeded": 1997}
    accepted = Counter(record.operation for record in site.amazon.accepted)
    assert accepted == {"submitShipmentConfirmations": 1000, "submitShipmentStatusUpdates": 997}
    assert site.amazon.count_429 == 0
    assert not site.amazon.duplicates()
    assert len(site.outbox("acknowledgements")) == 40
    assert len(site.outbox("statuses")) == 80  # JSON and CSV
    assert not list((site.home / "inbox").iterdir())
    assert len(list((site.home / "archive").iterdir())) == 40
