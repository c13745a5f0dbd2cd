"""Load config.toml: all problems at once, each with its place and line."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from pydantic import Field, ValidationError

from bridge.config.account import Account, BridgeSettings
from bridge.config.crosschecks import PARTNERS, cross_checks, table
from bridge.config.secret import secrets_of
from bridge.config.vendor import Seller, Vendor
from bridge.errors import ConfigurationError, Problem
from bridge.settings.kinds import MOST_DAYS, Name
from bridge.settings.table import Table
from bridge.toml_lines import lines_of
from bridge.toml_problems import problem_at, problems_of, syntax_problem

_INHERITED = ("timezone", "retention_days")


class Config(Table):
    """A whole configuration: the bridge, its accounts, its vendors and sellers."""

    bridge: BridgeSettings = Field(default=BridgeSettings(), validate_default=True)
    """What all vendors share."""
    accounts: dict[Name, Account] = Field(default={})
    """Authorizations at Amazon, by name."""
    vendors: dict[Name, Vendor] = Field(default={})
    """Vendors with their drop folders, by name."""
    sellers: dict[Name, Seller] = Field(default={})
    """Sellers with their drop folders, by name."""

    _source: Path = Path("config.toml")

    @property
    def partners(self) -> dict[str, Vendor | Seller]:
        """Return all trading partners by name: the vendors, then the sellers."""
        return {**self.vendors, **self.sellers}

    def place_of(self, partner: str) -> str:
        """Return where a partner's table stands: `vendors.acme`."""
        return f"{'sellers' if partner in self.sellers else 'vendors'}.{partner}"

    @property
    def source(self) -> Path:
        """Return the file that it was loaded from."""
        return self._source

    @property
    def folder(self) -> Path:
        """Return the folder that relative paths are meant from."""
        return self._source.parent


def default_path() -> Path:
    """Return the path of the configuration where none was named: $EDIBRIDGE_CONFIG, else ./config.toml."""
    return Path(os.environ.get("EDIBRIDGE_CONFIG") or "config.toml")


def load_config(path: Path) -> Config:
    """Load a configuration. Raises ConfigurationError with every problem; secrets are not read."""
    text = _read(path)
    return parse_config(text, path)


def parse_config(text: str, path: Path) -> Config:
    """Read a configuration from its text; `path` is where it stands. Raises ConfigurationError."""
    folder = path.resolve().parent
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(str(path), [syntax_problem(error, text)]) from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, error) from None
    try:
        return _validated(raw, text, path, folder)
    except RecursionError as error:
        raise _unreadable(path, error) from None


def refuse_loose_secrets(config: Config) -> None:
    """Raise ConfigurationError for secret files that others can read, unless the configuration allows it."""
    problems = [
        Problem(place, complaint) for place, secret in secrets_of(config) for complaint in secret.complaints()
    ]
    if problems and not config.bridge.allow_loose_permissions:
        raise ConfigurationError(str(config.source), problems)


def _unreadable(path: Path, error: ValueError | RecursionError) -> ConfigurationError:
    """Report what TOML allows and no user means: thousands of brackets or digits."""
    what = (
        "is nested too deeply" if isinstance(error, RecursionError) else "holds a number with too many digits"
    )
    return ConfigurationError(str(path), [Problem("", what)])


def _validated(raw: dict[str, Any], text: str, path: Path, folder: Path) -> Config:
    lines = lines_of(text)
    problems = [problem_at(place, message, lines) for place, message in cross_checks(raw, folder)]
    config = None
    try:
        config = Config.model_validate(_with_defaults(raw), context={"folder": folder})
    except ValidationError as error:
        problems += problems_of(error, Config, lines)
    if problems or config is None:
        problems.sort(key=lambda problem: problem.line)
        raise ConfigurationError(str(path), problems)
    config._source = path.resolve()  # noqa: SLF001 - the class's own file
    return config


def _with_defaults(raw: dict[str, Any]) -> dict[str, Any]:
    """Set the time zone and retention time of the bridge for partners that name none."""
    bridge = table(raw, "bridge")
    inherited = {key: bridge[key] for key in _INHERITED if key in bridge}
    # A bad one is told once.
    if inherited.get("timezone", "UTC") not in available_timezones():
        del inherited["timezone"]
    days = inherited.get("retention_days", 30)
    if isinstance(days, bool) or not isinstance(days, int) or not 0 < days <= MOST_DAYS:
        del inherited["retention_days"]
    return raw | {
        kind: {
            name: {**inherited, **partner} if isinstance(partner, dict) else partner
            for name, partner in raw[kind].items()
        }
        for kind in PARTNERS
        if inherited and isinstance(raw.get(kind), dict)
    }


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        message = "no such file; `edibridge init` writes one, --config or $EDIBRIDGE_CONFIG names another"
        raise ConfigurationError(str(path), [Problem("", message)]) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(str(path), [Problem("", "is not UTF-8 text")]) from error
    except OSError as error:
        raise ConfigurationError(str(path), [Problem("", f"cannot be read: {error.strerror}")]) from error
