"""What a configuration that loads can still be wrong about: secrets, files, mappings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from bridge.config import Config, Seller, Vendor, secrets_of
from bridge.errors import ConfigurationError, Problem
from bridge.toml_lines import line_of, lines_of

_OWN_CODES = frozenset({"standard", "amazon"})


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem, and whether the bridge can work in spite of it."""

    level: Literal["error", "warning"]
    problem: Problem

    def as_json(self, source: str) -> dict[str, object]:
        """Return the finding as JSON has it, with stable keys; `source` is the configuration's path."""
        problem = self.problem
        return {
            "level": self.level,
            "file": problem.file or source,
            "place": problem.place,
            "line": problem.line or None,
            "message": problem.message,
        }


def findings_of(config: Config) -> Iterator[Finding]:
    """Yield what is found, in the order of the file. Reads secrets, known hosts and mappings."""
    lines = lines_of(config.source.read_text(encoding="utf-8-sig"))
    found = [*_secrets(config), *_dates(config), *_files(config), *_mappings(config)]
    placed = [
        (line_of(lines, tuple(place.split("."))), level, place, problem) for level, place, problem in found
    ]
    for line, level, place, problem in sorted(placed, key=lambda one: one[0]):
        yield Finding(level, Problem(place, problem, line) if isinstance(problem, str) else problem)


_Raw = tuple[Literal["error", "warning"], str, str | Problem]
"""A level, a key of the configuration, and what is wrong with it or with a file that it names."""


def _secrets(config: Config) -> Iterator[_Raw]:
    for place, secret in secrets_of(config):
        try:
            secret.reveal()
        except ConfigurationError as error:
            yield "error", place, error.problems[0].message
        for complaint in secret.complaints():
            yield "warning", place, complaint


def _dates(config: Config) -> Iterator[_Raw]:
    """Complain of days that are still to come: nobody would be told of an end that is counted from them."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)  # it may be tomorrow where it was written
    for name, account in config.accounts.items():
        for key in ("authorized_on", "secret_made_on"):
            day = getattr(account, key)
            if day is not None and day > tomorrow:
                yield "error", f"accounts.{name}.{key}", f"{day} is still to come"


def _files(config: Config) -> Iterator[_Raw]:
    for name, vendor in config.partners.items():
        place = config.place_of(name)
        if vendor.sftp and vendor.sftp.known_hosts and not os.access(vendor.sftp.known_hosts, os.R_OK):
            yield "error", f"{place}.sftp.known_hosts", f"{vendor.sftp.known_hosts} cannot be read"
        if vendor.local and not vendor.local.folder("inbox").is_dir():
            yield "warning", f"{place}.local", f"no folder {vendor.local.folder('inbox')} yet"
    yield from _writable("bridge.spool", config.bridge.spool)
    if "://" not in config.bridge.ledger:
        yield from _writable("bridge.ledger", Path(config.bridge.ledger))


def _writable(place: str, path: Path) -> Iterator[_Raw]:
    """Whether a path is writable, or could be made where it does not exist."""
    existing = next(folder for folder in (path, *path.parents) if folder.exists())
    if not os.access(existing, os.W_OK):
        yield "error", place, f"{existing} cannot be written to"


def _mappings(config: Config) -> Iterator[_Raw]:
    """Check mappings and grammars; positions only where both load."""
    from bridge.document_data import grammar_of, load_all_grammars, mapping_folders_of, mappings_of
    from bridge.mapping.copies import find_copies
    from bridge.mapping.outbound.check import check_outbound
    from bridge.mapping.positions import check_positions

    for folder in config.bridge.mappings:
        if not folder.is_dir():
            yield "error", "bridge.mappings", f"no folder {folder}"
            return
    broken = [*_loading(lambda: load_all_grammars(config)), *_loading(lambda: mappings_of(config))]
    yield from broken
    if broken:
        return
    mappings, folders = mappings_of(config), mapping_folders_of(config)
    for level, problem in check_positions(folders, grammar_of(config)):
        yield level, "bridge.mappings", problem
    for level, problem in check_outbound(folders, mappings, grammar_of(config)):
        yield level, "bridge.mappings", problem
    for problem in find_copies(folders[0], folders[1:]):
        yield "warning", "bridge.mappings", problem
    tables = {name for name, _standard in mappings.status_tables}
    for name, vendor in config.partners.items():
        yield from _names(config.place_of(name), vendor, mappings.names(), tables)


def _loading(load: Callable[[], object]) -> Iterator[_Raw]:
    try:
        load()
    except ConfigurationError as error:
        for problem in error.problems:
            yield "error", "bridge.mappings", problem if problem.file else problem.within(error.source)


def _names(
    place: str, partner: Vendor | Seller, mappings: frozenset[str], tables: set[str]
) -> Iterator[_Raw]:
    for name in partner.mapping:
        if name not in mappings:
            known = ", ".join(sorted(mappings))
            yield "error", f"{place}.mapping", f"no mapping {name!r}; there are {known}"
    if isinstance(partner, Vendor) and partner.status_codes not in tables | _OWN_CODES:
        known = ", ".join(sorted(tables | _OWN_CODES))
        yield "error", f"{place}.status_codes", f"no table {partner.status_codes!r}; there are {known}"
