"""What django-allauth leaves to us of a person's account, and an organisation's rules for signing in."""

from django.http import HttpRequest
from ninja import Path, Router

from loanark.kit import sql
from loanark.tenants import authenticators, second_factor
from loanark.tenants.access import enter
from loanark.tenants.permissions import Permission
from loanark.tenants.schemas import Drawing, Drawn, SignInRules, SignInRulesIn

account = Router(tags=["account"])
router = Router(tags=["people"])


@account.post("/account/qr", response=Drawn)
def draw_qr(request: HttpRequest, body: Drawing) -> Drawn:
    """An authenticator app's key as a picture to point a phone at. Nothing is kept."""
    return Drawn(svg=authenticators.drawn(body.address))


@router.get("/sign-in-rules", response=SignInRules)
def get_sign_in_rules(request: HttpRequest, tenant: Path[str]) -> sql.Row:
    """What the organisation asks of its members when they sign in."""
    with enter(request, tenant, Permission.MEMBERS_READ):
        return second_factor.rules()


@router.patch("/sign-in-rules", response=SignInRules)
def change_sign_in_rules(request: HttpRequest, tenant: Path[str], body: SignInRulesIn) -> sql.Row:
    """From the next request on, whoever lacks what is required can only set it up."""
    with enter(request, tenant, Permission.ORGANISATION_WRITE) as scope:
        second_factor.require(scope.user_id, body.second_factor_required)
        return second_factor.rules()
