"""The simulator behind an ``httpx2`` client, without a network."""

from __future__ import annotations

import httpx2

from hubspot_simulator.http import Request, Response
from hubspot_simulator.simulator import Simulator


class SimulatorTransport(httpx2.BaseTransport):
    """``httpx2.Client(transport=SimulatorTransport(simulator), base_url=simulator.base_url)``.

    Waiting takes no time: it moves the simulator's clock. A client that would have given up meanwhile is told so.
    """

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        asked = Request(
            request.method,
            request.url.raw_path.decode("ascii").partition("?")[0],
            request.url.query.decode("ascii"),
            {name.lower(): value for name, value in request.headers.items()},
            request.read(),
        )
        response = self._simulator.handle(asked)
        self._wait(request, response, response.delay_ms + self._simulator.latency_of(asked))
        if response.sent == 0:
            raise httpx2.ReadError("the simulator dropped the connection", request=request)
        if response.sent is not None and response.sent < len(response.body):
            raise httpx2.RemoteProtocolError("the simulator broke off in the middle of the body", request=request)
        headers = [*response.headers, ("Content-Type", response.content_type)]
        return httpx2.Response(response.status, headers=headers, content=response.body, request=request)

    def _wait(self, request: httpx2.Request, response: Response, wait_ms: int) -> None:
        patience = request.extensions.get("timeout", {}).get("read")
        # A body that comes in pieces keeps a client waiting for each only.
        if patience is not None and wait_ms > patience * 1000 and not response.in_pieces:
            self._simulator.clock.advance(int(patience * 1000))
            raise httpx2.ReadTimeout("the simulator did not answer in time", request=request)
        if wait_ms:
            self._simulator.clock.advance(wait_ms)
