"""The HubSpot connection and the fields over HTTP."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from ninja import Path, Router, Status

from loanark.connections import actions, definitions, fields, queries
from loanark.connections.mapping_api import router as mapping_router
from loanark.connections.schemas import (
    AnswerTimesOut,
    AuthorizeOut,
    ConnectionOut,
    FieldChangeIn,
    FieldDefinition,
    FieldDefinitionIn,
    FieldOption,
    StaticTokenIn,
)
from loanark.core.fields import Option
from loanark.tenants.access import enter
from loanark.tenants.permissions import Permission

router = Router(tags=["connection"])
router.add_router("", mapping_router)


@router.get("/connection", response=ConnectionOut)
def get_connection(request: HttpRequest, tenant: Path[str]) -> ConnectionOut:
    """The state of the connection now."""
    with enter(request, tenant, Permission.CONNECTION_READ):
        return queries.connection()


@router.get("/connection/answer-times", response=AnswerTimesOut)
def get_answer_times(request: HttpRequest, tenant: Path[str]) -> AnswerTimesOut:
    """How long HubSpot took to answer: in the last hour, the last day, and hour by hour."""
    with enter(request, tenant, Permission.CONNECTION_READ, Permission.REQUESTS_READ):
        return queries.answer_times()


@router.post("/connection/authorize", response=AuthorizeOut)
def authorize(request: HttpRequest, tenant: Path[str]) -> AuthorizeOut:
    """Begins the OAuth flow: returns HubSpot's page to send the browser to."""
    with enter(request, tenant, Permission.CONNECTION_WRITE) as scope:
        return AuthorizeOut(url=actions.begin_authorization(scope))


@router.post("/connection/static-token", response=ConnectionOut)
def connect_static(request: HttpRequest, tenant: Path[str], body: StaticTokenIn) -> ConnectionOut:
    """Connects with a service key or private-app token."""
    with enter(request, tenant, Permission.CONNECTION_WRITE) as scope:
        pass
    actions.connect_static(scope.tenant_id, body.token, by=scope.actor)
    with enter(request, tenant, Permission.CONNECTION_WRITE):
        return queries.connection()


@router.post("/connection/check", response=ConnectionOut)
def check(request: HttpRequest, tenant: Path[str]) -> ConnectionOut:
    """Asks HubSpot now: account, scopes, properties. A mended connection resumes."""
    with enter(request, tenant, Permission.CONNECTION_WRITE) as scope:
        pass
    actions.check(scope.tenant_id)
    with enter(request, tenant, Permission.CONNECTION_WRITE):
        return queries.connection()


@router.delete("/connection", response={204: None})
def disconnect(request: HttpRequest, tenant: Path[str]) -> HttpResponse:
    """Forgets the credentials. Contacts, links and history stay; connecting the same account goes on from here."""
    with enter(request, tenant, Permission.CONNECTION_WRITE) as scope:
        pass
    actions.disconnect(scope.tenant_id)
    return HttpResponse(status=204)


@router.get("/fields", response=list[FieldDefinition])
def list_fields(request: HttpRequest, tenant: Path[str]) -> list[FieldDefinition]:
    """All fields of contacts: LoanArk's own, then the organisation's, archived ones included."""
    with enter(request, tenant, Permission.MAPPING_READ):
        return fields.definitions()


@router.post("/fields", response={201: FieldDefinition})
def define_field(request: HttpRequest, tenant: Path[str], body: FieldDefinitionIn) -> Status[FieldDefinition]:
    """Defines a field of the organisation's own."""
    with enter(request, tenant, Permission.MAPPING_WRITE) as scope:
        definitions.define(scope, body.name, body.label, body.kind, _options(body.options))
        return Status(201, fields.definition(body.name))


@router.patch("/fields/{name}", response=FieldDefinition)
def change_field(request: HttpRequest, tenant: Path[str], name: str, body: FieldChangeIn) -> FieldDefinition:
    """Renames a field of the organisation's own, adds options, archives it or brings it back."""
    with enter(request, tenant, Permission.MAPPING_WRITE) as scope:
        definitions.change(scope, name, label=body.label, add_options=_options(body.add_options))
        if body.archived is not None:
            (definitions.archive if body.archived else definitions.bring_back)(scope, name)
        return fields.definition(name)


@router.delete("/fields/{name}", response={204: None})
def archive_field(request: HttpRequest, tenant: Path[str], name: str) -> HttpResponse:
    """Archives a field of the organisation's own: its values and history stay, and it can be brought back."""
    with enter(request, tenant, Permission.MAPPING_WRITE) as scope:
        definitions.archive(scope, name)
    return HttpResponse(status=204)


def _options(options: list[FieldOption]) -> list[Option]:
    return [Option(option.value, option.label) for option in options]


def oauth_callback(request: HttpRequest) -> HttpResponse:
    """Where HubSpot sends the browser back. Ends on the connection page, which tells how it went."""
    return HttpResponseRedirect(actions.finish_authorization(request))
