"""Runs the real command as a process."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import structlog
from typer.testing import CliRunner

from bridge.cli.app import app
from bridge.cli.exits import tell as tell_code
from bridge.errors import BridgeError
from tests.forkserver import fork_server

CONFIG = """\
[bridge]
ledger = "ledger.sqlite"
spool = "spool"

[accounts.main]
region = "na"
endpoint = "http://127.0.0.1:9"
auth_endpoint = "http://127.0.0.1:9"
client_id = "made-up"
client_secret = "file:secret"
refresh_token = "file:secret"

[vendors.acme]
account = "main"
selling_party = "ACMEV"
warehouses = ["ACMW1"]
oldest_date_days = 0

[vendors.acme.local]
root = "drop"

[vendors.acme.pickup]
interval = "0.1s"
"""
OWN_MAPPINGS = CONFIG.replace("[bridge]", '[bridge]\nmappings = ["mappings"]')
"""The same with a folder of mappings beside it."""


class Result(msgspec.Struct, frozen=True):
    """What a process left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def edibridge(
    *arguments: str | Path, folder: Path, stdin: bytes = b"", environment: Mapping[str, str] | None = None
) -> Result:
    """Run the command as a process in a folder, with no configuration from outside."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("EDIBRIDGE_")}
    done = fork_server().run(
        [*map(str, arguments)],
        environment=inherited | dict(environment or {}),
        folder=folder,
        stdin=stdin,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def in_process(*arguments: str | Path, folder: Path, stdin: bytes = b"") -> Result:
    """Run the command in this process, which is quicker; the logs are left as they were."""
    root = logging.getLogger()
    handlers, level, here, logs = root.handlers[:], root.level, Path.cwd(), structlog.get_config()
    os.chdir(folder)
    try:
        done = CliRunner().invoke(app, [*map(str, arguments)], input=stdin)
    finally:
        os.chdir(here)
        structlog.configure(**logs)
        root.handlers[:] = handlers
        root.setLevel(level)
    if isinstance(done.exception, BridgeError):
        return Result(tell_code(done.exception), done.stdout, done.stderr + str(done.exception))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Result(done.exit_code, done.stdout, done.stderr)


def installation(folder: Path, text: str = CONFIG) -> Path:
    """Make a folder with a configuration that loads, its secret and its drop folder."""
    (folder / "config.toml").write_text(text)
    secret = folder / "secret"
    secret.write_text("made-up")
    secret.chmod(0o600)
    for name in ("inbox", "archive", "quarantine", "outbox"):
        (folder / "drop" / name).mkdir(parents=True)
    return folder
