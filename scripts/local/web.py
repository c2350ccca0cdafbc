"""Serving several small ASGI applications from the stack's one event loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send


class Server(uvicorn.Server):
    """A uvicorn that leaves Ctrl-C to the stack."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def hang_up(self, scope: Scope) -> None:
        """Closes the connection that a request came on, whatever it still waits for."""
        for connection in self.server_state.connections:
            if getattr(connection, "client", None) == scope["client"]:
                connection.transport.abort()


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, port: int) -> AsyncIterator[None]:
    """The application answers on 127.0.0.1:port until the block ends. It may call `scope["hang_up"]()`."""

    async def able_to_hang_up(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "hang_up": lambda: server.hang_up(scope)}, receive, send)

    settings = uvicorn.Config(
        able_to_hang_up,
        "127.0.0.1",
        port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    server = Server(settings)
    task = asyncio.create_task(server.serve())
    try:
        while not server.started and not task.done():
            await asyncio.sleep(0.01)
        if task.done():
            task.result()
        yield
    finally:
        server.should_exit = True
        await task
