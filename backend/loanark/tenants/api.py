"""Who is signed in, where they belong; an organisation, its members, and personal API tokens, over HTTP."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Status

from loanark.kit import sql
from loanark.tenants import members, tokens
from loanark.tenants.access import bearer_of, enter
from loanark.tenants.models import Role, User
from loanark.tenants.permissions import OF_ROLE, Permission
from loanark.tenants.schemas import (
    MemberIn,
    MemberOut,
    Organisation,
    OrganisationIn,
    OrganisationOut,
    Person,
    Session,
    SupportIn,
    TokenIn,
    TokenMade,
    TokenOut,
)

#: Before an organisation is chosen.
router = Router(tags=["session"])

#: Within one.
organisation_router = Router(tags=["organisation"])


@router.get("/session", response=Session)
def get_session(request: HttpRequest) -> Session:
    """The signed-in person and their organisations; with a token the one it is for, and what it may do there."""
    user, bearer = request.user, bearer_of(request)
    assert isinstance(user, User)  # whoever is signed in, by the API's own authentication
    found = sql.rows("SELECT * FROM organisations_of(%s)", [user.pk])
    return Session(
        user=Person(id=user.pk, email=user.email, name=user.name or user.email),
        organisations=[
            Organisation(**row, permissions=sorted(OF_ROLE[Role(row["role"])] & (bearer.scopes if bearer else _ALL)))
            for row in found
            if bearer is None or bearer.tenant_id == row["id"]
        ],
    )


_ALL = frozenset(Permission)


@organisation_router.get("/organisation", response=OrganisationOut)
def get_organisation(request: HttpRequest, tenant: Path[str]) -> OrganisationOut:
    """The organisation's name and its own settings."""
    with enter(request, tenant, Permission.SETTINGS_READ) as scope:
        return OrganisationOut(**members.organisation(scope.tenant_id))


@organisation_router.patch("/organisation", response=OrganisationOut)
def change_organisation(request: HttpRequest, tenant: Path[str], body: OrganisationIn) -> OrganisationOut:
    """Renames the organisation; says whether loan officers see only their own contacts."""
    with enter(request, tenant, Permission.ORGANISATION_WRITE) as scope:
        if body.name is not None:
            members.rename(scope.tenant_id, body.name)
        if body.own_contacts_only is not None:
            members.limit_officers(scope.tenant_id, body.own_contacts_only)
        return OrganisationOut(**members.organisation(scope.tenant_id))


@organisation_router.get("/members", response=list[MemberOut])
def list_members(request: HttpRequest, tenant: Path[str]) -> list[MemberOut]:
    """Everybody who can enter the organisation, support of the vendor included."""
    with enter(request, tenant, Permission.MEMBERS_READ):
        return [MemberOut(**row) for row in members.listed()]


@organisation_router.patch("/members/{user_id}", response=MemberOut)
def change_member(request: HttpRequest, tenant: Path[str], user_id: int, body: MemberIn) -> MemberOut:
    """Gives a member another role, or says which contacts are theirs."""
    with enter(request, tenant, Permission.MEMBERS_WRITE):
        named = {"owner_key": body.owner_key} if "owner_key" in body.model_fields_set else {}
        members.change(user_id, role=body.role, **named)
        return MemberOut(**members.one(user_id))


@organisation_router.delete("/members/{user_id}", response={204: None})
def remove_member(request: HttpRequest, tenant: Path[str], user_id: int) -> HttpResponse:
    """Takes a member out, or ends support's access. Their tokens of this organisation go with them."""
    with enter(request, tenant, Permission.MEMBERS_WRITE):
        members.remove(user_id)
    return HttpResponse(status=204)


@organisation_router.delete("/membership", response={204: None})
def leave_organisation(request: HttpRequest, tenant: Path[str]) -> HttpResponse:
    """Leaves the organisation. Its last administrator cannot."""
    with enter(request, tenant, Permission.MEMBERS_LEAVE) as scope:
        members.leave(scope)
    return HttpResponse(status=204)


@organisation_router.post("/support", response={201: MemberOut})
def let_support_in(request: HttpRequest, tenant: Path[str], body: SupportIn) -> Status[MemberOut]:
    """Lets somebody of the vendor in for a while; again, to change or prolong it."""
    with enter(request, tenant, Permission.MEMBERS_WRITE) as scope:
        user_id = members.let_support_in(scope, body.email, body.role, body.hours)
        return Status(201, MemberOut(**members.one(user_id)))


@organisation_router.get("/tokens", response=list[TokenOut])
def list_tokens(request: HttpRequest, tenant: Path[str]) -> list[TokenOut]:
    """One's own personal API tokens here; for an administrator everybody's."""
    with enter(request, tenant, Permission.TOKENS_OWN) as scope:
        return [TokenOut(**row) for row in tokens.listed(scope)]


@organisation_router.post("/tokens", response={201: TokenMade})
def make_token(request: HttpRequest, tenant: Path[str], body: TokenIn) -> Status[TokenMade]:
    """Makes a personal API token. Its text is in this answer and never again."""
    with enter(request, tenant, Permission.TOKENS_OWN) as scope:
        token_id, text = tokens.make(scope, body.name, body.scopes, body.expires_in_days)
        return Status(201, TokenMade(**tokens.one(scope, token_id), token=text))


@organisation_router.delete("/tokens/{token_id}", response={204: None})
def revoke_token(request: HttpRequest, tenant: Path[str], token_id: UUID) -> HttpResponse:
    """Ends a token at once."""
    with enter(request, tenant, Permission.TOKENS_OWN) as scope:
        tokens.revoke(scope, token_id)
    return HttpResponse(status=204)
