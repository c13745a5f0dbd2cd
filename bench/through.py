"""The whole bridge, from a vendor's SFTP folder to Amazon's verdicts: `python -m bench.through TASK`.

`edibridge run --settle` is a process; the stand-ins, an Amazon that hardly throttles and an SFTP server, are
another: on two cores there is no room for more, and what the stand-ins cost is in the seconds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from bench.making import ship_notices, shipment_statuses

_STAND_INS = (
    "-m",
    "bridge",
    "simulator",
    "--json",
    "--port",
    "0",
    "--sftp-port",
    "0",
    "--rate",
    "1000",
    "--burst",
    "1000",
)
_OPERATIONS = {"856": "submitShipmentConfirmations", "214": "submitShipmentStatusUpdates"}


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What is to go through, and through what ledger."""

    notices: int = 0
    """856s of one package each."""
    statuses: int = 0
    """214s, of the packages of the 856s where there are any."""
    files: int = 1
    """Files of each kind."""
    rows: int = 0
    """Rows that the ledger holds already."""

    @property
    def documents(self) -> int:
        """Count the documents."""
        return self.notices + self.statuses


class Passage(msgspec.Struct, kw_only=True):
    """What a passage took: seconds on the wall, seconds of processor and peak memory (MB) of the bridge."""

    seconds: float
    processor: float
    peak: float


def go(task: Task) -> Passage:
    """Send documents through the bridge, and see that Amazon has them all and the ledger says so."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if task.rows:
            # By a process of its own: on Linux, a child's peak is at least what its parent held.
            ledger = str(folder / "var/ledger.sqlite")
            subprocess.run([sys.executable, "-m", "bench.history", ledger, str(task.rows)], check=True)  # noqa: S603
            os.sync()  # it is long on the disk when work begins
        with _stand_ins(folder / "sftp") as addresses:
            config = folder / "config.toml"
            config.write_text(_config(addresses["config"], task), encoding="utf-8")
            if not task.notices:  # confirmed elsewhere, of which the stand-in knows nothing
                httpx.post(f"{addresses['url']}/_stand-in/options", json={"strict_order": False})
            _fill(Path(addresses["sftp_root"]) / "inbox", task)
            passage = _run(config, addresses["environment"], folder / "log")
            _prove(task, httpx.get(f"{addresses['url']}/_stand-in/state").json())
        return passage


@contextmanager
def _stand_ins(root: Path) -> Iterator[dict[str, Any]]:
    command = [sys.executable, *_STAND_INS, "--sftp-folder", str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 -- our own module
        try:
            assert process.stdout is not None  # noqa: S101 -- it is a pipe
            reached = json.loads(process.stdout.readline())
            options = {"keep": "counts"}
            httpx.post(
                f"{reached['url']}/_stand-in/options", json=options, trust_env=False
            ).raise_for_status()
            yield reached
        finally:
            process.terminate()


def _config(text: str, task: Task) -> str:
    text = text.replace('interval = "1s"', 'convention = "rename"')  # whole files: no second look is needed
    # The 214s name no warehouse: it is the only one.
    text = text.replace('warehouses = ["ACM1", "ACM2"]', 'warehouses = ["ACM1"]')
    if not task.notices:
        text = text.replace('carrier = "UPSN"', 'carrier = "UPSN"\nconfirmations = "elsewhere"')
    return text


def _fill(inbox: Path, task: Task) -> None:
    for kind, make, count in (
        ("856", ship_notices, task.notices),
        ("214", shipment_statuses, task.statuses),
    ):
        each = count // task.files
        for number in range(task.files if count else 0):
            with (inbox / f"{kind}-{number:05}.edi").open("wb", buffering=1 << 20) as file:
                file.writelines(make(each, first=1 + number * each, control=1 + number))


def _run(config: Path, environment: dict[str, str], log: Path) -> Passage:
    command = [sys.executable, "-m", "bridge", "--config", str(config), "run", "--settle"]
    start = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 -- our own module
            command, env={**os.environ, **environment}, stdout=out, stderr=out
        )
        _, status, used = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"the bridge did not end well: {log.read_text(encoding='utf-8')[-2000:]}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Passage(seconds=seconds, processor=used.ru_utime + used.ru_stime, peak=used.ru_maxrss * unit / 1e6)


def _prove(task: Task, state: dict[str, Any]) -> None:
    """Stop if not all of it went through: then the figures mean nothing."""
    given = {"856": task.notices, "214": task.statuses}
    wanted = {_OPERATIONS[kind]: count for kind, count in given.items() if count}
    if state["accepted"] != wanted or state["duplicates"]:
        sys.exit(f"of {wanted} Amazon has {state['accepted']}, {state['duplicates']} of them twice")


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(go(msgspec.json.decode(sys.argv[1], type=Task))))
