"""What holds for all tests."""

from __future__ import annotations

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
