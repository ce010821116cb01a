"""Making organisations and their people."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.text import slugify

from loanark.kit import clock, sql
from loanark.kit.errors import Invalid, NotFound
from loanark.tenants.access import every_tenant, tenant_scope
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
        _enter(tenant.id)
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


def find_person(email: str) -> User | None:
    """Whoever has this address, in any case."""
    return User.objects.by_email(email)


@contextmanager
def admitting(tenant_id: UUID) -> Iterator[None]:
    """A transaction in which people are made: web and workers may not, so it is the owner's. Fenced like any other."""
    with transaction.atomic(durable=True):
        _enter(tenant_id)
        yield


def make_person(email: str, *, name: str = "", password: str | None = None) -> User:
    """A person whose address is proven: by an invitation, the command line, or the company's sign-in."""
    user = User.objects.create_user(email, password, name=name)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def admit(tenant_id: UUID, user: User, role: Role) -> None:
    """Makes somebody a member. Whoever is one already keeps the role; support whose time is over is none."""
    Membership.objects.filter(tenant_id=tenant_id, user=user, support_until__lte=clock.now()).delete()
    Membership.objects.get_or_create(tenant_id=tenant_id, user=user, defaults={"role": role.value})


def end_sessions(user: User, *, keep: str | None) -> None:
    """Signs somebody out everywhere, or everywhere but in one session."""
    with transaction.atomic():
        sql.execute(
            """DELETE FROM django_session WHERE session_key IN (
                   SELECT session_key FROM usersessions_usersession WHERE user_id = %s AND session_key <> %s)""",
            [user.pk, keep or ""],
        )
        sql.execute(
            "DELETE FROM usersessions_usersession WHERE user_id = %s AND session_key <> %s", [user.pk, keep or ""]
        )


def _enter(tenant_id: UUID) -> None:
    sql.execute("SELECT set_config('loanark.tenant_id', %s, true)", [str(tenant_id)])


def _person(email: str, password: str | None) -> tuple[User, str | None]:
    email = email.strip().lower()
    if existing := find_person(email):
        return existing, None
    password = password or secrets.token_urlsafe(16)
    return make_person(email, password=password), password
