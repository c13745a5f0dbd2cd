"""The contract of a drop folder, the same for every adapter and every server."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Callable, Iterator

import msgspec
import pytest

from bridge.dropfolder.names import temporary_name
from bridge.dropfolder.port import Content, RemoteFile
from bridge.dropfolder.settings import TEMPORARY_NAME
from bridge.errors import DropFolderError, DropFolderUnavailable, LedgerError, RemoteFileError
from tests.contracts.drop_folder_fixtures import Vendor

LARGE = random.Random(7).randbytes(5 * 1024 * 1024 + 3)  # noqa: S311 - any bytes will do
ESCAPES = ["", ".", "..", "../x", "a/b", "/etc/passwd", "..\\x", "a\x00b", "a\nb", "a\x7f"]


def only(vendor: Vendor) -> RemoteFile:
    [found] = vendor.folder.list_files()
    return found


def test_an_empty_inbox_shows_nothing(vendor: Vendor) -> None:
    assert vendor.folder.list_files() == []


def test_a_look_shows_regular_files_only_oldest_first(vendor: Vendor) -> None:
    vendor.put("b.edi", b"12", mtime=1_700_000_200)
    vendor.put("a.edi", b"1", mtime=1_700_000_300)
    vendor.put("c.edi", b"", mtime=1_700_000_100)
    vendor.put(".hidden")
    (vendor.root / "inbox" / "folder").mkdir()
    (vendor.root / "inbox" / "link").symlink_to(vendor.root / "inbox" / "a.edi")
    assert vendor.folder.list_files() == [
        RemoteFile("c.edi", 0, 1_700_000_100.0),
        RemoteFile("b.edi", 2, 1_700_000_200.0),
        RemoteFile("a.edi", 1, 1_700_000_300.0),
    ]


@pytest.mark.parametrize(
    "data", [b"", b"\x00", b"ISA\r\n~\xff", LARGE], ids=["empty", "one byte", "binary", "5 MiB"]
)
def test_a_read_yields_the_very_bytes(vendor: Vendor, data: bytes) -> None:
    vendor.put("x.edi", data)
    assert b"".join(vendor.folder.read(only(vendor))) == data


def test_a_large_file_comes_in_chunks(vendor: Vendor) -> None:
    vendor.put("x.edi", LARGE)
    assert max(len(chunk) for chunk in vendor.folder.read(only(vendor))) <= 1 << 20


def test_a_reader_that_walks_away_leaves_the_folder_usable(vendor: Vendor) -> None:
    vendor.put("x.edi", LARGE)
    seen = only(vendor)
    chunks = vendor.folder.read(seen)
    assert LARGE.startswith(next(chunks))
    del chunks
    assert b"".join(vendor.folder.read(seen)) == LARGE


@pytest.mark.parametrize("now", [b"ISA*1234567", b"ISA*", b""], ids=["grown", "shrunk", "emptied"])
def test_a_file_that_changed_since_the_look_is_not_read(vendor: Vendor, now: bytes) -> None:
    vendor.put("x.edi", b"ISA*12345", mtime=1_700_000_000)
    seen = only(vendor)
    vendor.put("x.edi", now, mtime=1_700_000_000)
    with pytest.raises(RemoteFileError, match=r"x\.edi"):
        list(vendor.folder.read(seen))


def test_a_file_of_the_same_size_but_a_later_time_is_not_read(vendor: Vendor) -> None:
    vendor.put("x.edi", b"first", mtime=1_700_000_000)
    seen = only(vendor)
    vendor.put("x.edi", b"other", mtime=1_700_000_001)
    with pytest.raises(RemoteFileError, match="changed"):
        list(vendor.folder.read(seen))


@pytest.mark.parametrize("change", ["grown", "cut", "replaced", "removed"])
def test_a_file_that_changes_while_it_is_read_is_refused(vendor: Vendor, change: str) -> None:
    path = vendor.put("x.edi", LARGE * 3)  # more than what is in flight at once
    chunks = vendor.folder.read(only(vendor))
    next(chunks)
    if change == "grown":
        with path.open("ab") as file:
            file.write(b"more")
    elif change == "cut":
        os.truncate(path, 10)
    elif change == "replaced":
        vendor.put("y.edi", b"other").rename(path)
    else:
        path.unlink()
    with pytest.raises(RemoteFileError, match=r"x\.edi"):
        list(chunks)


def test_a_missing_file_is_that_files_error_and_the_rest_goes_on(vendor: Vendor) -> None:
    vendor.put("x.edi")
    with pytest.raises(RemoteFileError, match=r"gone\.edi"):
        list(vendor.folder.read(RemoteFile("gone.edi", 3, 0.0)))
    assert b"".join(vendor.folder.read(only(vendor))) == b"ISA*"


def test_archiving_moves_the_file_and_makes_the_folder(vendor: Vendor) -> None:
    vendor.put("x.edi", b"data")
    vendor.folder.archive("x.edi", "2024-x.edi")
    assert vendor.files(".") == {"archive/2024-x.edi": b"data"}


def test_archiving_twice_is_as_once(vendor: Vendor) -> None:
    vendor.put("x.edi", b"data")
    vendor.folder.archive("x.edi", "2024-x.edi")
    vendor.folder.archive("x.edi", "2024-x.edi")
    vendor.connect().archive("x.edi", "2024-x.edi")
    assert vendor.files(".") == {"archive/2024-x.edi": b"data"}


def test_archiving_never_writes_over_a_file(vendor: Vendor) -> None:
    vendor.put("x.edi", b"first")
    vendor.folder.archive("x.edi", "kept.edi")
    vendor.put("x.edi", b"second")
    with pytest.raises(RemoteFileError):
        vendor.folder.archive("x.edi", "kept.edi")
    assert vendor.files(".") == {"archive/kept.edi": b"first", "inbox/x.edi": b"second"}


def test_archiving_what_never_was_is_an_error(vendor: Vendor) -> None:
    with pytest.raises(RemoteFileError, match=r"x\.edi"):
        vendor.folder.archive("x.edi", "kept.edi")


def test_a_file_that_took_the_place_of_the_one_read_is_not_archived(vendor: Vendor) -> None:
    vendor.put("x.edi", b"first", mtime=1_700_000_000)
    seen = only(vendor)
    vendor.put("x.edi", b"unread", mtime=1_700_000_005)
    with pytest.raises(RemoteFileError, match="changed"):
        vendor.folder.archive("x.edi", "kept.edi", seen)
    assert vendor.files(".") == {"inbox/x.edi": b"unread"}
    vendor.folder.archive("x.edi", "kept.edi", only(vendor))
    vendor.folder.archive("x.edi", "kept.edi", seen)  # done already
    assert vendor.files(".") == {"archive/kept.edi": b"unread"}


def test_quarantine_keeps_the_file_and_the_reason_beside_it(vendor: Vendor) -> None:
    vendor.put("x.edi", b"junk")
    for _ in range(2):
        vendor.folder.quarantine("x.edi", "q-x.edi", "neither ISA nor UNB — says the bridge")
    assert vendor.files(".") == {
        "quarantine/q-x.edi": b"junk",
        "quarantine/q-x.edi.reason.txt": "neither ISA nor UNB — says the bridge".encode(),
    }


def test_quarantine_never_writes_over_a_file_or_its_reason(vendor: Vendor) -> None:
    vendor.put("x.edi", b"first")
    vendor.folder.quarantine("x.edi", "q.edi", "first reason")
    vendor.put("x.edi", b"second")
    with pytest.raises(RemoteFileError):
        vendor.folder.quarantine("x.edi", "q.edi", "second reason")
    assert vendor.files("quarantine") == {"q.edi": b"first", "q.edi.reason.txt": b"first reason"}
    assert vendor.files("inbox") == {"x.edi": b"second"}


def test_removing_twice_is_as_once(vendor: Vendor) -> None:
    vendor.put("x.edi.done", b"")
    vendor.folder.remove("x.edi.done")
    vendor.folder.remove("x.edi.done")
    assert vendor.files(".") == {}


@pytest.mark.parametrize("data", [b"", b"\x89PNG\x00", LARGE], ids=["empty", "small", "5 MiB"])
def test_a_delivery_arrives_whole_and_leaves_nothing_else(vendor: Vendor, data: bytes) -> None:
    vendor.folder.deliver("labels", "x.png", Content.of(data))
    assert vendor.files(".") == {"outbox/labels/x.png": data}


def test_a_delivery_that_comes_in_pieces_arrives_as_one_and_is_gone_through_once(vendor: Vendor) -> None:
    cuts = [0, 1, 1, 32768, 100_000, len(LARGE)]
    asked: list[int] = []

    def chunks() -> Iterator[bytes]:
        asked.append(1)
        yield from (LARGE[begin:end] for begin, end in itertools.pairwise(cuts))

    vendor.folder.deliver("made", "before.json", Content.of(b"{}"))
    for _ in range(2):
        vendor.folder.deliver("made", "x.json", msgspec.structs.replace(Content.of(LARGE), chunks=chunks))
    assert vendor.files(".") == {"outbox/made/before.json": b"{}", "outbox/made/x.json": LARGE}
    assert len(asked) == 1


def test_a_source_that_fails_leaves_no_delivery_and_the_folder_usable(vendor: Vendor) -> None:
    def chunks() -> Iterator[bytes]:
        yield LARGE[:100_000]
        raise LedgerError("the ledger does not answer")

    failing = msgspec.structs.replace(Content.of(LARGE), chunks=chunks)
    for _ in range(2):
        with pytest.raises(LedgerError):
            vendor.folder.deliver("labels", "x.png", failing)
        assert not (vendor.root / "outbox/labels/x.png").exists()
    vendor.folder.deliver("labels", "x.png", Content.of(LARGE))
    assert vendor.files(".") == {"outbox/labels/x.png": LARGE}


def test_the_same_delivery_twice_is_as_once(vendor: Vendor) -> None:
    vendor.folder.deliver("labels", "x.png", Content.of(b"png"))
    before = (vendor.root / "outbox/labels/x.png").stat()
    vendor.connect().deliver("labels", "x.png", Content.of(b"png"))
    assert (vendor.root / "outbox/labels/x.png").stat().st_ino == before.st_ino
    assert vendor.files(".") == {"outbox/labels/x.png": b"png"}


@pytest.mark.parametrize("other", [b"other content", b"pnG", b""], ids=["longer", "as long", "empty"])
def test_a_delivery_never_writes_over_another_content(vendor: Vendor, other: bytes) -> None:
    vendor.folder.deliver("labels", "x.png", Content.of(other))
    with pytest.raises(RemoteFileError, match=r"x\.png"):
        vendor.folder.deliver("labels", "x.png", Content.of(b"png"))
    assert vendor.files(".") == {"outbox/labels/x.png": other}


def test_a_leftover_of_a_delivery_that_was_cut_is_written_over(vendor: Vendor) -> None:
    (vendor.root / "outbox/labels").mkdir(parents=True)
    leftover = temporary_name(TEMPORARY_NAME, "x.png", Content.of(b"png").sha256)
    (vendor.root / "outbox/labels" / leftover).write_bytes(b"longer than the whole")
    vendor.folder.deliver("labels", "x.png", Content.of(b"png"))
    assert vendor.files(".") == {"outbox/labels/x.png": b"png"}


def test_quarantining_what_never_was_leaves_no_reason_behind(vendor: Vendor) -> None:
    with pytest.raises(RemoteFileError, match=r"x\.edi"):
        vendor.folder.quarantine("x.edi", "q.edi", "reason")
    assert vendor.files(".") == {}


@pytest.mark.parametrize(
    "name", ["with space.edi", "Bestellung_Größe_№.edi", "日本.edi", "a'b\"c$;&.edi", "-rf", "x" * 200]
)
def test_odd_names_go_round_unchanged(vendor: Vendor, name: str) -> None:
    vendor.put(name, b"data")
    seen = only(vendor)
    assert seen.name == name
    assert b"".join(vendor.folder.read(seen)) == b"data"
    vendor.folder.archive(name, f"1-{name}")
    vendor.folder.deliver("labels", name, Content.of(b"out"))
    assert vendor.files(".") == {f"archive/1-{name}": b"data", f"outbox/labels/{name}": b"out"}


def test_a_file_is_delivered_into_a_folder_of_a_folder(vendor: Vendor) -> None:
    vendor.folder.deliver("labels/PO1", "x.png", Content.of(b"png"))
    assert (vendor.root / "outbox" / "labels" / "PO1" / "x.png").read_bytes() == b"png"


@pytest.mark.parametrize("name", ESCAPES)
def test_a_name_that_leaves_its_folder_is_refused(vendor: Vendor, name: str) -> None:
    vendor.put("x.edi", b"data")
    (vendor.root / "x").write_bytes(b"outside")
    folder, data = vendor.folder, Content.of(b"data")
    attempts: list[Callable[[], object]] = [
        lambda: list(folder.read(RemoteFile(name, 7, 0.0))),
        lambda: folder.archive(name, "kept"),
        lambda: folder.archive("x.edi", name),
        lambda: folder.quarantine(name, "kept", "reason"),
        lambda: folder.remove(name),
        lambda: folder.deliver("labels", name, data),
        lambda: folder.deliver(f"labels/{name}", "x.png", data) if name != "a/b" else folder.remove(name),
    ]
    for attempt in attempts:
        with pytest.raises(RemoteFileError):
            attempt()
    assert vendor.files("inbox") == {"x.edi": b"data"}
    assert (vendor.root / "x").read_bytes() == b"outside"
    assert not any(path.name.startswith("kept") for path in vendor.root.rglob("*") if path.is_file())


def test_a_thousand_files_are_all_seen(vendor: Vendor) -> None:
    for number in range(1000):
        vendor.put(f"{number:04}.edi", b"x" * number)
    assert [(file.name, file.size) for file in vendor.folder.list_files()] == [
        (f"{number:04}.edi", number) for number in range(1000)
    ]


def test_an_inbox_that_is_missing_is_reported_with_its_place(vendor: Vendor) -> None:
    (vendor.root / "inbox").rmdir()
    with pytest.raises(DropFolderUnavailable, match="inbox"):
        vendor.folder.list_files()


def test_closing_twice_is_fine_and_the_next_call_opens_anew(vendor: Vendor) -> None:
    vendor.put("x.edi")
    vendor.folder.close()
    vendor.folder.close()
    assert [file.name for file in vendor.folder.list_files()] == ["x.edi"]


def test_an_error_names_the_party_and_whether_trying_again_helps(vendor: Vendor) -> None:
    with pytest.raises(DropFolderError) as caught:
        vendor.folder.archive("x.edi", "kept.edi")
    assert (caught.value.fault, caught.value.permanent) == ("vendor", False)


# paramiko's server takes UTF-8 names only.
@pytest.mark.parametrize("vendor", ["local", pytest.param("sshd", marks=pytest.mark.sshd)], indirect=True)
def test_a_name_that_is_no_utf8_goes_round_unchanged(vendor: Vendor) -> None:
    raw = b"Stra\xdfe.edi"
    vendor.put(raw, b"data")
    vendor.put("plain.edi", b"too")
    names = {file.name: file for file in vendor.folder.list_files()}
    assert set(names) == {"plain.edi", "Stra\uefdfe.edi"}
    assert b"".join(vendor.folder.read(names["Stra\uefdfe.edi"])) == b"data"
    vendor.folder.archive("Stra\uefdfe.edi", "1-Stra\uefdfe.edi")
    assert os.listdir(os.fsencode(vendor.root / "archive")) == [b"1-" + raw]  # noqa: PTH208 - bytes
