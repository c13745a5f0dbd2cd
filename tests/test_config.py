"""Configurations that load, and those that are refused with every mistake named at its line."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from bridge.config import Config, load_config, parse_config
from bridge.errors import ConfigurationError, Problem

GOOD = """\
[bridge]
timezone = "Europe/Berlin"

[accounts.main]
region = "eu"
client_id = "amzn1.application-oa2-client.made-up"
client_secret = "env:SECRET"
refresh_token = "file:token"

[vendors.acme]
account = "main"
selling_party = "ACMEV"

[vendors.acme.sftp]
host = "sftp.example"
username = "acme"
password = "env:PASSWORD"
host_key = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""


def load(text: str) -> Config:
    return parse_config(text, Path("config.toml"))


def problems(text: str) -> list[Problem]:
    with pytest.raises(ConfigurationError) as raised:
        load(text)
    return raised.value.problems


def named(text: str) -> set[tuple[int, str]]:
    return {(problem.line, problem.place) for problem in problems(text)}


def only_problem(text: str) -> Problem:
    found = problems(text)
    assert len(found) == 1, found
    return found[0]


def test_a_small_configuration_loads_with_the_documented_defaults() -> None:
    config = load(GOOD)
    vendor = config.vendors["acme"]
    assert vendor.batch_size == "auto"
    assert vendor.confirmations == "required"
    assert vendor.in_doubt.confirmations == "hold"
    assert vendor.in_doubt.status_updates == "resubmit"
    assert vendor.schedule.interval == timedelta(seconds=60)
    assert vendor.pickup.convention == "settled"
    assert config.accounts["main"].requests_per_second == 10


@pytest.mark.parametrize("told", ["verify", "look"])
def test_the_policy_that_verifies_has_an_older_name_too(told: str) -> None:
    config = load(f'{GOOD}\n[vendors.acme.in_doubt]\nlabel_requests = "{told}"\n')
    assert config.vendors["acme"].in_doubt.label_requests == "verify"


def test_nothing_is_fetched_and_nothing_new_is_acknowledged_unless_it_is_asked_for() -> None:
    vendor = load(GOOD).vendors["acme"]
    assert (vendor.acknowledgement_kind, vendor.ta1, vendor.same_content) == ("997", "requested", "hold")
    assert (vendor.fetch.labels, vendor.fetch.packing_slips, vendor.fetch.invoices) == (False, False, False)
    assert (vendor.fetch.every, vendor.fetch.since) == (timedelta(hours=1), timedelta(days=7))
    assert (vendor.fetch.hours, vendor.fetch.index) == (None, "csv")
    assert (vendor.label_requests.when, vendor.label_requests.from_acknowledgements) == ("at_once", False)


@pytest.mark.parametrize(
    ("hours", "open_at", "closed_at"),
    [
        ("06:00-20:00", ["06:00", "19:59"], ["05:59", "20:00"]),
        ("22:00-06:00", ["22:00", "05:59"], ["06:00", "21:59"]),
        ("08:00-24:00", ["08:00", "23:59"], ["07:59", "00:00"]),
    ],
)
def test_business_hours_cover_from_their_beginning_to_before_their_end(
    hours: str, open_at: list[str], closed_at: list[str]
) -> None:
    read = load(GOOD + f'[vendors.acme.fetch]\nhours = "{hours}"\n').vendors["acme"].fetch.hours
    assert read is not None
    assert str(read) == hours
    assert all(read.cover(time.fromisoformat(at)) for at in open_at)
    assert not any(read.cover(time.fromisoformat(at)) for at in closed_at)


def test_a_vendor_without_a_time_zone_has_that_of_the_bridge() -> None:
    assert load(GOOD).vendors["acme"].timezone == "Europe/Berlin"
    own = GOOD.replace('selling_party = "ACMEV"', 'selling_party = "ACMEV"\ntimezone = "Asia/Tokyo"')
    assert load(own).vendors["acme"].timezone == "Asia/Tokyo"


def test_paths_are_meant_from_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "bridge.toml").write_text(GOOD.replace("[bridge]", '[bridge]\nledger = "l.db"\nmappings = "m"'))
    (folder / "token").write_text("Atzr-made-up\n")
    monkeypatch.chdir(tmp_path)
    config = load_config(Path("etc/bridge.toml"))
    assert config.bridge.ledger == str(folder / "l.db")
    assert config.bridge.spool == folder / "var/spool"
    assert config.bridge.mappings == (folder / "m",)
    assert config.accounts["main"].refresh_token.reveal() == "Atzr-made-up"
    assert config.source == folder / "bridge.toml"


def test_five_mistakes_are_named_at_once_with_their_places_and_lines() -> None:
    text = """\
[bridge]
timezone = "Europe/Berln"

[accounts.main]
region = "us"
client_id = "a"
client_secret = "hunter2"
refresh_token = "env:TOKEN"

[vendors.acme]
account = "mian"
selling_party = "ACMEV"
batch_size = 0

[vendors.acme.local]
root = "drop"
"""
    assert named(text) == {
        (2, "bridge.timezone"),
        (5, "accounts.main.region"),
        (7, "accounts.main.client_secret"),
        (11, "vendors.acme.account"),
        (13, "vendors.acme.batch_size"),
    }


def test_the_message_of_a_refusal_has_a_line_a_problem_and_names_the_file() -> None:
    with pytest.raises(ConfigurationError) as raised:
        load(GOOD.replace('"eu"', '"us"').replace('username = "acme"', ""))
    assert str(raised.value).splitlines() == [
        "config.toml: line 5: accounts.main.region: must be one of 'na', 'eu' or 'fe'",
        "config.toml: line 14: vendors.acme.sftp.username: is missing. User name there",
    ]


def test_a_secret_written_out_is_refused_and_not_repeated() -> None:
    problem = only_problem(GOOD.replace('"env:PASSWORD"', '"correct horse"'))
    assert problem.place == "vendors.acme.sftp.password"
    assert problem.line == GOOD.splitlines().index('password = "env:PASSWORD"') + 1
    assert "horse" not in str(problem)


def test_an_unknown_key_is_refused_with_the_key_that_was_probably_meant() -> None:
    problem = only_problem(GOOD.replace('host = "sftp.example"', 'host = "sftp.example"\nimbox = "in"'))
    assert (problem.line, problem.place) == (16, "vendors.acme.sftp.imbox")
    assert "did you mean inbox?" in problem.message


def test_a_syntax_error_is_told_with_its_line() -> None:
    assert only_problem(GOOD.replace('region = "eu"', "region = eu")).line == 5
    assert only_problem(GOOD + 'x = """').line == GOOD.count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "place", "hint"),
    [
        ('password = "env:PASSWORD"\n', "", "vendors.acme.sftp", "private_key or password"),
        ("password =", 'private_key = "file:k"\npassword =', "vendors.acme.sftp.password", "not both"),
        ('host_key = "SHA256:' + "A" * 43 + '"\n', "", "vendors.acme.sftp", "known_hosts or host_key"),
        ("password =", 'known_hosts = "k"\npassword =', "vendors.acme.sftp.host_key", "not both"),
        ("password =", 'passphrase = "env:P"\npassword =', "vendors.acme.sftp.passphrase", "there is none"),
        ("SHA256:", "MD5:", "vendors.acme.sftp.host_key", "fingerprint"),
        ("username", 'archive = "inbox/"\nusername', "vendors.acme.sftp.archive", "same folder as inbox"),
        ("username", 'inbox = "a/in"\noutbox = "a"\nusername', "vendors.acme.sftp.outbox", "hold the inbox"),
        ("username", 'inbox = "../in"\nusername', "vendors.acme.sftp.inbox", "without .."),
        ("username", "port = 0\nusername", "vendors.acme.sftp.port", "greater"),
        ("region", 'endpoint = "http://amazon.example"\nregion', "accounts.main.endpoint", "https"),
        ("region", 'endpoint = "https://u:p@amazon.example"\nregion', "accounts.main.endpoint", "password"),
        ("region", "sandbox = 1\nregion", "accounts.main.sandbox", "boolean"),
        ("account =", 'carrier = "United"\naccount =', "vendors.acme.carrier", "SCAC"),
        ("account =", 'encoding = "latin-99"\naccount =', "vendors.acme.encoding", "no such encoding"),
        ("account =", 'final_statuses = ["DELIVERED"]\naccount =', "vendors.acme.final_statuses.0", "LOST"),
        ("account =", 'schedule = { poll = "5 x" }\naccount =', "vendors.acme.schedule.poll", "duration"),
        (
            "account =",
            'schedule = { cron = "* * * * 1" }\naccount =',
            "vendors.acme.schedule.cron",
            "weekdays",
        ),
        ("account =", 'schedule = { cron = "61 * * * *" }\naccount =', "vendors.acme.schedule.cron", ""),
        (
            "account =",
            'schedule = { poll = "1m", cron = "* * * * *" }\naccount =',
            "vendors.acme.schedule.cron",
            "not both",
        ),
        ("account =", 'local = { root = "x" }\naccount =', "vendors.acme.local", "two drop folders"),
        ("account =", 'fetch = { hours = "6-20" }\naccount =', "vendors.acme.fetch.hours", "06:00-20:00"),
        ("account =", 'fetch = { hours = "06:00-25:00" }\naccount =', "vendors.acme.fetch.hours", "24:00"),
        ("account =", 'fetch = { hours = "06:00-06:00" }\naccount =', "vendors.acme.fetch.hours", "all day"),
        (
            "account =",
            'fetch = { label_name = "labels/{order}.{ext}" }\naccount =',
            "vendors.acme.fetch.label_name",
            "no {order}; there are {purchase_order}",
        ),
        (
            "account =",
            'fetch = { label_name = "labels/{purchase_order}.{ext}" }\naccount =',
            "vendors.acme.fetch.label_name",
            "one name",
        ),
        (
            "account =",
            'fetch = { label_name = "../{tracking}.{ext}" }\naccount =',
            "vendors.acme.fetch.label_name",
            "without ..",
        ),
        ("account =", 'status_files = ["xml"]\naccount =', "vendors.acme.status_files.0", "aperak"),
        ("account =", 'ta1 = "sometimes"\naccount =', "vendors.acme.ta1", "requested"),
        ("[bridge]", '[bridge]\nledger = "postgresql://u:pw@db/x"', "bridge.ledger", "password"),
        ("[bridge]", "vendor = 1\n[bridge]", "vendor", "did you mean vendors?"),
    ],
)
def test_a_mistake_is_named_with_its_place(old: str, new: str, place: str, hint: str) -> None:
    problem = only_problem(GOOD.replace(old, new, 1))
    assert problem.place == place
    assert problem.line > 0
    assert hint in problem.message


def test_two_vendors_on_one_inbox_are_refused() -> None:
    second = GOOD[GOOD.index("[vendors.acme]") :].replace("acme]", "beta]").replace("acme.sftp", "beta.sftp")
    text = GOOD + second.replace("ACMEV", "BETAV")
    problem = only_problem(text)
    assert problem.place == "vendors.beta.sftp"
    assert "[vendors.acme]" in problem.message
    load(text.replace("[vendors.beta.sftp]", '[vendors.beta.sftp]\ninbox = "beta"'))


def test_a_vendor_needs_a_drop_folder_and_a_configuration_a_vendor_and_an_account() -> None:
    start = GOOD.index("[vendors.acme.sftp]")
    assert only_problem(GOOD[:start]).place == "vendors.acme"
    assert named("") == {(0, "accounts"), (0, "vendors")}


def test_http_is_accepted_for_a_stand_in_on_this_machine() -> None:
    config = load(GOOD.replace("region", 'endpoint = "http://127.0.0.1:8080/"\nregion'))
    assert config.accounts["main"].endpoint == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("text", "seconds"), [('"30s"', 30), ('"5m"', 300), ('"1h"', 3600), ('"1h30m"', 5400), ("90", 90)]
)
def test_durations_are_read_with_their_units(text: str, seconds: int) -> None:
    config = load(GOOD + f"[vendors.acme.schedule]\npoll = {text}\n")
    assert config.vendors["acme"].schedule.interval == timedelta(seconds=seconds)


def test_a_vendor_has_the_retention_of_the_bridge_unless_it_names_its_own() -> None:
    assert load(GOOD).vendors["acme"].retention_days == 30
    general = GOOD.replace("[bridge]", "[bridge]\nretention_days = 14")
    assert load(general).vendors["acme"].retention_days == 14
    own = general.replace("[vendors.acme]", "[vendors.acme]\nretention_days = 7")
    assert load(own).vendors["acme"].retention_days == 7


@pytest.mark.parametrize("days", ["0", "true", '"30d"', "99999"])
def test_a_retention_that_is_no_number_of_days_is_told_once(days: str) -> None:
    problem = only_problem(GOOD.replace("[bridge]", f"[bridge]\nretention_days = {days}"))
    assert problem.place == "bridge.retention_days"


NESTED = {
    "arrays": "x = " + "[" * 20_000 + "]" * 20_000,
    "arrays-that-toml-takes": "x = " + "[" * 150 + "]" * 150,
    "tables": "x = " + "{a = " * 20_000 + "1" + "}" * 20_000,
    "keys": "x." * 5_000 + "y = 1",
    "digits": "x = " + "9" * 5_000,
    "header": "[" + "a." * 5_000 + "b]\nx = 1",
}


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED)
def test_what_is_nested_too_deeply_is_a_mistake_like_another(text: str) -> None:
    assert problems(f"{text}\n{GOOD}" if "[" not in text[:1] else f"{GOOD}\n{text}")


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('spool = "~nobody-of-that-name/spool"', "bridge.spool"),
        ('ledger = "~nobody-of-that-name/ledger"', "bridge.ledger"),
        ('spool = "a\\u0000b"', "bridge.spool"),
        ('min_free_disk = "many"', "bridge.min_free_disk"),
        ("min_free_disk = -1", "bridge.min_free_disk"),
        ("min_free_disk = 99999999999999999999999", "bridge.min_free_disk"),
        ("min_free_disk = true", "bridge.min_free_disk"),
        ('allow_loose_permissions = "yes"', "bridge.allow_loose_permissions"),
    ],
)
def test_a_value_of_the_bridge_that_cannot_be_is_named(line: str, place: str) -> None:
    assert only_problem(GOOD.replace("[bridge]", f"[bridge]\n{line}")).place == place


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ('[vendors.acme.pickup]\ninterval = "99999999999999999999d"', "pickup.interval"),
        ("[vendors.acme.pickup]\ninterval = inf", "pickup.interval"),
        ('[vendors.acme.pickup]\nmax_file_size = "1 parsec"', "pickup.max_file_size"),
        ("[vendors.acme.pickup]\nmax_file_size = 0", "pickup.max_file_size"),
    ],
)
def test_a_value_of_a_vendor_that_cannot_be_is_named(table: str, key: str) -> None:
    assert only_problem(f"{GOOD}\n{table}").place == f"vendors.acme.{key}"


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("4096", 4096),
        ('"500MB"', 500_000_000),
        ('"1 GiB"', 1 << 30),
        ('"1.5kib"', 1536),
        ('"2TB"', 2 * 10**12),
    ],
)
def test_sizes_are_read_with_their_units(text: str, size: int) -> None:
    config = load(GOOD.replace("[bridge]", f"[bridge]\nmin_free_disk = {text}"))
    assert config.bridge.min_free_disk == size


@pytest.mark.parametrize(("mode", "read"), [("0640", 0o640), ("660", 0o660), ("0604", 0o604)])
def test_a_mode_is_read_as_chmod_reads_it(mode: str, read: int) -> None:
    local = f'[vendors.acme.local]\nroot = "drop"\nfile_mode = "{mode}"'
    head = GOOD[: GOOD.index("[vendors.acme.sftp]")]
    vendor = load(head + local).vendors["acme"]
    assert vendor.local is not None
    assert vendor.local.file_mode == read
    for wrong in ('"0999"', "640", '"0040"', '"01777"'):
        assert "file_mode" in only_problem(head + local.replace(f'"{mode}"', wrong)).place


def test_an_algorithm_that_is_no_weak_one_is_named() -> None:
    sftp = load(f'{GOOD}legacy_algorithms = ["aes128-cbc", "hmac-sha1"]').vendors["acme"].sftp
    assert sftp is not None
    assert sftp.legacy_algorithms == ("aes128-cbc", "hmac-sha1")
    assert "legacy_algorithms" in only_problem(f'{GOOD}legacy_algorithms = ["none"]').place
