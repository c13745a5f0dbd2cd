"""Exit codes, and how an error becomes one."""

from __future__ import annotations

import sys
import traceback
from typing import Final, Protocol, runtime_checkable

from bridge.errors import BridgeError, CommandRefused, ConfigurationError, Fault
from bridge.outside_text import shown, shown_lines

DONE: Final = 0
REJECTED: Final = 1
"""Something was rejected, failed or held, or could not be reached."""
USAGE: Final = 2
"""Usage or configuration: the operator can correct it."""
BROKEN: Final = 70
"""A fault of the bridge itself (EX_SOFTWARE of sysexits.h); standard error has the traceback."""
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141
"""Whoever read standard output stopped, as 128 + SIGPIPE says of other commands."""

_CODES = {Fault.OPERATOR: USAGE, Fault.VENDOR: REJECTED, Fault.AMAZON: REJECTED, Fault.BRIDGE: BROKEN}
_WHO = {
    Fault.OPERATOR: "Fix this on this machine",
    Fault.VENDOR: "The cause is at the partner or its server",
    Fault.AMAZON: "The cause is at Amazon or on the way to it",
    Fault.BRIDGE: "This is a fault of edibridge itself",
}


@runtime_checkable
class UsageMistake(Protocol):
    """What the parser of the command line raises; its module is not public."""

    message: str
    exit_code: int

    def show(self) -> None:
        """Print usage and message on standard error."""


def tell_usage(error: UsageMistake) -> int:
    """Print a usage mistake; an argument in it may be a file name that a shell's pattern found."""
    error.message = shown(error.message or "")
    error.show()
    return error.exit_code


def tell(error: BridgeError) -> int:
    """Print an error and who can fix it on standard error; return the exit code."""
    if isinstance(error, ConfigurationError):
        for problem in error.problems:
            print(shown(problem.within(error.source)), file=sys.stderr)
        count = len(error.problems)
        print(f"edibridge: {count} problem{'s' * (count != 1)}; nothing was done", file=sys.stderr)
    else:
        print(shown(str(error) or type(error).__name__), file=sys.stderr)
        if isinstance(error, CommandRefused):
            if "nothing was changed" not in str(error):
                print("edibridge: nothing was changed", file=sys.stderr)
            return USAGE
        retry = "retrying will not help" if error.permanent else "retrying may help"
        print(f"edibridge: {_WHO[error.fault]}; {retry}.", file=sys.stderr)
    return _CODES[error.fault]


def tell_unexpected(error: Exception) -> int:
    """Print a fault of our own with its traceback (without local variables: those hold documents)."""
    print(shown_lines("".join(traceback.format_exception(error))), end="", file=sys.stderr)
    print("edibridge: this is a fault of edibridge itself; nothing above is your mistake", file=sys.stderr)
    return BROKEN
