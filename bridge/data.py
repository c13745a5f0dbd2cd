"""Where the data that comes with the bridge lies: in the wheel, or beside the package in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """Return the path of `mappings`, `samples` or `config.example.toml`. Raises FileNotFoundError."""
    for place in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if place.exists():
            return place
    raise FileNotFoundError(f"{name} is not where edibridge was installed to; install it again")


def mappings_folder() -> Path:
    """Return the folder of the shipped mappings, status tables and grammars."""
    return shipped("mappings")
