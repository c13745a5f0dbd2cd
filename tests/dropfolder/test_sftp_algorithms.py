"""Weak algorithms are off unless a partner's server has no others and the operator says so."""

from __future__ import annotations

from contextlib import closing

import paramiko
import pytest

from bridge.dropfolder.settings import SftpSettings
from bridge.dropfolder.sftp import SftpDropFolder
from bridge.dropfolder.transport import WEAK
from bridge.errors import DropFolderUnavailable
from tests.faults.hostile_sftp import HOST_KEY, PASSWORD, hostile


def names_seen(kind: str, algorithm: str, *legacy: str) -> list[str]:
    """Look into the inbox of a server that has one algorithm of a kind only."""

    def prepare(transport: paramiko.Transport) -> None:
        setattr(transport.get_security_options(), "ciphers" if kind == "ciphers" else "digests", [algorithm])

    with hostile({}, prepare=prepare) as port:
        settings = SftpSettings(
            host="127.0.0.1",
            port=port,
            username="acme",
            password=PASSWORD,
            host_key=HOST_KEY.fingerprint,
            legacy_algorithms=legacy,
        )
        with closing(SftpDropFolder(settings)) as folder:
            return [remote.name for remote in folder.list_files()]


@pytest.mark.parametrize(
    ("kind", "algorithm"), [(kind, algorithm) for kind, names in WEAK.items() for algorithm in names]
)
def test_a_weak_algorithm_is_taken_only_where_it_is_asked_for(kind: str, algorithm: str) -> None:
    with pytest.raises(DropFolderUnavailable, match=f"its {kind} are weak.*legacy_algorithms"):
        names_seen(kind, algorithm)
    with pytest.raises(DropFolderUnavailable, match="legacy_algorithms"):
        names_seen(kind, algorithm, *(name for names in WEAK.values() for name in names if name != algorithm))
    assert names_seen(kind, algorithm, algorithm) == ["a.edi"]


def test_nothing_weak_is_offered() -> None:
    """Whatever paramiko adds some day: what is left has no CBC, MD5 or SHA-1 in it."""
    with hostile({}) as port, closing(paramiko.Transport(("127.0.0.1", port))) as transport:
        options = transport.get_security_options()
        offered = set(options.ciphers) | set(options.digests)
        offered |= set(options.kex) | set(options.key_types)
    left = offered - {name for names in WEAK.values() for name in names}
    assert not [name for name in left if "cbc" in name or "md5" in name or name.endswith("sha1")]
    assert "ssh-rsa" not in left
