"""Connecting, checking and disconnecting an organisation's HubSpot account."""

import hashlib
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from loanark.connections import creation, credentials, drift, mapping, owners, samples
from loanark.connections.clients import client_for, unconnected_client
from loanark.connections.models import Connection, OAuthState, PortalRoute
from loanark.connections.problems import ConnectionFailed, describe
from loanark.connections.schemas import SampleRow
from loanark.hubspot import oauth
from loanark.hubspot.client import API_VERSION, Client
from loanark.hubspot.errors import HubSpotError, MissingScopes, NotFound, NotHubSpot
from loanark.hubspot.models import Account, Owner, Property
from loanark.kit import clock, sql
from loanark.kit.errors import Invalid, LoanArkError
from loanark.tenants.access import Scope, enter, tenant_scope
from loanark.tenants.models import Tenant
from loanark.tenants.permissions import Permission

#: A person has this long between pressing Connect and HubSpot's answer.
AUTHORIZATION_MINUTES = 15


def begin_authorization(scope: Scope) -> str:
    """HubSpot's page to send the browser to. The state is kept as a hash: reading our database does not forge it."""
    config = settings.CONFIG
    if not config.oauth_available:
        raise ConnectionFailed(
            "oauth-not-configured",
            "This installation has no HubSpot app. Set LOANARK_HUBSPOT_CLIENT_ID and LOANARK_HUBSPOT_CLIENT_SECRET, "
            "or connect with a static token.",
        )
    OAuthState.objects.filter(expires_at__lt=clock.now() - timedelta(days=1)).delete()
    state = secrets.token_urlsafe(32)
    OAuthState.objects.create(
        state_hash=_hash(state),
        tenant_id=scope.tenant_id,
        user_id=scope.user_id,
        expires_at=clock.now() + timedelta(minutes=AUTHORIZATION_MINUTES),
    )
    return oauth.authorize_url(
        app_url=config.hubspot_app_url,
        client_id=config.hubspot_client_id,
        redirect_uri=_redirect_uri(),
        scopes=oauth.SCOPES,
        optional_scopes=oauth.OPTIONAL_SCOPES,
        state=state,
    )


def finish_authorization(request: HttpRequest) -> str:
    """Takes HubSpot's answer; returns the page of ours that tells the person how it went."""
    state = _take_state(request)
    if state is None:
        return "/?" + urlencode({"problem": "authorization-unknown"})
    tenant = Tenant.objects.get(id=state.tenant_id)
    page = f"/{tenant.slug}/connection"
    if state.expires_at < clock.now():
        return f"{page}?" + urlencode({"problem": "authorization-expired"})
    if refused := request.GET.get("error"):
        return f"{page}?" + urlencode({"problem": "authorization-refused", "detail": refused})
    try:
        with enter(request, tenant.slug, Permission.CONNECTION_WRITE) as scope:
            pass
        _connect_oauth(state.tenant_id, request.GET.get("code", ""), by=scope.actor)
    except LoanArkError as error:
        return f"{page}?" + urlencode({"problem": error.code, "detail": error.detail})
    return f"{page}?connected=1"


def _take_state(request: HttpRequest) -> OAuthState | None:
    """The authorization this person began, once: of two browsers that bring the same state one is late."""
    mine = OAuthState.objects.filter(state_hash=_hash(request.GET.get("state", "")), user_id=request.user.pk or 0)
    state = mine.first()
    taken, _ = mine.delete()
    return state if taken else None


def _connect_oauth(tenant_id: UUID, code: str, *, by: str) -> None:
    config = settings.CONFIG
    try:
        tokens = oauth.exchange_code(
            base_url=config.hubspot_api_url,
            transport=credentials.transport(),
            client_id=config.hubspot_client_id,
            client_secret=config.hubspot_client_secret,
            redirect_uri=_redirect_uri(),
            code=code,
        )
    except HubSpotError as error:
        raise ConnectionFailed.of(error) from error
    client = unconnected_client(tenant_id, tokens.access_token)

    def keep(row: Connection) -> None:
        credentials.store_tokens(row, tokens)
        row.scopes = list(tokens.scopes)

    missing = sorted(set(oauth.SCOPES) - set(tokens.scopes))
    if missing:
        raise ConnectionFailed.of(MissingScopes("", scopes=missing))
    _connect(tenant_id, client, "oauth", by, keep)


def connect_static(tenant_id: UUID, token: str, *, by: str) -> None:
    """Connects with a service key or private-app token. Raises: ConnectionFailed, saying what to mend."""
    token = token.strip()
    if not token or not token.isascii() or any(ch.isspace() for ch in token):
        raise ConnectionFailed("bad-token", "That is not a token: paste the one line HubSpot shows, nothing else.")

    def keep(row: Connection) -> None:
        row.access_token = credentials.seal(tenant_id, "access_token", token)
        row.refresh_token, row.token_expires_at, row.scopes = "", None, []

    _connect(tenant_id, unconnected_client(tenant_id, token), "static", by, keep)


def _connect(tenant_id: UUID, client: Client, auth: str, by: str, keep: Callable[[Connection], None]) -> None:
    try:
        with client:
            account, properties, people = _look(client)
    except HubSpotError as error:
        raise ConnectionFailed.of(error) from error
    with tenant_scope(tenant_id):
        row = Connection.objects.filter(tenant_id=tenant_id).first() or Connection(tenant_id=tenant_id)
        _claim_portal(row, str(account.portal_id))
        row.auth, row.status, row.problem_code, row.problem_detail = auth, "connected", None, None
        row.connected_at, row.connected_by = clock.now(), by
        keep(row)
        _remember(row, account)
        row.save()
        owners.learn(row, people)
        drift.learn(row, properties)
        wake(tenant_id)


def _look(client: Client) -> tuple[Account, list[Property], list[Owner] | None]:
    """Which account the token opens, its properties and owners, and that contacts may be read at all."""
    try:
        account = client.account(lane="person")
    except NotFound as error:
        raise NotHubSpot(
            f"{client.base_url} knows no account of this token, as HubSpot of the version {API_VERSION} would. Nothing "
            "was changed."
        ) from error
    properties = client.properties(lane="person")
    client.list_contacts(["email"], limit=1, lane="person")
    return account, properties, owners.read(client, lane="person")


def _claim_portal(row: Connection, portal_id: str) -> None:
    """One HubSpot account belongs to one organisation, and an organisation's links to one HubSpot account."""
    if row.portal_id and row.portal_id != portal_id and sql.scalar("SELECT EXISTS (SELECT FROM contact_links)"):
        raise ConnectionFailed(
            "other-account",
            f"That token opens the HubSpot account {portal_id}, but this organisation is linked to {row.portal_id}. "
            "Nothing was changed. Sign in to HubSpot with the right account and connect again.",
        )
    taken = PortalRoute.objects.filter(portal_id=portal_id).exclude(tenant_id=row.tenant_id).exists()
    if taken:
        raise ConnectionFailed(
            "account-taken",
            f"The HubSpot account {portal_id} is connected to another organisation here. Disconnect it there first.",
        )
    row.portal_id = portal_id
    PortalRoute.objects.filter(tenant_id=row.tenant_id).exclude(portal_id=portal_id).delete()
    PortalRoute.objects.get_or_create(portal_id=portal_id, defaults={"tenant_id": row.tenant_id})


def _remember(row: Connection, account: Account) -> None:
    row.time_zone, row.ui_domain = account.time_zone, account.ui_domain


def check(tenant_id: UUID) -> None:
    """Asks HubSpot now, and writes down what is wrong or that all is well."""
    row = _connected(tenant_id)
    try:
        with client_for(row) as client:
            account, properties, people = _look(client)
    except HubSpotError as error:
        note_problem(tenant_id, error)
        return
    with tenant_scope(tenant_id):
        row = Connection.objects.get(tenant_id=tenant_id)
        _remember(row, account)
        row.status, row.problem_code, row.problem_detail = "connected", None, None
        row.save(update_fields=["time_zone", "ui_domain", "status", "problem_code", "problem_detail"])
        owners.learn(row, people)
        drift.learn(row, properties)
        wake(tenant_id)


def _connected(tenant_id: UUID) -> Connection:
    with tenant_scope(tenant_id):
        row = Connection.objects.filter(tenant_id=tenant_id).first()
    if row is None or not row.access_token:
        raise ConnectionFailed("not-connected", "No HubSpot account is connected. Connect one first.")
    return row


def refresh(tenant_id: UUID) -> list[str]:
    """Reads the account's properties anew; says what that changed in the mapping. Raises: ConnectionFailed."""
    row = _connected(tenant_id)
    try:
        with client_for(row) as client:
            properties = client.properties(lane="person")
            people = owners.read(client, lane="person")
    except HubSpotError as error:
        raise ConnectionFailed.of(error) from error
    return _learn(tenant_id, properties, people)


def _learn(
    tenant_id: UUID, properties: list[Property], people: list[Owner] | None = None, insist: Collection[str] = ()
) -> list[str]:
    with tenant_scope(tenant_id):
        row = Connection.objects.get(tenant_id=tenant_id)
        owners.learn(row, people)
        notes = drift.learn(row, properties, insist=insist)
        wake(tenant_id)
    return notes


def create_properties(tenant_id: UUID, names: Sequence[str]) -> list[creation.Made]:
    """Makes in HubSpot those of the missing properties that an administrator agreed to by name, and maps them at once.

    Raises: Invalid, for a name that is not among them; ConnectionFailed.
    """
    row = _connected(tenant_id)
    known = mapping.properties_of(row)
    with tenant_scope(tenant_id):
        offered = {one.name: one for one in creation.missing(known, mapping.chosen(tenant_id))}
    strange = {name: "LoanArk would not make this property." for name in names if name not in {*offered, *known}}
    if strange:
        raise Invalid("Some of these are not among the properties that are missing. Nothing was made.", errors=strange)
    agreed = [offered[name] for name in dict.fromkeys(names) if name in offered]
    try:
        with client_for(row) as client:
            made = creation.make(client, agreed, lane="person")
            there = [one.name for one in made if one.outcome != "refused"]
            properties = creation.read_until_seen(client, there, lane="person")
    except HubSpotError as error:
        raise ConnectionFailed.of(error) from error
    _learn(tenant_id, properties, insist=[one.field for one in agreed if one.field])
    return [*made, *(creation.Made(name, "there") for name in dict.fromkeys(names) if name not in offered)]


def sample(tenant_id: UUID, stored: Mapping[str, Any], count: int) -> list[SampleRow]:
    """What a rule would make of some contacts as they are now. Raises: Invalid, ConnectionFailed."""
    row = _connected(tenant_id)
    with tenant_scope(tenant_id):
        rule = samples.rule_of(row, stored)
        contacts = samples.some_contacts(count)
    try:
        with client_for(row) as client:
            seen = samples.read(client, rule, contacts, count)
    except HubSpotError as error:
        raise ConnectionFailed.of(error) from error
    return samples.tell(rule, contacts, seen)


def note_problem(tenant_id: UUID, error: HubSpotError) -> None:
    """Writes down why HubSpot does not answer; the connection pauses or asks to be connected again."""
    described = describe(error)
    with tenant_scope(tenant_id):
        # A disconnected account stays disconnected, whatever a call under way meets.
        Connection.objects.filter(tenant_id=tenant_id).exclude(status="not_connected").update(
            status=described.status, problem_code=described.code, problem_detail=described.detail
        )
        notify(tenant_id, "connection")


def note_recovery(tenant_id: UUID) -> None:
    """HubSpot answers again."""
    with tenant_scope(tenant_id):
        Connection.objects.filter(tenant_id=tenant_id, status="paused").update(
            status="connected", problem_code=None, problem_detail=None
        )
        notify(tenant_id, "connection")


def disconnect(tenant_id: UUID) -> None:
    """Forgets the credentials and frees the account for another organisation; contacts, links and history stay."""
    with tenant_scope(tenant_id):
        PortalRoute.objects.filter(tenant_id=tenant_id).delete()
        Connection.objects.filter(tenant_id=tenant_id).update(
            status="not_connected",
            access_token="",
            refresh_token="",
            token_expires_at=None,
            problem_code=None,
            problem_detail=None,
        )
        wake(tenant_id)  # a run under way ends


def notify(tenant_id: UUID, kind: str) -> None:
    """Tells open screens that something of this kind changed (with the transaction, if there is one)."""
    sql.execute(
        "SELECT pg_notify('loanark_live', json_build_object('tenant', %s::text, 'kind', %s::text)::text)",
        [tenant_id, kind],
    )


def wake_workers(tenant_id: UUID) -> None:
    """Tells workers that there is something to do (with the transaction, if there is one)."""
    sql.execute("SELECT pg_notify('loanark_work', %s::text)", [tenant_id])


def wake(tenant_id: UUID) -> None:
    """Tells workers that there is something to do, and screens that the connection changed."""
    wake_workers(tenant_id)
    notify(tenant_id, "connection")


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _redirect_uri() -> str:
    return f"{settings.CONFIG.public_url}/oauth/hubspot/callback"
