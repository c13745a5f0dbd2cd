"""mappings: the shipped mappings, tables and grammars, to look at and to extend."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from bridge.cli.context import AsJson, settings_of
from bridge.cli.exits import REJECTED
from bridge.cli.output import complain, emit, say, table
from bridge.data import mappings_folder

_SUFFIXES = frozenset({".toml", ".xml", ".tsv", ".txt"})


def mappings(
    context: typer.Context,
    show: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[show NAME | sample NAME]",
            help="Print one, named as the list names it; or what an outbound one writes of a sample.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the shipped mappings, or print one.

    A mapping of your own extends a shipped one: docs/mapping.md. `sample` knows your own, too.
    """
    files = _shipped()
    if show and show[0] == "sample" and len(show) == 2:
        _sample(context, show[1])
        return
    if show:
        if show[0] != "show" or len(show) != 2:
            raise typer.BadParameter(
                "write `edibridge mappings`, `edibridge mappings show NAME` or `... sample NAME`"
            )
        _show(files, show[1], as_json=as_json)
        return
    found = [_described(one, path) for one, path in files.items()]
    if as_json:
        emit({"mappings": found})
        return
    columns = ["name", "kind", "standard", "document"]
    table(columns, [tuple(one[column] for column in columns) for one in found])
    say("`edibridge mappings show NAME` prints one")


def _show(files: dict[str, Path], name: str, *, as_json: bool) -> None:
    path = files.get(name.removesuffix(".toml"))
    if path is None:
        near = get_close_matches(name, files, n=1)
        hint = f"did you mean {near[0]}?" if near else "`edibridge mappings` lists them"
        raise typer.BadParameter(f"there is no shipped {name!r}; {hint}", param_hint="NAME")
    text = path.read_text(encoding="utf-8")
    if as_json:
        emit({**_described(name.removesuffix(".toml"), path), "text": text})
    else:
        typer.echo(text, nl=False)  # to the byte, for `mappings show NAME > FILE`


def _sample(context: typer.Context, name: str) -> None:
    """Print the document that an outbound mapping writes of its notice's sample, in each of its versions."""
    from bridge.document_data import grammar_of, mappings_of
    from bridge.mapping.outbound.check import sample_documents
    from bridge.mapping.outbound.write import NotWritten

    config = settings_of(context).config_if_any()
    known = {one.name: one for one in mappings_of(config).outbound}
    mapping = known.get(name.removesuffix(".toml").removeprefix("outbound/"))
    if mapping is None:
        message = f"there is no outbound mapping {name!r}; there are {', '.join(sorted(known))}"
        raise typer.BadParameter(message, param_hint="NAME")
    for written in sample_documents(mapping, grammar_of(config)):
        if isinstance(written, NotWritten):
            complain(str(written))
            raise typer.Exit(REJECTED)
        for line in written:
            say(line)


def _shipped() -> dict[str, Path]:
    """Return the shipped files by name: what people extend first, grammars last."""
    folder = mappings_folder()
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix in _SUFFIXES]
    paths.sort(key=lambda path: path.suffix != ".toml")
    return {path.relative_to(folder).as_posix().removesuffix(".toml"): path for path in paths}


def _described(name: str, path: Path) -> dict[str, str]:
    """Return what a file is, with stable keys."""
    content = tomllib.loads(path.read_text(encoding="utf-8")) if path.suffix == ".toml" else {}
    standard = name.partition("/")[0] if path.suffix != ".toml" else str(content.get("standard", ""))
    status = name.startswith("status/")
    kind = (
        "mapping"
        if "document" in content and not name.startswith("outbound/")
        else "outbound mapping"
        if "document" in content
        else "status table"
        if status
        else "table"
        if content
        else "grammar"
    )
    return {
        "name": name,
        "kind": kind,
        "standard": standard,
        "document": str(content.get("document", "")),
        "file": str(path),
    }
