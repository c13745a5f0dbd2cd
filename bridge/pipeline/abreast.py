"""Doing the same to several things at once, in threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bridge.pipeline.lane import Lane

T = TypeVar("T")
R = TypeVar("R")


def abreast(lane: Lane, name: str, do: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Do it to every item, as many at once as the lane may send; give the results in order.

    Where some fail, the others are done all the same, and then the first error is raised.
    """
    with ThreadPoolExecutor(max_workers=lane.senders, thread_name_prefix=f"{name}-{lane.vendor}") as pool:
        under_way = [pool.submit(do, item) for item in items]
    return [one.result() for one in under_way]
