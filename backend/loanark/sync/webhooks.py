"""HubSpot's webhooks: hints that something may have changed. Their values and their order are never believed."""

from collections import defaultdict
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from loanark.connections.models import Connection, PortalRoute
from loanark.core.mapping import Side
from loanark.hubspot import signature
from loanark.kit import clock, sql
from loanark.kit.problems import problem
from loanark.sync import hints
from loanark.sync.hints import Lane
from loanark.tenants.access import tenant_scope

#: Events of one burst arrive over several requests: looking a moment later reads the contact once, not often.
COALESCE_SECONDS = 0.3


def receive(request: HttpRequest) -> HttpResponse:
    """Verifies, stores, leaves hints, answers. Unknown accounts and unsigned requests are refused."""
    if request.method != "POST":
        return problem(405, "method", "Only POST", "HubSpot's webhooks are sent here by POST.")
    secret = settings.CONFIG.hubspot_client_secret
    if not secret:
        return problem(404, "webhooks-off", "Webhooks are not set up", "Set LOANARK_HUBSPOT_CLIENT_SECRET.")
    try:
        signature.verify(
            method="POST",
            uri=f"{settings.CONFIG.public_url}{request.get_full_path()}",
            body=request.body,
            signature=request.headers.get("X-HubSpot-Signature-v3", ""),
            timestamp=request.headers.get("X-HubSpot-Request-Timestamp", ""),
            secret=secret,
            now=clock.now(),
        )
    except signature.BadSignature as error:
        return problem(401, "bad-signature", "Not signed by HubSpot", str(error))
    try:
        events = _by_portal(orjson.loads(request.body))
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return problem(400, "malformed", "Not a batch of events", "Expected a JSON array of events with portalId.")
    routes = dict(PortalRoute.objects.filter(portal_id__in=list(events)).values_list("portal_id", "tenant_id"))
    for portal_id, tenant_id in routes.items():
        _store(tenant_id, events[portal_id])
    if len(routes) < len(events):
        unknown = ", ".join(sorted(set(events) - set(routes)))
        return problem(404, "unknown-account", "Unknown account", f"No organisation is connected to {unknown}.")
    return HttpResponse(status=204)


def _by_portal(events: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    portals: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        portals[str(event["portalId"])].append(event)
    return portals


def _store(tenant_id: UUID, events: list[dict[str, Any]]) -> None:
    with tenant_scope(tenant_id):
        sql.execute("INSERT INTO webhook_deliveries (events) VALUES (%s)", [orjson.dumps(_bare(events)).decode()])
        Connection.objects.filter(tenant_id=tenant_id).update(last_webhook_at=clock.now())
        ids = {record_id for event in events for record_id in _records(event)}
        hints.leave(Side.HUBSPOT, ids, source="webhook", lane=Lane.WEBHOOK, delay_seconds=COALESCE_SECONDS)
        sql.execute("SELECT pg_notify('loanark_work', %s::text)", [tenant_id])


def _bare(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is kept of an event: never the values of people's data, which are read from HubSpot itself."""
    return [{name: value for name, value in event.items() if name != "propertyValue"} for event in events]


def _records(event: dict[str, Any]) -> set[str]:
    """The contacts an event is about: a merge names several."""
    kind = str(event.get("subscriptionType", event.get("eventType", "")))
    if not kind.startswith(("contact.", "object.")):
        return set()
    ids = [event.get("objectId"), event.get("newObjectId"), event.get("primaryObjectId")]
    ids += event.get("mergedObjectIds") or []
    return {str(id) for id in ids if id and str(id).isdigit()}
