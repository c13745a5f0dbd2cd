"""The jobs that a drain runs for each partner, in their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bridge.pipeline.background import BackgroundRun
from bridge.pipeline.collect import archive_processed, collect
from bridge.pipeline.deadlines import hold_late
from bridge.pipeline.deliver import deliver
from bridge.pipeline.fetch import fetch
from bridge.pipeline.follow import follow
from bridge.pipeline.partner import Partner
from bridge.pipeline.precheck import precheck
from bridge.pipeline.settle import settle
from bridge.pipeline.snapshot import snapshot
from bridge.pipeline.submit import resolve_in_doubt, submit
from bridge.pipeline.translate import translate
from bridge.pipeline.watch import watch


@dataclass(frozen=True, slots=True)
class InBackground:
    """Marks what goes on beside the other jobs, so that it does not wait for them, nor they for it.

    Amazon's rate, or an Amazon that is down, may make it last long.
    """

    run: BackgroundRun


@dataclass(frozen=True, slots=True)
class Job:
    """A row of the table. `name` stands in reports, logs and alerts, and in what scripts read."""

    name: str
    run: Callable[[Partner], int] | InBackground
    """Does what is due; returns how much it did, and is run again until that is nothing."""
    needs_folder: bool = False
    """Left out while the partner's folder rests after a failure."""
    lists_inbox: bool = False
    """Run only where the inbox is to be listed: by its schedule, on request, or in a patient drain."""


JOBS: tuple[Job, ...] = (
    Job("collect", collect, needs_folder=True, lists_inbox=True),
    Job("translate", translate),
    Job("put_away", archive_processed, needs_folder=True),
    Job("resolve_in_doubt", resolve_in_doubt),
    Job("precheck", InBackground(precheck)),
    Job("submit", InBackground(submit)),
    Job("hold_late", hold_late),
    Job("settle", settle),
    Job("follow", InBackground(follow)),
    Job("snapshot", InBackground(snapshot)),
    Job("watch", InBackground(watch)),
    Job("fetch", fetch),
    Job("deliver", deliver, needs_folder=True),
)
