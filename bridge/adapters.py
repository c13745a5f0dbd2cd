"""One partner or account of the configuration → the settings and adapters that the jobs work with."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bridge.config import Account, Seller, Vendor
from bridge.config.edi import edifact_of, x12_of
from bridge.domain.outcomes import InDoubtPolicy
from bridge.dropfolder.local import LocalDropFolder
from bridge.dropfolder.pickup import UNFINISHED, PickupPolicy
from bridge.dropfolder.port import DropFolder
from bridge.dropfolder.settings import LocalSettings, SftpSettings
from bridge.dropfolder.sftp import SftpDropFolder
from bridge.edi.addressing import Addressing
from bridge.edi.model import Party, ReadOptions
from bridge.errors import ConfigurationError
from bridge.mapping.profile import VendorProfile
from bridge.pipeline.partner import CredentialDates, FetchPlan, Policies
from bridge.programs.event_types import Calls
from bridge.programs.registry import installed
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


def addressing_of(partner: Vendor | Seller) -> Addressing:
    """Return how documents to a partner are addressed and written."""
    edi = partner.edi
    return Addressing(
        sender=Party(edi.sender_id, edi.sender_qualifier),
        receiver=Party(edi.receiver_id, edi.receiver_qualifier),
        group_sender=edi.group_sender,
        group_receiver=edi.group_receiver,
        versions=tuple(edi.versions),
        test=edi.test,
        x12=x12_of(edi.separators),
        edifact=edifact_of(edi.separators),
        character_set=edi.character_set,
    )


def kind_of(partner: Vendor | Seller) -> Literal["vendors", "sellers"]:
    """Return the table of the configuration that a partner stands in."""
    return "vendors" if isinstance(partner, Vendor) else "sellers"


def read_options_of(partner: Vendor | Seller | None) -> ReadOptions:
    """Return what the configuration says of a partner's files to the readers."""
    return ReadOptions(encoding=partner.encoding, strict=partner.strict) if partner else ReadOptions()


def policies_of(partner: Vendor | Seller, account: Account) -> Policies:
    """Return the partner's decisions for the jobs."""
    own: dict[str, Any] = {"in_doubt": _in_doubt_of(partner)}
    if isinstance(partner, Vendor):
        own |= {"batch_size": partner.batch_size, "after_failure": partner.after_failure}
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


def _in_doubt_of(partner: Vendor | Seller) -> dict[str, InDoubtPolicy]:
    """Return the policy of each operation that the partner's table has a key for."""
    programs = installed()
    chosen = {programs.policies[key]: policy for key, policy in partner.in_doubt.model_dump().items()}
    return {
        call.operation: policy
        for name, policy in chosen.items()
        for call in programs.of_operation(name).calls()
    }


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
