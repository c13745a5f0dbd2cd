"""The command `edibridge`: options before the verb, the verbs, and what errors become."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bridge import __version__
from bridge.cli import authorize as authorizing
from bridge.cli import check as checking
from bridge.cli import (
    costs,
    daemon,
    demo,
    explain,
    features,
    fetch,
    init,
    inspect,
    purge,
    rehearse,
    repair,
    restore,
    simulator,
)
from bridge.cli import mappings as shipped
from bridge.cli.context import Settings
from bridge.cli.exits import INTERRUPTED, REJECTED, UsageMistake, tell, tell_unexpected, tell_usage
from bridge.cli.output import say
from bridge.errors import BridgeError

app = typer.Typer(
    name="edibridge",
    help="Carries fulfilment documents between partners' SFTP folders and Amazon's fulfilment APIs.",
    epilog="Exit codes: 0 done; 1 something was rejected, failed, is held or could not be reached; 2 usage "
    "or configuration; 70 a fault of edibridge itself.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class LogFormatName(StrEnum):
    """Format of log lines."""

    JSON = "json"
    TEXT = "text"


class LogLevel(StrEnum):
    """The lowest level that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _version(wanted: bool) -> None:
    if wanted:
        say(f"edibridge {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="The configuration; $EDIBRIDGE_CONFIG, else config.toml here."),
    ] = None,
    log: Annotated[LogFormatName | None, typer.Option(help="Format of log lines.")] = None,
    log_level: Annotated[LogLevel | None, typer.Option(help="The lowest level that is written.")] = None,
    version: Annotated[  # noqa: ARG001 - its callback has done the work
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Keep the options before the verb for the verb."""
    settings = Settings(config, log.value if log else None, log_level.value.upper() if log_level else None)
    # Unconfigured, structlog prints on standard output, where the verbs' JSON goes.
    settings.set_up_logs("text", "WARNING")
    context.obj = settings


VERBS: dict[str, Callable[..., None]] = {
    "demo": demo.demo,
    "init": init.init,
    "check": checking.check,
    "authorize": authorizing.authorize,
    "mappings": shipped.mappings,
    "run": daemon.run,
    "daemon": daemon.daemon,
    "explain": explain.explain,
    "status": inspect.status,
    "costs": costs.costs,
    "batches": inspect.batches,
    "show": inspect.show,
    "trace": inspect.trace,
    "rerun": repair.rerun,
    "resolve": repair.resolve,
    "fetch": fetch.fetch,
    "features": features.features,
    "rehearse": rehearse.rehearse,
    "purge": purge.purge,
    "restore": restore.restore,
    "simulator": simulator.simulator,
}
for verb, function in VERBS.items():
    app.command(verb)(function)


def run() -> None:
    """Run the command; never returns."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A vendor's file name may hold what this terminal has no character for.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = app(prog_name="edibridge", standalone_mode=False)
    except BridgeError as error:
        sys.exit(tell(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except typer.Abort:
        sys.exit(REJECTED)
    except Exception as error:  # noqa: BLE001 - the last frame: told with its traceback, and its own code
        sys.exit(tell_usage(error) if isinstance(error, UsageMistake) else tell_unexpected(error))
    sys.exit(code)
