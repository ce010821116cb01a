"""The simulator as a server: an ASGI application under uvicorn."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn

from hubspot_simulator.http import Request, Response
from hubspot_simulator.simulator import Simulator
from hubspot_simulator.webhooks.sender import Sender

# A slow body comes in so many parts.
PIECES = 10

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Application:
    """Latency is waited out here; the simulator itself answers at once."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = await read_request(scope, receive)
        latency = self._simulator.latency_of(request)
        if latency:
            await asyncio.sleep(latency / 1000)
        response = self._simulator.handle(request)
        if response.delay_ms and not response.in_pieces:
            await asyncio.sleep(response.delay_ms / 1000)
        await write_response(send, response)


async def read_request(scope: Scope, receive: Receive) -> Request:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    path = scope["raw_path"].decode("ascii").partition("?")[0]
    return Request(scope["method"], path, scope["query_string"].decode("ascii"), headers, body)


async def write_response(send: Send, response: Response) -> None:
    headers = [(name.encode(), value.encode("utf-8")) for name, value in response.headers]
    headers.append((b"content-type", response.content_type.encode()))
    # An answer that breaks off promises a body that never comes; uvicorn then closes the connection.
    missing = 1 if response.sent == 0 and not response.body else 0
    headers.append((b"content-length", str(len(response.body) + missing).encode()))
    status = 200 if response.sent == 0 and response.status in (204, 304) else response.status
    body = response.body if response.sent is None else response.body[: response.sent]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if response.in_pieces:
        step = max(1, len(body) // PIECES)
        for start in range(0, len(body), step):
            await asyncio.sleep(response.delay_ms / 1000 / PIECES)
            await send({"type": "http.response.body", "body": body[start : start + step], "more_body": True})
        body = b""
    if response.sent is None:
        await send({"type": "http.response.body", "body": body})
    elif body:
        await send({"type": "http.response.body", "body": body, "more_body": True})


class Server(uvicorn.Server):
    """Says once that it is ready, and lets time pass."""

    def __init__(self, config: uvicorn.Config, simulator: Simulator, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._simulator = simulator
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        self._simulator.tick()
        return await super().on_tick(counter)


def listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener


def serve(simulator: Simulator, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Run until SIGTERM or SIGINT."""
    config = uvicorn.Config(
        Application(simulator),
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    sender = Sender(simulator.webhooks)
    gc.freeze()  # the people stay: looking through them again and again only costs pauses
    sender.start()
    try:
        Server(config, simulator, ready).run(sockets=[listener])
    finally:
        sender.stop()
        simulator.close()
