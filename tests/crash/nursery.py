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
            self.status = self._nursery.end_of(self.pid, seconds)
        return self.status

    def kill(self) -> int:
        """Kill it as a power cut would, wait for its end and give its status."""
        if self.status is None:
            # The nursery says so before it forgets a child, so the pid is still this one's.
            self._nursery.tell({"kill": self.pid})
            while self.wait(60.0) is None:
                pass
        return -signal.SIGKILL if self.status is None else self.status


class Nursery:
    """A process that forks children, several at once if need be; a context manager.

    With a `portion` its children (but for those from scratch) commit files in portions of so many documents.
    """

    def __init__(self, portion: int = 0) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.nursery", str(portion)],
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
        while (line := self._line(60.0)) is not None:
            word, number = line
            if word == b"born":
                self._ends.pop(number[0], None)  # of an earlier child with the same number
                return Child(self, number[0])
            self._ends[number[0]] = number[1]
        raise TimeoutError("the nursery does not answer")

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
                raise BrokenPipeError("the nursery is gone")
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        word, *numbers = line.split()
        return word, [int(number) for number in numbers]


class _Server:
    """The other end: bears a child for each order, and tells its pid and how it ended."""

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
                    self._bury(descriptor)
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

    def _bury(self, descriptor: int) -> None:
        pid = self._children.pop(descriptor)
        os.close(descriptor)
        _, status = os.waitpid(pid, 0)
        os.write(1, f"ended {pid} {os.waitstatus_to_exitcode(status)}\n".encode())

    def _obey(self, order: dict[str, Any]) -> None:
        if "kill" not in order:
            pid = _bear(order)
            self._children[os.pidfd_open(pid)] = pid
            os.write(1, f"born {pid}\n".encode())
        elif order["kill"] in self._children.values():  # only buried ones can be somebody else's by now
            os.kill(order["kill"], signal.SIGKILL)


def _load(portion: int) -> None:
    import bridge.cli.app  # noqa: PLC0415
    import bridge.ledger.commit  # noqa: PLC0415
    from bridge.document_data import grammar_of, mappings_of  # noqa: PLC0415

    grammar_of(None)  # kept by the module for all that are born later
    mappings_of(None)
    assert bridge.cli.app.VERBS
    bridge.ledger.commit.PORTION = portion or bridge.ledger.commit.PORTION


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
    _load(int(sys.argv[1]))
    _Server().serve()
