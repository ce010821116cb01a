"""HubSpot's webhooks: hints that something may have changed. Their values and their order are never believed."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import orjson
import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from loanark.connections.actions import wake_workers
from loanark.connections.models import Connection, PortalRoute
from loanark.core.mapping import Side
from loanark.hubspot import signature
from loanark.kit import clock, sql
from loanark.kit.problems import problem
from loanark.sync import authors, evidence, hints
from loanark.sync.hints import Lane
from loanark.tenants.access import tenant_scope

log = structlog.get_logger()

#: Events of one burst arrive over several requests: looking a moment later reads the contact once, not often.
COALESCE_SECONDS = 0.3

#: What is kept of an event: which record, what, when, by whom. Never the values of people's data, which are read from
#: HubSpot itself; so names are listed that stay, not those that go.
KEPT = frozenset(
    (
        "eventId",
        "subscriptionId",
        "portalId",
        "appId",
        "occurredAt",
        "subscriptionType",
        "eventType",
        "attemptNumber",
        "objectId",
        "objectTypeId",
        "propertyName",
        "changeSource",
        "changeFlag",
        "primaryObjectId",
        "mergedObjectIds",
        "newObjectId",
        "numberOfPropertiesMoved",
    )
)

#: What an event is known by when it is told again. HubSpot does not promise that its `eventId` is unique, and a
#: repetition differs in `attemptNumber`.
_IDENTITY = ("eventId", "subscriptionId", "subscriptionType", "eventType", "objectId", "propertyName", "occurredAt")

_CONTACTS = "0-1"

#: Kinds of events that leave hints, and as what; any other kind about contacts does as well. Associations are not ours.
_SOURCES = {"deletion": "webhook: deletion", "privacyDeletion": "webhook: privacy deletion"}
_IGNORED = frozenset({"associationChange"})

Event = dict[str, Any]


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
        log.warning(
            "a webhook that HubSpot did not sign", reason=str(error), address=request.META.get("REMOTE_ADDR", "")
        )
        return problem(401, "bad-signature", "Not signed by HubSpot", str(error))
    try:
        batch = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        batch = None
    if not isinstance(batch, list):
        return problem(400, "malformed", "Not a batch of events", "Expected a JSON array of events with portalId.")
    events = _by_portal(batch)
    if batch and not events:
        return problem(400, "malformed", "Not a batch of events", "None of its events names an account (portalId).")
    routes = dict(PortalRoute.objects.filter(portal_id__in=list(events)).values_list("portal_id", "tenant_id"))
    for portal_id, tenant_id in routes.items():
        _store(tenant_id, events[portal_id])
    if len(routes) < len(events):
        unknown = ", ".join(sorted(set(events) - set(routes)))
        return problem(404, "unknown-account", "Unknown account", f"No organisation is connected to {unknown}.")
    return HttpResponse(status=204)


def _by_portal(batch: Iterable[Any]) -> dict[str, list[Event]]:
    """The events of each account. One that is none is left out: the others must not be lost with it, and told again it
    would be no better."""
    portals: dict[str, list[Event]] = defaultdict(list)
    for event in batch:
        if isinstance(event, dict) and str(event.get("portalId", "")).isdecimal():
            portals[str(event["portalId"])].append(event)
    return portals


def _store(tenant_id: UUID, events: Sequence[Event]) -> None:
    records: dict[str, set[str]] = defaultdict(set)
    for event in events:
        if source := _source(event):
            records[source] |= _records(event)
    with tenant_scope(tenant_id):
        if new := _unknown(events):
            sql.execute("INSERT INTO webhook_deliveries (events) VALUES (%s)", [orjson.dumps(new).decode()])
            authors.told(event for event in events if _source(event))
        Connection.objects.filter(tenant_id=tenant_id).update(last_webhook_at=clock.now())
        # An event told again may be about what happened since: it is followed, though not stored.
        for source, ids in sorted(records.items()):
            hints.leave(Side.HUBSPOT, ids, source=source, lane=Lane.WEBHOOK, delay_seconds=COALESCE_SECONDS)
        evidence.told(records[_SOURCES["deletion"]], privacy=False, by="webhook")
        evidence.told(records[_SOURCES["privacyDeletion"]], privacy=True, by="webhook")
        wake_workers(tenant_id)


def _unknown(events: Sequence[Event]) -> list[Event]:
    """What is kept of those events that were not told before."""
    names = [_name(event) for event in events]
    found = sql.rows(
        """INSERT INTO webhook_events (event) SELECT DISTINCT name FROM unnest(%s::text[]) AS name ORDER BY name
           ON CONFLICT DO NOTHING RETURNING event""",
        [sql.texts(name for name in names if name)],
    )
    new: set[str | None] = {row["event"] for row in found}
    kept = []
    for name, event in zip(names, events, strict=True):
        if name is None or name in new:
            new.discard(name)
            kept.append({key: value for key, value in event.items() if key in KEPT})
    return kept


def _name(event: Event) -> str | None:
    """None: it does not say enough of itself to be known again."""
    if event.get("eventId") is None or event.get("occurredAt") is None:
        return None
    identity = orjson.dumps([event.get(key) for key in _IDENTITY], option=orjson.OPT_NON_STR_KEYS)
    return hashlib.blake2b(identity, digest_size=16).hexdigest()


def _source(event: Event) -> str | None:
    """What a hint from this event is called; None: it is not about contacts."""
    kind = event.get("subscriptionType", event.get("eventType", ""))
    family, _, what = kind.partition(".") if isinstance(kind, str) else ("", "", "")
    about_contacts = family == "contact" or (family == "object" and event.get("objectTypeId", _CONTACTS) == _CONTACTS)
    return _SOURCES.get(what, "webhook") if about_contacts and what not in _IGNORED else None


def _records(event: Event) -> set[str]:
    """The contacts an event is about: a merge names several."""
    ids = [event.get("objectId"), event.get("newObjectId"), event.get("primaryObjectId")]
    merged = event.get("mergedObjectIds")
    ids += merged if isinstance(merged, list) else []
    return {str(id) for id in ids if isinstance(id, int | str) and str(id).isdecimal() and str(id).isascii()}
