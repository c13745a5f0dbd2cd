"""Starts the bridge's verbs as processes: forked from one that has loaded everything, or from scratch.

A start from scratch costs more than a second, most of it Python's imports; a thousand kills would be
half an hour of those. The fork runs the same `main` on the same arguments, environment and files.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from bridge import faultpoints


class Child:
    """A running verb. `status` is its exit code, negative for a signal, None while it runs."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery = nursery
        self.pid = pid
        self.status: int | None = None

    def wait(self, seconds: float) -> int | None:
        """Wait for its end at most so long; give its status, None where it still runs."""
        if self.status is None:
            line = self._nursery.line(seconds)
            self.status = None if line is None else int(line)
        return self.status

    def kill(self) -> int:
        """Kill it as a power cut would, wait for its end and give its status."""
        if self.status is None:
            # The nursery says so before it forgets a child, so the pid is still this one's.
            self._nursery.tell({"kill": True})
            while self.wait(60.0) is None:
                pass
        return -signal.SIGKILL if self.status is None else self.status


class Nursery:
    """A process that forks children one at a time; a context manager."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.nursery"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=60)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def start(
        self, arguments: Sequence[str], *, environment: Mapping[str, str], folder: Path, scratch: bool = False
    ) -> Child:
        """Start a verb; with `scratch` as a Python of its own. Its output goes to `folder`/log."""
        self.tell(
            {
                "arguments": list(arguments),
                "environment": dict(environment),
                "folder": str(folder),
                "scratch": scratch,
            }
        )
        line = self.line(60.0)
        if line is None:
            raise TimeoutError("the nursery does not answer")
        return Child(self, int(line))

    def tell(self, words: Mapping[str, Any]) -> None:
        """Send one order."""
        stdin = self._process.stdin
        if stdin is None:
            raise BrokenPipeError
        stdin.write(json.dumps(words).encode() + b"\n")
        stdin.flush()

    def line(self, seconds: float) -> bytes | None:
        """Read one line of the answers; None where none comes in time."""
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
                raise BrokenPipeError("the nursery is gone")
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line


class _Server:
    """The other end: bears a child for each order, and tells its pid and how it ended."""

    def __init__(self) -> None:
        self._child = 0

    def serve(self) -> None:
        """Take orders from standard input until it ends; a child does not outlive that."""
        buffer = b""
        while True:
            orders, ended = self._watch()
            if ended:
                _, status = os.waitpid(self._child, 0)
                self._child = 0
                os.write(1, f"{os.waitstatus_to_exitcode(status)}\n".encode())
            if orders is None:
                continue
            *lines, buffer = (buffer + orders).split(b"\n")
            for line in lines:
                self._obey(json.loads(line))
            if not orders:
                self._obey({"kill": True})
                return

    def _watch(self) -> tuple[bytes | None, bool]:
        """Wait; give what came of orders (None: nothing, empty: their end), and whether the child ended."""
        watched = [0, *([os.pidfd_open(self._child)] if self._child else [])]
        ready, _, _ = select.select(watched, [], [])
        for descriptor in watched[1:]:
            os.close(descriptor)
        return os.read(0, 1 << 16) if 0 in ready else None, watched[-1] != 0 and watched[-1] in ready

    def _obey(self, order: dict[str, Any]) -> None:
        if "kill" not in order:
            self._child = _bear(order)
            os.write(1, f"{self._child}\n".encode())
        elif self._child:
            os.kill(self._child, signal.SIGKILL)


def _load() -> None:
    import bridge.cli.app  # noqa: PLC0415
    from bridge.wiring import grammar_of, mappings_of  # noqa: PLC0415

    grammar_of(None)  # kept by the module for all that are born later
    mappings_of(None)
    assert bridge.cli.app.VERBS


def _bear(order: dict[str, Any]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        os.chdir(order["folder"])
        log = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.environ.update(order["environment"])
        if order["scratch"]:
            os.execv(sys.executable, [sys.executable, "-m", "bridge", *order["arguments"]])  # noqa: S606
        faultpoints.arm(os.environ.get(faultpoints.VARIABLE, ""))
        sys.argv = ["edibridge", *order["arguments"]]
        from bridge.cli import main  # noqa: PLC0415

        main()
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else 0 if end.code is None else 1)
    finally:
        os._exit(99)


if __name__ == "__main__":
    _load()
    _Server().serve()
