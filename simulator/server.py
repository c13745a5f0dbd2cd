"""uvicorn in a thread of its own, ready when started and gone soon after it is stopped."""

from __future__ import annotations

import asyncio
import socket
import threading

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

_START_TIMEOUT = 10.0
_STOP_TIMEOUT = 0.5


class _Protocol(H11Protocol):
    """Hands each request its transport in `scope["state"]`, so that a connection can be cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = {**self.app_state, "transport": transport}
        # asyncio sets this only where the listening socket names TCP as its protocol.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)


class _Server(uvicorn.Server):
    """Signals when it serves, and stops at once instead of at the next tick."""

    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._ready = ready
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._ready.set()

    async def main_loop(self) -> None:
        await self._stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listening in sockets or ():
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=_STOP_TIMEOUT)

    def stop(self) -> None:
        """Ask the server to end; may be called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)


class ThreadedServer:
    """One listening server. `port` 0 takes a free one, which `port` then has."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            http=_Protocol,
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            # A server that drops idle connections early makes requests fail that race with it.
            timeout_keep_alive=75,
        )
        self._ready = threading.Event()
        self._server = _Server(config, self._ready)
        self._thread = threading.Thread(target=self._run, name=f"stand-in-amazon-{self.port}", daemon=True)

    def start(self) -> None:
        """Serve; return when the first request can be answered."""
        self._thread.start()
        if not self._ready.wait(_START_TIMEOUT):
            raise TimeoutError(f"The stand-in did not serve within {_START_TIMEOUT} s.")

    def stop(self) -> None:
        """Close the port and all connections, and wait for the thread to end."""
        self._server.stop()
        self._thread.join()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])
