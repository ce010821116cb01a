"""The webhook settings API: the target address of the app and its subscriptions.

HubSpot docs "webhooks": it belongs to the developer, not to an account; one address for each app, at most 1,000
subscriptions, changes in force up to five minutes later. The prefix is ``/app-webhooks`` from 2026-09 on and
``/webhooks`` before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hmac import compare_digest
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hubspot_simulator import errors
from hubspot_simulator.clock import iso
from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Request, Response, Route, json_response
from hubspot_simulator.model import read_number
from hubspot_simulator.webhooks.configuration import Change, Configuration, Gone, Target
from hubspot_simulator.webhooks.subscriptions import (
    CONTACT_TYPE,
    EVENT_TYPES,
    MAX_SUBSCRIPTIONS,
    NOT_OFFERED,
    Subscription,
)

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LEAST_CONCURRENCY = 6  # docs (webhooks): more than five
# Docs (webhooks): an app must ask for the scope of a record type before it can subscribe to it. Ours asks for contacts.
SCOPES = {
    "company": "crm.objects.companies.read",
    "conversation": "conversations.read",
    "deal": "crm.objects.deals.read",
    "event": "behavioral_events.event_definitions.read_write",
    "line_item": "crm.objects.line_items.read",
    "product": "e-commerce",
    "ticket": "tickets",
}
FAMILY_OF_TYPE = {"0-2": "company", "0-3": "deal", "0-5": "ticket", "0-7": "product", "0-8": "line_item"}
CUSTOM_SCOPE = "crm.objects.custom.read"


class WebhookSettings:
    """Answers the developer."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def endpoint(self, request: Request, path: Route) -> Response:
        """Raises: ApiError: 401 without the developer key, 404 for another app, 400, 403, 409."""
        self._check_key(request, path.version)
        if path.rest[:1] != (str(self._simulator.app_id),):
            raise errors.not_found()
        configuration = self._simulator.webhooks.configuration
        match request.method, path.rest[1:]:
            case _, ("settings",):
                return Settings(configuration, self._simulator.clock.now_ms(), path.version).endpoint(request)
            case _, ("subscriptions", *rest):
                api = SubscriptionsApi(configuration, self._simulator.clock.now_ms(), path.version)
                return api.endpoint(request, tuple(rest))
        raise errors.not_found()

    def _check_key(self, request: Request, version: str) -> None:
        """The ``hapikey`` of the developer account; tokens of accounts do not do.

        The specification of 2026-03 asks for scopes that no app can have (``developers-read``), and reports call it
        with the developer key as bearer token: both ways are open before 2026-09.
        """
        given, bearer = request.param("hapikey"), False
        if not given and version != "2026-09":
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            given, bearer = token.strip() if scheme.lower() == "bearer" else "", True
        if not given:
            raise errors.no_credentials()
        if compare_digest(given.encode(), self._simulator.developer_key.encode()):
            return
        if bearer and given in self._simulator.authority.tokens:
            raise errors.wrong_kind_of_token()
        raise ApiError(401, "The API key provided is invalid.", category="INVALID_AUTHENTICATION")


class Settings:
    """``.../settings``: the target address."""

    def __init__(self, configuration: Configuration, now: int, version: str) -> None:
        self._configuration = configuration
        self._now = now
        self._version = version

    def endpoint(self, request: Request) -> Response:
        target, _ = self._configuration.known()
        match request.method:
            case "GET" if target.url:
                return json_response(self._document(target))
            case "PUT":
                changed = self._read(request.json(), target)
                self._configuration.change(changed)
                return json_response(self._document(changed))
            case "DELETE" if target.url:
                # The subscriptions stay, without effect until there is an address again.
                self._configuration.change(Target(""))
                return Response(204)
        raise errors.not_found()

    def _read(self, body: dict[str, Any], former: Target) -> Target:
        url, throttling = body.get("targetUrl"), body.get("throttling")
        if not isinstance(url, str) or not is_fit(url):
            raise errors.validation("targetUrl must be a public https address", targetUrl=[str(url)])
        most = throttling.get("maxConcurrentRequests") if isinstance(throttling, dict) else None
        if type(most) is not int or most < LEAST_CONCURRENCY:
            raise errors.validation(f"maxConcurrentRequests must be at least {LEAST_CONCURRENCY}")
        return Target(url, most, former.created if former.url else self._now, self._now)

    def _document(self, target: Target) -> dict[str, Any]:
        throttling: dict[str, Any] = {"maxConcurrentRequests": target.max_concurrent_requests}
        if self._version == "v3":
            throttling["period"] = "SECONDLY"
        return {
            "targetUrl": target.url,
            "throttling": throttling,
            "createdAt": iso(target.created),
            "updatedAt": iso(target.updated),
        }


class SubscriptionsApi:
    """``.../subscriptions``: what the app is told about."""

    def __init__(self, configuration: Configuration, now: int, version: str) -> None:
        self._configuration = configuration
        self._now = now
        self._version = version
        self._known = configuration.known()[1]

    def endpoint(self, request: Request, rest: tuple[str, ...]) -> Response:
        match request.method, rest:
            case "GET", ():
                return json_response({"results": [document(s) for s in self._known.values()]})
            case "POST", ():
                return self._create(request.json())
            case "POST", ("batch", "update"):
                return self._update_batch(request.json())
            case "GET", (key,):
                return json_response(document(self._find(key)))
            case "PATCH", (key,):
                changed = self._switched(self._find(key), request.json())
                self._configuration.change(changed)
                return json_response(document(changed))
            case "DELETE", (key,):
                self._configuration.change(Gone(self._find(key).id))
                return Response(204)
        raise errors.not_found()

    def _find(self, key: object) -> Subscription:
        """By the number in a path or in a body."""
        found = self._known.get(read_number(str(key)) or 0)
        if found is None:
            raise errors.not_found(category=True)
        return found

    def _switched(self, subscription: Subscription, body: Mapping[str, Any]) -> Subscription:
        """Only ``active`` can be changed."""
        active = body.get("active", subscription.active)
        if not isinstance(active, bool):
            raise errors.validation("active must be true or false")
        return replace(subscription, active=active, updated=self._now)

    def _create(self, body: dict[str, Any]) -> Response:
        """Paused unless ``active`` says otherwise (docs: webhooks)."""
        event_type, name, object_type_id = read_type(body)
        active = body.get("active", False)
        if not isinstance(active, bool):
            raise errors.validation("active must be true or false")
        made = Subscription(0, event_type, name, object_type_id, active, self._now, self._now)
        if any(other.key == made.key for other in self._known.values()):
            # The docs name no status for this.
            raise ApiError(
                409, f"A subscription to {event_type} {name}".strip() + " already exists", category="CONFLICT"
            )
        if len(self._known) >= MAX_SUBSCRIPTIONS:
            raise errors.validation(f"An app may have at most {MAX_SUBSCRIPTIONS} subscriptions")
        made = replace(made, id=self._configuration.subscriptions.new_id())
        self._configuration.change(made)
        return json_response(document(made), 201)

    def _update_batch(self, body: dict[str, Any]) -> Response:
        """Unknown ids are reported one by one; under 2026-09, whose draft knows no 207, they fail the whole batch."""
        inputs = body.get("inputs")
        if not isinstance(inputs, list) or not inputs or not all(isinstance(row, dict) for row in inputs):
            raise errors.validation("inputs must be a list of subscriptions")
        changed: list[Subscription] = []
        problems: list[dict[str, Any]] = []
        if not all(type(row.get("id")) is int and isinstance(row.get("active"), bool) for row in inputs):
            raise errors.validation("id must be a number, and active true or false")
        for row in inputs:
            try:
                found = self._find(row.get("id"))
            except ApiError as error:
                if self._version == "2026-09":
                    raise
                problems.append({**error.as_row(), "context": {"ids": [str(row.get("id"))]}})
            else:
                changed.append(self._switched(found, row))
        changes: list[Change] = [*changed]
        self._configuration.change(*changes)
        answer: dict[str, Any] = {
            "status": "COMPLETE",
            "results": [document(subscription) for subscription in changed],
            "startedAt": iso(self._now),
            "completedAt": iso(self._now),
        }
        if problems:
            answer |= {"numErrors": len(problems), "errors": problems}
        return json_response(answer, 207 if problems else 200)


def is_fit(url: str) -> bool:
    """HTTPS, as HubSpot wants it; plain HTTP only to this very machine, which HubSpot could not reach."""
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return secure and bool(parts.hostname) and port_is_fine and not any(char.isspace() for char in url)


def read_type(body: Mapping[str, Any]) -> tuple[str, str, str]:
    """Event type, property name and object type of a new subscription, or the refusal."""
    event_type, name, object_type_id = (body.get(key) or "" for key in ("eventType", "propertyName", "objectTypeId"))
    if not all(isinstance(text, str) for text in (event_type, name, object_type_id)):
        raise errors.validation("eventType, propertyName and objectTypeId are text")
    if event_type not in EVENT_TYPES:
        raise errors.validation(f"Unknown event type {event_type}", eventType=[event_type])
    family, _, kind = event_type.partition(".")
    if family == "object" and not object_type_id:
        raise errors.validation("objectTypeId is required for generic subscriptions")
    if family == "object" and object_type_id != CONTACT_TYPE:
        raise errors.missing_scopes([SCOPES.get(FAMILY_OF_TYPE.get(object_type_id, ""), CUSTOM_SCOPE)])
    if family not in ("contact", "object"):
        raise errors.missing_scopes([SCOPES[family]])
    if (kind == "propertyChange") != bool(name):
        raise errors.validation("propertyName is required for propertyChange, and only there")
    # Any other name is taken: accounts that lack the property send nothing (docs: webhooks).
    if name in NOT_OFFERED:
        raise errors.validation(f"Property {name} is not available for webhooks", propertyName=[name])
    return event_type, name, CONTACT_TYPE if family == "object" else ""


def document(subscription: Subscription) -> dict[str, Any]:
    """As the specification shapes it: here the id is text, in deliveries a number."""
    optional = {"propertyName": subscription.property_name, "objectTypeId": subscription.object_type_id}
    return {
        "id": str(subscription.id),
        "eventType": subscription.event_type,
        **{key: value for key, value in optional.items() if value},
        "active": subscription.active,
        "createdAt": iso(subscription.created),
        "updatedAt": iso(subscription.updated),
    }
