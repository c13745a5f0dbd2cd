"""Whatever stands where a private key belongs: none of it is ever shown, logged or kept in the ledger."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from bridge.dropfolder.privatekeys import load_private_key
from bridge.errors import AuthenticationRefused
from simulator.sftp_server import StandInSftp
from tests.cli import keys
from tests.cli.support import CONFIG, Result, edibridge, in_process, installation

VENDOR = """
[vendors.{name}]
account = "main"
selling_party = "{code}"
warehouses = ["{code}"]

[vendors.{name}.sftp]
host = "{host}"
port = {port}
username = "{name}"
private_key = "file:keys/{name}"
{passphrase}host_key = "{pin}"
"""
PIECE = 16
BAD = {name: (text, passphrase) for name, text, passphrase in keys.bad()}
GOOD = {name: (text, passphrase, key) for name, text, passphrase, key in keys.good()}


def material(text: str) -> set[str]:
    """Cut a secret into the pieces by which it would be known again."""
    words = re.findall(r"[A-Za-z0-9+/=_-]{16,}", text.replace("\\n", "\n"))
    frames = {word for word in words if "KEY" in word and "-----" in word}
    pieces = {word[at : at + PIECE] for word in set(words) - frames for at in range(0, len(word) - 15, PIECE)}
    return {piece for piece in pieces if not re.match(r"PuTTY|AGE-SECRET|ecdsa-sha2|.*BEGIN|.*Memory", piece)}


@lru_cache(maxsize=1)
def _pieces(shown: str) -> frozenset[str]:
    """Cut what is shown at every place, once for the thousands of pieces that must not be among it."""
    return frozenset(shown[at : at + PIECE] for at in range(len(shown) - PIECE + 1))


def assert_nothing_shown(shown: str, secret: str, name: str) -> None:
    found = material(secret) & _pieces(shown)
    assert not found, f"{name}: {len(found)} pieces are shown"


def keep(folder: Path, name: str, data: bytes) -> None:
    path = folder / "keys" / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(data)
    path.chmod(0o600)


@pytest.fixture
def server() -> Iterator[StandInSftp]:
    with StandInSftp({}) as running:
        yield running


def vendor_of(server: StandInSftp, folder: Path, name: str, data: bytes, passphrase: str = "") -> str:
    """Keep a secret and give the table of a vendor that has it."""
    place = f"{name.replace('.', '-')}"
    keep(folder, place, data)
    line = ""
    if passphrase:
        keep(folder, f"{place}-passphrase", passphrase.encode())
        line = f'passphrase = "file:keys/{place}-passphrase"\n'
    code = re.sub(r"[^A-Z0-9]", "", place.upper())
    return VENDOR.format(
        name=place,
        code=code,
        host=server.host,
        port=server.port,
        passphrase=line,
        pin=server.fingerprint,
    )


def everything(folder: Path, *results: Result) -> str:
    """Put together all that was printed, logged and stored."""
    stored = [path.read_bytes().decode("latin-1") for path in folder.glob("ledger*")]
    return "\n".join([result.out + result.err for result in results] + stored)


def test_no_key_of_forty_kinds_is_shown_anywhere(tmp_path: Path, server: StandInSftp) -> None:
    good = {name: one for name, one in GOOD.items() if name.startswith("pkcs8-")}
    assert len(BAD) + len(good) >= 40
    installation(tmp_path)
    kept = {f"bad-{name}": one for name, one in BAD.items()}
    kept |= {f"good-{name}": (text, passphrase) for name, (text, passphrase, _) in good.items()}
    tables = [
        vendor_of(server, tmp_path, name, text.encode(), phrase) for name, (text, phrase) in kept.items()
    ]
    (tmp_path / "config.toml").write_text(CONFIG + "".join(tables))
    done = [
        edibridge("check", "--connect", "--json", folder=tmp_path),
        edibridge("--log", "text", "--log-level", "debug", "run", folder=tmp_path),
        edibridge("status", "--json", folder=tmp_path),
    ]
    assert [result.code for result in done] == [1] * len(done), [result.err for result in done]
    shown = everything(tmp_path, *done)
    for name, (text, passphrase) in kept.items():
        assert_nothing_shown(shown, text, name)
        assert not passphrase or passphrase not in shown
        assert json.dumps(text)[1:-1] not in shown
    tried = {one["place"]: one for one in done[0].json["connections"]}
    for name in BAD:
        place = f"vendors.bad-{name.replace('.', '-')}.sftp"
        assert "private_key: " in str(tried[place]["told"]), tried[place]
        assert tried[place]["fault"] == "operator"
    for name in good:  # read, and refused by a server that knows nobody
        assert "refused user" in str(tried[f"vendors.good-{name}.sftp"]["told"])
    assert "Traceback" not in shown


@pytest.mark.parametrize(
    ("name", "data"), list(keys.binary()), ids=lambda one: one if isinstance(one, str) else ""
)
def test_what_is_no_text_is_refused_and_not_shown(
    tmp_path: Path, server: StandInSftp, name: str, data: bytes
) -> None:
    installation(tmp_path)
    (tmp_path / "config.toml").write_text(CONFIG + vendor_of(server, tmp_path, name, data))
    done = [
        in_process("check", "--connect", "--json", folder=tmp_path),
        in_process("run", folder=tmp_path),
        in_process("status", folder=tmp_path),
    ]
    assert [result.code for result in done[:2]] == [2, 2]
    shown = everything(tmp_path, *done)
    for text in (data.decode("latin-1"), data.decode("utf-8", "replace"), repr(data)):
        assert_nothing_shown(shown, text, name)
    assert f"keys/{name}" in done[0].out


@pytest.mark.parametrize("broken", ["hidden\udcff4711", "hidden\x1b4711"])
def test_a_secret_of_the_environment_that_is_no_text_is_refused_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    text = CONFIG.replace('client_secret = "file:secret"', 'client_secret = "env:BROKEN"')
    folder = installation(tmp_path, text)
    monkeypatch.setenv("BROKEN", broken)
    done = [in_process(*verb, folder=folder) for verb in (["check", "--connect"], ["run"])]
    assert [result.code for result in done] == [2, 2]
    assert "env:BROKEN" in done[1].err
    assert "hidden" not in everything(folder, *done)


@pytest.mark.parametrize("name", GOOD)
def test_keys_of_the_usual_formats_can_be_used(name: str) -> None:
    text, passphrase, key = GOOD[name]
    loaded = load_private_key(text, passphrase)
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    assert loaded.get_base64() == public.decode().split()[1]


@pytest.mark.parametrize("name", BAD)
def test_the_error_of_a_bad_key_holds_nothing_of_it(name: str) -> None:
    text, passphrase = BAD[name]
    with pytest.raises(AuthenticationRefused) as caught:
        load_private_key(text, passphrase)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert_nothing_shown(f"{caught.value!r}", text, name)


def test_a_key_that_was_pasted_as_a_reference_is_not_shown(tmp_path: Path) -> None:
    blob = next(keys.good())[1].replace("\n", "")
    for pasted in (f"file:{blob}", blob, f"env:{blob}"):
        text = CONFIG.replace('client_secret = "file:secret"', f'client_secret = "{pasted}"')
        folder = tmp_path / str(len(pasted))
        folder.mkdir()
        installation(folder, text)
        done = [in_process(verb, folder=folder) for verb in ("check", "run", "status")]
        assert {result.code for result in done} == {2}
        assert_nothing_shown(everything(folder, *done), blob, pasted[:4])
