"""features: what Amazon offers is told, and what the settings require of it that it does not offer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.access import Credentials
from simulator.amazon import StandInAmazon
from tests.cli.support import Result, in_process
from tests.pipeline.partners import config_of


@pytest.fixture
def amazon() -> Iterator[StandInAmazon]:
    with StandInAmazon(rate=None) as standing_in:
        standing_in.admit("default", Credentials("made-up", "made-up", "made-up"))
        yield standing_in


@pytest.fixture
def folder(tmp_path: Path, amazon: StandInAmazon, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MADE_UP", "made-up")
    text = config_of("sellers").replace("http://127.0.0.1:9", amazon.url)
    (tmp_path / "config.toml").write_text(
        text.replace('marketplace = "US"', 'marketplace = "US"\nfeatures = ["BLANK_BOX"]')
    )
    return tmp_path


def features(folder: Path, *arguments: str) -> Result:
    return in_process("features", *arguments, folder=folder)


def test_all_features_are_listed_and_one_that_is_required_and_not_offered_is_told(
    folder: Path, amazon: StandInAmazon
) -> None:
    told = features(folder)
    assert told.code == 0, told.err
    (line,) = [one for one in told.out.splitlines() if one.startswith("BLANK_BOX")]
    assert line.split()[1:3] == ["yes", "yes"]
    del amazon.features.offered["BLANK_BOX"]
    told = features(folder)
    assert told.code == 1
    assert "BLANK_BOX is required by `features` of acme, and Amazon does not offer it" in told.out
    assert features(folder, "--json").json["not_offered"] == ["BLANK_BOX"]
    assert {one.query["marketplaceId"] for one in amazon.requests if one.query} <= {"ATVPDKIKX0DER"}


def test_the_products_of_a_feature_are_listed_to_the_last_page(folder: Path) -> None:
    told = features(folder, "--feature", "BLANK_BOX", "--json")
    assert [one["sku"] for one in told.json["products"]] == ["SKU-A", "SKU-B", "SKU-C"]
    refused = features(folder, "--feature", "BLANK_BOY")
    assert refused.code == 1
    assert "The feature is not available" in refused.err


def test_a_sku_is_asked_about_with_each_feature(folder: Path) -> None:
    told = features(folder, "--sku", "SKU-A")
    assert told.code == 0
    told = features(folder, "--sku", "SKU/D +", "--json")  # percent-encoded, or it would be another one
    assert told.code == 1
    assert told.json["not_offered"] == ["BLANK_BOX"]
    assert told.json["features"]["BLANK_BOX"]["sku"] == "SKU/D +"
    assert told.json["features"]["BLOCK_AMZL"]["eligible"] is True
    assert features(folder, "--sku", "SKU-B", "--feature", "OVERBOX").code == 1
    assert "is not available" in features(folder, "--sku", "SKU-B", "--feature", "BLANK_BOY").err


def test_a_vendor_has_none(folder: Path) -> None:
    (folder / "config.toml").write_text(config_of("vendors"))
    told = features(folder, "--seller", "acme")
    assert told.code == 2
    assert "acme: none whose orders may require features" in told.err
