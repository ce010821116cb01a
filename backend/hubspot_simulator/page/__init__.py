"""Pages for people: play the HubSpot user, and watch."""

from hubspot_simulator.page.routes import Pages

__all__ = ["Pages"]
