"""What several areas have in common: places, refusals, batches, credentials (HubSpot docs: error handling)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hubspot_simulator.description.operation import METERED, Area, Operation
from hubspot_simulator.description.schema import (
    DIGITS,
    MOMENT,
    TEXT,
    UUID,
    Schema,
    choice,
    count,
    listed,
    maybe,
    named,
    record,
    ref,
)

VERSIONS = ("2026-09", "2026-03", "v3")
SCOPES = {
    "oauth": "Basic access",
    "crm.objects.contacts.read": "Read contacts",
    "crm.objects.contacts.write": "Write contacts",
    "crm.schemas.contacts.read": "Read definitions",
    "crm.schemas.contacts.write": "Write definitions",
    "crm.objects.owners.read": "Read owners",
    "crm.export": "Export records",
}
APP_SCOPES = {
    "developer.webhooks_journal.read": "Read the journal",
    "developer.webhooks_journal.subscriptions.read": "Read its subscriptions",
    "developer.webhooks_journal.subscriptions.write": "Write its subscriptions",
    "developer.webhooks_journal.snapshots.read": "Read snapshots",
    "developer.webhooks_journal.snapshots.write": "Ask for snapshots",
}
# Headers of what is counted are left out where nothing is.
OPTIONAL_HEADERS = frozenset(METERED)
OBJECT = choice("contacts", "contact", "0-1")
MAX_BATCH = 100
READS = ("400",)
WRITES = ("400", "409", "423")
ACCOUNT_REFUSES = ("401", "403", "404", "414", "429", "477", "5XX")

_REFUSAL: dict[str, Schema] = {
    "status": choice("error"),
    "message": TEXT,
    "category": maybe(TEXT),
    "subCategory": maybe(TEXT),
    "context": maybe(named(listed(TEXT))),
    "errors": maybe(listed(ref("ErrorDetail"))),
    "links": maybe(named(TEXT)),
}
SCHEMAS: dict[str, Schema] = {
    "Error": record(**_REFUSAL, correlationId=UUID),
    # The control API's own refusals are not traced.
    "Refusal": record(**_REFUSAL),
    "ErrorDetail": record(message=TEXT, code=maybe(TEXT), context=maybe(named(listed(TEXT)))),
    "RateLimited": record(
        status=choice("error"),
        message=TEXT,
        correlationId=UUID,
        errorType=choice("RATE_LIMIT"),
        policyName=choice("DAILY", "SECONDLY", "TEN_SECONDLY_ROLLING", "EXPORTS_ROLLING_24_HOURS"),
        groupName=maybe(TEXT),
        requestId=maybe(UUID),
    ),
    # One refusal of a batch. All of its fields are there, also the empty ones.
    "RowError": record(
        status=choice("error"),
        category=TEXT,
        message=TEXT,
        context=named(listed(TEXT)),
        errors=listed(ref("ErrorDetail")),
        links=named(TEXT),
    ),
    "Paging": record(next=record(after=DIGITS, link=maybe({"type": "string", "format": "uri"}))),
}


def security_schemes(version: str) -> dict[str, Any]:
    """Where tokens come from: those of an account, of a private app in it, and of the app itself."""
    token = f"/oauth/{'v1' if version == 'v3' else version}/token"
    account = {"authorizationUrl": "/oauth/authorize", "tokenUrl": token, "refreshUrl": token, "scopes": SCOPES}
    return {
        "oauth": {"type": "oauth2", "flows": {"authorizationCode": account}},
        "static": {"type": "http", "scheme": "bearer"},
        "app": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": token, "scopes": APP_SCOPES}}},
        # The developer's key: a parameter, and before 2026-09 a bearer token as well.
        "developer": {"type": "apiKey", "in": "query", "name": "hapikey"},
        "developer_bearer": {"type": "http", "scheme": "bearer"},
    }


def crm(api: str, version: str) -> str:
    """The path of a CRM API, in both shapes."""
    return f"/crm/v3/{api}" if version == "v3" else f"/crm/{api}/{version}"


def account_area(
    name: str,
    place: str,
    operations: Sequence[Operation],
    schemas: Mapping[str, Schema],
    parts: Mapping[str, Schema] | None = None,
) -> Area:
    """An area that opens with the token of one account and counts against its limits."""
    return Area(
        name,
        place,
        operations,
        schemas,
        credentials=("oauth", "static"),
        refuses=ACCOUNT_REFUSES,
        metered=True,
        parts=parts or {},
    )


def batch(of: Schema) -> Schema:
    return record(status=choice("COMPLETE"), results=listed(of), startedAt=MOMENT, completedAt=MOMENT)


def partial_batch(of: Schema) -> Schema:
    """207: some rows were refused."""
    return record(
        status=choice("COMPLETE"),
        results=listed(of),
        numErrors=count(),
        errors=listed(ref("RowError")),
        startedAt=MOMENT,
        completedAt=MOMENT,
    )
