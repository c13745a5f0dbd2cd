"""Errors say whose fault it is, where, and whether trying again helps.

Every exception that the bridge raises on purpose descends from `BridgeError`. `fault` names the
party that can correct it, `permanent` says whether the same call can succeed later without any
doing. Messages never hold secrets or personal data.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """The party that can correct an error."""

    VENDOR = "vendor"
    AMAZON = "amazon"
    OPERATOR = "operator"
    BRIDGE = "bridge"


class BridgeError(Exception):
    """Base of all errors of the bridge."""

    fault: Fault = Fault.BRIDGE
    permanent: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a configuration or mapping file.

    `place` is the dotted key (`vendors.acme.sftp.host`), `line` its line in the file, 0 if unknown. `file`
    is empty where that is the source of the ConfigurationError.
    """

    place: str
    message: str
    line: int = 0
    file: str = ""

    def __str__(self) -> str:
        line = f"line {self.line}" if self.line else ""
        return ": ".join(part for part in (self.file, line, self.place, self.message) if part)

    def within(self, source: str) -> str:
        """Return the problem as a text that begins with its file, which is `source` where it names none."""
        return str(self) if self.file else f"{source}: {self}"


class ConfigurationError(BridgeError):
    """The configuration or a mapping file cannot be used; `problems` names all mistakes at once."""

    fault = Fault.OPERATOR

    def __init__(self, source: str, problems: list[Problem]) -> None:
        self.source = source
        self.problems = problems
        super().__init__("\n".join(problem.within(source) for problem in problems))


class VendorFileError(BridgeError):
    """A file of a vendor cannot be read at all; it goes to quarantine with this reason."""

    fault = Fault.VENDOR


class DropFolderError(BridgeError):
    """The drop folder cannot be used. Base of the four below."""


class DropFolderUnavailable(DropFolderError):
    """The server did not answer, cut the connection or is out of space: trying again may help."""

    fault = Fault.VENDOR
    permanent = False


class HostKeyRefused(DropFolderError):
    """The server's host key is not the pinned one, or none is pinned. Nothing was sent."""

    fault = Fault.OPERATOR


class AuthenticationRefused(DropFolderError):
    """The server refused our user name, key or password."""

    fault = Fault.OPERATOR


class RemoteFileError(DropFolderError):
    """One remote file cannot be read, moved or written (missing, changed while read, permissions)."""

    fault = Fault.VENDOR
    permanent = False


class AmazonError(BridgeError):
    """Amazon, or the way to it, refused or failed. Base of those in `bridge.spapi`."""

    fault = Fault.AMAZON


class LedgerError(BridgeError):
    """The ledger cannot be opened or written."""

    fault = Fault.OPERATOR


class CommandRefused(LedgerError):
    """What an operator asks for does not fit what the ledger holds; nothing was changed."""


class SpoolError(LedgerError):
    """The spool, where the ledger's raw bytes lie, cannot be written."""

    permanent = False


class StaleEpoch(LedgerError):
    """Another owner drains this account by now; this owner must stop and change nothing."""

    fault = Fault.BRIDGE
