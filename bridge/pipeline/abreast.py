"""Doing the same to several things at once, in threads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Generic, Protocol, TypeVar

from bridge.pipeline.lane import Lane


class _Numbered(Protocol):
    @property
    def id(self) -> int:
        """Tell it from all others."""


T = TypeVar("T")
N = TypeVar("N", bound=_Numbered)
R = TypeVar("R")


def abreast(lane: Lane, name: str, do: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Do it to every item, as many at once as the lane may send; give the results in order.

    Where some fail, the others are done all the same, and then the first error is raised.
    """
    with ThreadPoolExecutor(max_workers=lane.senders, thread_name_prefix=f"{name}-{lane.vendor}") as pool:
        under_way = [pool.submit(do, item) for item in items]
    return [one.result() for one in under_way]


class Streams(Generic[N]):
    """Does it to what comes in several streams, each with as many threads as the lane may send.

    No stream waits for another, and none runs dry while there is more: `more` of a stream is asked again
    before all that it gave is begun. What it gives a second time, being under way, is left out.
    """

    def __init__(self, lane: Lane, do: Callable[[N], int], more: Mapping[str, Callable[[], list[N]]]) -> None:
        self._do = do
        self._more = more
        self._low = 2 * lane.senders
        self._under_way: dict[Future[int], tuple[str, N]] = {}
        self._pools = {
            name: ThreadPoolExecutor(lane.senders, thread_name_prefix=f"{name}-{lane.vendor}")
            for name in more
        }

    def run(self, note: Callable[[int], None]) -> int:
        """Go on until no stream has more; give the sum of what `do` gave, each part noted as it comes.

        After an error nothing new is begun, what is under way ends, and then it is raised.
        """
        total = 0
        try:
            self._fill()
            while self._under_way:
                ended, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
                for one in ended:
                    del self._under_way[one]
                done = sum(one.result() for one in ended)
                note(done)
                total += done
                self._fill()
        finally:
            for pool in self._pools.values():
                pool.shutdown(cancel_futures=True)
        return total

    def _fill(self) -> None:
        under_way = Counter(name for name, _ in self._under_way.values())
        for name, more in self._more.items():
            if under_way[name] > self._low:
                continue
            # Before it is asked: what ends meanwhile may still stand in the answer.
            known = {item.id for _, item in self._under_way.values()}
            for item in more():
                if item.id not in known:
                    self._under_way[self._pools[name].submit(self._do, item)] = (name, item)
