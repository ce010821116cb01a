"""The front door: which credentials a path wants, which limit counts the call, and who answers it.

Order of the checks: length of the address, credentials, the account's state, rate limit, scopes, handler.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hubspot_simulator import errors
from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Request, Response, Route
from hubspot_simulator.limits import WINDOW_MS, Limit
from hubspot_simulator.model import Source
from hubspot_simulator.oauth import Access
from hubspot_simulator.records import associations, batches, contacts, owners, properties
from hubspot_simulator.records.contacts import Call
from hubspot_simulator.records.portal import Portal

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator

MAX_URL = 16_300  # measured; beyond it HubSpot answers 414
# Docs (webhooks journal): requests per second of one app; these calls count neither in ten seconds nor in a day.
JOURNAL_PER_SECOND = {"journal": 100, "journal-local": 100, "subscriptions": 50, "snapshots": 10}


@dataclass(slots=True)
class Note:
    """What is learnt about a request on its way in: for its answer's headers and for the log."""

    now: int
    correlation_id: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    entry: dict[str, Any] = field(default_factory=dict)


class Front:
    """Lets requests in."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def answer(self, request: Request, path: Route, note: Note) -> Response:
        """Raises: ApiError, for every refusal."""
        simulator = self._simulator
        if len(request.path) + len(request.query) > MAX_URL:
            raise ApiError(414, "URI Too Long")
        if path.area == "oauth":
            return simulator.authority.endpoint(request, path.version, path.rest)
        if path.area == "files":
            return simulator.files.serve(request, path.rest)
        if path.area == "webhooks":
            return simulator.webhook_settings.endpoint(request, path)
        if path.area.startswith("webhooks-journal/"):
            return self._journal_call(request, path, note)
        return self._account_call(request, path, note)

    def _journal_call(self, request: Request, path: Route, note: Note) -> Response:
        """The journal belongs to the app, not to one account: it takes only a token of the app itself."""
        simulator, section = self._simulator, path.area.partition("/")[2]
        access = simulator.authority.authenticate(request, note.now, app=True)
        note.entry["by"] = access.kind
        per_second = JOURNAL_PER_SECOND.get(section)
        if per_second and simulator.limit is not None:
            window = simulator.app_meter.window(section)
            if window.count(note.now, 1_000) >= per_second:
                raise errors.rate_limited("SECONDLY", note.correlation_id)
            window.add(note.now, 1_000)
        if request.wanted is None:  # what is not described is not there
            raise errors.not_found()
        request.check_params()
        return simulator.journal.endpoint(request, section, path.rest, access)

    def _account_call(self, request: Request, path: Route, note: Note) -> Response:
        simulator = self._simulator
        access = simulator.authority.authenticate(request, note.now)
        note.entry["by"] = access.kind
        portal = simulator.portals[access.portal_id]
        note.entry["portal"] = portal.id
        portal.refuse_while_moving(note.now)
        found = self._route(request.method, path)
        if _is_search(path):
            self._meter_search(portal, access, note)
        else:
            self._meter(portal, access, note)
        if found is None or request.wanted is None:  # what is not described is not there
            raise errors.not_found()
        scope, handler = found
        if scope not in access.scopes and not (access.static and scope == "oauth"):
            raise errors.missing_scopes([scope])
        if scope == contacts.WRITE:
            portal.refuse_while_locked(note.now)
        request.check_params()
        # HubSpot API facts (webhooks): an app's own write shows INTEGRATION and the app id as text.
        return handler(Call(request, portal, path.version, Source("INTEGRATION", str(simulator.app_id))))

    def _route(self, method: str, path: Route) -> tuple[str, contacts.Handler] | None:
        match path.area:
            case "crm/objects":
                found = contacts.route(method, path.rest) or batches.route(method, path.rest)
                return found or associations.route(method, path.rest)
            case "crm/properties":
                return properties.route(method, path.rest)
            case "crm/owners":
                return owners.route(method, path.rest)
            case "crm/exports":
                return self._simulator.exports.route(method, path.rest)
            case "account-info" | "appinstalls":
                return self._simulator.account.route(method, path.area, path.rest)
            case _:
                return None

    # ---- limits -------------------------------------------------------------------------------------

    def arrive(self, request: Request, path: Route, note: Note) -> None:
        """Count a request before anything can happen to it: what is refused has come in as well."""
        access = self._simulator.authority.bearer(request)
        if access is None or access.app or path.area in ("oauth", "files", "webhooks"):
            return
        meter = self._simulator.portals[access.portal_id].meter
        if _is_search(path):
            meter.search_arrivals.add(note.now, 1_000)
        else:
            limit = self._simulator.limit_of(access)
            meter.arrived(_app(access), note.now, limit.window_ms if limit else WINDOW_MS)

    def _meter(self, portal: Portal, access: Access, note: Note) -> None:
        """Ten seconds for each account and app; the day for each account, of its private apps only."""
        meter, now, limit = portal.meter, note.now, self._simulator.limit_of(access)
        quota = self._simulator.daily_limit
        window = meter.window(_app(access))
        used = window.count(now, limit.window_ms) if limit else 0
        day_over = access.static and meter.day.remaining(now, quota) <= 0
        refused = limit is not None and used >= limit.count
        if limit is not None:
            if not day_over and not refused:
                window.add(now, limit.window_ms)
            note.headers += limit_headers(limit, limit.count - used - 1)
        if access.static:  # OAuth apps get no daily headers (docs: usage guidelines)
            if not day_over and not refused:
                meter.day.spend(now)
            note.headers += [
                ("X-HubSpot-RateLimit-Daily", str(quota)),
                ("X-HubSpot-RateLimit-Daily-Remaining", str(max(0, meter.day.remaining(now, quota)))),
            ]
        if day_over:
            raise errors.rate_limited("DAILY", note.correlation_id)
        if refused:
            group = f"publicapi:{_app(access)}-api-calls-ten-secondly:{portal.id}:{self._simulator.app_id}"
            raise errors.rate_limited("TEN_SECONDLY_ROLLING", note.correlation_id, group)

    def _meter_search(self, portal: Portal, access: Access, note: Note) -> None:
        """Search is a pool of the whole account, outside the ten seconds; its answers carry no rate-limit headers
        (docs: search). It is not said to be outside the day.
        """
        meter, per_second, quota = portal.meter, self._simulator.search_per_second, self._simulator.daily_limit
        if per_second and self._simulator.limit is not None:
            if meter.search.count(note.now, 1_000) >= per_second:
                raise errors.rate_limited("SECONDLY", note.correlation_id)
            meter.search.add(note.now, 1_000)
        if access.static:
            if meter.day.remaining(note.now, quota) <= 0:
                raise errors.rate_limited("DAILY", note.correlation_id)
            meter.day.spend(note.now)


def _app(access: Access) -> str:
    """Which of an account's apps a token is of; each has a window of its own."""
    return "private_app" if access.static else "oauth"


def _is_search(path: Route) -> bool:
    return path.area == "crm/objects" and path.rest[1:] == ("search",)


def limit_headers(limit: Limit, remaining: int) -> list[tuple[str, str]]:
    per_second = max(1, limit.count * 1000 // limit.window_ms)
    left = max(0, remaining)
    return [
        ("X-HubSpot-RateLimit-Max", str(limit.count)),
        ("X-HubSpot-RateLimit-Remaining", str(left)),
        ("X-HubSpot-RateLimit-Interval-Milliseconds", str(limit.window_ms)),
        # Deprecated and still sent.
        ("X-HubSpot-RateLimit-Secondly", str(per_second)),
        ("X-HubSpot-RateLimit-Secondly-Remaining", str(min(per_second, left))),
    ]
