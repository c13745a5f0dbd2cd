"""The operations of the installed programs, by name."""

from __future__ import annotations

from bridge.programs.registry import installed

OPERATIONS = installed().operations
VERDICTS = OPERATIONS["getTransactionStatus"]
