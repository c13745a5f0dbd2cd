"""The kinds of values that settings have: durations, zones, paths, end points, cron lines, lists."""

from __future__ import annotations

import codecs
import ipaddress
import re
import string
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, Strict, StringConstraints, ValidationInfo

from bridge.programs.registry import installed

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
MOST_DAYS = 36500
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smhd])+")
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_HOST_KEY = re.compile(
    r"SHA256:[A-Za-z0-9+/]{43}=?"
    r"|(?:\S+ +)?(?:ssh-|ecdsa-|sk-)[a-z0-9@.-]+ +[A-Za-z0-9+/]{40,}=*(?: .*)?"
)


def duration_of(value: object) -> timedelta:
    """Read `30s`, `5m`, `1h30m` or a number of seconds. Raises ValueError."""
    if isinstance(value, timedelta):
        return value
    try:
        return _duration(value)
    except OverflowError as error:
        raise ValueError("must be shorter: so many days cannot be counted") from error


def _duration(value: object) -> timedelta:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _positive(timedelta(seconds=value))
    text = value.replace(" ", "") if isinstance(value, str) else ""
    if not _DURATION.fullmatch(text):
        raise ValueError("must be a duration such as 30s, 5m or 1h")
    return _positive(timedelta(seconds=sum(float(n) * _UNITS[unit] for n, unit in _PART.findall(text))))


def _positive(duration: timedelta) -> timedelta:
    if duration <= timedelta(0):
        raise ValueError("must be longer than nothing")
    return duration


_SIZES = {"": 1, "b": 1}
_SIZES |= {unit: 1000**power for power, unit in enumerate(("kb", "mb", "gb", "tb"), 1)}
_SIZES |= {unit: 1024**power for power, unit in enumerate(("kib", "mib", "gib", "tib"), 1)}
_SIZE = re.compile(r"(\d{1,18})(?:\.(\d{1,3}))?\s*([a-z]*)")
_MOST_BYTES = 2**62


def _size(value: object) -> int:
    """Read `500MB`, `1GiB` or a number of bytes."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError("must be a size such as 500MB or 1GiB")  # noqa: TRY004 - pydantic takes ValueError
    found = _SIZE.fullmatch(str(value).strip().lower())
    unit = _SIZES.get(found.group(3)) if found else None
    if found is None or unit is None:
        raise ValueError("must be a size such as 500MB or 1GiB")
    size = (
        int(float(f"{found.group(1)}.{found.group(2) or 0}") * unit)
        if found.group(2)
        else int(found.group(1)) * unit
    )
    if size > _MOST_BYTES:
        raise ValueError("must be less: no disk has so many bytes")
    return size


def _mode(value: object) -> int:
    """Read the mode of a file, octal digits as chmod takes them."""
    if not isinstance(value, str) or not re.fullmatch(r"0?[0-7]{3}", value):
        raise ValueError('must be octal digits in quotes, such as "0640"')
    mode = int(value, 8)
    if mode & 0o600 != 0o600:
        raise ValueError("must let the bridge itself read and write: 6 or 7 for the owner")
    return mode


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise _unknown_zone(value) from error
    return value


def _unknown_zone(value: str) -> ValueError:
    near = [zone for zone in sorted(available_timezones()) if zone.lower() == value.lower()]
    hint = f"did you mean {near[0]}?" if near else "write it as America/Chicago or Europe/Berlin"
    return ValueError(f"no such time zone: {value!r}; {hint}")


def _local_path(value: object, info: ValidationInfo) -> Path:
    """Make a path absolute, meant from the folder of the configuration file."""
    if not isinstance(value, (str, Path)) or not str(value):
        raise ValueError("must be a path")
    return _folder(info) / _expanded(str(value).removeprefix("file:"))


def _ledger(value: object, info: ValidationInfo) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("must be a path, or the URL of a database")
    if "://" not in value:
        return str(_folder(info) / _expanded(value))
    if urlsplit(value).password:
        # The URL is not repeated: it holds the password.
        raise ValueError("must not hold a password; leave it to ~/.pgpass or PGPASSWORD")
    return value


def _expanded(value: str) -> Path:
    if "\0" in value:
        raise ValueError("must be a path")
    try:
        return Path(value).expanduser()
    except RuntimeError as error:
        raise ValueError("must be a path: there is no such user as stands behind its ~") from error


def _folder(info: ValidationInfo) -> Path:
    return Path((info.context or {}).get("folder", Path()))


def _endpoint(value: str) -> str:
    url = urlsplit(value)
    if url.scheme not in {"http", "https"} or not url.hostname or url.username or url.password:
        raise ValueError("must be a URL such as https://host, without user or password")
    if url.scheme == "http" and not _is_loopback(url.hostname):
        raise ValueError("must be https: http is for a stand-in on this machine (127.0.0.1, localhost) only")
    return value.rstrip("/")


def _redirect_uri(value: str) -> str:
    """Check an address as Amazon takes it at registration: no fragment, which is its error MD5110."""
    url = urlsplit(value)
    loopback = url.scheme == "http" and _is_loopback(url.hostname or "")
    if not url.hostname or url.username or not (url.scheme == "https" or loopback) or "#" in value:
        raise ValueError("must be the address as registered at Amazon, such as https://host/path, without #")
    return value


def _application_id(value: str) -> str:
    if value.startswith("amzn1.application-oa2-client."):
        raise ValueError(
            "is a client id; the application's begins with amzn1.sp.solution or amzn1.sellerapps"
        )
    return value


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _api_version(value: str) -> str:
    known = installed().versions
    if value not in known:
        raise ValueError(f"must be one of {', '.join(known)}")
    return value


def _cron(value: str) -> str:
    fields = value.split()
    if len(fields) != 5:
        raise ValueError("must have five fields: minute hour day month weekday")
    if any(character.isdigit() for character in fields[4]):
        # APScheduler counts weekdays from Monday = 0, cron from Sunday = 0: digits would fire on another day.
        raise ValueError("must name the weekdays (mon-fri, sun), not number them")
    from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 - most configurations need no cron

    CronTrigger.from_crontab(value)
    return value


def _encoding(value: str) -> str:
    try:
        return codecs.lookup(value).name if value else value
    except LookupError as error:
        raise ValueError(f"no such encoding: {value!r}; utf-8, iso8859-1 and cp1252 are usual") from error


def _host_key(value: str) -> str:
    if not _HOST_KEY.fullmatch(value.strip()):
        raise ValueError(
            "must be a fingerprint (SHA256:...) or a key as ssh-keyscan prints it (ssh-ed25519 AAAA...)"
        )
    return value.strip()


def _remote_folder(value: str) -> str:
    if not value.strip() or ".." in value.split("/") or "\0" in value:
        raise ValueError("must be a folder on the server, without ..")
    return value.rstrip("/") or "/"


def _as_list(value: object) -> object:
    return [value] if isinstance(value, (str, Path)) else value


_NAME_FIELDS = ("purchase_order", "package", "tracking", "ext")


def _label_name(value: str) -> str:
    try:
        fields = {field for _, field, _, _ in string.Formatter().parse(value) if field is not None}
    except ValueError as error:
        raise ValueError(f"is no pattern: {error}") from error
    if unknown := fields - set(_NAME_FIELDS):
        raise ValueError(
            f"knows no {{{min(unknown)}}}; there are {', '.join(f'{{{f}}}' for f in _NAME_FIELDS)}"
        )
    if not fields & {"package", "tracking"}:
        raise ValueError("must hold {package} or {tracking}, or all labels of an order would have one name")
    parts = value.split("/")
    if value.startswith("/") or {"", ".", ".."} & set(parts) or "\\" in value:
        raise ValueError("must be a name in the outbox, such as labels/{tracking}.{ext}, without ..")
    return value


Size = Annotated[int, BeforeValidator(_size)]
FileMode = Annotated[int, BeforeValidator(_mode)]
Duration = Annotated[timedelta, BeforeValidator(duration_of)]
Zone = Annotated[str, AfterValidator(_zone)]
LocalPath = Annotated[Path, BeforeValidator(_local_path)]
Ledger = Annotated[str, BeforeValidator(_ledger)]
ApiVersion = Annotated[str, AfterValidator(_api_version)]
Endpoint = Annotated[str, AfterValidator(_endpoint)]
RedirectUri = Annotated[str, AfterValidator(_redirect_uri)]
Cron = Annotated[str, AfterValidator(_cron)]
Encoding = Annotated[str, AfterValidator(_encoding)]
HostKey = Annotated[str, AfterValidator(_host_key)]
RemoteFolder = Annotated[str, AfterValidator(_remote_folder)]
Folders = Annotated[tuple[LocalPath, ...], BeforeValidator(_as_list)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
ApplicationId = Annotated[Text, AfterValidator(_application_id)]
Codes = Annotated[tuple[Text, ...], BeforeValidator(_as_list)]
Flag = Annotated[bool, Strict()]
Count = Annotated[int, Strict()]
Days = Annotated[int, Strict(), Field(ge=1, le=MOST_DAYS)]
LabelName = Annotated[str, AfterValidator(_label_name)]
