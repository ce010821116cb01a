"""The doors to an organisation's data. Access functions are the first lock; row-level security is the second.

Everything a tenant owns is touched inside `tenant_scope`, a transaction in which PostgreSQL itself shows only that
tenant's rows: the role `loanark_app` and the tenant are set for the transaction, so it holds under a pooler as well.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpRequest

from loanark.kit import clock, sql
from loanark.kit.errors import Forbidden, NotFound
from loanark.kit.rls import APP_ROLE
from loanark.tenants import second_factor
from loanark.tenants.models import Role, Tenant

EVERYBODY = frozenset(Role)
EDITORS = frozenset({Role.LOAN_OFFICER, Role.SALES_MANAGER, Role.ADMINISTRATOR})
MANAGERS = frozenset({Role.SALES_MANAGER, Role.ADMINISTRATOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose data, and who asks."""

    tenant_id: UUID
    slug: str
    role: Role
    user_id: int
    actor: str


@contextmanager
def tenant_scope(tenant_id: UUID, *, durable: bool = True, **marks: str) -> Iterator[None]:
    """A transaction that sees one organisation. `marks` (`actor`, `cause`, `side`, …) go into the history.

    See the comment on top of the contacts' history triggers for what each mark means. Not `durable`: its commit waits
    for no disk, and a crash of the database may lose it, as a whole and never an earlier one.
    """
    own = {"role": APP_ROLE} if durable else {"role": APP_ROLE, "synchronous_commit": "off"}
    with transaction.atomic(durable=True):
        _set(own, tenant_id=str(tenant_id), **marks)
        yield


@contextmanager
def enter(request: HttpRequest, slug: str, roles: frozenset[Role] = EVERYBODY) -> Iterator[Scope]:
    """The door for people: their organisation, in a role that may do this.

    Raises: NotFound for an organisation one does not belong to (its existence is private); Forbidden for a role that
    may not; SecondFactorNeeded where one is required and lacking.
    """
    user = request.user
    with transaction.atomic(durable=True):
        _set({"role": APP_ROLE}, user_id=str(user.pk))
        found = sql.first(
            """SELECT t.id, t.slug, m.role FROM memberships m JOIN tenants t ON t.id = m.tenant_id
               WHERE m.user_id = %s AND t.slug = %s""",
            [user.pk, slug],
        )
        if found is None:
            raise NotFound("There is no such organisation, or you are not a member of it.")
        role = Role(found["role"])
        if role not in roles:
            allowed = ", ".join(sorted(other.value.replace("_", " ") for other in roles))
            raise Forbidden(f"As {role.value.replace('_', ' ')} you cannot do this. It takes the role {allowed}.")
        scope = Scope(found["id"], found["slug"], role, user.pk or 0, str(user.get_username()))
        _set({}, tenant_id=str(scope.tenant_id), actor=scope.actor, cause="user", side="loanark")
        second_factor.demand(scope.user_id)
        yield scope


def every_tenant() -> list[Tenant]:
    """All organisations: what a worker walks."""
    return list(Tenant.objects.order_by("created_at"))


def tenant_by_name(name: str) -> Tenant:
    """An organisation by its name or slug. Raises: NotFound."""
    for tenant in every_tenant():
        if name.lower() in (tenant.name.lower(), tenant.slug, str(tenant.id)):
            return tenant
    known = ", ".join(sorted(tenant.slug for tenant in every_tenant())) or "none yet"
    raise NotFound(f"There is no organisation {name!r} (there are: {known}).")


def _set(own: dict[str, str], **marks: str) -> None:
    """Sets PostgreSQL's own settings and ours, for this transaction."""
    names = [*own.items(), *((f"loanark.{name}", value) for name, value in marks.items())]
    if simulated := clock.simulated():
        names.append(("simulation.now", simulated.now().isoformat()))
    calls = ", ".join("set_config(%s, %s, true)" for _ in names)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", [part for name in names for part in name])
