"""Secrets are references: `env:NAME` or `file:PATH`. They are read when needed and never shown."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic_core import PydanticCustomError, core_schema

from bridge.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator


_REFERENCE = re.compile(r"(env):([A-Za-z_][A-Za-z0-9_]*)|(file):(.+)")
_LONGEST, _LONGEST_PART = 512, 128
# Surrogates stand for bytes of the environment that are not UTF-8.
_UNUSABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


class Secret:
    """Where a secret stands. Comparing, printing and dumping it show the reference only."""

    __slots__ = ("_folder", "reference")

    def __init__(self, reference: str, folder: Path = Path()) -> None:
        """Keep a reference; a relative `file:` is meant from `folder`. Raises ValueError if it is none."""
        if not _REFERENCE.fullmatch(reference) or _may_be_a_key(reference):
            # The value may be the secret itself: it must not stand in the message.
            message = (
                "must be a reference, env:NAME or file:PATH; a secret itself does not belong in this file"
            )
            raise ValueError(message)
        self.reference = reference
        self._folder = folder

    def __repr__(self) -> str:
        return f"Secret({self.reference!r})"

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Secret) and self.reference == other.reference and self._folder == other._folder
        )

    def __hash__(self) -> int:
        return hash(self.reference)

    @property
    def path(self) -> Path | None:
        """Return the file of a `file:` reference, else None."""
        scheme, _, rest = self.reference.partition(":")
        return self._folder / Path(rest).expanduser() if scheme == "file" else None

    def reveal(self) -> str:
        """Read the secret, without line ends after it. Raises ConfigurationError where there is none."""
        text = self._read().rstrip("\r\n")
        if not text.strip():
            raise self._missing("is empty")
        if not text.isprintable() and _UNUSABLE.search(text):
            # An encoding error further on would hold the whole value.
            raise self._missing("holds bytes that are no text in UTF-8, or control characters")
        return text

    def complaints(self) -> Iterator[str]:
        """Return what is risky about how the secret is kept, without reading it."""
        path = self.path
        if path is not None and _is_loose(path):
            yield (
                f"{path} can be read by everybody on this machine, or changed by its group; chmod 600 it "
                "(`run` and `daemon` refuse it, unless [bridge] allow_loose_permissions is true)"
            )

    def _read(self) -> str:
        path = self.path
        if path is None:
            name = self.reference.removeprefix("env:")
            if name not in os.environ:
                raise self._missing("is not set in the environment")
            return os.environ[name]
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            reason = "is not a text file"
        except OSError as error:
            raise self._missing(f"cannot be read: {error.strerror}") from error
        raise self._missing(reason)  # not chained: a decoding error holds the bytes of the file

    def _missing(self, what: str) -> ConfigurationError:
        return ConfigurationError("secret", [Problem("", f"{self.reference} {what}")])

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> core_schema.CoreSchema:
        """Return the schema of a secret: made of the reference and the folder of the configuration."""
        shown = core_schema.plain_serializer_function_ser_schema(lambda secret: secret.reference)
        return core_schema.with_info_plain_validator_function(cls._validate, serialization=shown)

    @classmethod
    def _validate(cls, value: object, info: core_schema.ValidationInfo[Any]) -> Secret:
        if isinstance(value, Secret):
            return value
        try:
            return cls(value if isinstance(value, str) else "", (info.context or {}).get("folder", Path()))
        except ValueError as error:
            raise PydanticCustomError("secret", str(error).replace("{", "{{")) from error


def _may_be_a_key(reference: str) -> bool:
    """Check whether a reference is rather the text of a key, which no message may repeat."""
    longest = max(len(part) for part in re.split(r"[/\\]", reference))
    return len(reference) > _LONGEST or longest > _LONGEST_PART or "-----" in reference


def _is_loose(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False  # `reveal` says what is wrong with it
    return stat.S_ISREG(mode) and bool(mode & (stat.S_IRWXO | stat.S_IWGRP))


class TextOrSecret(Secret):
    """A value that is no secret, but may be kept where the secrets are: plain text or a reference."""

    __slots__ = ()

    def __init__(self, reference: str, folder: Path = Path()) -> None:
        """Keep a text or a reference. Raises ValueError where it is empty."""
        if not reference.strip():
            raise ValueError("must be a text, or a reference env:NAME or file:PATH")
        self.reference = reference
        self._folder = folder

    def reveal(self) -> str:
        """Return the text, or read what the reference names."""
        return super().reveal() if _REFERENCE.fullmatch(self.reference) else self.reference


def secrets_of(model: BaseModel, place: str = "") -> Iterator[tuple[str, Secret]]:
    """Find every secret in a model and the models in it, with its dotted place."""
    for name in type(model).model_fields:
        yield from _secrets_in(getattr(model, name), f"{place}.{name}" if place else name)


def _secrets_in(value: object, place: str) -> Iterator[tuple[str, Secret]]:
    if isinstance(value, Secret):
        yield place, value
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _secrets_in(entry, f"{place}.{key}")
    elif isinstance(value, BaseModel):
        yield from secrets_of(value, place)
