"""Runs the command as a process of its own and measures the memory that it had at most."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_LAUNCHER = """
import atexit, pathlib, re, sys

def keep():
    told = re.search(r"VmHWM:\\s+(\\d+) kB", pathlib.Path("/proc/self/status").read_text())
    pathlib.Path(sys.argv[0]).write_text(told.group(1))

atexit.register(keep)
sys.argv = sys.argv[1:]
from bridge.cli import main
main()
"""


def measured(
    folder: Path, environment: Mapping[str, str], *verb: str
) -> tuple[subprocess.CompletedProcess[str], float]:
    """Run a verb to its end; gives what it left, and its largest resident memory in MB."""
    kept = folder / "memory"
    done = subprocess.run(
        [sys.executable, "-c", _LAUNCHER, str(kept), "--config", str(folder / "config.toml"), *verb],
        cwd=folder,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done, int(kept.read_text()) / 1000
