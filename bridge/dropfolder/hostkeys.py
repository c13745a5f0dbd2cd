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
        """Return whether a server with this public key is the pinned one."""
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
        "the partner tells you (`ssh-keyscan` shows the key; compare its fingerprint with the partner's)"
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
    authority = False
    for number, line in enumerate(lines, 1):
        marker, fields = _fields(line)
        if len(fields) < 3:
            continue
        key = _key(*fields[1:3])
        if marker == "@revoked":
            # The bare host counts too: to refuse one key too many is safe.
            if _names(fields[0], name) or _names(fields[0], host):
                revoked.append(_revoked(fields, f"{path}: line {number}"))
        elif not _names(fields[0], name):
            continue
        elif marker:
            authority = authority or marker == "@cert-authority"
        elif key is not None:
            keys.append(key)
    if not keys:
        hint = "; @cert-authority lines are not used: pin the server's own key" if authority else ""
        raise HostKeyRefused(
            f"{path}: no host key for {name}, so nothing was sent{hint}; add the line that "
            f"`ssh-keyscan -p {port} {host}` prints, once the partner has confirmed its fingerprint"
        )
    return Pin(str(path), keys=tuple(keys), revoked=tuple(revoked))


def _revoked(fields: list[str], place: str) -> bytes:
    """Return the blob of a revoked key. Raises `HostKeyRefused` where it cannot be read."""
    try:
        return base64.b64decode(fields[2], validate=True)
    except binascii.Error:
        raise HostKeyRefused(
            f"{place}: a @revoked key that cannot be read, so nothing was sent; correct or remove the line"
        ) from None


def _fields(line: str) -> tuple[str, list[str]]:
    """Split a line of known_hosts into its marker (@revoked, @cert-authority or none) and its fields."""
    fields = [] if line.lstrip().startswith("#") else line.split()
    if fields and fields[0].startswith("@"):
        return fields[0], fields[1:]
    return "", fields


def _names(patterns: str, name: str) -> bool:
    """Check whether a line is about `name` by OpenSSH's rules: plain, hashed, * and ?, ! for not."""
    found = False
    for pattern in patterns.split(","):
        if pattern.startswith("!"):
            if _fits(pattern[1:], name):
                return False  # one negated pattern that fits outweighs all others
        else:
            found = found or _fits(pattern, name)
    return found


def _fits(pattern: str, name: str) -> bool:
    if pattern.startswith("|"):
        return _is_hash_of(pattern, name)
    parts = (re.escape(part) for part in re.split(r"([*?])", pattern.lower()))
    expression = "".join({r"\*": ".*", r"\?": "."}.get(part, part) for part in parts)
    return re.fullmatch(expression, name.lower()) is not None


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
