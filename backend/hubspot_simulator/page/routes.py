"""Pages for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubspot_simulator import errors
from hubspot_simulator.http import Request, Response, json_response

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator


class Pages:
    """Routes of the pages."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def handle(self, request: Request) -> Response:
        return json_response(errors.not_found().body(""), 404)
