"""The HubSpot connection and the mapping over HTTP."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from ninja import Path, Router

from loanark.connections import actions, queries
from loanark.connections.schemas import AuthorizeOut, ConnectionOut, MappingOut, StaticTokenIn
from loanark.tenants.access import ADMINISTRATORS, enter

router = Router(tags=["connection"])


@router.get("/connection", response=ConnectionOut)
def get_connection(request: HttpRequest, tenant: Path[str]) -> ConnectionOut:
    """The state of the connection now."""
    with enter(request, tenant):
        return queries.connection()


@router.post("/connection/authorize", response=AuthorizeOut)
def authorize(request: HttpRequest, tenant: Path[str]) -> AuthorizeOut:
    """Begins the OAuth flow: returns HubSpot's page to send the browser to."""
    with enter(request, tenant, ADMINISTRATORS) as scope:
        return AuthorizeOut(url=actions.begin_authorization(scope))


@router.post("/connection/static-token", response=ConnectionOut)
def connect_static(request: HttpRequest, tenant: Path[str], body: StaticTokenIn) -> ConnectionOut:
    """Connects with a service key or private-app token."""
    with enter(request, tenant, ADMINISTRATORS) as scope:
        pass
    actions.connect_static(scope.tenant_id, body.token, by=scope.actor)
    with enter(request, tenant):
        return queries.connection()


@router.post("/connection/check", response=ConnectionOut)
def check(request: HttpRequest, tenant: Path[str]) -> ConnectionOut:
    """Asks HubSpot now: account, scopes, properties. A mended connection resumes."""
    with enter(request, tenant, ADMINISTRATORS) as scope:
        pass
    actions.check(scope.tenant_id)
    with enter(request, tenant):
        return queries.connection()


@router.delete("/connection", response={204: None})
def disconnect(request: HttpRequest, tenant: Path[str]) -> HttpResponse:
    """Forgets the credentials. Contacts, links and history stay; connecting the same account goes on from here."""
    with enter(request, tenant, ADMINISTRATORS) as scope:
        pass
    actions.disconnect(scope.tenant_id)
    return HttpResponse(status=204)


@router.get("/mapping", response=MappingOut)
def get_mapping(request: HttpRequest, tenant: Path[str]) -> MappingOut:
    """Which LoanArk field meets which HubSpot property, and by what rules."""
    with enter(request, tenant):
        return queries.mapping()


def oauth_callback(request: HttpRequest) -> HttpResponse:
    """Where HubSpot sends the browser back. Ends on the connection page, which tells how it went."""
    return HttpResponseRedirect(actions.finish_authorization(request))
