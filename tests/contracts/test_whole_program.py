"""A program that nobody outside of its folder knows goes the whole way, by the command, over real sockets."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator.sftp_server import SftpUser, StandInSftp
from tests.cli.support import Result
from tests.contracts.program_case import ScriptedAmazon, write_mappings
from tests.contracts.programs.goods_receipts.contract_cases import CASES, PDF, RECADV, RECEIPT
from tests.contracts.small import FOLDERS, PROGRAMS, small_program
from tests.faults.texts import SFTP
from tests.spapi.server import json_answer

(CASE,) = CASES
LISTED = json_answer(200, {"receipts": [RECEIPT, {**RECEIPT, "orderId": "PO2"}]})
CONFIG = """\
[bridge]
ledger = "ledger.sqlite"
spool = "spool"
mappings = ["mappings"]

[accounts.main]
region = "na"
endpoint = "{endpoint}"
auth_endpoint = "{endpoint}"
client_id = "made-up"
client_secret = "env:MADE_UP"
refresh_token = "env:MADE_UP"

[vendors.acme]
account = "main"
selling_party = "ACME"
warehouses = ["ABCD"]
timezone = "Europe/Berlin"
fetch = {{ receipts = true }}

[vendors.acme.pickup]
interval = "0.1s"
"""


@dataclass(frozen=True)
class Site:
    folder: Path
    home: Path
    amazon: ScriptedAmazon

    def edibridge(self, *arguments: str) -> Result:
        """Run the command as a process of its own that finds the tests' programs."""
        begin = f"import bridge.programs; bridge.programs.__path__.append({PROGRAMS!r})"
        done = subprocess.run(
            [sys.executable, "-c", f"{begin}; from bridge.cli import main; main()", *arguments],
            cwd=self.folder,
            capture_output=True,
            timeout=100,
            check=False,
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    def outbox(self) -> dict[str, bytes]:
        files = (self.home / "outbox").rglob("*")
        return {
            str(one.relative_to(self.home / "outbox")): one.read_bytes() for one in files if one.is_file()
        }


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    home, folder = tmp_path / "home", tmp_path / "bridge"
    for name in FOLDERS:
        (home / name).mkdir(parents=True)
    folder.mkdir()
    write_mappings(folder / "mappings", CASE.mappings)
    monkeypatch.setenv("MADE_UP", "made-up")
    monkeypatch.setenv("SFTP_PASSWORD", "made-up")
    users = {"acme": SftpUser(home, password="made-up")}
    with small_program(), ScriptedAmazon() as amazon, StandInSftp(users) as sftp:
        amazon.usual.update({CASE.operation: CASE.taken, "listReceipts": LISTED, **CASE.afterwards})
        place = SFTP.format(host=sftp.host, port=sftp.port, fingerprint=sftp.fingerprint)
        (folder / "config.toml").write_text(CONFIG.format(endpoint=amazon.url) + place)
        (home / "inbox" / CASE.file).write_bytes(RECADV)
        yield Site(folder, home, amazon)


def test_a_document_becomes_a_call_its_answer_a_file_and_its_credit_is_followed(site: Site) -> None:
    assert site.edibridge("check").code == 0

    done = site.edibridge("run", "--settle")

    assert done.code == 0, done.out + done.err
    (call,) = [one for one in site.amazon.requests if one.method == "PUT"]
    assert (call.path, json.loads(call.body)) == ("/receipts/v1/orders/PO1", {"pieces": 3})
    outbox = site.outbox()
    assert {name: data for name, data in outbox.items() if name.startswith("receipts/")} == {
        "receipts/PO1.pdf": PDF,  # once, though the answer and the list hold it
        "receipts/PO2.pdf": PDF,
    }
    assert outbox["credits/PO1.txt"] == b"paid\n"
    assert b"UCI+7+LAGER:ZZ+AMAZON:ZZ+7'" in next(
        data for name, data in outbox.items() if name.startswith("acknowledgements/")
    )
    (line,) = json.loads(outbox["statuses/recadv.1.json"])["lines"]
    assert (line["purchase_order_number"], line["operation"]) == ("PO1", "confirmReceipt")


def test_operators_see_it_and_a_rerun_sends_nothing_twice(site: Site) -> None:
    site.edibridge("run", "--settle")
    (batch,) = site.edibridge("batches", "--json").json["batches"]
    assert batch["events"] == {"succeeded": 1}
    assert "3 pieces of PO1" in site.edibridge("show", "1").out
    told = site.edibridge("trace", "PO1").out
    assert "confirmReceipt" in told
    assert "Paid" in told
    assert site.edibridge("rerun", "1").code == 0
    site.edibridge("run", "--settle")
    assert site.amazon.calls.count(CASE.operation) == 1


def test_explain_shows_the_call_before_it_is_made(site: Site) -> None:
    (site.folder / CASE.file).write_bytes(RECADV)
    (document,) = site.edibridge("explain", CASE.file, "--json").json["interchanges"][0]["documents"]
    assert document["requests"] == [{"operation": "confirmReceipt", "body": {"pieces": 3}}]
    assert site.amazon.calls == []
