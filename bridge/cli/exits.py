"""Exit codes, and how an error becomes one."""

from __future__ import annotations

import sys
import traceback
from typing import Final

from bridge.errors import BridgeError, ConfigurationError, Fault

DONE: Final = 0
REJECTED: Final = 1
"""Something was rejected, failed or held, or could not be reached."""
USAGE: Final = 2
"""Usage or configuration: the operator can mend it."""
BROKEN: Final = 70
"""A fault of the bridge itself (EX_SOFTWARE of sysexits.h); standard error has the traceback."""
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141
"""Whoever read standard output stopped, as 128 + SIGPIPE says of other commands."""

_CODES = {Fault.OPERATOR: USAGE, Fault.VENDOR: REJECTED, Fault.AMAZON: REJECTED, Fault.BRIDGE: BROKEN}
_WHO = {
    Fault.OPERATOR: "this installation",
    Fault.VENDOR: "the vendor or its server",
    Fault.AMAZON: "Amazon or the way to it",
    Fault.BRIDGE: "edibridge itself",
}


def tell(error: BridgeError) -> int:
    """Tell an error on standard error, and whose it is to mend; give the exit code."""
    print(str(error) or type(error).__name__, file=sys.stderr)
    if isinstance(error, ConfigurationError):
        count = len(error.problems)
        print(f"edibridge: {count} problem{'s' * (count != 1)}; nothing was done", file=sys.stderr)
    else:
        again = "it stays so until somebody acts" if error.permanent else "trying again may help"
        print(f"edibridge: to be mended at: {_WHO[error.fault]}; {again}", file=sys.stderr)
    return _CODES[error.fault]


def tell_unexpected(error: Exception) -> int:
    """Tell a fault of our own with its traceback (without local variables: those hold documents)."""
    traceback.print_exception(error, file=sys.stderr)
    print("edibridge: this is a fault of edibridge itself; nothing above is your mistake", file=sys.stderr)
    return BROKEN
