"""Reads a private key from its text. No message and no error here holds anything of the text."""

from __future__ import annotations

import io

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bridge.errors import AuthenticationRefused

_KEY_CLASSES = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
_CLASS_OF: dict[type, type[paramiko.PKey]] = {
    Ed25519PrivateKey: paramiko.Ed25519Key,
    EllipticCurvePrivateKey: paramiko.ECDSAKey,
    RSAPrivateKey: paramiko.RSAKey,
}
_LARGEST = 64 * 1024
_CONVERT = "`ssh-keygen -p -m PEM -f KEY` or `puttygen KEY -O private-openssh -o NEW` writes one"

_SHAPES = (
    # How a text begins or what it holds, and what it is; the first that fits.
    ("PuTTY-User-Key-File-", "is a PuTTY key (PPK); `puttygen KEY -O private-openssh -o NEW` converts it"),
    (
        "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY",
        "is a key of ssh.com's format; `ssh-keygen -i -f KEY` converts it",
    ),
    ("---- BEGIN SSH2 PUBLIC KEY", "is a public key; the private one belongs here"),
    ("-----BEGIN PUBLIC KEY", "is a public key; the private one belongs here"),
    ("-----BEGIN RSA PUBLIC KEY", "is a public key; the private one belongs here"),
    ("-----BEGIN CERTIFICATE", "is a certificate; the private key belongs here"),
    ("-----BEGIN PGP", "is a PGP key; a key for SSH belongs here"),
    ("-----BEGIN DSA PRIVATE KEY", "is a DSA key, which no server should take any more"),
    ("ssh-", "is a public key; the private one belongs here"),
    ("ecdsa-", "is a public key; the private one belongs here"),
    ("sk-", "is a public key; the private one belongs here"),
)


def load_private_key(text: str, passphrase: str, place: str = "private_key") -> paramiko.PKey:
    """Load an Ed25519, ECDSA or RSA key from OpenSSH, PKCS#8 or traditional PEM text.

    Raises `AuthenticationRefused` with `place` and what the text looks like, never with any of it.
    """
    normal = _normalized(text)
    key = _parsed(normal, passphrase) if len(normal) <= _LARGEST else None
    if key is None:
        # Raised outside of every `except`: what the libraries raised must not be chained to it.
        raise AuthenticationRefused(f"{place}: {_what_it_is(normal, passphrase)}")
    return key


def _normalized(text: str) -> str:
    """Undo what editors and environment variables do to a text of many lines."""
    if "\n" not in text.strip() and "\\n" in text:
        text = text.replace("\\r", "").replace("\\n", "\n")
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")
    return "\n".join(line.strip() for line in lines) + "\n"


def _parsed(text: str, passphrase: str) -> paramiko.PKey | None:
    for key_class in _KEY_CLASSES:
        try:
            return key_class.from_private_key(io.StringIO(text), passphrase or None)
        except Exception:  # noqa: BLE001, S112 - each class raises kinds of its own for another's key
            continue
    return _converted(text, passphrase)


def _converted(text: str, passphrase: str) -> paramiko.PKey | None:
    """Load what paramiko does not read itself (PKCS#8, newer ciphers), by way of OpenSSH's format."""
    loaders = (serialization.load_pem_private_key, serialization.load_ssh_private_key)
    for load in loaders:
        for secret in (passphrase.encode() or None, None):
            try:
                key = load(text.encode(), secret)
                key_class = next(made for kind, made in _CLASS_OF.items() if isinstance(key, kind))
                plain = key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.OpenSSH,
                    serialization.NoEncryption(),
                )
                return key_class.from_private_key(io.StringIO(plain.decode()))
            except Exception:  # noqa: BLE001, S112 - OpenSSL, cryptography and paramiko raise many kinds
                continue
    return None


def _what_it_is(text: str, passphrase: str) -> str:
    known = next((what for begin, what in _SHAPES if text.startswith(begin) or f"\n{begin}" in text), "")
    if known:
        return known
    if "PRIVATE KEY-----" not in text:
        return f"cannot be read as a private key in OpenSSH's, PKCS#8 or traditional PEM format; {_CONVERT}"
    told = "is wrong" if passphrase else "is missing"
    return (
        "not a private key that can be used here (Ed25519, ECDSA or RSA, in OpenSSH's, PKCS#8 or "
        f"traditional PEM format), or its passphrase {told}"
    )
