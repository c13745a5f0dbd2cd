"""Against Amazon's ceiling: how much of its rate is used while work is waiting, and how many 429s that costs.

`python -m bench.ceiling` prints it; some four minutes, nearly all of it waiting. The stand-in Amazon
counts with a token bucket as requests arrive and answers after a latency, half of it on the way there;
`edibridge run --settle` is a process of its own, puts one fact into a POST, and asks for verdicts meanwhile.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec

from bench.making import ship_notices
from simulator.amazon import StandInAmazon
from simulator.faults import Fault
from simulator.rehearsal import Rehearsal

_FILES = 4
_BEGINNING = 10
"""So many POSTs go while the token is fetched and the first replies are to tell the rate."""
_POLLS = "getTransactionStatus"
_LATENCIES = (0.0, 0.05, 0.15, 0.4)


class Ceiling(msgspec.Struct, kw_only=True, frozen=True):
    """What one run came to, without its first POSTs: `seconds` of it, and how many were `allowed` then."""

    posts: int
    seconds: float
    allowed: float
    throttled: int
    polls: int

    @property
    def share(self) -> float:
        """The used part of the rate."""
        return (self.posts - 1) / self.allowed


def main() -> None:
    """Print the section."""
    ceilings(lambda text: sys.stdout.write(text + "\n") and sys.stdout.flush())


def ceilings(say: Callable[[str], object]) -> None:
    """Measure at Amazon's usual rate with several latencies, then at others, and with one that changes."""
    say("\nAgainst Amazon's ceiling (token bucket, burst 10): the used part of the rate, and 429s")
    for latency in _LATENCIES:
        say(_line(f"10/s, latency {latency * 1000:3.0f} ms", measure(240, latency=latency)))
    say(_line("5/s told", measure(100, rates={0: 5.0}, latency=0.15)))
    say(_line("0.5/s told", measure(20, rates={0: 0.5}, latency=0.15)))
    say(_line("40/s told, latency  50 ms", measure(600, rates={0: 40.0}, latency=0.05)))
    say(_line("40/s told, latency 150 ms", measure(600, rates={0: 40.0}, latency=0.15)))
    say(_line("10/s, then 4/s, then 20/s", measure(400, rates={0: 10.0, 80: 4.0, 140: 20.0}, latency=0.15)))


def measure(posts: int, *, rates: dict[int, float] | None = None, latency: float) -> Ceiling:
    """Send so many POSTs. `rates` tells from how many accepted ones on which rate is in force."""
    plan = rates or {0: 10.0}
    with tempfile.TemporaryDirectory() as temporary, _site(Path(temporary), plan[0]) as (amazon, run):
        if latency:
            half = latency / 2
            amazon.faults.inject(Fault(action="none", taken=True, delay=half, delay_after=half, times=None))
        _drop(Path(temporary), posts)
        process = run()
        changed = []
        for count, rate in list(plan.items())[1:]:
            amazon.wait_until(partial(_has_taken, amazon, count), 600.0)
            amazon.options.change({"rate": rate})
            # Nobody can know of it before a reply tells.
            amazon.wait_until(partial(_has_taken, amazon, amazon.accepted_count + 1), 600.0)
            changed.append((amazon.now() + latency, rate))
        if process.wait(600.0):
            sys.exit(f"the run failed: exit {process.returncode}")
        return _ceiling(amazon, posts, [(0.0, plan[0]), *changed])


def _has_taken(amazon: StandInAmazon, count: int) -> bool:
    return amazon.accepted_count >= count


def _ceiling(amazon: StandInAmazon, posts: int, rates: list[tuple[float, float]]) -> Ceiling:
    times = sorted(accepted.time for accepted in amazon.accepted)
    if len(times) != posts:
        sys.exit(f"of {posts} POSTs {len(times)} were accepted")
    times = times[_BEGINNING:]
    first, last = times[0], times[-1]
    allowed = 0.0
    for (since, rate), until in zip(rates, [at for at, _ in rates[1:]] + [last], strict=True):
        allowed += rate * (min(until, last) - max(since, first))
    polls = sum(request.operation == _POLLS for request in amazon.requests)
    return Ceiling(
        posts=len(times), seconds=last - first, allowed=allowed, throttled=amazon.count_429, polls=polls
    )


def _line(what: str, found: Ceiling) -> str:
    return (
        f"{what:<26} used {100 * found.share:6.2f} %   429s {found.throttled}   "
        f"({found.posts} POSTs in {found.seconds:.1f} s, {found.polls} questions for verdicts)"
    )


def _drop(folder: Path, posts: int) -> None:
    inbox = folder / "sftp" / "acme" / "inbox"
    each = posts // _FILES
    for number in range(_FILES):
        data = b"".join(ship_notices(each, first=1 + number * each, control=number + 1))
        (inbox / f"856-{number}.edi").write_bytes(data)


@contextmanager
def _site(folder: Path, rate: float) -> Iterator[tuple[StandInAmazon, Callable[[], subprocess.Popen[bytes]]]]:
    """Make an installation and its stand-ins; give Amazon's, and what starts a settling run."""
    with Rehearsal(sftp_root=folder / "sftp", rate=rate) as rehearsal:
        addresses = rehearsal.addresses()
        config = addresses.config.replace("\ncarrier = ", "\nbatch_size = 1\ncarrier = ", 1)
        (folder / "config.toml").write_text(config, encoding="utf-8")
        command = [sys.executable, "-m", "bridge", "--config", str(folder / "config.toml"), "run", "--settle"]

        def run() -> subprocess.Popen[bytes]:
            return subprocess.Popen(  # noqa: S603 -- our own module
                command,
                env={**os.environ, **addresses.environment},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

        yield rehearsal.amazon, run


if __name__ == "__main__":
    main()
