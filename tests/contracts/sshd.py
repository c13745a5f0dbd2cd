"""Runs OpenSSH's sshd as the current user: own keys, own configuration, loopback, an unprivileged port."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from typing import Self

_CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_ed25519
HostKey {folder}/host_rsa
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 100
Subsystem sftp internal-sftp
ForceCommand internal-sftp
"""


def find_sshd() -> str | None:
    """Find the program; it stands outside of most users' PATH, and insists on being called by its path."""
    return shutil.which(
        "sshd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    )


class Sshd:
    """A running server; `known_hosts` holds its Ed25519 key, `user_key` is let in."""

    def __init__(self, program: str, folder: Path) -> None:
        self.host = "127.0.0.1"
        self.port = 0
        self.username = pwd.getpwuid(os.geteuid()).pw_name
        self.user_key = folder / "user_ed25519"
        self.known_hosts = folder / "known_hosts"
        self._program = program
        self._folder = folder
        self.log: list[str] = []
        self._process: subprocess.Popen[str] | None = None

    def public_key(self, kind: str) -> str:
        """Host key of this kind ("ed25519", "rsa"), as "type base64"."""
        text = (self._folder / f"host_{kind}.pub").read_text()
        return " ".join(text.split()[:2])

    def refusal(self) -> str:
        """Why OpenSSH's own client cannot log in as this user (a locked account); empty when it can."""
        options = {
            "BatchMode": "yes",
            "IdentitiesOnly": "yes",
            "UserKnownHostsFile": str(self.known_hosts),
            "StrictHostKeyChecking": "yes",
        }
        words = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
        words += ["-F", "none", "-i", str(self.user_key), "-P", str(self.port), "-b", os.devnull]
        probe = subprocess.run(
            ["sftp", *words, f"{self.username}@{self.host}"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return probe.stderr.strip() if probe.returncode else ""

    def __enter__(self) -> Self:
        for name, kind in (("host_ed25519", "ed25519"), ("host_rsa", "rsa"), ("user_ed25519", "ed25519")):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(self._folder / name)], check=True
            )
        shutil.copy(self._folder / "user_ed25519.pub", self._folder / "authorized_keys")
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # sshd wants it when it is root; Debian's service makes it
        for _ in range(5):  # a free port may be taken by somebody else in between
            if self._starts():
                break
        else:
            raise RuntimeError(f"sshd did not start: {''.join(self.log)}")
        self.known_hosts.write_text(f"[{self.host}]:{self.port} {self.public_key('ed25519')}\n")
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def _starts(self) -> bool:
        """Start the server and wait for the line that says it listens."""
        with socket.create_server((self.host, 0)) as probe:
            self.port = probe.getsockname()[1]
        config = self._folder / "sshd_config"
        config.write_text(_CONFIG.format(port=self.port, folder=self._folder))
        self._process = subprocess.Popen(
            [self._program, "-D", "-e", "-f", str(config)],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        lines = iter(self._process.stderr.readline, "") if self._process.stderr else iter(())
        for line in lines:
            self.log.append(line)
            if "Server listening on" in line:
                # Somebody must read on, or sshd stops when the pipe is full.
                threading.Thread(target=self.log.extend, args=(lines,), daemon=True).start()
                return True
        self._process.wait(10)
        return False
