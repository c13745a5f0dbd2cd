"""Amazon's hosts by region, and what may stand in for them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

import httpx

Region = Literal["na", "eu", "fe"]
REGIONS: tuple[Region, ...] = get_args(Region)

# https://developer-docs.amazon.com/sp-api/docs/sp-api-endpoints
ENDPOINTS: Mapping[Region, str] = MappingProxyType(
    {region: f"https://sellingpartnerapi-{region}.amazon.com" for region in REGIONS}
)
SANDBOX_ENDPOINTS: Mapping[Region, str] = MappingProxyType(
    {region: f"https://sandbox.sellingpartnerapi-{region}.amazon.com" for region in REGIONS}
)
AUTH_ENDPOINT = "https://api.amazon.com"
TOKEN_PATH = "/auth/o2/token"  # noqa: S105  the path of Login with Amazon, no password

_HOST = re.compile(r"[A-Za-z0-9.-]+|[0-9A-Fa-f:.]+")  # a name or IPv4 address, or IPv6 (no brackets here)


def endpoint_of(region: Region, *, sandbox: bool = False) -> str:
    """Return the API's base address, with no slash at its end."""
    return (SANDBOX_ENDPOINTS if sandbox else ENDPOINTS)[region]


def token_address(auth_endpoint: str) -> str:
    """Return the address that grants tokens: a bare host gets Login with Amazon's path."""
    bare = auth_endpoint.rstrip("/")
    return bare if httpx.URL(bare).path not in {"", "/"} else bare + TOKEN_PATH


def endpoint_mistake(address: str) -> str:
    """Return why an address cannot be used; empty where it can.

    Tokens and customers' addresses travel there, so it is https, or http on this very machine.
    """
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        return "is no address"
    if not _HOST.fullmatch(url.host) or url.userinfo or url.query or url.fragment:
        return "must be https://host[:port], with no user, query or fragment"
    if url.scheme == "https" or (url.scheme == "http" and is_loopback(address)):
        return ""
    return "must begin with https:// (http:// is for a stand-in on 127.0.0.1 only)"


def is_loopback(address: str) -> bool:
    """Return whether an address is on this machine by its name alone; nothing is looked up."""
    host = httpx.URL(address).host
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
