"""Making organisations and their people."""

import secrets
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.text import slugify

from loanark.kit import sql
from loanark.kit.errors import Invalid, NotFound
from loanark.tenants.access import every_tenant, tenant_scope
from loanark.tenants.models import Membership, Role, Tenant, User

#: Addresses of the product itself: an organisation's pages live at /<slug>/….
RESERVED_SLUGS = frozenset(
    {"api", "assets", "docs", "health", "metrics", "oauth", "password", "sign-in", "static", "verify-email", "webhooks"}
)


@dataclass(frozen=True, slots=True)
class Created:
    tenant: Tenant
    user: User
    #: Only for a person who did not exist before: shown once, stored hashed.
    password: str | None


def create_tenant(name: str, *, admin_email: str, password: str | None = None) -> Created:
    """Makes an organisation with its first administrator. Raises: Invalid when the name is taken."""
    slug = slugify(name)
    if not slug:
        raise Invalid(
            f"The name {name!r} has no letters or digits to make an address from.", errors={"name": "unusable"}
        )
    if slug in RESERVED_SLUGS:
        raise Invalid(f"The name {name!r} is taken by the product itself. Choose another.", errors={"name": "reserved"})
    with transaction.atomic():
        if Tenant.objects.filter(slug=slug).exists():
            raise Invalid(f"There is an organisation {slug!r} already. Choose another name.", errors={"name": "taken"})
        tenant = Tenant.objects.create(name=name, slug=slug)
        user, fresh = _person(admin_email, password)
        sql.execute("SELECT set_config('loanark.tenant_id', %s, true)", [str(tenant.id)])
        Membership.objects.create(tenant=tenant, user=user, role=Role.ADMINISTRATOR.value)
    return Created(tenant, user, fresh)


def make_supporter(email: str, *, password: str | None = None) -> tuple[User, str | None]:
    """Makes a person somebody of the vendor's support, who may enter nothing yet. A password is a new person's only."""
    with transaction.atomic():
        user, fresh = _person(email, password)
        User.objects.filter(pk=user.pk).update(is_staff=True)
    return user, fresh


def end_supporter(email: str) -> int:
    """They are none any more, and whatever they were let into ends. Returns of how many organisations.

    Raises: NotFound.
    """
    user = User.objects.filter(email=email.strip().lower(), is_staff=True).first()
    if user is None:
        raise NotFound(f"There is nobody of support with the address {email}.")
    User.objects.filter(pk=user.pk).update(is_staff=False)
    ended = 0
    for tenant in every_tenant():
        with tenant_scope(tenant.id):
            ended += Membership.objects.filter(user_id=user.pk, support_until__isnull=False).delete()[0]
    return ended


def _person(email: str, password: str | None) -> tuple[User, str | None]:
    email = email.strip().lower()
    if existing := User.objects.filter(email=email).first():
        return existing, None
    password = password or secrets.token_urlsafe(12)
    user = User.objects.create_user(email, password)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    return user, password
