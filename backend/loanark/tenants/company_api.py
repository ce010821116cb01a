"""Company sign-in over HTTP: an administrator sets it up; anybody begins with an e-mail address, and comes back."""

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from ninja import Path, Router

from loanark.tenants import company, company_login
from loanark.tenants.access import enter
from loanark.tenants.company import Choices, Company
from loanark.tenants.invitations_api import demand_csrf
from loanark.tenants.limits import spend
from loanark.tenants.permissions import Permission
from loanark.tenants.schemas import CompanyBegin, CompanyBegun, CompanySignIn, CompanySignInIn

router = Router(tags=["people"])
begin = Router(tags=["session"])


@begin.post("/company-sign-in", response=CompanyBegun, auth=None)
def begin_company_sign_in(request: HttpRequest, body: CompanyBegin) -> CompanyBegun:
    """Where to go to sign in with the company that has this address."""
    spend(request, "company")
    demand_csrf(request)
    ours = company.of_address(body.email)
    wanted = body.next if body.next.startswith("/") and get_adapter(request).is_safe_url(body.next) else "/"
    after = f"/sign-in?{urlencode({'company': '1', 'next': wanted})}"
    return CompanyBegun(url=company_login.begin(request, ours, body.email, after))


@router.get("/company-sign-in", response=CompanySignIn)
def get_company_sign_in(request: HttpRequest, tenant: Path[str]) -> CompanySignIn:
    """How members sign in with their company, if they do. The client's secret is never told."""
    with enter(request, tenant, Permission.MEMBERS_READ) as scope:
        return _told(scope.slug, company.load())


@router.put("/company-sign-in", response=CompanySignIn)
def set_company_sign_in(request: HttpRequest, tenant: Path[str], body: CompanySignInIn) -> CompanySignIn:
    """Sets it up or changes it. The provider is asked first what it offers."""
    with enter(request, tenant, Permission.ORGANISATION_WRITE):
        pass  # Nobody else makes us ask strangers' servers; and no transaction waits for them.
    choices = company.checked(Choices(**{**body.model_dump(), "domains": tuple(body.domains)}))
    with enter(request, tenant, Permission.ORGANISATION_WRITE) as scope:
        return _told(scope.slug, company.save(scope, choices))


@router.delete("/company-sign-in", response=CompanySignIn)
def remove_company_sign_in(request: HttpRequest, tenant: Path[str]) -> CompanySignIn:
    """Everybody signs in with a password again."""
    with enter(request, tenant, Permission.ORGANISATION_WRITE) as scope:
        company.remove(scope)
        return _told(scope.slug, None)


def _told(slug: str, ours: Company | None) -> CompanySignIn:
    return CompanySignIn(
        is_set_up=ours is not None,
        issuer=ours.issuer if ours else "",
        client_id=ours.client_id if ours else "",
        has_secret=bool(ours and ours.sealed_secret),
        domains=list(ours.domains) if ours else [],
        required=ours.required if ours else False,
        first_time_role=ours.first_time_role if ours else None,
        callback_url=company.callback_url(slug),
    )
