"""A scripted server, and clients of it that do not wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import stamina

from bridge.spapi.auth import Credentials
from bridge.spapi.client import AmazonClient, Timeouts
from tests.spapi.server import ScriptedServer

CREDENTIALS = Credentials("id-4711", "secret-4711", "refresh-4711")

MakeClient = Callable[..., AmazonClient]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def make_client(server: ScriptedServer) -> Iterator[MakeClient]:
    made: list[AmazonClient] = []

    def make(
        *, endpoint: str = "", auth_endpoint: str = "", read: float = 10.0, body: float = 10.0
    ) -> AmazonClient:
        client = AmazonClient(
            endpoint=endpoint or server.url,
            auth_endpoint=auth_endpoint or server.url,
            credentials=CREDENTIALS,
            user_agent="tests/1 (Language=Python/3)",
            rate=1000.0,
            burst=1000,
            timeouts=Timeouts(read=read, connect=5.0, body=body),
            acquire_timeout=5.0,
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: MakeClient) -> AmazonClient:
    return make_client()


@pytest.fixture
def retries_at_once() -> Iterator[None]:
    """Keep the number of attempts, leave out the waits between them."""
    with stamina.set_testing(True, attempts=10, cap=True):
        yield


@pytest.fixture
def closed_port(server: ScriptedServer) -> str:
    """Return the address of a port of this machine on which nobody listens."""
    with ScriptedServer() as gone:
        address = gone.url
    assert address != server.url
    return address
