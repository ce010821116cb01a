"""The simulator behind an ``httpx2`` client, without a network."""

from __future__ import annotations

import httpx2

from hubspot_simulator.http import Request
from hubspot_simulator.simulator import Simulator


class SimulatorTransport(httpx2.BaseTransport):
    """``httpx2.Client(transport=SimulatorTransport(simulator), base_url=simulator.base_url)``."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = self._simulator.handle(
            Request(
                request.method,
                request.url.raw_path.decode("ascii").partition("?")[0],
                request.url.query.decode("ascii"),
                {name.lower(): value for name, value in request.headers.items()},
                request.read(),
            )
        )
        if response.dropped:
            raise httpx2.ReadError("the simulator dropped the connection", request=request)
        headers = [*response.headers, ("Content-Type", response.content_type)]
        return httpx2.Response(response.status, headers=headers, content=response.body, request=request)
