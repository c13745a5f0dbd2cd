"""The mappings and grammars of a configuration: the shipped ones, and those of its folders over them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from bridge.config import Config
from bridge.data import mappings_folder
from bridge.edi.grammar import Grammar, load_grammar
from bridge.edi.names import Names
from bridge.mapping.load import load_mappings
from bridge.mapping.mappings import Mappings


def mappings_of(config: Config | None) -> Mappings:
    """Load the shipped mappings, overridden by those of the configuration."""
    return load_mappings(mapping_folders_of(config))


def mapping_folders_of(config: Config | None) -> list[Path]:
    """Return the folder of shipped mappings and grammars, then those of the configuration."""
    return [mappings_folder(), *(config.bridge.mappings if config else ())]


def grammar_of(config: Config | None) -> Grammar:
    """Load the shipped grammars and those of the configuration, anew only when a file of theirs has changed.

    They serve every reader and keep nothing.
    """
    folders = tuple(mapping_folders_of(config))
    own = (
        path for folder in folders[1:] for name in ("x12", "edifact") for path in (folder / name).rglob("*")
    )
    return _grammar(folders, tuple((path, *_state(path)) for path in sorted(own)))


def _state(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:  # a link to nowhere; whoever reads it says so
        return 0, 0
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=4)
def _grammar(folders: tuple[Path, ...], state: tuple[tuple[Path, int, int], ...]) -> Grammar:
    del state  # part of the key
    return load_grammar(*folders)


def load_all_grammars(config: Config) -> None:
    """Load all grammars and their words; raises ConfigurationError with what is wrong."""
    grammar_of(config).load_all()
    names_of(config)


def names_of(config: Config | None) -> Names:
    """Load the words for what the grammars know."""
    return Names(grammar_of(config), *mapping_folders_of(config))
