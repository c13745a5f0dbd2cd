"""What one run came to, and how a process tells it."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

MAPPINGS = Path(__file__).parents[1] / "mappings"


class Measure(msgspec.Struct, kw_only=True):
    """What one run came to. `seconds` is processor time, `peak` the most memory of the process, in MB.

    `accepted` and `events` prove that the work was done: documents found right, facts for Amazon made.
    `answered` is the peak once the acknowledgement was written, too; 0 where none was.
    """

    seconds: float
    documents: int
    accepted: int = 0
    events: int = 0
    peak: float = 0.0
    answered: float = 0.0


def peak_memory() -> float:
    """Return the most memory that this process has had, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def tell(tasks: dict[str, Callable[[Path], Measure]]) -> None:
    """Do the task that the command line names, with the file that it names; write the measure."""
    sys.stdout.buffer.write(msgspec.json.encode(tasks[sys.argv[1]](Path(sys.argv[2]))))
