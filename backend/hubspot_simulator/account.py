"""The account itself: details, daily usage, and the app's way out (docs: account information, app uninstall)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubspot_simulator.clock import iso
from hubspot_simulator.http import Response, json_response
from hubspot_simulator.records.contacts import Call, Handler

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator

OAUTH = "oauth"


class Account:
    """Endpoints that tell of an account what lies outside its records."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def route(self, method: str, area: str, rest: tuple[str, ...]) -> tuple[str, Handler] | None:
        match method, area, rest:
            case "GET", "account-info", ("details",):
                return OAUTH, details
            case "GET", "account-info", ("api-usage", "daily", "private-apps"):
                return OAUTH, self.usage
            case "DELETE", "appinstalls", ("external-install",):
                return OAUTH, self.uninstall
            case _:
                return None

    def usage(self, call: Call) -> Response:
        """Calls of the day by legacy private apps: the only kind this endpoint knows (docs: account information)."""
        now, day, quota = call.portal.clock.now_ms(), call.portal.meter.day, self._simulator.daily_limit
        row = {
            "name": "private-apps-api-calls-daily",
            "usageLimit": quota,
            "currentUsage": quota - day.remaining(now, quota),
            "collectedAt": iso(now),
            "fetchStatus": "SUCCESS",
            "resetsAt": iso(day.ends(now)),
        }
        return json_response({"results": [row]})

    def uninstall(self, call: Call) -> Response:
        self._simulator.authority.uninstall(call.portal.id)
        return Response(204)


def details(call: Call) -> Response:
    """Call it first after an install: it proves which account a token opens."""
    portal = call.portal
    minutes = portal.meter.day.offset_minutes(portal.clock.now_ms())
    return json_response(
        {
            "portalId": portal.id,
            "accountType": portal.account_type,
            "timeZone": portal.time_zone,
            "companyCurrency": "USD",
            "additionalCurrencies": [],
            "utcOffset": f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}",
            "utcOffsetMilliseconds": minutes * 60_000,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        }
    )
