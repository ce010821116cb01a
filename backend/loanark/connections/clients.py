"""The one way to a HubSpot client for an organisation: its credentials, its budget, the configured address."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings

from loanark.connections.budget import DEFAULT_LIMIT, Budget
from loanark.connections.credentials import Credentials, transport
from loanark.connections.models import Connection
from loanark.connections.request_log import RequestLog
from loanark.hubspot.client import Client, Gate
from loanark.hubspot.journal import App
from loanark.kit import clock
from loanark.tenants.access import tenant_scope


def client_for(
    connection: Connection, *, guard: Callable[[Gate], Gate] = lambda gate: gate, log: RequestLog | None = None
) -> Client:
    """A client for the connected account. `guard` may put more in front of the budget."""
    tenant_id = connection.tenant_id
    fixed = connection.rate_limit_override
    limit = fixed or connection.rate_limit_learnt or DEFAULT_LIMIT
    budget = Budget(
        tenant_id,
        limit,
        on_limit=None if fixed else lambda learnt: _learn(tenant_id, learnt),
        time_zone=connection.time_zone,
    )
    return _client(Credentials(tenant_id).token, guard(budget), log or RequestLog(tenant_id))


def unconnected_client(tenant_id: UUID, token: str) -> Client:
    """A client for credentials that are being tried: it counts against the same budget, at the pace known already."""
    with tenant_scope(tenant_id):
        known = Connection.objects.filter(tenant_id=tenant_id).first()
    limit = (known.rate_limit_override or known.rate_limit_learnt) if known else None
    return _client(lambda _: token, Budget(tenant_id, limit or DEFAULT_LIMIT), RequestLog(tenant_id))


def _client(token: Callable[[bool], str], gate: Gate, log: RequestLog) -> Client:
    return Client(
        base_url=settings.CONFIG.hubspot_api_url,
        token=token,
        gate=gate,
        transport=transport(),
        sleep=clock.sleep,
        recorder=log,
    )


def journal_client() -> App:
    """A client for the app's own feed, which belongs to no account."""
    config = settings.CONFIG
    return App(
        base_url=config.hubspot_api_url,
        client_id=config.hubspot_client_id,
        client_secret=config.hubspot_client_secret,
        transport=transport(),
        sleep=clock.sleep,
        clock=clock.monotonic,
    )


def _learn(tenant_id: UUID, limit: int) -> None:
    with tenant_scope(tenant_id):
        Connection.objects.filter(tenant_id=tenant_id).update(rate_limit_learnt=limit)
