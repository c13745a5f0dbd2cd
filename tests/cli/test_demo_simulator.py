"""simulator, as a process: tells how to reach it in a way that works, and outlives a restart."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridge.config import parse_config
from tests.cli.support import edibridge, in_process

Told = dict[str, Any]


@contextmanager
def simulator(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], Told]]:
    command = [sys.executable, "-m", "bridge", "simulator", "--port", "0", "--sftp-port", "0", "--json"]
    with subprocess.Popen(
        [*command, *options], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def state(told: Told) -> Told:
    found: Told = httpx.get(told["url"] + "/_stand-in/state", trust_env=False).json()
    return found


def test_one_line_of_json_tells_all_and_it_ends_when_told(tmp_path: Path) -> None:
    with simulator(tmp_path, "--sftp-folder", "sftp") as (process, told):
        form = {"grant_type": "refresh_token", **told["credentials"]}
        reply = httpx.post(told["auth_url"] + "/auth/o2/token", data=form, trust_env=False)
        assert "access_token" in reply.json()
        assert Path(told["sftp_root"]) == tmp_path / "sftp" / "acme"
        assert (tmp_path / "sftp" / "acme" / "inbox").is_dir()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def test_a_run_by_the_told_configuration_brings_a_label_a_slip_and_an_invoice(tmp_path: Path) -> None:
    options = (
        "--sftp-folder",
        "sftp",
        "--label-format",
        "ZPL",
        "--packing-slips",
        "--invoices",
        "--rate",
        "0",
    )
    with simulator(tmp_path, *options, "--journal", "journal.jsonl") as (_, told):
        (tmp_path / "config.toml").write_text(told["config"].replace('interval = "1s"', 'interval = "0.1s"'))
        home = Path(told["sftp_root"])
        (home / "inbox" / "wanted.csv").write_text("purchase_order_number,ship_from\nPO1,ACM1\n")
        verb = ["run", "--settle", "--timeout", "60"]
        done = edibridge(*verb, folder=tmp_path, environment=told["environment"])
        assert done.code == 0, done.err
        assert state(told)["verdicts"] == {"Success": 1}
    [label] = (home / "outbox" / "labels" / "PO1").iterdir()
    assert label.suffix == ".zpl"
    assert label.read_bytes().startswith(b"^XA")
    assert (home / "outbox" / "packing-slips" / "PO1.pdf").read_bytes().startswith(b"%PDF")
    assert (home / "outbox" / "invoices" / "PO1.pdf").read_bytes().startswith(b"%PDF")
    assert json.loads((tmp_path / "journal.jsonl").read_text())["item"]["purchaseOrderNumber"] == "PO1"


def test_what_is_told_is_the_same_after_a_restart_but_for_free_ports(tmp_path: Path) -> None:
    found = []
    for _ in range(2):
        with simulator(tmp_path, "--sftp-folder", "sftp") as (_, told):
            found.append((told["credentials"], told["environment"], told["sftp_fingerprint"]))
    assert found[0] == found[1]


def test_without_an_sftp_folder_the_configuration_has_a_local_one(tmp_path: Path) -> None:
    orders = [{"order_id": "902-1", "items": [{"order_item_id": "1", "sku": "SKU-A", "quantity": 2}]}]
    (tmp_path / "merchant.json").write_text(json.dumps({"orders": orders, "funds": 12.5}))
    with simulator(tmp_path, "--verdict-polls", "2", "--merchant", "merchant.json") as (_, told):
        seeded = httpx.get(f"{told['url']}/_stand-in/merchant/orders", trust_env=False).json()
        assert [order["orderId"] for order in seeded] == ["902-1"]
        config = parse_config(told["config"], tmp_path / "config.toml")
        vendor, buys = config.vendors["acme"], config.sellers["shop"].buy_shipping
        assert (buys.purchase, buys.max_price, list(buys.warehouses)) == ("buy", "25.00 USD", ["MAIN"])
        assert vendor.local is not None
        assert vendor.fetch.labels
        assert not vendor.fetch.invoices
        assert told["sftp_root"] == ""


def test_a_file_of_marketplace_orders_that_is_wrong_is_told(tmp_path: Path) -> None:
    for text, words in (("{", "truncated"), ('{"orders": [{"order_id": "1"}]}', "items")):
        (tmp_path / "merchant.json").write_text(text)
        done = edibridge("simulator", "--port", "0", "--merchant", "merchant.json", folder=tmp_path)
        assert (done.code, words in done.err, "merchant.json" in done.err) == (2, True, True)


def test_a_port_that_is_taken_is_told_without_a_traceback(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = edibridge("simulator", "--port", str(taken.getsockname()[1]), folder=tmp_path)
    assert done.code == 2
    assert "Address already in use" in " ".join(done.err.replace("│", "").split())
    assert "Traceback" not in done.err


@pytest.mark.parametrize("verb", ["demo", "simulator"])
def test_without_the_extra_one_line_says_how_to_get_it(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.cli.simulator.find_spec", lambda name: None if name == "starlette" else name)
    done = in_process(verb, folder=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("pip install 'edibridge[simulator]'\n")
    assert done.err.count("\n") == 1
    assert not list(tmp_path.iterdir())
