"""Run a function over items concurrently, in threads."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from bridge.pipeline.partner import Partner

MOST_SENDERS = 10
"""Most threads of a stream, however high Amazon's rate: its burst, for all may arrive at once."""


class _Numbered(Protocol):
    @property
    def id(self) -> int:
        """Return what tells it from all others."""


T = TypeVar("T")
N = TypeVar("N", bound=_Numbered)
R = TypeVar("R")


def map_concurrently(partner: Partner, name: str, do: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Run a function over items concurrently, as many as the partner may send; return the results in order.

    Where some fail, the others are done all the same, and then the first error is raised.
    """
    with ThreadPoolExecutor(
        max_workers=partner.senders, thread_name_prefix=f"{name}-{partner.vendor}"
    ) as pool:
        under_way = [pool.submit(do, item) for item in items]
    return [one.result() for one in under_way]


@dataclass(frozen=True, slots=True)
class Stream(Generic[N]):
    """One source of work: `more` gives what is to be done now, `senders` how much of it at once."""

    name: str
    more: Callable[[], list[N]]
    senders: Callable[[], int]


class Streams(Generic[N]):
    """Runs a function over what comes in several streams, each with as many threads as it says at the time.

    No stream waits for another, and none runs dry while there is more: `more` of a stream is asked again
    before all that it gave is begun. What it gives a second time, being under way, is left out.
    """

    def __init__(self, partner: Partner, do: Callable[[N], int], streams: Iterable[Stream[N]]) -> None:
        self._do = do
        self._streams = list(streams)
        self._waiting: dict[str, deque[N]] = {stream.name: deque() for stream in self._streams}
        self._under_way: dict[Future[int], tuple[str, N]] = {}
        # As many threads as are asked for: a pool makes one only where there is work for it.
        self._pool = ThreadPoolExecutor(
            MOST_SENDERS * len(self._streams), thread_name_prefix=f"send-{partner.vendor}"
        )

    def run(self, note: Callable[[int], None]) -> int:
        """Go on until no stream has more; return the sum of what `do` gave, each part noted as it comes.

        After an error nothing new is begun, what is under way ends, and then it is raised.
        """
        total = 0
        with self._pool:
            self._begin()
            while self._under_way:
                ended, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
                for one in ended:
                    del self._under_way[one]
                done = sum(one.result() for one in ended)
                note(done)
                total += done
                self._begin()
        return total

    def _begin(self) -> None:
        """Begin what each stream has room for, having asked for more where little waits."""
        under_way = Counter(name for name, _ in self._under_way.values())
        for stream in self._streams:
            waiting, most = self._waiting[stream.name], min(stream.senders(), MOST_SENDERS)
            if len(waiting) <= most:
                self._ask(stream)
            while waiting and under_way[stream.name] < most:
                item = waiting.popleft()
                self._under_way[self._pool.submit(self._do, item)] = (stream.name, item)
                under_way[stream.name] += 1

    def _ask(self, stream: Stream[N]) -> None:
        # Before it is asked: what ends meanwhile may still stand in the answer.
        waiting = self._waiting[stream.name]
        known = {item.id for _, item in self._under_way.values()} | {item.id for item in waiting}
        waiting.extend(item for item in stream.more() if item.id not in known)
