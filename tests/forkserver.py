"""Starts the bridge's verbs as processes: forked from one that has loaded everything, or from scratch.

A start from scratch costs about a second of CPU, most of it Python's imports; the tests start hundreds of
verbs. A fork is a process like another: it runs the same `main` on the same arguments, environment, files.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from bridge import faultpoints
from tests import fast_clock
from tests.fast_clock import REAL_TIME, FastClock

_PACKAGES = ("bridge.cli", "bridge.ledger", "bridge.pipeline", "bridge.dropfolder", "bridge.runners")
"""All their modules are loaded before the first fork,"""
_MODULES = ("bridge.logs", "bridge.wiring", "alembic.command")
"""and these."""
LONGEST = 300.0
"""Seconds that a verb may take which is run to its end."""


class Forked:
    """A running verb. `status` is its exit code, negative for a signal, None while it runs."""

    def __init__(self, server: ForkServer, pid: int) -> None:
        self._server = server
        self.pid = pid
        self.status: int | None = None

    def wait(self, seconds: float) -> int | None:
        """Wait for its end at most so long; give its status, None where it still runs."""
        if self.status is None:
            self.status = self._server.end_of(self.pid, seconds)
        return self.status

    def kill(self) -> int:
        """Kill it as a power cut would, wait for its end and give its status."""
        if self.status is None:
            # The server says so before it forgets a child, so the pid is still this one's.
            self._server.tell({"kill": self.pid})
            while self.wait(60.0) is None:
                pass
        return -signal.SIGKILL if self.status is None else self.status


class ForkServer:
    """A process that forks children, several at once if need be; a context manager.

    With a `portion` its children (but for those from scratch) commit files in portions of so many documents,
    with a `clock` their time passes faster.
    """

    def __init__(self, portion: int = 0, clock: FastClock = REAL_TIME) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forkserver", str(portion), clock.as_text()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._buffer = b""
        self._ends: dict[int, int] = {}
        """Of the children whose end was told while another one's word was waited for."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=60)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def start(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        stdin: Path = Path(os.devnull),
        stdout: Path = Path("log"),
        stderr: Path = Path("log"),
        scratch: bool = False,
    ) -> Forked:
        """Start a verb in a folder, its output appended to files; with `scratch` as a Python of its own."""
        self.tell(
            {
                "arguments": list(arguments),
                "environment": dict(environment),
                "folder": str(folder),
                "files": [str(stdin), str(stdout), str(stderr)],
                "scratch": scratch,
            }
        )
        while (line := self._line(60.0)) is not None:
            word, number = line
            if word == b"started":
                self._ends.pop(number[0], None)  # of an earlier child with the same number
                return Forked(self, number[0])
            self._ends[number[0]] = number[1]
        raise TimeoutError("the fork server does not answer")

    def run(
        self, arguments: Sequence[str], *, environment: Mapping[str, str], folder: Path, stdin: bytes = b""
    ) -> subprocess.CompletedProcess[str]:
        """Run a verb to its end, and return its status and output."""
        with tempfile.TemporaryDirectory() as place:
            files = [Path(place, name) for name in ("in", "out", "err")]
            files[0].write_bytes(stdin)
            forked = self.start(
                arguments,
                environment=environment,
                folder=folder,
                stdin=files[0],
                stdout=files[1],
                stderr=files[2],
            )
            if (status := forked.wait(LONGEST)) is None:
                forked.kill()
                raise TimeoutError(f"{arguments} did not end; {files[2].read_text()[-2000:]}")
            out, err = (path.read_bytes().decode() for path in files[1:])
            return subprocess.CompletedProcess(list(arguments), status, out, err)

    def end_of(self, pid: int, seconds: float) -> int | None:
        """Wait at most so long for a child's end; give its status, None where it still runs."""
        deadline = time.monotonic() + seconds
        while pid not in self._ends:
            line = self._line(max(0.0, deadline - time.monotonic()))
            if line is None:
                return None
            self._ends[line[1][0]] = line[1][1]
        return self._ends.pop(pid)

    def tell(self, words: Mapping[str, Any]) -> None:
        """Send one order."""
        stdin = self._process.stdin
        if stdin is None:
            raise BrokenPipeError
        stdin.write(json.dumps(words).encode() + b"\n")
        stdin.flush()

    def _line(self, seconds: float) -> tuple[bytes, list[int]] | None:
        """Read one answer, its word and numbers; None where none comes in time."""
        stdout = self._process.stdout
        if stdout is None:
            raise BrokenPipeError
        deadline = time.monotonic() + seconds
        while b"\n" not in self._buffer:
            ready, _, _ = select.select([stdout], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                return None
            chunk = os.read(stdout.fileno(), 4096)
            if not chunk:
                raise BrokenPipeError("the fork server is gone")
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        word, *numbers = line.split()
        return word, [int(number) for number in numbers]


_own = threading.local()


def fork_server() -> ForkServer:
    """Return this thread's fork server, which lasts as long as this process."""
    if not hasattr(_own, "server"):
        _own.server = ForkServer()
        atexit.register(_own.server.__exit__)
    server: ForkServer = _own.server
    return server


class _Server:
    """The other end: forks a child for each order, and tells its pid and how it ended."""

    def __init__(self) -> None:
        self._children: dict[int, int] = {}
        """Descriptors that become readable when their child ends, and its pid."""

    def serve(self) -> None:
        """Take orders from standard input until it ends; no child outlives that."""
        buffer = b""
        while True:
            ready, _, _ = select.select([0, *self._children], [], [])
            for descriptor in ready:
                if descriptor:
                    self._ended(descriptor)
            if 0 not in ready:
                continue
            orders = os.read(0, 1 << 16)
            *lines, buffer = (buffer + orders).split(b"\n")
            for line in lines:
                self._obey(json.loads(line))
            if not orders:
                for pid in self._children.values():
                    os.kill(pid, signal.SIGKILL)
                return

    def _ended(self, descriptor: int) -> None:
        pid = self._children.pop(descriptor)
        os.close(descriptor)
        _, status = os.waitpid(pid, 0)
        os.write(1, f"ended {pid} {os.waitstatus_to_exitcode(status)}\n".encode())

    def _obey(self, order: dict[str, Any]) -> None:
        if "kill" not in order:
            pid = _fork(order)
            self._children[os.pidfd_open(pid)] = pid
            os.write(1, f"started {pid}\n".encode())
        elif order["kill"] in self._children.values():  # only ended ones can be somebody else's by now
            os.kill(order["kill"], signal.SIGKILL)


def _load(portion: int, clock: str) -> None:
    for name in _MODULES:
        importlib.import_module(name)
    for package in map(importlib.import_module, _PACKAGES):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    from bridge.document_data import grammar_of, mappings_of  # noqa: PLC0415
    from bridge.ledger import commit  # noqa: PLC0415

    grammar_of(None).load_all()  # kept by the module for all that are forked later
    mappings_of(None)
    commit.PORTION = portion or commit.PORTION
    fast_clock.install(FastClock.of(clock))
    gc.freeze()  # a collection in a child would copy all pages


def _fork(order: dict[str, Any]) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        _become(order)
        from bridge.cli import main  # noqa: PLC0415

        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - told as Python would, for a child must never come back from here
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _become(order: dict[str, Any]) -> None:
    """Take over the folder, files, environment and arguments of an order."""
    os.chdir(order["folder"])
    for descriptor, path in enumerate(order["files"]):
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND if descriptor else os.O_RDONLY
        os.dup2(os.open(path, flags, 0o600), descriptor)
    os.environ.clear()
    os.environ.update(order["environment"])
    if order["scratch"]:
        os.execv(sys.executable, [sys.executable, "-m", "bridge", *order["arguments"]])  # noqa: S606
    faultpoints.arm(os.environ.get(faultpoints.VARIABLE, ""))
    time.tzset()
    sys.argv = ["edibridge", *order["arguments"]]


if __name__ == "__main__":
    _load(int(sys.argv[1]), sys.argv[2])
    _Server().serve()
