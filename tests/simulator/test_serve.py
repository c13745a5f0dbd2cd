from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import paramiko
import pytest

from bridge.config import parse_config
from simulator.records import read_journal
from simulator.rehearsal import Rehearsal

Reached = dict[str, Any]


@contextmanager
def process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], Reached]]:
    ports = ("--port", "0", "--sftp-port", "0")
    command = [sys.executable, "-m", "bridge", "simulator", "--json", *ports, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield running, json.loads(running.stdout.readline())
        finally:
            running.kill()


def take(reached: Reached, item: dict[str, Any]) -> int:
    with httpx.Client(base_url=reached["url"], trust_env=False) as http:
        form = {"grant_type": "refresh_token", **reached["credentials"]}
        token = http.post("/auth/o2/token", data=form).json()["access_token"]
        path = "/vendor/directFulfillment/shipping/v1/shippingLabels"
        headers = {"x-amz-access-token": token}
        return http.post(path, json={"shippingLabelRequests": [item]}, headers=headers).status_code


LABEL = {"purchaseOrderNumber": "PO1", "sellingParty": {"partyId": "V"}, "shipFromParty": {"partyId": "W"}}


def test_a_process_of_its_own_tells_its_addresses_and_ends_when_asked(tmp_path: Path) -> None:
    with process("--sftp-folder", str(tmp_path)) as (running, reached):
        assert take(reached, LABEL) == 202
        assert list_home(reached) == ["archive", "inbox", "outbox", "quarantine"]
        running.send_signal(signal.SIGTERM)
        assert running.wait(60) == 0


def test_the_journal_outlives_a_kill(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    with process("--journal", str(journal)) as (running, reached):
        assert take(reached, LABEL) == 202
        running.kill()
        running.wait(60)
    assert [one.item for one in read_journal(journal)] == [LABEL]


def list_home(reached: Reached) -> list[str]:
    client = paramiko.SSHClient()
    known = paramiko.hostkeys.HostKeyEntry.from_line(reached["sftp_known_hosts"])
    assert known is not None
    assert known.hostnames is not None
    assert known.key is not None
    client.get_host_keys().add(known.hostnames[0], known.key.get_name(), known.key)
    with client:
        client.connect(
            reached["sftp_host"],
            reached["sftp_port"],
            reached["sftp_username"],
            reached["sftp_password"],
            allow_agent=False,
            look_for_keys=False,
        )
        return sorted(client.open_sftp().listdir("."))


@pytest.mark.parametrize("with_sftp", [False, True])
def test_the_config_that_is_told_is_one_that_the_bridge_takes(tmp_path: Path, with_sftp: bool) -> None:
    with Rehearsal(sftp_root=tmp_path if with_sftp else None) as rehearsal:
        reached = rehearsal.addresses()
        config = parse_config(reached.config, tmp_path / "config.toml")
        assert str(config.accounts["rehearsal"].endpoint).rstrip("/") == rehearsal.amazon.url
        assert (config.vendors["acme"].sftp is not None) is with_sftp


def test_a_configuration_keeps_working_over_restarts(tmp_path: Path) -> None:
    with Rehearsal(sftp_root=tmp_path) as first:
        before = first.addresses()
    with Rehearsal(sftp_root=tmp_path) as second:
        after = second.addresses()
    assert after.sftp_fingerprint == before.sftp_fingerprint
    assert after.environment == before.environment


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with Rehearsal(sftp_root=tmp_path) as first:
        port = first.addresses().sftp_port
        with pytest.raises(OSError, match="in use"), Rehearsal(sftp_root=tmp_path, sftp_port=port):
            pass


def test_a_seller_beside_the_vendor_has_a_configuration_and_a_home(tmp_path: Path) -> None:
    for root in (None, tmp_path):
        with Rehearsal(sftp_root=root, seller=True) as rehearsal:
            config = parse_config(rehearsal.addresses().config, tmp_path / "config.toml")
            assert (config.sellers["shop"].sftp is not None) is (root is not None)
    assert (tmp_path / "shop" / "inbox").is_dir()
