"""What the options before the verb say, and how the verbs get at configuration and bridge."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

if TYPE_CHECKING:
    from bridge.config import Account, Config
    from bridge.ledger.store import Ledger
    from bridge.logs import LogFormat
    from bridge.programs.contract import Probe
    from bridge.spapi.consent import Partners
    from bridge.wiring import Bridge

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON (stable keys).")]
OfVendor = Annotated[str | None, typer.Option("--vendor", metavar="V", help="Only this vendor or seller.")]


@dataclass(slots=True)
class Settings:
    """The options before the verb."""

    config_path: Path | None = None
    log_format: str | None = None
    log_level: str | None = None

    @property
    def path(self) -> Path:
        """The configuration's file."""
        from bridge.config import default_path

        return self.config_path or default_path()

    def config(self) -> Config:
        """Load the configuration. Raises ConfigurationError."""
        from bridge.config import load_config

        return load_config(self.path)

    def config_if_any(self) -> Config | None:
        """Load the configuration; None where none was named and none lies here."""
        return self.config() if self.config_path or self.path.exists() else None

    @contextmanager
    def bridge(self, *, level: str = "WARNING") -> Iterator[Bridge]:
        """Open the bridge of the configuration, logging from `level` up unless told otherwise."""
        from bridge.wiring import open_bridge

        config = self.config()
        if level == "WARNING" and sys.stderr.isatty():
            # At a terminal the verb itself tells; log lines are for machines, and for --log-level.
            level = "CRITICAL"
        self.set_up_logs(config.bridge.log_format, level)
        with open_bridge(config) as bridge:
            yield bridge

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """Open the ledger alone, for verbs that only read."""
        from bridge.ledger.store import Ledger

        ledger = Ledger.open(self.config().bridge.ledger)
        try:
            yield ledger
        finally:
            ledger.close()

    def set_up_logs(self, log_format: LogFormat, level: str) -> None:
        """Begin to log; what was said before the verb wins."""
        from bridge.logs import set_up_logs

        chosen = cast("LogFormat", self.log_format or log_format)
        set_up_logs(chosen, level=self.log_level or level)


def settings_of(context: typer.Context) -> Settings:
    """Return the options before the verb."""
    return context.find_object(Settings) or Settings()


def known_batch(ledger: Ledger, batch: int) -> int:
    """Check a batch's number. Raises a usage error that says where the numbers are."""
    if ledger.batches_of([batch]):
        return batch
    raise typer.BadParameter(f"there is no batch {batch}; `edibridge batches` lists them", param_hint="BATCH")


def known_account(config: Config, account: str) -> str:
    """Check an account's name. Raises a usage error that tells the names there are."""
    if account in config.accounts:
        return account
    near = get_close_matches(account, config.accounts, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(config.accounts)}"
    raise typer.BadParameter(f"no account {account!r} in {config.source}; {hint}", param_hint="ACCOUNT")


def known_vendor(config: Config, vendor: str | None) -> str | None:
    """Check a vendor's name. Raises a usage error that tells the names there are."""
    if vendor is None or vendor in config.partners:
        return vendor
    near = get_close_matches(vendor, config.partners, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(config.partners)}"
    raise typer.BadParameter(f"no partner {vendor!r} in {config.source}; {hint}", param_hint="--vendor")


def one_vendor(config: Config, vendor: str | None) -> str:
    """Return the vendor that is named, or the only one. Raises a usage error where there are several."""
    chosen = known_vendor(config, vendor)
    if chosen is None and len(config.partners) > 1:
        raise typer.BadParameter(f"say whose: {', '.join(config.partners)}", param_hint="--vendor")
    return chosen or next(iter(config.partners))


def tables_of(config: Config, account: Account) -> list[Partners]:
    """Return the tables of partners that name an account."""
    named = [name for name, one in config.partners.items() if config.accounts[one.account] is account]
    tables: dict[Partners, bool] = {
        "vendors": any(name in config.vendors for name in named),
        "sellers": any(name in config.sellers for name in named),
    }
    return [table for table, is_there in tables.items() if is_there]


def probes_of(config: Config, account: Account) -> list[Probe]:
    """Return the reads that prove an account for the programs of its partners."""
    from bridge.programs.registry import installed

    programs = installed()
    found: dict[str, Probe] = {}
    for name, partner in config.partners.items():
        if config.accounts[partner.account] is account:
            table = "sellers" if name in config.sellers else "vendors"
            probes = programs.probes(table, programs.values_of(table, partner))
            found |= {probe.operation: probe for probe in probes}
    return list(found.values())
