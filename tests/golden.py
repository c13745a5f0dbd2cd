"""What each sample must become, beside it: `python -m tests.golden` writes the missing results.

It never overwrites one: a changed result is a changed promise, so whoever means it deletes the old
file first. `tests/samples` compares all of them.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from bridge.domain.events import MappingResult
from bridge.edi.addressing import Addressing
from bridge.edi.grammar import Grammar, load_grammar
from bridge.edi.model import Document, DocumentRead, EdiError, Party, Unreadable
from bridge.edi.reader import read
from bridge.flatfiles.reader import Record, read_flat_file, recognise
from bridge.mapping import Mappings, VendorProfile, explain_profile, load_mappings, translate
from bridge.mapping.outbound import OutboundMapping
from bridge.mapping.outbound.write import prepare
from bridge.programs.event_types import Calls
from bridge.programs.follow_ups import NewsDocument
from bridge.programs.merchant_fulfillment import profile as shippers
from bridge.programs.multi_channel_fulfillment import profile as sellers
from bridge.programs.registry import installed
from bridge.programs.vendor_direct_fulfillment import profile as vendors
from bridge.programs.vendor_direct_fulfillment.events import LabelRequested

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples"
MAPPINGS = ROOT / "mappings"
OUTBOX = "outbox"
"""The folder of what outbound mappings write."""


def samples() -> list[Path]:
    """Return every sample that comes in."""
    edi = (path for path in SAMPLES.glob("*/*.edi") if path.parent.name != OUTBOX)
    return sorted([*edi, *SAMPLES.glob("drop/*.csv"), *_drop_json()])


def _drop_json() -> list[Path]:
    besides = (".expected.json", ".profile.json")
    return [path for path in SAMPLES.glob("drop/*.json") if not path.name.endswith(besides)]


def expected_path(sample: Path) -> Path:
    """Report where a sample's expected result stands."""
    return _beside(sample, "expected")


def _beside(sample: Path, what: str) -> Path:
    # A flat file keeps its suffix, since the CSV and the JSON have one name.
    stem = sample.stem if sample.suffix == ".edi" else sample.name
    return sample.with_name(f"{stem}.{what}.json")


def profile_of(sample: Path) -> VendorProfile:
    """Return the vendor of a sample: `NAME.profile.json`, or the stand-in of `edibridge explain`."""
    path = _beside(sample, "profile")
    if not path.exists():
        return explain_profile()
    return changed(VendorProfile(vendor=""), **msgspec.json.decode(path.read_bytes()))


def changed(profile: VendorProfile, **values: Any) -> VendorProfile:
    """Change values of a profile, those of its programs too, given as JSON has them.

    Those of a program whose settings are a table of its own stand under its name.
    """
    programs = dict(profile.of_programs)
    buys = msgspec.to_builtins(programs.get(shippers.NAME, shippers.STAND_IN))
    programs[shippers.NAME] = msgspec.convert(
        buys | values.pop(shippers.NAME, {}), shippers.BuyShippingValues
    )
    for name, known in (
        (vendors.NAME, vendors.values_of(profile)),
        (sellers.NAME, sellers.values_of(profile)),
    ):
        own = {key: values.pop(key) for key in known.__struct_fields__ if key in values}
        programs[name] = msgspec.convert(msgspec.to_builtins(known) | msgspec.to_builtins(own), type(known))
    kept = {name: getattr(profile, name) for name in VendorProfile.__struct_fields__}
    return msgspec.convert(kept | values | {"of_programs": programs}, VendorProfile)


def outcome(sample: Path, calls: Calls = Calls()) -> dict[str, Any]:  # noqa: B008 - it is frozen
    """Read, check and map a sample, as `edibridge explain` does for a vendor whose events are sent so."""
    profile, grammar = profile_of(sample), shipped_grammar()
    data = sample.read_bytes()
    if kind := recognise(sample.name, data[:512]):
        return {
            "records": [
                _record(one, calls) for one in read_flat_file(data, kind, profile, shipped_mappings())
            ]
        }
    documents, unreadable = [], 0
    for event in read([data], grammar):
        if isinstance(event, DocumentRead):
            documents.append(_document(event.document, profile, shipped_mappings(), calls))
        elif isinstance(event, Unreadable):
            unreadable += 1
    result: dict[str, Any] = {"documents": documents}
    if unreadable:
        result["unreadable"] = unreadable
    return result


@cache
def shipped_mappings() -> Mappings:
    """Load the mappings of the repository, once."""
    return load_mappings([MAPPINGS])


@cache
def shipped_grammar() -> Grammar:
    """Load the grammars of the repository, once."""
    return load_grammar(MAPPINGS)


def outgoing() -> dict[str, bytes]:
    """Write the example of its notice by every shipped outbound mapping; return each by its name."""
    return {one.name: _outgoing(one) for one in shipped_mappings().outbound}


def _outgoing(mapping: OutboundMapping) -> bytes:
    news = NewsDocument(
        document=mapping.document,
        notice=mapping.writes,
        values=installed().notices[mapping.writes].sample,
        folder="",
        name="",
    )
    now = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
    prepared = prepare(
        news,
        mappings=shipped_mappings(),
        profile=explain_profile(),
        addressing=Addressing(sender=Party("AMAZON", "ZZ"), receiver=Party("SHOP", "ZZ")),
        checker=shipped_grammar(),
        now=now,
    )
    return prepared.data(_Numbers(), now)


class _Numbers:
    """Control numbers of a partner's first interchange."""

    def next(self, kind: str) -> int:
        """Return the first number of any kind."""
        del kind
        return 1


def written(result: dict[str, Any]) -> bytes:
    """Write a result as it stands in its file."""
    return msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n"


def _document(document: Document, profile: VendorProfile, mappings: Mappings, calls: Calls) -> dict[str, Any]:
    results = translate(document, profile, mappings) if document.accepted else []
    outcome = _outcome(results, calls)
    outcome["errors"][:0] = [_error(error) for error in document.errors if error.fatal]
    return {
        "type": document.type,
        "reference": document.reference,
        "accepted": document.accepted,
        **outcome,
    }


def _record(record: Record, calls: Calls) -> dict[str, Any]:
    return {"reference": record.reference, **_outcome([record.result], calls)}


def _outcome(results: list[MappingResult], calls: Calls) -> dict[str, Any]:
    errors = [error for one in results for error in one.errors]
    functions = [f"{one.function}: {one.summary}" for one in results if one.function != "original"]
    return ({"functions": functions} if functions else {}) | {
        "requests": [
            _request(one, calls) for one in results if one.event and not one.errors and not one.hold
        ],
        "held": [one.hold for one in results if one.hold],
        "nothing_sent": [one.summary for one in results if one.nothing_to_send],
        "errors": [f"{error.segment}@{error.position} {error.code}" for error in errors],
    }


def _request(one: MappingResult, calls: Calls) -> dict[str, Any]:
    assert one.event is not None
    name = installed().chosen(installed().of(one.event), calls).name
    body = installed().operations[name].body_of([installed().element_of(one.event, calls.version, name)])
    key = installed().operations[name].body_key
    sent = json.loads(body or b"{}")
    told = {"operation": name, "body": sent[key][0] if key else sent}
    # When a request may be sent is no part of what is sent.
    day = one.event.ship_date if isinstance(one.event, LabelRequested) else ""
    return told | {"ship_date": day} if day else told


def _error(error: EdiError) -> str:
    return f"{error.segment}@{error.position} {error.level} {error.code}"


def main() -> int:
    """Write the expected results that are missing; tell which differ. Returns the exit code."""
    different = 0
    results = {expected_path(sample): written(outcome(sample)) for sample in samples()}
    results |= {SAMPLES / OUTBOX / f"{name}.edi": data for name, data in outgoing().items()}
    for path, now in results.items():
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(now)
            sys.stdout.write(f"written: {path.relative_to(ROOT)}\n")
        elif path.read_bytes() != now:
            different += 1
            sys.stdout.write(f"differs: {path.relative_to(ROOT)} (kept; delete it if the change is meant)\n")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
