"""explain: what a file says, and what it would become. Touches nothing else."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bridge.cli.context import AsJson, known_vendor, settings_of
from bridge.cli.exits import DONE, REJECTED
from bridge.cli.output import emit, say


def explain(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The EDI file; - for standard input.")],
    vendor: Annotated[str | None, typer.Option(metavar="V", help="Read it as this vendor's.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what a file would become.

    What it holds, what is wrong with it and where, and the requests to Amazon; touches nothing else.
    """
    from bridge.cli.explain_text import explanation
    from bridge.pipeline.explain import as_json as json_of
    from bridge.wiring import explain as explain_file

    settings = settings_of(context)
    config = settings.config_if_any()
    if vendor is not None:
        known_vendor(config or settings.config(), vendor)
    with _readable(file) as path:
        told = explain_file(path, config, vendor)
    told.file = file.name
    if as_json:
        emit(json_of(told))
    else:
        say("\n".join(explanation(told)))
    raise typer.Exit(DONE if told.clean and told.interchanges else REJECTED)


@contextmanager
def _readable(file: Path) -> Iterator[Path]:
    """Check that the file can be read; what comes on standard input is kept for the while."""
    if str(file) == "-":
        with tempfile.NamedTemporaryFile() as stream:
            stream.write(sys.stdin.buffer.read())
            stream.flush()
            yield Path(stream.name)
        return
    try:
        file.open("rb").close()
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}", param_hint="FILE") from error
    yield file
