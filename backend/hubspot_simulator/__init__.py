"""A strict HubSpot that runs anywhere: contacts, properties, search, OAuth, limits and webhooks.

``Simulator`` is the synchronous heart; ``SimulatorTransport`` puts it behind an HTTP client in the same
process, and ``python -m hubspot_simulator`` serves it. Nothing here knows who uses it.
"""

from hubspot_simulator.clock import ManualClock, WallClock
from hubspot_simulator.http import Request, Response
from hubspot_simulator.simulator import Settings, Simulator

__all__ = ["ManualClock", "Request", "Response", "Settings", "Simulator", "WallClock"]
