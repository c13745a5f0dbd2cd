"""init: a folder to begin with."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from bridge.cli.context import AsJson
from bridge.cli.output import emit, say
from bridge.data import shipped
from bridge.errors import ConfigurationError, Problem

_FOLDERS = ("var/spool", "mappings", "secrets", *(f"drop/nordwind/{name}" for name in ("inbox", "outbox")))


def init(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Made if it is not there.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Make a folder to begin with.

    Writes a commented config.toml, the mappings to adapt, and folders; overwrites nothing.
    """
    made = list(_make(folder))
    if as_json:
        emit({"folder": str(folder), "made": made})
        return
    for path in made:
        say(f"made {path}")
    say()
    say(f"Next: fill in {folder / 'config.toml'}, put the secrets where it says, then")
    say(f"  edibridge --config {folder / 'config.toml'} check --connect")


def _make(folder: Path) -> list[str]:
    config = folder / "config.toml"
    if config.exists():
        raise ConfigurationError(str(config), [Problem("", "is there already; init overwrites nothing")])
    try:
        return _write(folder, config)
    except OSError as error:
        where = error.filename or folder
        raise ConfigurationError(str(where), [Problem("", f"cannot be made: {error.strerror}")]) from error


def _write(folder: Path, config: Path) -> list[str]:
    made: list[str] = []
    for name in _FOLDERS:
        path = folder / name
        if not path.is_dir():
            # What vendors' documents hold is personal data, and secrets are secrets.
            path.mkdir(parents=True, mode=0o700)
            made.append(f"{path}/")
    for source in sorted(shipped("mappings").rglob("*.toml")):
        target = folder / "mappings" / source.relative_to(shipped("mappings"))
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            made.append(str(target))
    shutil.copyfile(shipped("config.example.toml"), config)
    return [*made, str(config)]
