"""File names: which are allowed, and how bytes that are no text become text and back.

SFTP version 3 and POSIX know names as bytes. Most are UTF-8; some vendors' servers speak another
encoding. Bytes that the configured encoding cannot read become the private characters U+EF80..U+EFFF
(byte 0x80 is U+EF80), the way MirBSD's OPTU-8 does it. Unlike Python's surrogateescape the result is
valid Unicode: ledgers, JSON and logs take it, and `encode_name` gives back the very same bytes.
"""

from __future__ import annotations

import hashlib
import unicodedata

from bridge.errors import RemoteFileError

_ESCAPE_BASE = 0xEF00
_ESCAPES = range(0xEF80, 0xF000)
_SURROGATES = range(0xDC80, 0xDD00)
_SURROGATE_BASE = 0xDC00


def decode_name(raw: bytes, encoding: str = "utf-8") -> str:
    """Text of a file name; every sequence of bytes has one, and `encode_name` leads back."""
    return "".join(_escaped(char, encoding) for char in raw.decode(encoding, "surrogateescape"))


def _escaped(char: str, encoding: str) -> str:
    if ord(char) in _SURROGATES:
        return chr(ord(char) - _SURROGATE_BASE + _ESCAPE_BASE)
    if ord(char) in _ESCAPES:  # a name that holds such a character itself: its bytes are escaped
        return "".join(chr(_ESCAPE_BASE + byte) for byte in char.encode(encoding))
    return char


def encode_name(name: str, encoding: str = "utf-8") -> bytes:
    """Bytes of a checked file name. Raises `RemoteFileError` for a name no folder may be asked for."""
    check_name(name)
    plain = "".join(
        chr(ord(char) - _ESCAPE_BASE + _SURROGATE_BASE) if ord(char) in _ESCAPES else char for char in name
    )
    try:
        return plain.encode(encoding, "surrogateescape")
    except UnicodeEncodeError:
        raise RemoteFileError(
            f"{name!a}: this name cannot be written in the folder's encoding {encoding}; rename the file "
            "or set another encoding"
        ) from None


def check_name(name: str) -> None:
    """Raise `RemoteFileError` unless `name` is one bare file name that stays inside its folder."""
    if name in {"", ".", ".."}:
        raise RemoteFileError(f"{name!a}: not a file name")
    if "/" in name or "\\" in name:
        raise RemoteFileError(f"{name!a}: a path is not a file name; nothing outside the folder is touched")
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in name):
        raise RemoteFileError(f"{name!a}: this name holds control characters; rename the file")


def is_hidden(name: str) -> bool:
    """Return whether a listing leaves this name out: dot files, our own temporary names among them."""
    return name.startswith(".")


def temporary_name(pattern: str, name: str, sha256: str) -> str:
    """Name under which a file is written until it is whole: `pattern` with {name} and {token} filled in.

    The token depends on name and content (by its SHA-256) only, so that a repetition after a crash writes
    over its own leftover and leaves no second one.
    """
    token = hashlib.sha256(f"{name}\0{sha256}".encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return pattern.replace("{name}", name).replace("{token}", token)
