"""Credentials of a connection: encrypted at rest, refreshed before they expire, by one process at a time."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from loanark.connections.models import Connection
from loanark.connections.problems import SecretLost
from loanark.hubspot import oauth
from loanark.kit import clock, sql
from loanark.kit.secrets import SecretError
from loanark.tenants.access import tenant_scope
from loanark.tenants.keys import keyring

#: Refreshed this long before it expires: longer than any single call may take.
REFRESH_MARGIN = timedelta(minutes=2)

#: A process asks the database again after this long, so that a disconnection takes effect everywhere soon.
REMEMBER_SECONDS = 5.0


def seal(tenant_id: UUID, name: str, secret: str) -> str:
    return keyring().seal(secret, f"connection/{tenant_id}/{name}") if secret else ""


def unseal(tenant_id: UUID, name: str, stored: str) -> str:
    """Raises: SecretLost."""
    try:
        return keyring().open(stored, f"connection/{tenant_id}/{name}") if stored else ""
    except SecretError as error:
        raise SecretLost(str(error)) from error


def reseal(tenant_id: UUID) -> int:
    """Seals the connection's tokens with the newest key; returns how many were not. Within the tenant's scope.

    Raises: SecretLost.
    """
    row = sql.first("SELECT access_token, refresh_token FROM connections FOR NO KEY UPDATE")
    stored = {name: row[name] for name in ("access_token", "refresh_token")} if row else {}
    try:
        fresh = {name: keyring().reseal(text, f"connection/{tenant_id}/{name}") for name, text in stored.items()}
    except SecretError as error:
        raise SecretLost(str(error)) from error
    if fresh != stored:
        sql.execute(
            "UPDATE connections SET access_token = %s, refresh_token = %s",
            [fresh["access_token"], fresh["refresh_token"]],
        )
    return sum(fresh[name] != stored[name] for name in stored)


def transport() -> Any:
    """None, or what tests put in the place of the network."""
    return settings.HUBSPOT_TRANSPORT() if settings.HUBSPOT_TRANSPORT else None


class NotConnected(Exception):
    """There is no account to talk to: nobody connected one, or it was disconnected."""


@dataclass
class Credentials:
    """Gives the HubSpot client a token that works now (see `hubspot.client.Client`)."""

    tenant_id: UUID
    _token: str = field(default="", repr=False)
    _until: float = 0.0

    def token(self, force_refresh: bool) -> str:
        """Raises: NotConnected; oauth errors when a refresh is refused."""
        if not force_refresh and clock.monotonic() < self._until:
            return self._token
        with tenant_scope(self.tenant_id):
            # One refresh at a time for this account, on all hosts; whoever waited looks again before refreshing.
            # The call inside this transaction is the one exception to "no network call inside a transaction": the
            # lock must live exactly as long as the refresh, and it locks no row anybody else needs.
            row = Connection.objects.filter(tenant_id=self.tenant_id).first()
            if row and self._needs_refresh(row, force_refresh):
                sql.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"token/{self.tenant_id}"])
                row.refresh_from_db()
                if self._needs_refresh(row, force_refresh):
                    _refresh(row)
        if row is None or not row.access_token:
            raise NotConnected("No HubSpot account is connected. Connect one on the page Connection.")
        self._token = unseal(self.tenant_id, "access_token", row.access_token)
        self._until = clock.monotonic() + REMEMBER_SECONDS
        return self._token

    def _needs_refresh(self, row: Connection, force: bool) -> bool:
        if row.auth != "oauth" or not row.refresh_token or row.token_expires_at is None:
            return False
        expired = row.token_expires_at - REFRESH_MARGIN < clock.now()
        refused = force and self._token == unseal(self.tenant_id, "access_token", row.access_token)
        return expired or refused


def _refresh(row: Connection) -> None:
    config = settings.CONFIG
    tokens = oauth.refresh(
        base_url=config.hubspot_api_url,
        transport=transport(),
        client_id=config.hubspot_client_id,
        client_secret=config.hubspot_client_secret,
        refresh_token=unseal(row.tenant_id, "refresh_token", row.refresh_token),
    )
    store_tokens(row, tokens)
    row.save(update_fields=["access_token", "refresh_token", "token_expires_at"])


def store_tokens(row: Connection, tokens: oauth.Tokens) -> None:
    """Whatever refresh token came back is kept: HubSpot may rotate it at any time."""
    row.access_token = seal(row.tenant_id, "access_token", tokens.access_token)
    row.refresh_token = seal(row.tenant_id, "refresh_token", tokens.refresh_token)
    row.token_expires_at = clock.now() + timedelta(seconds=tokens.expires_in)
