"""simulator: a stand-in Amazon and, if wanted, a stand-in SFTP server, to rehearse with."""

from __future__ import annotations

from functools import wraps
from importlib.util import find_spec
from typing import Any

import typer

from bridge.cli.exits import USAGE
from bridge.cli.output import complain
from simulator import command


def require_stand_ins() -> None:
    """Check that what the stand-ins need is installed; exit with how to get it where it is not."""
    if not all(find_spec(name) for name in ("PIL", "starlette", "uvicorn")):
        complain("edibridge: the stand-ins are not installed: pip install 'edibridge[simulator]'")
        raise typer.Exit(USAGE)


@wraps(command.simulator)
def simulator(**options: Any) -> None:  # noqa: ANN401 - as the command has them
    """Run the stand-ins' own command, with its options and texts."""
    require_stand_ins()
    command.simulator(**options)
