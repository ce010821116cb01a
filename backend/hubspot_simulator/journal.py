"""The webhooks journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubspot_simulator import errors
from hubspot_simulator.http import Request, Response
from hubspot_simulator.model import Event
from hubspot_simulator.oauth import Access

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator


class Journal:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def hear(self, event: Event) -> None:
        pass

    def endpoint(self, request: Request, section: str, rest: tuple[str, ...], access: Access) -> Response:
        raise errors.not_found()
