"""What the API says about the connected HubSpot account and the mapping."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from loanark.core.mapping import Direction, Policy
from loanark.core.values import Kind


class ConnectionProblem(Schema):
    """Why the connection does not work, and what mends it."""

    code: str
    title: str
    detail: str
    fix: str


class ConnectionOut(Schema):
    status: Literal["not_connected", "connected", "reconnect_needed", "paused"]
    auth: Literal["oauth", "static"] | None = None
    portal_id: str | None = None
    portal_url: str | None = None
    time_zone: str | None = None
    scopes: list[str] = []
    missing_scopes: list[str] = []
    token_expires_at: datetime | None = None
    connected_at: datetime | None = None
    connected_by: str | None = None
    requests_per_10s: int | None = None
    last_request_at: datetime | None = None
    last_webhook_at: datetime | None = None
    last_poll_at: datetime | None = None
    poll_every_seconds: int | None = None
    problem: ConnectionProblem | None = None
    #: Whether the OAuth flow is configured here; without it only a static token can connect.
    oauth_available: bool = True
    api_url: str


class AuthorizeOut(Schema):
    """Send the browser there: HubSpot asks the person, then returns to LoanArk."""

    url: str


class StaticTokenIn(Schema):
    token: str


class MappedField(Schema):
    field: str
    label: str
    kind: Kind
    property: str
    property_label: str
    property_type: str
    direction: Direction
    policy: Policy
    blank_may_overwrite: bool
    read_only: bool
    option_count: int
    warning: str | None = None


class UnmappedField(Schema):
    field: str
    label: str
    kind: Kind
    reason: str


class MappingOut(Schema):
    version: int
    fields: list[MappedField]
    unmapped: list[UnmappedField]
    property_count: int
    refreshed_at: datetime | None
