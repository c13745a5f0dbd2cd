"""Amazon's hosts by region and sandbox, and the address that grants tokens."""

from __future__ import annotations

import pytest

from bridge.spapi.endpoints import AUTH_ENDPOINT, REGIONS, endpoint_mistake, endpoint_of, token_address


def test_each_region_has_its_host_and_its_sandbox() -> None:
    assert endpoint_of("eu") == "https://sellingpartnerapi-eu.amazon.com"
    assert endpoint_of("fe", sandbox=True) == "https://sandbox.sellingpartnerapi-fe.amazon.com"
    assert not [r for r in REGIONS for s in (True, False) if endpoint_mistake(endpoint_of(r, sandbox=s))]


def test_a_bare_auth_endpoint_gets_the_path_and_a_whole_one_is_kept() -> None:
    assert token_address(AUTH_ENDPOINT) == "https://api.amazon.com/auth/o2/token"
    assert token_address("http://127.0.0.1:8/") == "http://127.0.0.1:8/auth/o2/token"
    assert token_address("http://127.0.0.1:8/token") == "http://127.0.0.1:8/token"


@pytest.mark.parametrize("address", ["http://127.0.0.1:80", "http://localhost:1", "http://[::1]:1"])
def test_plain_http_is_allowed_on_this_machine(address: str) -> None:
    assert endpoint_mistake(address) == ""


@pytest.mark.parametrize(
    "address", ["http://10.0.0.1", "http://localhost.example", "ftp://127.0.0.1", "", "x"]
)
def test_plain_http_is_refused_everywhere_else(address: str) -> None:
    assert endpoint_mistake(address)
