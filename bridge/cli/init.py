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

_EXAMPLE = """\
# A mapping of your own: what the shipped one (`edibridge mappings show x12-856`) does not know of one
# partner. All else is taken from there, so that a later version of edibridge can correct it.
# Take the signs # away, change it, and see what it does: `edibridge explain FILE --vendor acme`.
# Whole new document types: docs/mapping.md.
#
# name = "acme"
# extends = "x12-856"
# standard = "x12"
# document = "856"
# vendors = ["acme"]
#
# [fields.tracking_number]          # this partner has it in REF*BM
# scope = ["pack", "order"]
# at = ["MAN02[MAN01=CP]", "REF02[REF01=BM]"]
"""

_FOLDERS = (
    "var/spool",
    "mappings",
    "secrets",
    *(f"drop/{partner}/{name}" for partner in ("nordwind", "shop") for name in ("inbox", "outbox")),
)


def init(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Made if it is not there.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Make a folder to begin with.

    Writes a commented config.toml, an example of a mapping, and folders; overwrites nothing.
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
    example = folder / "mappings" / "example.toml"
    if not any((folder / "mappings").iterdir()):
        example.write_text(_EXAMPLE, encoding="utf-8")
        made.append(str(example))
    shutil.copyfile(shipped("config.example.toml"), config)
    return [*made, str(config)]
