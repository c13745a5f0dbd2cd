"""Features are listed whole, or not at all."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from bridge.mapping import explain_profile
from bridge.programs.registry import installed
from bridge.spapi.client import AmazonClient
from bridge.spapi.errors import AmazonUnavailable
from bridge.spapi.features import FeatureReader


def test_pages_that_lead_to_no_end_are_no_whole_list() -> None:
    def read_page(*_asked: Any, **_by_name: Any) -> SimpleNamespace:
        return SimpleNamespace(items=[], unreadable=[], next_token="again")

    (features,) = (one.features for one in installed().programs if one.features)
    client = cast("AmazonClient", SimpleNamespace(read_page=read_page))
    with pytest.raises(AmazonUnavailable, match="its pages lead to no end"):
        FeatureReader(client, features, explain_profile()).all()
