"""check and init."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bridge.data import shipped
from simulator.amazon import StandInAmazon
from tests.cli.support import CONFIG, OWN_MAPPINGS, edibridge, in_process, installation

ACME = """name = "acme"
extends = "x12-856"
standard = "x12"
document = "856"
vendors = ["acme"]
"""


def test_a_good_configuration_is_good(tmp_path: Path) -> None:
    done = in_process("check", "--json", folder=installation(tmp_path))
    assert done.code == 0, done.err
    assert done.json == {"file": "config.toml", "ok": True, "problems": [], "connections": []}


def test_every_problem_is_in_the_json_with_its_line(tmp_path: Path) -> None:
    text = CONFIG.replace("selling_party", "seling_party").replace('"file:secret"', '"hunter2"', 1)
    done = in_process("check", "--json", folder=installation(tmp_path, text))
    assert done.code == 2
    assert [(one["level"], one["place"], one["line"]) for one in done.json["problems"]] == [
        ("error", "accounts.main.client_secret", 10),
        ("error", "vendors.acme.selling_party", 13),
        ("error", "vendors.acme.seling_party", 15),
    ]
    assert "hunter2" not in done.out + done.err


def test_secrets_and_names_that_are_not_there_are_told_with_their_lines(tmp_path: Path) -> None:
    text = CONFIG.replace('client_secret = "file:secret"', 'client_secret = "env:EDI_NOT_SET"')
    text = text.replace("warehouses", 'status_codes = "ours"\nmapping = "mine"\nwarehouses')
    done = in_process("check", folder=installation(tmp_path, text))
    assert done.code == 2
    told = [line for line in done.err.splitlines() if line.startswith("config.toml: line")]
    assert [line.split(": ")[2] for line in told] == [
        "accounts.main.client_secret",
        "vendors.acme.status_codes",
        "vendors.acme.mapping",
    ]
    assert "env:EDI_NOT_SET is not set in the environment" in told[0]


def test_a_secret_that_everybody_can_read_is_a_warning(tmp_path: Path) -> None:
    folder = installation(tmp_path)
    (folder / "secret").chmod(0o644)
    done = in_process("check", "--json", folder=folder)
    assert done.code == 0
    assert {one["level"] for one in done.json["problems"]} == {"warning"}


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o620, 0o666])
def test_a_secret_that_others_can_read_is_refused_by_what_works(tmp_path: Path, mode: int) -> None:
    folder = installation(tmp_path)
    (folder / "secret").chmod(mode)
    for verb in (["run"], ["daemon"]):
        done = in_process(*verb, folder=folder)
        assert done.code == 2
        assert "accounts.main.client_secret" in done.err
        assert "chmod 600" in done.err
    (folder / "secret").chmod(0o640)  # its group may read it
    assert in_process("run", "--json", folder=folder).json["finished"]


def test_a_secret_that_others_can_read_is_used_where_that_is_allowed(tmp_path: Path) -> None:
    text = CONFIG.replace("[bridge]", "[bridge]\nallow_loose_permissions = true")
    folder = installation(tmp_path, text)
    (folder / "secret").chmod(0o644)
    assert in_process("run", "--json", folder=folder).json["finished"]


def test_connect_tries_every_folder_and_every_account(tmp_path: Path) -> None:
    with StandInAmazon() as amazon:
        text = CONFIG.replace("http://127.0.0.1:9", amazon.url)
        text = text.replace('"made-up"', f'"{amazon.credentials.client_id}"')
        text = text.replace('client_secret = "file:secret"', 'client_secret = "env:CLIENT_SECRET"')
        text = text.replace('refresh_token = "file:secret"', 'refresh_token = "env:REFRESH_TOKEN"')
        folder = installation(tmp_path, text)
        secrets = {
            "CLIENT_SECRET": amazon.credentials.client_secret,
            "REFRESH_TOKEN": amazon.credentials.refresh_token,
        }
        good = edibridge("check", "--connect", "--json", folder=folder, environment=secrets)
        amazon.faults.reply(403, operation="getTransactionStatus", times=None)
        barred = edibridge("check", "--connect", "--json", folder=folder, environment=secrets)
        wrong = secrets | {"REFRESH_TOKEN": "Atzr-no"}
        bad = edibridge("check", "--connect", "--json", folder=folder, environment=wrong)
    assert (good.code, {one["kind"]: one["ok"] for one in good.json["connections"]}) == (
        0,
        {"local": True, "amazon": True, "getTransactionStatus": True},
    ), good
    assert (barred.code, "lacks a role" in barred.json["connections"][-1]["told"]) == (1, True)
    assert bad.code == 1
    tried = {one["kind"]: one for one in bad.json["connections"]}
    assert tried["local"]["ok"]
    assert not tried["amazon"]["ok"]
    assert "Atzr-no" not in bad.out + bad.err


def test_init_makes_a_folder_to_begin_with_and_overwrites_nothing(tmp_path: Path) -> None:
    made = in_process("init", "here", "--json", folder=tmp_path)
    assert made.code == 0, made.err
    config = tmp_path / "here" / "config.toml"
    assert str(Path("here") / "config.toml") in made.json["made"]
    assert [path.name for path in (tmp_path / "here" / "mappings").rglob("*")] == ["example.toml"]
    assert (tmp_path / "here" / "secrets").stat().st_mode & 0o077 == 0
    config.write_text("mine = 1\n")
    again = in_process("init", "here", folder=tmp_path)
    assert again.code == 2
    assert "overwrites nothing" in again.err
    assert config.read_text() == "mine = 1\n"


def test_the_example_of_init_is_a_mapping_that_extends_a_shipped_one(tmp_path: Path) -> None:
    folder = installation(tmp_path, CONFIG.replace("[bridge]", '[bridge]\nmappings = ["here/mappings"]'))
    in_process("init", "here", folder=folder)
    example = folder / "here" / "mappings" / "example.toml"
    lines = example.read_text(encoding="utf-8").splitlines()
    start = lines.index("#")  # what stands before is for its reader
    example.write_text("\n".join(line.removeprefix("#") for line in lines[start:]), encoding="utf-8")
    assert 'name = "acme"' in example.read_text(encoding="utf-8")
    done = in_process("check", "--json", folder=folder)
    assert (done.code, done.json["problems"]) == (0, [])


def test_copies_of_shipped_mappings_are_warned_of_and_work(tmp_path: Path) -> None:
    folder = installation(tmp_path, OWN_MAPPINGS)
    shutil.copytree(shipped("mappings"), folder / "mappings", ignore=shutil.ignore_patterns("x12", "edifact"))
    done = in_process("check", "--json", folder=folder)
    assert done.code == 0
    copies = list((folder / "mappings").rglob("*.toml"))
    assert {one["level"] for one in done.json["problems"]} == {"warning"}
    assert {one["file"] for one in done.json["problems"]} == {str(path) for path in copies}
    assert all(one["message"].startswith("repeats") for one in done.json["problems"])
    assert len(done.json["problems"]) == len(copies) > 10


def test_a_mapping_that_extends_is_no_copy(tmp_path: Path) -> None:
    folder = installation(tmp_path, OWN_MAPPINGS)
    (folder / "mappings").mkdir()
    text = 'name = "acme"\nextends = "x12-856"\nstandard = "x12"\ndocument = "856"\nvendors = ["acme"]\n'
    (folder / "mappings" / "acme.toml").write_text(text, encoding="utf-8")
    (folder / "mappings" / "units.toml").write_text('[quantity]\nXX = "Each"\n', encoding="utf-8")
    done = in_process("check", "--json", folder=folder)
    assert (done.code, done.json["problems"]) == (0, [])


def test_positions_that_no_grammar_has_are_mistakes_with_file_and_line(tmp_path: Path) -> None:
    folder = installation(tmp_path, OWN_MAPPINGS)
    (folder / "mappings").mkdir()
    field = "scope = 'order'\nat = [\n'PRF01', [\n'PRF77', 'ZZZ09'],\n'REF04.9[REF09=X]', 'LIN[BP]']\n"
    text = f"{ACME}\n[fields.purchase_order_number]\n{field}"
    (folder / "mappings" / "acme.toml").write_text(text, encoding="utf-8")
    done = in_process("check", folder=folder)
    assert done.code == 2
    for line, message in (
        (11, "PRF77: PRF has 7 elements"),
        (11, "ZZZ09: there is no segment ZZZ"),
        (12, "REF04.9: REF04 has 6 components"),
        (12, "REF09: REF has 4 elements"),
    ):
        place = f"{folder / 'mappings' / 'acme.toml'}: line {line}: fields.purchase_order_number.at"
        assert any(told.startswith(place) and message in told for told in done.err.splitlines()), message
    found = in_process("check", "--json", folder=folder).json["problems"][0]
    assert found["file"] == str(folder / "mappings" / "acme.toml")
    assert found["line"] == 11
    assert found["place"].startswith("fields.purchase_order_number.at")


def test_what_init_writes_lacks_only_its_secrets(tmp_path: Path) -> None:
    in_process("init", folder=tmp_path)
    done = in_process("check", "--json", folder=tmp_path)
    assert done.code == 2
    assert {one["place"] for one in done.json["problems"]} == {
        "accounts.main.client_id",
        "accounts.main.client_secret",
        "accounts.main.refresh_token",
        "vendors.acme.sftp.private_key",
        "vendors.acme.sftp.known_hosts",
    }
