"""The webhook settings API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubspot_simulator import errors
from hubspot_simulator.http import Request, Response, Route

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator


class WebhookSettings:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def endpoint(self, request: Request, path: Route) -> Response:
        raise errors.not_found()
