"""Making organisations and their people."""

import secrets
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.text import slugify

from loanark.kit import sql
from loanark.kit.errors import Invalid
from loanark.tenants.models import Membership, Role, Tenant, User

#: Addresses of the product itself: an organisation's pages live at /<slug>/….
RESERVED_SLUGS = frozenset(
    {"account", "api", "assets", "docs", "health", "join", "mailbox", "metrics", "oauth", "password", "sign-in"}
    | {"sign-up", "static", "verify-email", "webhooks"}
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


def find_person(email: str) -> User | None:
    """Whoever has this address, in any case."""
    return User.objects.by_email(email)


def _person(email: str, password: str | None) -> tuple[User, str | None]:
    email = email.strip().lower()
    if existing := find_person(email):
        return existing, None
    password = password or secrets.token_urlsafe(12)
    user = User.objects.create_user(email, password)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    return user, password
