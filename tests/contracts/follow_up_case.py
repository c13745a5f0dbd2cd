"""What the contract suite of programs needs of a follow-up: a story of Amazon's replies, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class FollowUpCase:
    """One follow-up: what an event lets it keep at its start, and the payloads of a subject in turn.

    `files` counts those that are told in all, `over` is the end state after the last payload.
    """

    name: str
    subject: str
    kept: bytes
    replies: Sequence[Mapping[str, Any]]
    files: int
    over: str
