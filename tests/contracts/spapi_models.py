"""Amazon's published models and the sandbox examples in them, where they are present."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bridge.programs.operations import Operation

MODELS = Path(__file__).resolve().parents[2].parent / "shared" / "spapi"
SHIPPING = "vendorDirectFulfillmentShippingV1.json"
TRANSACTIONS = "vendorDirectFulfillmentTransactionsV1.json"
TOKENS = "tokens_2021-03-01.json"

models_are_here = pytest.mark.skipif(
    not (MODELS / SHIPPING).is_file(), reason="Amazon's models (../shared/spapi) are not here"
)


@cache
def model(name: str) -> Any:
    return json.loads((MODELS / name).read_text(encoding="utf-8"))


def shown(operation: Operation, file: str = SHIPPING) -> Iterator[tuple[int, Any, Any]]:
    """Amazon's sandbox examples: status, body asked with (or None), content of the reply."""
    method = model(file)["paths"][operation.template("v1")][operation.method.lower()]
    for status, response in method["responses"].items():
        for example in response.get("x-amzn-api-sandbox", {}).get("static", []):
            body = example["request"]["parameters"].get("body", {}).get("value")
            yield int(status), body, example["response"]
