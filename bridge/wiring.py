"""Configuration → adapters: the only place that knows them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bridge.config import Account, Config, Seller, Vendor, load_config, refuse_loose_secrets
from bridge.document_data import grammar_of, mappings_of
from bridge.domain.outcomes import InDoubtPolicy
from bridge.dropfolder.local import LocalDropFolder
from bridge.dropfolder.pickup import UNFINISHED, PickupPolicy
from bridge.dropfolder.port import DropFolder
from bridge.dropfolder.settings import LocalSettings, SftpSettings
from bridge.dropfolder.sftp import SftpDropFolder
from bridge.edi.model import ReadOptions
from bridge.errors import ConfigurationError, Problem
from bridge.ledger.rows import Fence
from bridge.ledger.soundness import SECONDS as CHECK_SECONDS
from bridge.ledger.store import Ledger
from bridge.mapping.profile import VendorProfile, explain_profile
from bridge.pipeline.deliver import deliver
from bridge.pipeline.explain import Explanation
from bridge.pipeline.explain import explain as explain_file
from bridge.pipeline.fetch import fetch_wanted
from bridge.pipeline.partner import CredentialDates, FetchPlan, Partner, Policies, ReadingContext
from bridge.pipeline.partner_drain import Progress
from bridge.pipeline.rerun import Decision, rerun
from bridge.pipeline.settle import read_verdict
from bridge.pipeline.spool import DiskSpace, Spool
from bridge.pipeline.state import Claim
from bridge.programs.event_types import Calls
from bridge.programs.registry import installed
from bridge.runners.embedded import Daemon
from bridge.runners.fleet import Fleet
from bridge.runners.lock import AlreadyDraining, draining
from bridge.runners.once import RunReport, run
from bridge.spapi.amazon_time import AmazonTime
from bridge.spapi.auth import Credentials
from bridge.spapi.client import AmazonClient, user_agent
from bridge.spapi.endpoints import AUTH_ENDPOINT, endpoint_of


def utc_now() -> datetime:
    """Return the present time (UTC)."""
    return datetime.now(UTC)


def profile_of(name: str, partner: Vendor | Seller) -> VendorProfile:
    """Return what the configuration says of a partner to the mapping."""
    own: dict[str, Any] = {}
    if isinstance(partner, Vendor):
        own = {
            "selling_party": partner.selling_party,
            "warehouses": tuple(partner.warehouses),
            "status_codes": partner.status_codes,
            "party_aliases": dict(partner.party_aliases),
        }
    kind = kind_of(partner)
    return VendorProfile(
        vendor=name,
        kind=kind,
        timezone=partner.timezone,
        mapping=partner.mapping,
        of_programs=installed().values_of(kind, partner),
        **own,
    )


def kind_of(partner: Vendor | Seller) -> Literal["vendors", "sellers"]:
    """Return the table of the configuration that a partner stands in."""
    return "vendors" if isinstance(partner, Vendor) else "sellers"


def read_options_of(partner: Vendor | Seller | None) -> ReadOptions:
    """Return what the configuration says of a partner's files to the readers."""
    return ReadOptions(encoding=partner.encoding, strict=partner.strict) if partner else ReadOptions()


def policies_of(partner: Vendor | Seller, account: Account) -> Policies:
    """Return the partner's decisions for the jobs."""
    own: dict[str, Any] = {}
    if isinstance(partner, Vendor):
        own = {
            "batch_size": partner.batch_size,
            "after_failure": partner.after_failure,
            "in_doubt": _in_doubt_of(partner),
        }
    programs, settings = installed(), installed().settings(kind_of(partner))
    choices = {key: words for one in settings for key, words in one.choices.items()}
    chosen = [words[getattr(partner, key)] for key, words in choices.items()]
    calls = {programs.of_operation(name).operation: name for name in chosen}
    of_programs = {key: value for one in settings for key, value in one.policies(partner).items()}
    return Policies(
        calls=Calls(version=account.api_version, chosen=calls),
        acknowledge=partner.acknowledgements == "always",
        acknowledgement_kind=partner.acknowledgement_kind,
        ta1={"requested": None, "always": True, "never": False}[partner.ta1],
        send_tests=account.sandbox or partner.test_interchanges == "send",
        hold_duplicates=partner.same_content == "hold",
        status_files=tuple(partner.status_files),
        silent_after=partner.silent_after,
        oldest_date=timedelta(days=partner.oldest_date_days) if partner.oldest_date_days else None,
        retention=timedelta(days=partner.retention_days),
        max_file_size=partner.pickup.max_file_size,
        **own,
        **of_programs,
    )


def _in_doubt_of(vendor: Vendor) -> dict[str, InDoubtPolicy]:
    """Return the policy of each operation that the vendor's table has a key for."""
    programs = installed()
    chosen = {programs.policies[key]: policy for key, policy in vendor.in_doubt.model_dump().items()}
    return {
        call.operation: policy
        for name, policy in chosen.items()
        for call in programs.of_operation(name).calls()
    }


def announced_elsewhere(config: Config) -> list[str]:
    """Return the vendors whose packages another system announces, so that nothing waits for that."""
    return [
        name
        for name, vendor in config.vendors.items()
        if policies_of(vendor, config.accounts[vendor.account]).confirmations_elsewhere
    ]


def fetch_plan_of(vendor: Vendor | Seller) -> FetchPlan:
    """Return which of Amazon's shipping documents a partner wants, for the job fetch; sellers have none."""
    if not isinstance(vendor, Vendor):
        return FetchPlan()
    wants, zone = vendor.fetch, ZoneInfo(vendor.timezone)
    hours = wants.hours
    return FetchPlan(
        kinds=tuple(name for name, feed in installed().feeds.items() if getattr(wants, feed.key, False)),
        every=wants.every.total_seconds(),
        since=wants.since,
        is_open=lambda now: hours is None or hours.cover(now.astimezone(zone).time()),
        label_warning=wants.label_warning,
        label_name=wants.label_name,
        index=wants.index,
    )


def drop_folder_of(vendor: Vendor | Seller) -> DropFolder:
    """Return the adapter to a vendor's folders; nothing is connected yet. Reads the secrets it needs."""
    if vendor.local is not None:
        return LocalDropFolder(
            LocalSettings(
                inbox=vendor.local.folder("inbox"),
                archive=vendor.local.folder("archive"),
                quarantine=vendor.local.folder("quarantine"),
                outbox=vendor.local.folder("outbox"),
                file_mode=vendor.local.file_mode,
            )
        )
    sftp = vendor.sftp
    if sftp is None:
        raise ValueError("load_config lets no vendor without a drop folder pass")
    return SftpDropFolder(
        SftpSettings(
            host=sftp.host,
            port=sftp.port,
            username=sftp.username,
            password=sftp.password.reveal() if sftp.password else "",
            private_key=sftp.private_key.reveal() if sftp.private_key else "",
            passphrase=sftp.passphrase.reveal() if sftp.passphrase else "",
            known_hosts=str(sftp.known_hosts) if sftp.known_hosts else "",
            host_key=sftp.host_key or "",
            legacy_algorithms=sftp.legacy_algorithms,
            inbox=sftp.inbox,
            archive=sftp.archive,
            quarantine=sftp.quarantine,
            outbox=sftp.outbox,
        )
    )


def pickup_policy_of(vendor: Vendor | Seller) -> PickupPolicy:
    """Return the rule by which a vendor's files count as whole."""
    pickup = vendor.pickup
    return PickupPolicy(
        pickup.convention,
        interval=pickup.interval.total_seconds(),
        unfinished=(pickup.temporary, *UNFINISHED),
        marker="{name}" + pickup.done_suffix,
    )


def credentials_of(name: str, account: Account) -> Credentials:
    """Read an account's secrets. Raises ConfigurationError for one that is not there."""
    return Credentials(
        client_id=account.client_id.reveal(),
        client_secret=account.client_secret.reveal(),
        refresh_token=account.refresh_token.reveal(),
        account=name,
    )


def amazon_client_of(name: str, account: Account, *, credentials: Credentials | None = None) -> AmazonClient:
    """Return the client of one account; nothing is connected yet.

    Reads the account's secrets, and again before each access token; with `credentials` takes these instead.
    """
    known = credentials or credentials_of(name, account)

    def reread() -> Credentials:
        nonlocal known
        if credentials is None:
            # A secret that is gone while a daemon runs is told at its next start; until then it may be good.
            with suppress(ConfigurationError):
                known = credentials_of(name, account)
        return known

    return AmazonClient(
        endpoint=account.endpoint or endpoint_of(account.region, sandbox=account.sandbox),
        auth_endpoint=account.auth_endpoint or AUTH_ENDPOINT,
        credentials=known,
        reread=reread,
        user_agent=user_agent(),
        rate=account.requests_per_second,
        version=account.api_version,
        amazon_time=AmazonTime(wall=utc_now),
    )


def credential_dates_of(account: Account) -> CredentialDates:
    """Return what the configuration says of when an account's credentials were made."""
    return CredentialDates(account.authorized_on, account.secret_made_on)


def trigger_of(vendor: Vendor | Seller) -> BaseTrigger:
    """Return when the daemon lists a vendor's inbox."""
    schedule = vendor.schedule
    if schedule.cron:
        return CronTrigger.from_crontab(schedule.cron, timezone=vendor.timezone)
    seconds = schedule.interval.total_seconds() if schedule.interval else 60
    return IntervalTrigger(seconds=max(1, round(seconds)), timezone=UTC)


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

    def fetch(self, vendor: str, kind: str, orders: Sequence[str]) -> dict[str, str] | None:
        """Ask for shipping documents of orders, and put them into the outbox.

        Returns the orders whose documents have not come, each with the reason; None where another process
        drains this ledger: it is the one to fetch, at once.
        """
        self.ledger.request_documents(None, vendor, kind, orders, utc_now())
        try:
            with draining(_file_of(self.config)):
                self._fetch_now(vendor)
        except AlreadyDraining:
            return None
        left = self.ledger.open_document_requests(vendor, kind)
        return {order: left[order] for order in orders if order in left}

    def _fetch_now(self, vendor: str) -> None:
        fleet = fleet_of(self.config, self.ledger)
        try:
            partner = next(partner for partner in fleet.partners if partner.vendor == vendor)
            partner.claim.fence = self.ledger.claim(partner.account, utc_now())
            fetch_wanted(partner)
            deliver(partner)
        finally:
            fleet.close()

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
