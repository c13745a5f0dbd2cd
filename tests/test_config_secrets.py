"""Secrets of a configuration: references, never shown, and complaints about their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.config import Secret, secrets_of
from bridge.errors import ConfigurationError
from tests.test_config import GOOD, load


def test_a_secret_is_shown_as_its_reference_only(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("Atzr|made-up\n")
    secret = Secret("file:token", tmp_path)
    assert secret.reveal() == "Atzr|made-up"
    assert repr(secret) == "Secret('file:token')"
    assert "Atzr" not in f"{secret} {secret!s}"
    assert "password=Secret('env:PASSWORD')" in repr(load(GOOD))


def test_secrets_that_are_not_to_be_had_say_which_reference_and_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOT_SET", raising=False)
    with pytest.raises(ConfigurationError, match="env:NOT_SET is not set"):
        Secret("env:NOT_SET").reveal()
    with pytest.raises(ConfigurationError, match="file:nowhere cannot be read: No such file"):
        Secret("file:nowhere", tmp_path).reveal()
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(ConfigurationError, match="file:empty is empty"):
        Secret("file:empty", tmp_path).reveal()


def test_a_secret_file_that_everybody_can_read_is_complained_about(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("x")
    path.chmod(0o644)
    assert [*Secret("file:token", tmp_path).complaints()]
    path.chmod(0o600)
    assert not [*Secret("file:token", tmp_path).complaints()]


def test_every_secret_of_a_configuration_is_found_with_its_place() -> None:
    assert {place for place, _ in secrets_of(load(GOOD))} == {
        "accounts.main.client_id",
        "accounts.main.client_secret",
        "accounts.main.refresh_token",
        "vendors.acme.sftp.password",
    }
