"""authorize: the whole way by the command, over real sockets, and no token anywhere but in its file."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from simulator.faults import Fault
from simulator.rehearsal import CREDENTIALS
from tests.forkserver import fork_server
from tests.system.conftest import Site
from tests.system.traffic import ship_notice, x12

TOKEN_FILE = "refresh-token"
ANOTHER = "Atzr|stand-in-another-refresh-token"


@pytest.fixture
def private(site: Site) -> Site:
    """Return the installation with its refresh token in a file, as `authorize` wants it."""
    file = site.folder / "secrets" / TOKEN_FILE
    file.parent.mkdir(mode=0o700)
    file.write_text(CREDENTIALS.refresh_token)
    file.chmod(0o600)
    text = re.sub(r'"env:STAND_IN_REFRESH_TOKEN"', f'"file:secrets/{TOKEN_FILE}"', site.config.read_text())
    site.config.write_text(text)
    return site


def token_of(site: Site) -> str:
    return (site.folder / "secrets" / TOKEN_FILE).read_text().strip()


def kept(site: Site) -> Iterator[tuple[Path, bytes]]:
    """Read every file of the installation but the secrets."""
    for path in site.folder.rglob("*"):
        if path.is_file() and path.parent.name != "secrets":
            yield path, path.read_bytes()


def token_requests(site: Site) -> int:
    return sum(seen.operation == "token" for seen in site.amazon.requests)


class Operator:
    """Runs the command through pipes, with a browser beside it; a context manager that ends it."""

    def __init__(self, site: Site, *arguments: str, before: tuple[str, ...] = ()) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bridge", *site.arguments(*before, "authorize", "rehearsal", *arguments)],
            cwd=site.folder,
            env=site.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.told = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()

    def confirms(self) -> str:
        """Open the address that is told and confirm; return the address at which the browser ends."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.told += line
            if line.startswith("3."):
                break
        found = re.search(r"https?://\S+/apps/authorize/consent\?\S+", self.told)
        assert found, self.told
        reply = httpx.get(found.group(), trust_env=False)
        assert reply.status_code == 302, reply.text
        return reply.headers["location"]

    def pastes(self, text: str) -> subprocess.CompletedProcess[str]:
        """Paste a line, and return what the command then leaves."""
        out, err = self.process.communicate(f"{text}\n", timeout=60)
        return subprocess.CompletedProcess([], self.process.returncode, out, self.told + err)


def pasted(site: Site, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `authorize --paste` with a text on its standard input."""
    return fork_server().run(
        site.arguments("authorize", "rehearsal", "--paste", *arguments),
        environment=site.environment(),
        folder=site.folder,
        stdin=text.encode(),
    )


def admit_another(site: Site) -> None:
    """Register another refresh token of the account, as if made in Vendor Central."""
    changed = type(CREDENTIALS)(CREDENTIALS.client_id, CREDENTIALS.client_secret, ANOTHER)
    site.amazon.admit("rehearsal", changed)


def test_consent_becomes_a_token_in_the_file_and_nowhere_else(private: Site) -> None:
    private.drop("notice.edi", x12("856", "SH", "004010", 1, [ship_notice(1)]))
    private.edibridge("run")
    with Operator(private, "--json", before=("--log-level", "debug")) as operator:
        back = operator.confirms()
        done = operator.pastes(back)
    assert done.returncode == 0, done.stderr
    assert "amazon_authorization" in done.stderr, "the debug level reaches the token host"
    told = json.loads(done.stdout)
    assert (told["account"], told["proved"], told["proof"]) == ("rehearsal", True, "getTransactionStatus")
    new, previous = token_of(private), Path(told["previous"])
    assert new != CREDENTIALS.refresh_token
    assert previous.read_text().strip() == CREDENTIALS.refresh_token
    assert [stat.S_IMODE(Path(told[key]).stat().st_mode) for key in ("file", "previous")] == [0o600] * 2
    private.drop("more.edi", x12("856", "SH", "004010", 2, [ship_notice(2)]))
    ran = private.edibridge("--log-level", "debug", "run", "--settle", "--timeout", "60")
    assert ran.returncode == 0, ran.stderr
    assert private.amazon.accepted_count == 2
    (code,) = parse_qs(urlsplit(back).query)["spapi_oauth_code"]
    printed = done.stdout + done.stderr + ran.stdout + ran.stderr + private.edibridge("status").stdout
    for secret in (new, CREDENTIALS.refresh_token, CREDENTIALS.client_secret, code, "Atza|"):
        assert secret not in printed, secret
        assert not [path for path, data in kept(private) if secret.encode() in data], secret


@pytest.mark.parametrize(
    "answer", ["", "https://localhost/authorized?state=x&spapi_oauth_code=RH1", "cancel"]
)
def test_what_is_no_answer_to_the_question_is_never_sent(private: Site, answer: str) -> None:
    with Operator(private) as operator:
        operator.confirms()
        done = operator.pastes(answer)
    assert (done.returncode, done.stdout) == (1, "")
    assert "nothing was changed" in done.stderr
    assert "To begin anew: edibridge authorize rehearsal" in done.stderr
    assert token_requests(private) == 0
    assert token_of(private) == CREDENTIALS.refresh_token


def test_the_answer_to_an_earlier_question_is_refused(private: Site) -> None:
    with Operator(private) as first:
        earlier = first.confirms()
    with Operator(private) as second:
        second.confirms()
        done = second.pastes(earlier)
    assert (done.returncode, token_requests(private)) == (1, 0)
    assert "another question's state" in done.stderr


def test_a_code_that_amazon_refuses_changes_nothing_and_says_why(private: Site) -> None:
    private.amazon.options.code_lifetime = 0.0
    with Operator(private) as operator:
        done = operator.pastes(operator.confirms())
    assert done.returncode == 1
    assert "invalid_grant: the code is wrong, used, or older than five minutes" in done.stderr
    assert token_of(private) == CREDENTIALS.refresh_token
    assert token_requests(private) == 1, "a code is presented once"


def test_an_answer_that_is_cut_is_not_asked_for_again(private: Site) -> None:
    private.amazon.faults.inject(Fault(operation="token", action="cut", taken=True))
    with Operator(private) as operator:
        done = operator.pastes(operator.confirms())
    assert done.returncode == 1
    assert "Login with Amazon does not answer" in done.stderr
    assert (token_of(private), token_requests(private)) == (CREDENTIALS.refresh_token, 1)


def test_a_token_that_amazon_then_does_not_let_in_is_kept_and_told(private: Site) -> None:
    private.amazon.faults.inject(Fault(operation="getTransactionStatus", status=403, times=2))
    with Operator(private) as operator:
        done = operator.pastes(operator.confirms())
    assert done.returncode == 1
    assert "The new authorization is not proved: " in done.stderr
    assert token_of(private) != CREDENTIALS.refresh_token, "its code is used up: it must not be lost"


def test_a_draft_is_authorized_as_one(private: Site) -> None:
    private.amazon.options.draft_application = True
    text = private.config.read_text().replace("redirect_uri", "application_draft = true\nredirect_uri")
    private.config.write_text(text)
    with Operator(private) as operator:
        assert operator.pastes(operator.confirms()).returncode == 0


def test_a_private_applications_token_is_pasted(private: Site) -> None:
    admit_another(private)
    done = pasted(private, f"{ANOTHER}\n", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["proved"] is True
    assert token_of(private) == ANOTHER
    assert ANOTHER not in done.stdout + done.stderr
    assert not [path for path, data in kept(private) if ANOTHER.encode() in data]


def test_a_pasted_token_that_does_not_work_replaces_nothing(private: Site) -> None:
    done = pasted(private, "Atzr|stand-in-of-somebody-else")
    assert (done.returncode, done.stdout) == (1, "")
    assert "invalid_grant" in done.stderr
    assert "nothing was changed" in done.stderr
    assert "somebody-else" not in done.stderr
    assert token_of(private) == CREDENTIALS.refresh_token
    assert [one.name for one in (private.folder / "secrets").iterdir()] == [TOKEN_FILE]


def told(status: Any) -> list[str]:
    """Return the messages about credentials in what `status --json` printed."""
    return [alert["message"] for alert in status["alerts"] if alert["kind"] == "credentials"]


def test_an_ended_authorization_names_the_command_until_it_is_given_again(private: Site) -> None:
    private.amazon.end_authorization("rehearsal")
    private.drop("notice.edi", x12("856", "SH", "004010", 1, [ship_notice(1)]))
    ran = private.edibridge("run")
    assert ran.returncode == 1
    command = "invalid_grant; authorize again: edibridge authorize rehearsal"
    assert command in ran.stdout + ran.stderr
    status = private.json("status")
    assert command in status["paused_accounts"]["rehearsal"]["reason"]
    assert [command in text for text in told(status)] == [True]
    with Operator(private) as operator:
        assert operator.pastes(operator.confirms()).returncode == 0
    status = private.json("status")
    assert (status["paused_accounts"], told(status)) == ({}, [])
    assert status["accounts"]["rehearsal"]["authorization_ends"]
    assert private.edibridge("run", "--settle", "--timeout", "60").returncode == 0
    assert private.amazon.accepted_count == 1


def test_a_running_daemon_takes_the_new_authorization_up(private: Site) -> None:
    daemon = private.start("daemon")
    try:
        private.drop("notice.edi", x12("856", "SH", "004010", 1, [ship_notice(1)]))
        assert private.amazon.wait_until(lambda: private.amazon.accepted_count == 1, 60)
        private.amazon.end_authorization("rehearsal")
        private.drop("more.edi", x12("856", "SH", "004010", 2, [ship_notice(2)]))
        assert private.amazon.wait_until(lambda: _refused(private), 60)
        with Operator(private) as operator:
            done = operator.pastes(operator.confirms())
        assert done.returncode == 0, done.stderr
        assert private.amazon.wait_until(lambda: private.amazon.accepted_count == 2, 60)
    finally:
        daemon.terminate()
        daemon.wait(60)


def _refused(site: Site) -> bool:
    return any(seen.operation == "token" and seen.status == 400 for seen in site.amazon.requests)
