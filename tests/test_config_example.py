"""The example of a configuration: it loads, and shows every setting."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args, get_origin

from pydantic import BaseModel

from bridge.config import Config, load_config, parse_config
from bridge.toml_lines import Place, lines_of

REPOSITORY = Path(__file__).parents[1]

EXAMPLE = REPOSITORY / "config.example.toml"


def test_the_example_loads() -> None:
    config = load_config(EXAMPLE)
    assert list(config.partners) == ["acme", "nordwind", "shop"]


def keys_of(model: type[BaseModel], place: tuple[str, ...] = ()) -> dict[tuple[str, ...], str | None]:
    """Every key that a configuration may have, as its place with * for names of accounts and partners."""
    found: dict[tuple[str, ...], str | None] = {}
    for name, field in model.model_fields.items():
        found[*place, name] = field.description
        named = ("*",) if get_origin(field.annotation) is dict else ()
        for inner in (field.annotation, *get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                found |= keys_of(inner, (*place, name, *named))
    return found


def is_at(key: tuple[str, ...], place: Place) -> bool:
    return len(key) == len(place) and all(one in {"*", other} for one, other in zip(key, place, strict=True))


def test_every_setting_is_described_and_stands_in_the_example() -> None:
    keys = keys_of(Config)
    assert len(keys) > 70
    assert not [key for key, description in keys.items() if not description]
    text = re.sub(r"^# (\w+ = )", r"\1", EXAMPLE.read_text(), flags=re.MULTILINE)
    named = set(lines_of(text))
    # What all partners have is shown once.
    partners = {place[1:] for place in named if place[0] in {"vendors", "sellers"}}
    named |= {(kind, *place) for kind in ("vendors", "sellers") for place in partners}
    assert not [key for key in keys if not any(is_at(key, place) for place in named)]


def test_the_commented_alternatives_of_the_example_load_too() -> None:
    text = EXAMPLE.read_text()
    for given, alternative in [
        (r'carrier = "UPSN"', r"carrier = \{ scac"),
        ("private_key =", "password ="),
        ("known_hosts =", "host_key ="),
        ("poll =", "cron ="),
        ("root =", ""),
    ]:
        text = re.sub(rf"^{given}.*\n", "", text, count=1, flags=re.MULTILINE)
        text = re.sub(
            rf"^# ({alternative or '(?:inbox|archive|quarantine|outbox) ='}.*\n)",
            r"\1",
            text,
            flags=re.MULTILINE,
        )
    text = re.sub(r"^# (endpoint|auth_endpoint) =", r"\1 =", text, flags=re.MULTILINE)
    config = parse_config(text, EXAMPLE)
    acme = config.vendors["acme"]
    assert acme.carrier.ship_method == "UPS_GROUND"
    assert acme.sftp is not None
    assert acme.sftp.password is not None
    assert acme.sftp.host_key
    assert acme.schedule.interval is None
    assert config.accounts["main"].endpoint == "http://127.0.0.1:8080"
