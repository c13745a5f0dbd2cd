"""demo: the whole way, from a vendor's folder to Amazon and back, over real sockets to stand-ins."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from bridge.cli.context import AsJson
from bridge.cli.exits import BROKEN, DONE
from bridge.cli.output import complain, emit, say, tell_lines
from bridge.cli.simulator import require_stand_ins


class ApiVersion(StrEnum):
    """The versions of Amazon's API that the stand-in answers in."""

    V1 = "v1"
    V2021_12_28 = "2021-12-28"


def demo(
    folder: Annotated[Path, typer.Option(help="Replaced if an earlier demo made it.")] = Path("demo"),
    api_version: Annotated[
        ApiVersion, typer.Option(help="The version of Amazon's direct fulfilment API to call.")
    ] = ApiVersion.V1,
    as_json: AsJson = False,
) -> None:
    """Run the main job against a stand-in Amazon and SFTP server.

    Sends sample files from a stand-in SFTP server to a stand-in Amazon, brings back its labels, and leaves a
    folder to look into.
    """
    require_stand_ins()
    from simulator.demo.folder import DemoFolder
    from simulator.demo.outcome import demo_input, deviations, outcome_lines
    from simulator.demo.run import next_steps, run_demo

    made, given = DemoFolder(folder), demo_input(api_version.value)
    outcome = run_demo(made, given)
    found = deviations(given, outcome)
    if as_json:
        emit(
            {
                "folder": str(folder),
                "as_expected": not found,
                "surprises": found,
                "files": outcome.files,
                "papers": msgspec.to_builtins(outcome.documents),
            }
        )
    else:
        tell_lines(outcome_lines(outcome, folder))
        for line in next_steps(made, outcome):
            say(line)
        for deviation in found:
            complain(f"edibridge: not as it should be: {deviation}")
    raise typer.Exit(BROKEN if found else DONE)
