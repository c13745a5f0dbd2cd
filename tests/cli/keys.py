"""Secrets in forty shapes that an operator may put where a private key belongs. All are made afresh."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import NameOID

PASSPHRASE = "correct-horse-battery-staple-4711"
PEM = serialization.Encoding.PEM
OPENSSH = serialization.PrivateFormat.OpenSSH
PKCS8 = serialization.PrivateFormat.PKCS8
TRADITIONAL = serialization.PrivateFormat.TraditionalOpenSSL

ED25519 = ed25519.Ed25519PrivateKey.generate()
ECDSA = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KINDS: dict[str, CertificateIssuerPrivateKeyTypes] = {"ed25519": ED25519, "ecdsa": ECDSA, "rsa": RSA}


def private(
    key: CertificateIssuerPrivateKeyTypes, form: serialization.PrivateFormat, passphrase: str = ""
) -> str:
    sealed: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase and form is OPENSSH:  # sixteen rounds would take each process a second to load
        sealed = OPENSSH.encryption_builder().kdf_rounds(1).build(passphrase.encode())
    elif passphrase:
        sealed = serialization.BestAvailableEncryption(passphrase.encode())
    return key.private_bytes(PEM, form, sealed).decode()


def random_lines(count: int = 6) -> str:
    return "\n".join(base64.b64encode(secrets.token_bytes(48)).decode() for _ in range(count))


def good() -> Iterator[tuple[str, str, str, CertificateIssuerPrivateKeyTypes]]:
    """Yield name, text, passphrase and key of what can be used."""
    for kind, key in KINDS.items():
        yield f"openssh-{kind}", private(key, OPENSSH), "", key
        yield f"openssh-{kind}-sealed", private(key, OPENSSH, PASSPHRASE), PASSPHRASE, key
        yield f"pkcs8-{kind}", private(key, PKCS8), "", key
        yield f"pkcs8-{kind}-sealed", private(key, PKCS8, PASSPHRASE), PASSPHRASE, key
        if kind != "ed25519":
            yield f"pem-{kind}", private(key, TRADITIONAL), "", key
            yield f"pem-{kind}-sealed", private(key, TRADITIONAL, PASSPHRASE), PASSPHRASE, key
    text = private(ED25519, OPENSSH)
    yield "crlf", text.replace("\n", "\r\n"), "", ED25519
    yield "indented", "".join(f"    {line}\n" for line in text.splitlines()), "", ED25519
    yield "byte-order-mark", f"\ufeff{text}", "", ED25519
    yield "without-its-lines", private(RSA, PKCS8).replace("\n", ""), "", RSA
    yield "on-one-line", text.strip().replace("\n", "\\n"), "", ED25519
    yield "passphrase-of-no-use", text, PASSPHRASE, ED25519


def bad() -> Iterator[tuple[str, str, str]]:
    """Yield name, text and passphrase of what cannot be used, with the passphrase that stands beside it."""
    sealed = private(RSA, PKCS8, PASSPHRASE)
    yield "passphrase-missing-pkcs8", sealed, ""
    yield "passphrase-wrong-pkcs8", sealed, "wrong-" + PASSPHRASE
    yield "passphrase-missing-openssh", private(ED25519, OPENSSH, PASSPHRASE), ""
    yield "passphrase-wrong-openssh", private(ED25519, OPENSSH, PASSPHRASE), "wrong-" + PASSPHRASE
    yield "passphrase-missing-pem", private(ECDSA, TRADITIONAL, PASSPHRASE), ""
    yield "truncated-openssh", private(RSA, OPENSSH)[:700], ""
    yield "truncated-pkcs8", private(RSA, PKCS8)[:700], ""
    yield "truncated-pem", private(RSA, TRADITIONAL)[:-90], ""
    yield "one-letter-wrong", private(RSA, PKCS8).replace("MII", "MIJ", 1), ""
    yield "without-its-frame", "\n".join(private(RSA, PKCS8).splitlines()[1:-1]), ""
    yield "wrong-frame", private(ED25519, OPENSSH).replace("OPENSSH", "RSA"), ""
    key = dsa.generate_private_key(key_size=2048)
    dsa_text = key.private_bytes(PEM, TRADITIONAL, serialization.NoEncryption()).decode()
    yield "dsa", dsa_text, ""
    yield "dsa-pkcs8", key.private_bytes(PEM, PKCS8, serialization.NoEncryption()).decode(), ""
    curve = ec.generate_private_key(ec.SECP256K1())
    yield "curve-of-bitcoin", curve.private_bytes(PEM, PKCS8, serialization.NoEncryption()).decode(), ""
    for version in (2, 3):
        yield f"putty-{version}", putty(version), ""
    yield "putty-sealed", putty(3).replace("Encryption: none", "Encryption: aes256-cbc"), "wrong-pass-4711"
    for kind, one in KINDS.items():
        public = one.public_key()
        line = public.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        yield f"public-{kind}", f"{line.decode()} me@here", ""
    spki = RSA.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    yield "public-spki", spki.decode(), ""
    yield "public-pkcs1", RSA.public_key().public_bytes(PEM, serialization.PublicFormat.PKCS1).decode(), ""
    yield "public-rfc4716", _framed("---- ", " ----", "SSH2 PUBLIC KEY", 'Comment: "me@here"\n'), ""
    yield "ssh.com", _framed("---- ", " ----", "SSH2 ENCRYPTED PRIVATE KEY", 'Comment: "k"\n'), ""
    yield "pgp", _framed("-----", "-----", "PGP PRIVATE KEY BLOCK", "\n"), ""
    yield "certificate", certificate(), ""
    yield "pkcs12", base64.b64encode(secrets.token_bytes(900)).decode(), ""
    number = base64.urlsafe_b64encode(secrets.token_bytes(192)).decode()
    yield "jwk", json.dumps({"kty": "RSA", "n": number, "d": number, "e": "AQAB"}), ""
    yield "json", json.dumps({"private_key": private(ED25519, OPENSSH)}, indent=1), ""
    yield "age", f"AGE-SECRET-KEY-1{secrets.token_hex(29).upper()}", ""
    yield "base64-of-a-key", base64.b64encode(private(RSA, PKCS8).encode()).decode(), ""
    yield "hexadecimal", secrets.token_hex(64), ""
    yield "a-password", f"pass word {secrets.token_hex(16)}", ""
    yield "looks-like-a-path", f"/{base64.b64encode(secrets.token_bytes(300)).decode()}", ""
    yield "path-that-is-not-there", f"~/.ssh/{secrets.token_hex(12)}", ""
    yield "very-long", random_lines(4000), ""
    yield "html", f"<html><!-- {random_lines(3)} --></html>", ""


def binary() -> Iterator[tuple[str, bytes]]:
    """Yield what is no text at all."""
    plain = serialization.NoEncryption()
    yield "der", RSA.private_bytes(serialization.Encoding.DER, PKCS8, plain)
    yield "utf-16", private(ED25519, OPENSSH).encode("utf-16")
    yield "random", secrets.token_bytes(400)
    yield "with-zeros", private(ED25519, OPENSSH).encode().replace(b"\n", b"\n\0")
    yield "empty", b""
    yield "blank", b" \r\n\r\n"


def putty(version: int) -> str:
    derived = "Key-Derivation: Argon2id\nArgon2-Memory: 8192\n" if version == 3 else ""
    return (
        f"PuTTY-User-Key-File-{version}: ssh-ed25519\nEncryption: none\nComment: k\nPublic-Lines: 2\n"
        f"{random_lines(2)}\n{derived}Private-Lines: 1\n{random_lines(1)}\n"
        f"Private-MAC: {secrets.token_hex(32)}\n"
    )


def certificate() -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example")])
    begin, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, RSA.public_key(), 1, begin, end).sign(RSA, hashes.SHA256())
    return made.public_bytes(PEM).decode()


def _framed(begin: str, end: str, what: str, head: str) -> str:
    return f"{begin}BEGIN {what}{end}\n{head}{random_lines()}\n{begin}END {what}{end}\n"
