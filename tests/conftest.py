"""What holds for all tests."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

# Machines that run tests are slow at times; whether an example is right does not depend on it.
settings.register_profile("bridge", deadline=None)
settings.load_profile("bridge")

# structlog's own tracebacks, which show every variable, take seconds each.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=True),
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    """Leave structlog as it was."""
    kept = structlog.get_config()
    yield
    structlog.configure(**kept)


def pytest_collection_finish() -> None:
    """Keep modules and thousands of tests out of every later collection of garbage: a quarter of the time."""
    gc.collect()
    gc.freeze()
