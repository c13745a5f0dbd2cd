"""Files against the ledger, the spool, the archives and the quarantines; the purged ones are tombstones."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence

from tests.crash.place import Place
from tests.crash.trade import Drop, first_drops, turned_up
from tests.crash.vendors import Vendor


def audit_files(place: Place, drops: Sequence[Drop]) -> Iterator[str]:
    """Report what of the files is not as it should be."""
    yield from _rows(place, drops)
    yield from _spool(place)
    for vendor in place.vendors:
        told = (f"{vendor.name}: {problem}" for problem in _put_away(place, vendor, drops))
        yield from told


def _rows(place: Place, drops: Sequence[Drop]) -> Iterator[str]:
    """Each content is one file, each drop one arrival of it, with all its documents, purged or not."""
    rows = {(row["vendor"], row["sha256"]): row for row in place.rows("SELECT * FROM files")}
    arrivals = Counter(
        (row["vendor"], row["sha256"])
        for row in place.rows(
            "SELECT f.vendor, f.sha256 FROM arrivals a JOIN files f ON f.id = a.file_id"
            " WHERE a.vendor = f.vendor"
        )
    )
    if arrivals != turned_up(drops):
        yield f"arrivals: {arrivals.total()} of {len(drops)} files that were dropped, or not the same"
    unmoved = place.rows("SELECT count(*) FROM arrivals WHERE moved_at IS NULL OR moved_to = ''")
    if unmoved[0][0]:
        yield f"{unmoved[0][0]} arrivals were not moved by the bridge"
    documents = Counter(
        {row[0]: row[1] for row in place.rows("SELECT file_id, count(*) FROM documents GROUP BY file_id")}
    )
    for key, drop in first_drops(drops).items():
        row = rows.get(key)
        state = "quarantined" if drop.kind == "junk" else "translated"
        if row is None or row["state"] != state:
            yield f"{drop.name} is {row['state'] if row else 'unknown'}, not {state}"
            continue
        told = (row["documents"], row["accepted"], documents[row["id"]])
        if drop.facts and told != (drop.documents, drop.documents, drop.documents):
            yield f"{drop.name}: {told} documents told, accepted and kept, not {drop.documents}"
        if (row["name"], row["size"]) not in {(one.name, len(one.data)) for one in drops if one.key == key}:
            yield f"{drop.name} is kept as {row['name']} of {row['size']} bytes"


def _spool(place: Place) -> Iterator[str]:
    """What the ledger names lies in the spool once, whole, and nothing else but the notes of epochs.

    A file that is not purged is named; one that is purged only if it came again since.
    """
    lying = {
        path.name: path
        for path in place.spool.rglob("*")
        if path.is_file() and not path.name.startswith("epoch-")
    }
    named: set[str] = set()
    for row in place.rows("SELECT * FROM files"):
        came_again = row["purged_at"] is not None and row["updated_at"] > row["purged_at"]
        allowed = {""} if row["purged_at"] is not None else set()
        if row["purged_at"] is None or came_again:
            allowed.add(row["sha256"])
        if row["spool_name"] not in allowed:
            yield f"batch {row['id']}, purged {row['purged_at']}: its bytes are {row['spool_name'] or 'gone'}"
        named.add(row["spool_name"])
    named.discard("")
    if lying.keys() != named:
        yield f"spool: {sorted(lying.keys() ^ named)} lie there or are missing"
    yield from (
        f"spool: {name} holds other bytes"
        for name, path in lying.items()
        if name in named and hashlib.sha256(path.read_bytes()).hexdigest() != name
    )


def _put_away(place: Place, vendor: Vendor, drops: Sequence[Drop]) -> Iterator[str]:
    """Each file lies once in the archive or the quarantine, and nothing in the inbox."""
    home = place.home(vendor)
    own = [drop for drop in drops if drop.vendor == vendor]
    inbox = sorted(path.name for path in (home / "inbox").iterdir())
    if inbox:
        yield f"left in the inbox: {inbox}"
    aside = [path for path in (home / "quarantine").iterdir() if not path.name.endswith(".reason.txt")]
    for folder, found, junk in (
        ("archive", list((home / "archive").iterdir()), False),
        ("quarantine", aside, True),
    ):
        lying = Counter(hashlib.sha256(path.read_bytes()).hexdigest() for path in found)
        expected = Counter(drop.sha256 for drop in own if (drop.kind == "junk") == junk)
        if lying != expected:
            yield f"{folder}: {sum(lying.values())} files, not the {sum(expected.values())} that belong there"
    reasons = {path.name for path in (home / "quarantine").glob("*.reason.txt")}
    if reasons != {f"{path.name}.reason.txt" for path in aside}:
        yield f"quarantine: the reasons do not fit the files: {sorted(reasons)}"
