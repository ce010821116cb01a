"""Exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubspot_simulator.contacts import Handler

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator


class Exports:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def route(self, method: str, rest: tuple[str, ...]) -> tuple[str, Handler] | None:
        return None
