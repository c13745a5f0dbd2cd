"""authorize: what keeps it from its end is told with lines before anybody is asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.ledger.store import Ledger
from simulator.amazon import StandInAmazon
from simulator.faults import Fault
from tests.cli.support import CONFIG, Result, in_process, installation

PUBLIC = """\
application_id = "amzn1.sp.solution.made-up"
redirect_uri = "https://example.com/authorized"
country = "US"
client_id"""
GIVEN = datetime(2026, 3, 4, 9, tzinfo=UTC)
OWN_FILE = CONFIG.replace('refresh_token = "file:secret"', 'refresh_token = "file:token"')
READY = OWN_FILE.replace("client_id", PUBLIC)


def place(folder: Path, text: str) -> Path:
    """Make an installation whose refresh token has a file of its own."""
    installation(folder, text)
    (folder / "token").write_text("old")
    (folder / "token").chmod(0o600)
    return folder


def refused(folder: Path, text: str, *arguments: str) -> Result:
    done = in_process("authorize", "main", *arguments, folder=place(folder, text), stdin=b"x\n")
    assert (done.code, done.out) == (2, "")
    assert (folder / "token").read_text() == "old"
    assert not (folder / "ledger.sqlite").exists(), "nothing was begun"
    return done


@pytest.mark.parametrize("arguments", [(), ("--paste",)])
def test_a_variable_is_refused_with_what_to_change(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    text = READY.replace('refresh_token = "file:token"', 'refresh_token = "env:REFRESH_TOKEN"')
    done = refused(tmp_path, text, *arguments)
    assert "line 14: accounts.main.refresh_token: a variable cannot be written to" in done.err
    assert 'set refresh_token = "file:secrets/main.refresh-token"' in done.err


def test_all_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    done = refused(tmp_path, OWN_FILE)
    missing = [
        f"line 5: accounts.main.{key}: is missing" for key in ("application_id", "redirect_uri", "country")
    ]
    assert all(one in done.err for one in missing)
    assert "use --paste" in done.err


def test_a_country_without_a_known_page_asks_for_its_address(tmp_path: Path) -> None:
    text = READY.replace('"US"', '"IE"').replace('region = "na"', 'region = "eu"')
    assert "accounts.main.central: is missing" in refused(tmp_path, text).err


def test_a_file_that_holds_another_secret_too_is_not_written_to(tmp_path: Path) -> None:
    text = READY.replace('client_secret = "file:secret"', 'client_secret = "file:token"')
    done = refused(tmp_path, text)
    assert f"{tmp_path / 'token'} holds accounts.main.client_secret, too" in done.err


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    text = READY.replace('refresh_token = "file:token"', 'refresh_token = "file:nowhere/token"')
    assert f"there is no folder {tmp_path / 'nowhere'}" in refused(tmp_path, text).err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("authorize", "mian"), "did you mean main?"),
        (("authorize", "main", "--on", "2026-01-02"), "goes with --paste"),
        (("authorize", "main", "--paste", "--on", "2999-01-02"), "must not be in the future"),
    ],
)
def test_wrong_usage_is_told(tmp_path: Path, arguments: tuple[str, ...], why: str) -> None:
    done = in_process(*arguments, folder=place(tmp_path, READY), stdin=b"\n")
    assert done.code == 2
    assert why in " ".join(done.err.replace("│", " ").split())


@pytest.mark.parametrize("text", [b"", b"\n", b"hunter2\n", b"Atza|an-access-token-of-some-length\n"])
def test_what_is_no_refresh_token_changes_nothing(tmp_path: Path, text: bytes) -> None:
    done = in_process("authorize", "main", "--paste", folder=place(tmp_path, READY), stdin=text)
    assert (done.code, done.out) == (1, "")
    assert "nothing was changed" in done.err
    assert "hunter2" not in done.err
    assert (tmp_path / "token").read_text() == "old"


def test_what_amazon_could_not_prove_is_not_kept(tmp_path: Path) -> None:
    token = b"Atzr|a-refresh-token-of-some-length\n"
    done = in_process("authorize", "main", "--paste", folder=place(tmp_path, READY), stdin=token)
    assert (done.code, done.out) == (1, "")
    assert "Login with Amazon does not answer" in done.err
    assert (tmp_path / "token").read_text() == "old"
    ledger = Ledger.open(tmp_path / "ledger.sqlite")
    assert ledger.authorized_at("main") is None
    ledger.close()


SELLER = """
[sellers.shop]
account = "main"
marketplace = "US"

[sellers.shop.local]
root = "shop"
"""


@pytest.mark.parametrize(
    ("text", "page"),
    [
        (READY, "https://vendorcentral.amazon.com"),
        (READY[: READY.index("[vendors.acme]")] + SELLER, "https://sellercentral.amazon.com"),
        (
            READY.replace("client_id", 'central = "https://central.example"\nclient_id'),
            "https://central.example",
        ),
    ],
    ids=["vendor", "seller", "another"],
)
def test_consent_is_given_where_the_partner_signs_in(tmp_path: Path, text: str, page: str) -> None:
    done = in_process("authorize", "main", folder=place(tmp_path, text), stdin=b"\n")
    assert done.code == 1
    assert f"   {page}/apps/authorize/consent?application_id=amzn1.sp.solution.made-up&state=" in done.err


@pytest.fixture
def amazon() -> Iterator[StandInAmazon]:
    with StandInAmazon(rate=None) as standing_in:
        yield standing_in


def pasted(folder: Path, amazon: StandInAmazon, text: str) -> Result:
    """Paste the stand-in's refresh token for an account whose file has another one."""
    known = amazon.credentials
    text = text.replace("http://127.0.0.1:9", amazon.url).replace('"made-up"', f'"{known.client_id}"')
    place(folder, text.replace('client_secret = "file:secret"', 'client_secret = "file:client"'))
    (folder / "client").write_text(known.client_secret)
    (folder / "client").chmod(0o600)
    token = f"{known.refresh_token}\n".encode()
    return in_process(
        "authorize", "main", "--paste", "--on", "2026-01-02", "--json", folder=folder, stdin=token
    )


def test_a_pasted_token_counts_from_the_day_that_is_said(tmp_path: Path, amazon: StandInAmazon) -> None:
    done = pasted(tmp_path, amazon, OWN_FILE)
    assert (done.code, done.json["proof"]) == (0, "getTransactionStatus"), done.err
    assert "until 2027-01-02" in in_process("status", folder=tmp_path).out


@pytest.mark.parametrize(("refused", "code"), [("getTransactionStatus", 0), ("*", 1)])
def test_one_program_that_amazon_lets_in_is_proof_enough(
    tmp_path: Path, amazon: StandInAmazon, refused: str, code: int
) -> None:
    if refused == "*":
        amazon.faults.inject(Fault(operation="getFulfillmentOrder", status=403, times=None))
    amazon.faults.inject(Fault(operation="getTransactionStatus", status=403, times=None))
    done = pasted(tmp_path, amazon, OWN_FILE + SELLER)
    assert done.code == code, done.err
    if code == 0:
        assert done.json["proof"] == "getFulfillmentOrder"
    else:
        assert "HTTP 403" in done.err
        assert (tmp_path / "token").read_text() == "old"


def test_the_account_of_no_partner_is_proved_by_an_access_token(
    tmp_path: Path, amazon: StandInAmazon
) -> None:
    other = CONFIG[CONFIG.index("[accounts.main]") : CONFIG.index("[vendors.acme]")]
    other = other.replace("accounts.main", "accounts.other").replace("made-up", "another")
    done = pasted(tmp_path, amazon, OWN_FILE.replace('account = "main"', 'account = "other"') + "\n" + other)
    assert (done.code, done.json["proof"]) == (0, "an access token"), done.err


def test_status_shows_until_when_the_credentials_are_good(tmp_path: Path) -> None:
    folder = installation(tmp_path, CONFIG.replace("client_id", "secret_made_on = 2026-01-05\nclient_id"))
    told = in_process("status", folder=folder).out
    assert "Account main: its client secret is good until 2026-07-04" in told
    ledger = Ledger.open(folder / "ledger.sqlite")
    ledger.record_authorized("main", GIVEN, GIVEN, clears=[])
    ledger.close()
    assert (
        "Account main: authorized on 2026-03-04, until 2027-03-04" in in_process("status", folder=folder).out
    )
    assert in_process("status", "--json", folder=folder).json["accounts"] == {
        "main": {
            "authorized_at": "2026-03-04T09:00:00+00:00",
            "authorization_ends": "2027-03-04T09:00:00+00:00",
            "secret_ends": "2026-07-04T00:00:00+00:00",
        }
    }


def test_an_alert_on_an_account_is_shown_with_the_command_and_counts(tmp_path: Path) -> None:
    folder = installation(tmp_path, READY)
    ledger = Ledger.open(folder / "ledger.sqlite")
    ledger.raise_alert("authorization", "", "main", "it ends soon", GIVEN, account="main")
    ledger.raise_alert("authorization", "", "other", "of an account that is gone", GIVEN, account="other")
    ledger.close()
    done = in_process("status", folder=folder)
    assert done.code == 1
    assert "main authorization: it ends soon" in done.out
    assert "-> `edibridge authorize main`" in done.out
    assert "of an account that is gone" not in done.out


@pytest.mark.parametrize("key", ["authorized_on", "secret_made_on"])
def test_a_day_that_is_still_to_come_is_told_by_check(tmp_path: Path, key: str) -> None:
    folder = installation(tmp_path, READY.replace("client_id", f"{key} = 2999-01-02\nclient_id"))
    done = in_process("check", folder=folder)
    assert done.code == 2
    assert f"line 12: accounts.main.{key}: 2999-01-02 is still to come" in done.err


@pytest.mark.parametrize(
    ("given", "wrong", "why"),
    [
        ('"US"', '"DE"', 'line 11: accounts.main.country: is not of this region: set region = "eu"'),
        ('"US"', '"us"', "line 11: accounts.main.country: must be one of US, CA"),
        (
            "amzn1.sp.solution",
            "amzn1.application-oa2-client",
            "line 9: accounts.main.application_id: is a cl",
        ),
        ("https://example", "http://example", "line 10: accounts.main.redirect_uri: must be the address"),
        ("authorized", "authorized#top", "line 10: accounts.main.redirect_uri: must be the address"),
    ],
)
def test_mistakes_in_the_settings_are_told_by_check(tmp_path: Path, given: str, wrong: str, why: str) -> None:
    done = in_process("check", folder=installation(tmp_path, READY.replace(given, wrong)))
    assert done.code == 2
    assert why in done.err
