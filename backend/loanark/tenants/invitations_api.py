"""Invitations over HTTP: an administrator's side below the organisation, and the link's side, open to anybody."""

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.utils import perform_login
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from ninja.errors import HttpError
from ninja.utils import check_csrf

from loanark.kit import sql
from loanark.tenants import invitations
from loanark.tenants.access import enter
from loanark.tenants.actions import end_sessions, find_person
from loanark.tenants.limits import spend
from loanark.tenants.models import User
from loanark.tenants.permissions import Permission
from loanark.tenants.schemas import Acceptance, Invitation, InvitationIn, InvitationToAccept, Joined

router = Router(tags=["people"])
invited = Router(tags=["people"])


@router.get("/invitations", response=list[Invitation])
def list_invitations(request: HttpRequest, tenant: Path[str]) -> list[sql.Row]:
    """Who is invited and has not answered."""
    with enter(request, tenant, Permission.MEMBERS_READ):
        return invitations.pending()


@router.post("/invitations", response={201: Invitation})
def invite(request: HttpRequest, tenant: Path[str], body: InvitationIn) -> tuple[int, sql.Row]:
    """Mails somebody a link with which they join in a role."""
    with enter(request, tenant, Permission.MEMBERS_WRITE) as scope:
        made, letter = invitations.invite(scope, body.email, body.role)
    invitations.send(letter)
    return 201, made


@router.post("/invitations/{invitation_id}/resend", response=Invitation)
def resend_invitation(request: HttpRequest, tenant: Path[str], invitation_id: int) -> sql.Row:
    """Mails a new link, good for another week; the earlier one stops working."""
    with enter(request, tenant, Permission.MEMBERS_WRITE) as scope:
        found, letter = invitations.send_again(scope, invitation_id)
    invitations.send(letter)
    return found


@router.delete("/invitations/{invitation_id}", response={204: None})
def revoke_invitation(request: HttpRequest, tenant: Path[str], invitation_id: int) -> tuple[int, None]:
    """The link stops working."""
    with enter(request, tenant, Permission.MEMBERS_WRITE):
        invitations.revoke(invitation_id)
    return 204, None


@invited.get("/invitations/{token}", response=InvitationToAccept, auth=None)
def get_invitation(request: HttpRequest, token: str) -> InvitationToAccept:
    """What a link invites to."""
    spend(request, "invitation")
    link = invitations.look_up(token)
    return InvitationToAccept(
        organisation=link.organisation,
        organisation_slug=link.organisation_slug,
        inviter=link.inviter,
        email=link.email,
        role=link.role,
        expires_at=link.expires_at,
        has_account=find_person(link.email) is not None,
    )


@invited.post("/invitations/{token}", response=Joined, auth=None)
def accept_invitation(request: HttpRequest, token: str, body: Acceptance) -> Joined:
    """Joins: as the signed-in person, or as a new one, who is signed in by it."""
    spend(request, "invitation")
    demand_csrf(request)
    person = request.user if isinstance(request.user, User) else None
    member, organisation = invitations.accept(token, person, name=body.name, password=body.password)
    if person is None:
        perform_login(request, member)
    else:
        _begin_anew(request, member)
    return Joined(organisation_slug=organisation)


def _begin_anew(request: HttpRequest, member: User) -> None:
    """What a company's provider vouched for is good for that company only: it does not reach into another one."""
    by_company = any(record["method"] == "socialaccount" for record in get_authentication_records(request, member))
    end_sessions(member, keep=None if by_company else request.session.session_key)
    if by_company:
        logout(request)


def demand_csrf(request: HttpRequest) -> None:
    """Anybody may ask here, so nothing before looked whether it is our page that asks."""
    if isinstance(check_csrf(request), HttpResponse):
        raise HttpError(403, "CSRF")
