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
from bridge.cli.output import emit, line_width, tell_lines


def explain(  # noqa: PLR0917 - the options are parameters
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="EDI, CSV or JSON; - is standard input.")],
    vendor: Annotated[str | None, typer.Option(metavar="V", help="Read it as this partner's.")] = None,
    documents: Annotated[
        int, typer.Option(metavar="N", min=0, help="Show this many whole, and as many that are wrong.")
    ] = 5,
    everything: Annotated[bool, typer.Option("--all", help="Show every document and segment.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what a file says and would become.

    Its segments in words, what is wrong and where, what Amazon would get, and the acknowledgement;
    of CSV and JSON each order. Touches nothing else.
    """
    from bridge.cli.explain_flat_file import flat_file_explanation
    from bridge.cli.explain_text import View, explanation
    from bridge.document_data import names_of
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
        view = View(
            names=names_of(config),
            width=line_width(),
            documents=documents,
            everything=everything,
            calls=told.calls,
        )
        tell_lines((flat_file_explanation if told.kind else explanation)(told, view))
    raise typer.Exit(DONE if told.clean and told.something else REJECTED)


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
