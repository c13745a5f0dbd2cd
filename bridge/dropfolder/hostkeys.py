"""Pins the server's host key. Nothing is sent to a server whose key is not the pinned one."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from pathlib import Path

import msgspec
from paramiko import HostKeys
from paramiko.pkey import PKey

from bridge.errors import HostKeyRefused

# SHA-1 signatures (ssh-rsa as an algorithm) are left out; an RSA key signs with these two.
_RSA = ("rsa-sha2-512", "rsa-sha2-256")
_FAMILIES = (
    ("ssh-ed25519",),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    _RSA,
)
_KNOWN_TYPES = frozenset({"ssh-rsa"} | {name for family in _FAMILIES for name in family if family != _RSA})
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?\Z")


class Pin(msgspec.Struct, frozen=True):
    """The host keys that are accepted: public blobs by type, or one fingerprint, and where they stand."""

    source: str
    keys: tuple[tuple[str, bytes], ...] = ()
    fingerprint: str = ""
    revoked: tuple[bytes, ...] = ()

    def algorithms(self) -> tuple[tuple[str, ...], ...]:
        """Host key algorithms to ask the server for, one connection after the other until one fits.

        A fingerprint does not tell its type, so each family is asked for.
        """
        if self.fingerprint:
            return _FAMILIES
        names = {name for kind, _ in self.keys for name in (_RSA if kind == "ssh-rsa" else (kind,))}
        return (tuple(name for family in _FAMILIES for name in family if name in names),)

    def accepts(self, blob: bytes) -> bool:
        """Tell whether a server with this public key is the pinned one."""
        if blob in self.revoked:
            return False
        if self.fingerprint:
            return hmac.compare_digest(fingerprint(blob), self.fingerprint)
        return any(hmac.compare_digest(blob, key) for _, key in self.keys)


def fingerprint(blob: bytes) -> str:
    """SHA-256 fingerprint of a public key, as `ssh-keygen -l` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def load_pin(host: str, port: int, *, known_hosts: str = "", host_key: str = "") -> Pin:
    """Read the pin of a server. Raises `HostKeyRefused` when there is none: no server is trusted unseen."""
    if host_key:
        return _from_text(host_key.strip())
    if known_hosts:
        return _from_known_hosts(Path(known_hosts).expanduser(), host, port)
    raise HostKeyRefused(
        f"{host}:{port}: no host key is pinned, so nothing was sent; set `host_key` or `known_hosts` to what "
        "the vendor tells you (`ssh-keyscan` shows the key; compare its fingerprint with the vendor's)"
    )


def _from_text(text: str) -> Pin:
    if _FINGERPRINT.match(text):
        return Pin("host_key", fingerprint=text.rstrip("="))
    fields = text.split()
    if len(fields) >= 3 and fields[0] not in _KNOWN_TYPES:
        fields = fields[1:]  # a whole line of ssh-keyscan, host name first
    key = _key(*fields[:2]) if len(fields) >= 2 else None
    if key is None:
        raise HostKeyRefused(
            "host_key: cannot be read, so nothing was sent; it is either 'ssh-ed25519 AAAA...' or "
            "'SHA256:...' (43 characters)"
        )
    return Pin("host_key", keys=(key,))


def _from_known_hosts(path: Path, host: str, port: int) -> Pin:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise HostKeyRefused(
            f"{path}: known_hosts cannot be read ({error.strerror}), so nothing was sent"
        ) from error
    name = host if port == 22 else f"[{host}]:{port}"
    keys: list[tuple[str, bytes]] = []
    revoked: list[bytes] = []
    for line in lines:
        marker, fields = _fields(line)
        key = _key(*fields[1:3]) if len(fields) >= 3 and _names(fields[0], name) else None
        if key is not None and marker == "@revoked":
            revoked.append(key[1])
        elif key is not None and not marker:
            keys.append(key)
    if not keys:
        raise HostKeyRefused(
            f"{path}: no host key for {name}, so nothing was sent; add the line that "
            f"`ssh-keyscan -p {port} {host}` prints, once the vendor has confirmed its fingerprint"
        )
    return Pin(str(path), keys=tuple(keys), revoked=tuple(revoked))


def _fields(line: str) -> tuple[str, list[str]]:
    """Split a line of known_hosts into its marker (@revoked, @cert-authority or none) and its fields."""
    fields = [] if line.lstrip().startswith("#") else line.split()
    if fields and fields[0].startswith("@"):
        return fields[0], fields[1:]
    return "", fields


def _names(names: str, name: str) -> bool:
    """Tell whether a line is about `name`: plain, or hashed. Patterns (*, ?, !) are not followed."""
    return any(
        _is_hash_of(candidate, name) if candidate.startswith("|1|") else candidate.lower() == name.lower()
        for candidate in names.split(",")
    )


def _is_hash_of(hashed: str, name: str) -> bool:
    try:
        return hmac.compare_digest(HostKeys.hash_host(name, hashed), hashed)
    except (binascii.Error, AssertionError, IndexError):
        return False  # a mangled line pins nothing


def _key(kind: str, text: str) -> tuple[str, bytes] | None:
    """Type and blob of a public key; None when it is none that can be checked."""
    if kind not in _KNOWN_TYPES:
        return None
    try:
        blob = base64.b64decode(text, validate=True)
        PKey.from_type_string(kind, blob)
    except Exception:  # noqa: BLE001 - paramiko raises many kinds here; an unreadable key pins nothing
        return None
    return kind, blob
