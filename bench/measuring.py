"""Runs a task in a process of its own, and says on what machine."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import msgspec

from bench.measure import Measure
from bench.through import Passage, Task

_SIDES = {"checked": "ours", "mapped": "ours", "pyx12": "peers", "pydifact": "peers"}
_CPU_INFO = Path("/proc/cpuinfo")


def run(task: str, path: Path) -> Measure:
    """Measure once. Raises CalledProcessError if the task fails, with what it said on standard error."""
    # This process stays small: on Linux, a child's peak is at least what its parent held at its start.
    command = [sys.executable, "-W", "ignore", "-m", f"bench.{_SIDES[task]}", task, str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 -- our own module
    return msgspec.json.decode(done.stdout, type=Measure)


def passage(task: Task, times: int) -> Passage:
    """Measure the whole way so many times; give the fastest. Raises CalledProcessError as `run` does."""
    command = [sys.executable, "-m", "bench.through", msgspec.json.encode(task).decode()]
    found = [
        msgspec.json.decode(
            subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout,  # noqa: S603 -- our own module
            type=Passage,
        )
        for _ in range(times)
    ]
    return min(found, key=lambda one: one.processor)


def best(measures: list[Measure]) -> Measure:
    """Return the fastest: what slows a run down comes from outside."""
    return min(measures, key=lambda measure: measure.seconds)


def side_by_side(tasks: list[str], path: Path, times: int) -> dict[str, Measure]:
    """Measure several tasks on one file by turns, so that a slow spell of the machine hits all of them."""
    found: dict[str, list[Measure]] = {task: [] for task in tasks}
    for _ in range(times):
        for task in tasks:
            found[task].append(run(task, path))
    return {task: best(measures) for task, measures in found.items()}


def machine() -> str:
    """Describe where this runs."""
    processor = platform.processor() or platform.machine()
    if _CPU_INFO.exists():
        lines = _CPU_INFO.read_text(encoding="utf-8").splitlines()
        processor = next(
            (line.partition(": ")[2] for line in lines if line.startswith("model name")), processor
        )
    versions = f"{platform.python_implementation()} {platform.python_version()}, {platform.system()}"
    return f"{processor}, {os.cpu_count()} cores, {versions}"
