"""Who is talked to, and who is let in: pinned host keys, keys, passwords; always closed in doubt."""

from __future__ import annotations

import base64
import io
from contextlib import closing
from pathlib import Path

import paramiko
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bridge.dropfolder.hostkeys import fingerprint
from bridge.dropfolder.sftp import SftpDropFolder
from bridge.errors import AuthenticationRefused, DropFolderUnavailable, HostKeyRefused
from simulator.sftp_server import SftpUser, StandInSftp, make_key, private_key_text
from tests.contracts.drop_folder_fixtures import sshd_settings, stand_in_settings
from tests.contracts.sshd import Sshd

OTHER = make_key()
OTHER_KEY = f"ssh-ed25519 {OTHER.get_base64()}"


def list_inbox(server: StandInSftp, **changed: object) -> None:
    with closing(SftpDropFolder(stand_in_settings(server, **changed))) as folder:  # type: ignore[arg-type]
        folder.list_files()


def written(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def test_the_pinned_key_is_accepted_in_all_its_forms(stand_in: StandInSftp, tmp_path: Path) -> None:
    name, kind, blob = stand_in.host_key_line.split()
    hashed = paramiko.HostKeys.hash_host(name)
    pins = [
        {"host_key": f"{kind} {blob}"},
        {"host_key": f"{kind} {blob} comment"},
        {"host_key": stand_in.host_key_line},
        {"host_key": stand_in.fingerprint},
        {"host_key": "", "known_hosts": written(tmp_path / "plain", "# ours", "", stand_in.host_key_line)},
        {"host_key": "", "known_hosts": written(tmp_path / "hashed", f"{hashed} {kind} {blob}")},
        {"host_key": "", "known_hosts": written(tmp_path / "list", f"other,{name} {kind} {blob} comment")},
        {
            "host_key": "",
            "known_hosts": written(tmp_path / "two", f"{name} {OTHER_KEY}", stand_in.host_key_line),
        },
    ]
    for pin in pins:
        list_inbox(stand_in, **pin)
    assert stand_in.logins == ["acme"] * len(pins)


def test_another_host_key_is_refused_before_anything_is_sent(stand_in: StandInSftp, tmp_path: Path) -> None:
    name = stand_in.host_key_line.split()[0]
    pins = [
        {"host_key": OTHER_KEY},
        {"host_key": OTHER.fingerprint},
        {"host_key": "", "known_hosts": written(tmp_path / "known_hosts", f"{name} {OTHER_KEY}")},
    ]
    for pin in pins:
        with pytest.raises(HostKeyRefused) as caught:
            list_inbox(stand_in, **pin)
        assert stand_in.fingerprint in str(caught.value)
        assert (caught.value.fault, caught.value.permanent) == ("operator", True)
    assert stand_in.attempts == []


def test_without_a_pin_nobody_is_even_called(stand_in: StandInSftp, tmp_path: Path) -> None:
    name, kind, blob = stand_in.host_key_line.split()
    plain_port = f"127.0.0.1 {kind} {blob}"
    pins = [
        {"host_key": ""},
        {"host_key": "AAAA"},
        {"host_key": "ssh-ed25519 AAAA"},
        {"host_key": "SHA256:tooshort"},
        {"host_key": "", "known_hosts": str(tmp_path / "missing")},
        {"host_key": "", "known_hosts": written(tmp_path / "empty")},
        {"host_key": "", "known_hosts": written(tmp_path / "other", f"elsewhere {kind} {blob}")},
        {"host_key": "", "known_hosts": written(tmp_path / "port", plain_port)},
        {
            "host_key": "",
            "known_hosts": written(tmp_path / "authority", f"@cert-authority {name} {kind} {blob}"),
        },
        {
            "host_key": "",
            "known_hosts": written(tmp_path / "mangled", f"|1|x|y {kind} {blob}", f"{name} {kind} %"),
        },
    ]
    for pin in pins:
        with pytest.raises(HostKeyRefused, match="nothing was sent"):
            list_inbox(stand_in, **pin)
    assert stand_in.connections == 0


def test_a_revoked_key_is_refused(stand_in: StandInSftp, tmp_path: Path) -> None:
    line = stand_in.host_key_line
    pin = written(tmp_path / "known_hosts", line, f"@revoked {line}")
    with pytest.raises(HostKeyRefused):
        list_inbox(stand_in, host_key="", known_hosts=pin)
    assert stand_in.attempts == []


@pytest.mark.parametrize(
    ("names", "fits"),
    [
        ("*", True),
        ("[127.0.0.*]:{port}", True),
        ("[127.0.0.?]:{port}", True),
        ("[127.0.0.??]:{port}", False),
        ("other,[127.*]:*", True),
        ("*,![127.0.0.1]:{port}", False),
        ("![127.*]:*,*", False),
        ("!elsewhere,*", True),
        ("!elsewhere", False),
        ("127.0.0.1", False),
        ("*.0.0.1", False),
        ("{hash}", True),
        ("*,!{hash}", False),
        ("|1|AAAA|BBBB,|2|x", False),
    ],
)
def test_patterns_of_known_hosts_are_followed_as_openssh_does(
    stand_in: StandInSftp, tmp_path: Path, names: str, fits: bool
) -> None:
    name, kind, blob = stand_in.host_key_line.split()
    hashed = paramiko.HostKeys.hash_host(name)
    pattern = names.replace("{port}", str(stand_in.port)).replace("{hash}", hashed)
    pin = written(tmp_path / "known_hosts", f"{pattern} {kind} {blob}")
    if fits:
        list_inbox(stand_in, host_key="", known_hosts=pin)
        return
    with pytest.raises(HostKeyRefused, match="no host key for"):
        list_inbox(stand_in, host_key="", known_hosts=pin)
    assert stand_in.connections == 0


@pytest.mark.parametrize("names", ["*", "127.0.0.1", "[127.0.0.1]:{port}", "other,127.0.0.?", "{hash}"])
def test_a_key_is_revoked_by_every_line_that_names_its_server(
    stand_in: StandInSftp, tmp_path: Path, names: str
) -> None:
    name, kind, blob = stand_in.host_key_line.split()
    pattern = names.replace("{port}", str(stand_in.port)).replace("{hash}", paramiko.HostKeys.hash_host(name))
    line = f"@revoked {pattern} {kind} {blob}"
    for lines in ((stand_in.host_key_line, line), (line, f"* {kind} {blob}")):
        with pytest.raises(HostKeyRefused, match="is not the pinned one"):
            list_inbox(stand_in, host_key="", known_hosts=written(tmp_path / "known_hosts", *lines))
    assert stand_in.attempts == []
    elsewhere = written(tmp_path / "known_hosts", stand_in.host_key_line, f"@revoked elsewhere {kind} {blob}")
    list_inbox(stand_in, host_key="", known_hosts=elsewhere)


def test_a_revoked_key_that_cannot_be_read_and_an_authority_are_told(
    stand_in: StandInSftp, tmp_path: Path
) -> None:
    line = stand_in.host_key_line
    name, kind, blob = line.split()
    with pytest.raises(HostKeyRefused, match="line 2: a @revoked key"):
        list_inbox(
            stand_in,
            host_key="",
            known_hosts=written(tmp_path / "known_hosts", line, f"@revoked * {kind} %{blob}"),
        )
    pin = written(tmp_path / "known_hosts", f"@cert-authority *,{name} {kind} {blob}")
    with pytest.raises(HostKeyRefused, match="@cert-authority lines are not used"):
        list_inbox(stand_in, host_key="", known_hosts=pin)
    assert stand_in.connections == 0


@pytest.mark.parametrize("wrong", ["key", "type"])
def test_a_wrong_host_key_leaves_no_tracebacks(
    stand_in: StandInSftp, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, wrong: str
) -> None:
    other = OTHER if wrong == "key" else paramiko.ECDSAKey.generate()
    with pytest.raises(HostKeyRefused):
        list_inbox(stand_in, host_key=f"{other.get_name()} {other.get_base64()}")
    shown = "".join(capfd.readouterr()) + caplog.text
    assert "Traceback" not in shown
    assert "Exception" not in shown
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_server_without_a_key_of_the_pinned_type_is_refused(stand_in: StandInSftp) -> None:
    other = paramiko.ECDSAKey.generate()
    with pytest.raises(HostKeyRefused, match="none of the pinned type"):
        list_inbox(stand_in, host_key=f"{other.get_name()} {other.get_base64()}")
    assert stand_in.attempts == []


@pytest.mark.sshd
@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_a_server_with_several_keys_is_asked_for_the_pinned_one(
    sshd: Sshd, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "inbox").mkdir()
    public = sshd.public_key(kind)
    for pin in (public, fingerprint(base64.b64decode(public.split()[1]))):
        settings = sshd_settings(sshd, tmp_path, known_hosts="", host_key=pin)
        with closing(SftpDropFolder(settings)) as folder:
            assert folder.list_files() == []


@pytest.mark.parametrize(
    ("username", "password"), [("acme", "wrong-secret"), ("nobody", "wrong-secret"), ("", "wrong-secret")]
)
def test_a_refused_login_is_permanent_and_shows_no_secret(
    stand_in: StandInSftp, username: str, password: str
) -> None:
    with pytest.raises(AuthenticationRefused) as caught:
        list_inbox(stand_in, username=username, password=password)
    error: BaseException | None = caught.value
    assert (caught.value.fault, caught.value.permanent) == ("operator", True)
    assert repr(username) in str(caught.value)
    while error is not None:
        assert "secret" not in f"{error!r} {error}"
        error = error.__cause__ or error.__context__


def test_settings_show_no_secret() -> None:
    with StandInSftp({}) as server:
        settings = stand_in_settings(server, password="s3cret", private_key="s3cret", passphrase="s3cret")
    assert "s3cret" not in f"{settings} {settings!r}"


def encrypted(passphrase: bytes) -> tuple[str, str]:
    """Private key text and public line of a fresh key under a passphrase."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.BestAvailableEncryption(passphrase),
    )
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return private.decode(), public.decode()


def test_a_private_key_lets_in_by_text_and_by_path(stand_in: StandInSftp, tmp_path: Path) -> None:
    text = private_key_text()
    public = paramiko.Ed25519Key.from_private_key(io.StringIO(text)).get_base64()
    stand_in.users["acme"] = SftpUser(tmp_path / "acme", public_keys=(f"ssh-ed25519 {public} ours",))
    list_inbox(stand_in, password="", private_key=text)
    list_inbox(stand_in, password="", private_key=text.strip())  # as an environment variable may hold it
    list_inbox(stand_in, password="", private_key=written(tmp_path / "key", text))
    assert stand_in.logins[-1] == "acme"
    with pytest.raises(AuthenticationRefused, match="this private_key"):
        list_inbox(stand_in, password="", private_key=private_key_text())


def test_traditional_pem_keys_are_taken(stand_in: StandInSftp, tmp_path: Path) -> None:
    key = generate_private_key(SECP256R1())
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    stand_in.users["acme"] = SftpUser(tmp_path / "acme", public_keys=(public.decode(),))
    list_inbox(stand_in, password="", private_key=text)


def test_a_passphrase_opens_the_private_key_and_nothing_else_does(
    stand_in: StandInSftp, tmp_path: Path
) -> None:
    text, public = encrypted(b"open sesame")
    stand_in.users["acme"] = SftpUser(tmp_path / "acme", public_keys=(public,))
    list_inbox(stand_in, password="", private_key=text, passphrase="open sesame")
    before = stand_in.connections
    for wrong in ("", "open sesame street"):
        with pytest.raises(AuthenticationRefused, match="passphrase") as caught:
            list_inbox(stand_in, password="", private_key=text, passphrase=wrong)
        assert "sesame" not in str(caught.value)
    assert stand_in.connections == before


@pytest.mark.parametrize(
    "text", ["-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA", "-----BEGIN PRIVATE KEY-----\nx"]
)
def test_a_private_key_that_cannot_be_read_is_the_operators_fault(stand_in: StandInSftp, text: str) -> None:
    with pytest.raises(AuthenticationRefused, match="private key"):
        list_inbox(stand_in, password="", private_key=text)


def test_a_missing_key_file_and_no_secret_at_all_are_reported(stand_in: StandInSftp, tmp_path: Path) -> None:
    with pytest.raises(AuthenticationRefused, match="cannot be read"):
        list_inbox(stand_in, password="", private_key=str(tmp_path / "missing"))
    with pytest.raises(AuthenticationRefused, match="neither"):
        list_inbox(stand_in, password="")


def test_a_server_that_takes_keys_only_says_so(stand_in: StandInSftp, tmp_path: Path) -> None:
    stand_in.users["acme"] = SftpUser(tmp_path / "acme", public_keys=(OTHER_KEY,))
    with pytest.raises(AuthenticationRefused, match="publickey"):
        list_inbox(stand_in)


@pytest.mark.parametrize("fault", ["hangs up", "cut", "silent"])
def test_a_fault_of_the_line_is_never_taken_for_a_refusal(stand_in: StandInSftp, fault: str) -> None:
    stand_in.faults.refuse_connections = fault == "hangs up"
    stand_in.faults.cut_logins = fault == "cut"
    stand_in.faults.silent_logins = fault == "silent"
    with pytest.raises(DropFolderUnavailable):
        list_inbox(stand_in, auth_timeout=0.3)
