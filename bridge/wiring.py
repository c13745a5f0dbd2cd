"""Configuration → a fleet of partners and what works on it: the only place that knows all rooms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from apscheduler.triggers.base import BaseTrigger

from bridge.adapters import (
    addressing_of,
    amazon_client_of,
    credential_dates_of,
    drop_folder_of,
    fetch_plan_of,
    pickup_policy_of,
    policies_of,
    profile_of,
    read_options_of,
    trigger_of,
    utc_now,
)
from bridge.config import Config, load_config, refuse_loose_secrets
from bridge.document_data import grammar_of, mappings_of
from bridge.errors import CommandRefused, ConfigurationError, Problem
from bridge.ledger.rows import Fence, SnapshotState
from bridge.ledger.soundness import SECONDS as CHECK_SECONDS
from bridge.ledger.store import Ledger
from bridge.mapping.profile import explain_profile
from bridge.pipeline.adopt import adopted
from bridge.pipeline.deliver import deliver
from bridge.pipeline.explain import Explanation
from bridge.pipeline.explain import explain as explain_file
from bridge.pipeline.fetch import fetch_wanted
from bridge.pipeline.partner import Partner, ReadingContext
from bridge.pipeline.partner_drain import Progress
from bridge.pipeline.rerun import Decision, rerun
from bridge.pipeline.sandbox import Rehearsed, look_at_once, rehearsal_steps
from bridge.pipeline.settle import read_verdict
from bridge.pipeline.snapshot import snapshot
from bridge.pipeline.spool import DiskSpace, Spool
from bridge.pipeline.state import Claim
from bridge.runners.embedded import Daemon
from bridge.runners.fleet import Fleet
from bridge.runners.lock import AlreadyDraining, draining
from bridge.runners.once import RunReport, run
from bridge.spapi.endpoints import is_loopback

REHEARSED_WITHIN = 60.0
"""Seconds that a step of a rehearsal may take."""


def announced_elsewhere(config: Config) -> list[str]:
    """Return the vendors whose packages another system announces, so that nothing waits for that."""
    return [
        name
        for name, vendor in config.vendors.items()
        if policies_of(vendor, config.accounts[vendor.account]).confirmations_elsewhere
    ]


def disk_space_of(config: Config) -> DiskSpace:
    """Return the watch over the disks under spool and ledger."""
    file = _file_of(config)
    places = [config.bridge.spool] + ([file.resolve().parent] if file else [])
    return DiskSpace(places, config.bridge.min_free_disk)


def fleet_of(config: Config, ledger: Ledger) -> Fleet:
    """Return all partners of a configuration. Reads the secrets.

    Raises ConfigurationError for a missing one, and for one that others can read where that is not allowed.
    """
    refuse_loose_secrets(config)
    grammar, mappings = grammar_of(config), mappings_of(config)
    spool = Spool(config.bridge.spool)
    disk_space = disk_space_of(config)
    clients = {name: amazon_client_of(name, account) for name, account in config.accounts.items()}
    fleet = Fleet(ledger=ledger, partners=[], clients=list(clients.values()))
    for name, vendor in config.partners.items():
        fleet.partners.append(
            Partner(
                vendor=name,
                account=vendor.account,
                profile=profile_of(name, vendor),
                policies=policies_of(vendor, config.accounts[vendor.account]),
                read_options=read_options_of(vendor),
                grammar=grammar,
                mappings=mappings,
                ledger=ledger,
                spool=spool,
                amazon=clients[vendor.account],
                folder=drop_folder_of(vendor),
                addressing=addressing_of(vendor),
                pickup_policy=pickup_policy_of(vendor),
                fetch_plan=fetch_plan_of(vendor),
                disk_space=disk_space,
                clock=clients[vendor.account].time.now,
                amazon_time=clients[vendor.account].time,
                credential_dates=credential_dates_of(config.accounts[vendor.account]),
                sharing=tuple(
                    one for one, other in config.partners.items() if other.account == vendor.account
                ),
                claim=Claim(Fence(vendor.account, 0)),
                stopping=fleet.stop.is_set,
                listing_interval=vendor.pickup.interval.total_seconds(),
            )
        )
    return fleet


@dataclass(slots=True)
class Bridge:
    """An open bridge: the ledger of one configuration, and what works on it. Nothing is connected yet."""

    config: Config
    ledger: Ledger

    def run(
        self, *, vendor: str | None, settle: bool, timeout: float | None, progress: Progress
    ) -> RunReport:
        """Drain until nothing is due; with `settle`, until every verdict is in or the time is over."""
        with draining(_file_of(self.config)):
            fleet = fleet_of(self.config, self.ledger)
            try:
                return run(
                    fleet,
                    clock=utc_now,
                    vendors=[vendor] if vendor else None,
                    settle=settle,
                    timeout=timeout,
                    progress=progress,
                )
            finally:
                fleet.close()

    def daemon(self) -> bool:
        """Drain continuously until a signal ends it; False where something had to be left under way."""
        with draining(_file_of(self.config)):
            return Daemon(self._load).run()

    def rerun(self, batch_id: int, *, dry_run: bool, force: bool) -> Sequence[Decision]:
        """Read a batch again and queue what is to be sent; return what was decided for each event."""
        vendor = self.ledger.file(batch_id).vendor
        if vendor not in self.config.partners:
            message = f"batch {batch_id} is of this partner, but there is no such table"
            raise ConfigurationError(str(self.config.source), [Problem(f"vendors.{vendor}", message)])
        settings = self.config.partners[vendor]
        return rerun(
            ReadingContext(
                ledger=self.ledger,
                spool=Spool(self.config.bridge.spool),
                grammar=grammar_of(self.config),
                mappings=mappings_of(self.config),
                vendor=vendor,
                account=settings.account,
                profile=profile_of(vendor, settings),
                policies=policies_of(settings, self.config.accounts[settings.account]),
                read_options=read_options_of(settings),
                clock=utc_now,
                claim=Claim(self.ledger.fence(settings.account, utc_now())),
            ),
            batch_id,
            dry_run=dry_run,
            force=force,
        )

    def verdict_of(self, submission_id: int, amazon_transaction_id: str) -> str:
        """Ask Amazon, as the account of a submission, how a transaction stands. Raises `AmazonError`."""
        submission = self.ledger.submission(submission_id)
        account = submission.account
        if account not in self.config.accounts:
            message = f"submission {submission_id} is of this account, but there is no such table"
            raise ConfigurationError(str(self.config.source), [Problem(f"accounts.{account}", message)])
        client = amazon_client_of(account, self.config.accounts[account])
        try:
            return read_verdict(
                client, submission.operation, amazon_transaction_id, submission.api_version
            ).status
        finally:
            client.close()

    def adopt(self, submission_id: int, number: str, who: str) -> None:
        """Take what Amazon has under a number for the answer to a submission in doubt, if that is its own.

        Raises `CommandRefused` where it is not, and `AmazonError`.
        """
        vendor = self.ledger.submission(submission_id).vendor
        partner = self.config.partners.get(vendor)
        found = [one for one in self.ledger.in_doubt(vendor, limit=10_000) if one.id == submission_id]
        since = self.ledger.first_attempt_at(submission_id)
        if partner is None or not found or since is None:
            raise CommandRefused(
                f"submission {submission_id} is not in doubt, or its partner is not configured"
            )
        client = amazon_client_of(partner.account, self.config.accounts[partner.account])
        try:
            handling = adopted(client, found[0], since, profile_of(vendor, partner), number)
        finally:
            client.close()
        self.ledger.resolve_found(submission_id, handling, utc_now(), who=who, given=number)

    def fetch(self, vendor: str, kind: str, orders: Sequence[str]) -> dict[str, str] | None:
        """Ask for shipping documents of orders, and put them into the outbox.

        Returns the orders whose documents have not come, each with the reason; None where another process
        drains this ledger: it is the one to fetch, at once.
        """
        self.ledger.request_documents(None, vendor, kind, orders, utc_now())
        if not self._done_now(vendor, fetch_wanted):
            return None
        left = self.ledger.open_document_requests(vendor, kind)
        return {order: left[order] for order in orders if order in left}

    def fetch_snapshot(self, vendor: str, name: str) -> SnapshotState | None:
        """Have a list read that is told once a day, and put it into the outbox.

        Returns how it stands then; None where another process drains this ledger, as `fetch` does.
        """
        self.ledger.request_snapshot(vendor, name, utc_now())
        return self.ledger.snapshot(vendor, name) if self._done_now(vendor, snapshot) else None

    def _done_now(self, vendor: str, job: Callable[[Partner], int]) -> bool:
        """Do what a job has to do for a vendor; return False where another process drains this ledger."""
        try:
            with draining(_file_of(self.config)):
                fleet = fleet_of(self.config, self.ledger)
                try:
                    partner = next(partner for partner in fleet.partners if partner.vendor == vendor)
                    partner.claim.fence = self.ledger.claim(partner.account, utc_now())
                    job(partner)
                    deliver(partner)
                finally:
                    fleet.close()
        except AlreadyDraining:
            return False
        return True

    def rehearse(
        self, vendor: str, numbers: Sequence[str], end: str = "", *, timeout: float = REHEARSED_WITHIN
    ) -> Iterator[Rehearsed]:
        """Move what was sent under some numbers on at Amazon's sandbox, status by status, to its end.

        After each move all that is followed for the partner is looked at, and what that tells is delivered.
        Raises `CommandRefused` for an account that is not in the sandbox, and for a number of which nothing
        was sent that the sandbox can move.
        """
        account = self.config.accounts[self.config.partners[vendor].account]
        if not (account.sandbox or (account.endpoint and is_loopback(account.endpoint))):
            raise CommandRefused(f"{vendor} is not in the sandbox: what it sends is shipped for real")
        for steps in rehearsal_steps(self.ledger, vendor, numbers, end):
            with draining(_file_of(self.config)):
                fleet = fleet_of(self.config, self.ledger)
                try:
                    partner = next(one for one in fleet.partners if one.vendor == vendor)
                    refused = [step.move(partner) for step in steps]
                    drained = partial(run, fleet, clock=utc_now, vendors=[vendor], settle=True)
                    looked = look_at_once(partner)
                    drained(timeout=timeout)
                    if look_at_once(partner, but=looked):  # what is followed only now
                        drained(timeout=timeout)
                finally:
                    fleet.close()
            for step, reason in zip(steps, refused, strict=True):
                yield step.seen(self.ledger, reason)

    def _load(self) -> tuple[Fleet, Mapping[str, BaseTrigger]]:
        """Load the configuration anew; the ledger stays the one that is open."""
        config = load_config(self.config.source)
        if config.bridge.ledger != self.config.bridge.ledger:
            problem = Problem("bridge.ledger", "another ledger needs a restart of the daemon")
            raise ConfigurationError(str(config.source), [problem])
        grammar_of(config).load_all()
        triggers = {name: trigger_of(partner) for name, partner in config.partners.items()}
        return fleet_of(config, self.ledger), triggers


@contextmanager
def open_bridge(config: Config) -> Iterator[Bridge]:
    """Open the ledger of a configuration, making it where there is none. Raises LedgerError."""
    ledger = Ledger.open(config.bridge.ledger, check_seconds=CHECK_SECONDS)
    try:
        yield Bridge(config, ledger)
    finally:
        ledger.close()


def explain(path: Path, config: Config | None, vendor: str | None) -> Explanation:
    """Read a file as a vendor's, and touch nothing else; the only vendor's where none is named.

    Where there are several, or none, it is read as no particular vendor's.
    """
    if vendor is None and config and len(config.partners) == 1:
        vendor = next(iter(config.partners))
    settings = config.partners[vendor] if config and vendor else None
    data = path.read_bytes()
    told = explain_file(
        path.name,
        [data],
        profile=profile_of(vendor, settings) if settings and vendor else explain_profile(),
        mappings=mappings_of(config),
        grammar=grammar_of(config),
        options=read_options_of(settings),
        now=utc_now(),
        policies=policies_of(settings, config.accounts[settings.account]) if config and settings else None,
    )
    told.vendors = tuple(config.partners) if config else ()
    return told


def _file_of(config: Config) -> Path | None:
    """Return the ledger's file; None where it is a database elsewhere."""
    return None if "://" in config.bridge.ledger else Path(config.bridge.ledger)
