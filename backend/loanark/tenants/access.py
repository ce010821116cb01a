"""The doors to an organisation's data. Access functions are the first lock; row-level security is the second.

Everything a tenant owns is touched inside `tenant_scope`, a transaction in which PostgreSQL itself shows only that
tenant's rows: the role `loanark_app` and the tenant are set for the transaction, so it holds under a pooler as well.
Who may see their own contacts only works as the role `loanark_own_contacts`, to which PostgreSQL shows no others.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpRequest

from loanark.kit import clock, sql
from loanark.kit.errors import Forbidden, NotFound
from loanark.kit.rls import APP_ROLE
from loanark.tenants import second_factor
from loanark.tenants.models import Role, Tenant
from loanark.tenants.permissions import NEVER_BY_TOKEN, OF_ROLE, Permission, roles_with

#: How changes come to be in this process, and on behalf of whom in this request, unless a transaction says otherwise.
_process_marks: dict[str, str] = {}
_request_marks: ContextVar[Mapping[str, str]] = ContextVar("marks", default=MappingProxyType({}))

#: The role of a transaction that sees only one person's contacts (see the contacts' migration 0010).
OWN_CONTACTS_ROLE = "loanark_own_contacts"

#: A statement of a request is ended after this long: whoever asked has gone by then, and others wait for the thread.
STATEMENT_SECONDS = 60


class OutOfScope(Forbidden):
    code = "token-scope"
    title = "The token's scopes do not allow this"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose data, who asks, and what they may do."""

    tenant_id: UUID
    slug: str
    role: Role
    user_id: int
    actor: str
    permissions: frozenset[Permission]
    #: What contacts must hold as owner or loan officer to be seen; None: all are.
    own_contacts: str | None = None


@dataclass(frozen=True, slots=True)
class Bearer:
    """The personal API token that a request came with."""

    tenant_id: UUID
    name: str
    scopes: frozenset[Permission]


def bearer_of(request: HttpRequest) -> Bearer | None:
    """The token that a request came with, if it is not a signed-in person's."""
    return getattr(request, "bearer", None)


def work_as(via: str) -> None:
    """Says once, for this process, how changes come to be that no request asked for: `command line` or `sync`."""
    _process_marks["via"] = via


@contextmanager
def on_behalf(**marks: str) -> Iterator[None]:
    """Within, transactions say who is behind them and where from (`actor`, `via`, `address`), as far as it is known."""
    before = _request_marks.set({**_request_marks.get(), **marks})
    try:
        yield
    finally:
        _request_marks.reset(before)


@contextmanager
def tenant_scope(tenant_id: UUID, *, durable: bool = True, **marks: str) -> Iterator[None]:
    """A transaction that sees one organisation. `marks` (`actor`, `cause`, `side`, …) go into history and audit log.

    See the comment on top of the contacts' history triggers for what each mark means. Not `durable`: its commit waits
    for no disk, and a crash of the database may lose it, as a whole and never an earlier one.
    """
    own = {"role": APP_ROLE} if durable else {"role": APP_ROLE, "synchronous_commit": "off"}
    with transaction.atomic(durable=True):
        _set(own, tenant_id=str(tenant_id), **marks)
        yield


@contextmanager
def enter(request: HttpRequest, slug: str, *needed: Permission) -> Iterator[Scope]:
    """The door for people and their tokens: their organisation, where they may do all of what is `needed`.

    Raises: NotFound for an organisation one does not belong to (its existence is private), or no longer, or that the
    token is not for; Forbidden for a role that may not; OutOfScope for a token that may not; SecondFactorNeeded where
    one is required and lacking.
    """
    assert needed, "a door asks for a permission"
    user, bearer = request.user, bearer_of(request)
    with transaction.atomic(durable=True):
        _set({"role": APP_ROLE, "statement_timeout": f"{STATEMENT_SECONDS}s"}, user_id=str(user.pk))
        found = sql.first(
            """SELECT t.id, t.slug, m.role, CASE WHEN t.own_contacts_only AND m.role = 'loan_officer'
                      THEN lower(btrim(coalesce(m.owner_key, u.email))) END AS own_contacts
               FROM memberships m JOIN tenants t ON t.id = m.tenant_id JOIN users u ON u.id = m.user_id
               WHERE m.user_id = %s AND t.slug = %s AND (m.support_until IS NULL OR m.support_until > now())""",
            [user.pk, slug],
        )
        if found is None or (bearer is not None and bearer.tenant_id != found["id"]):
            raise NotFound("There is no such organisation, or you are not a member of it.")
        role = Role(found["role"])
        _refuse(role, bearer, needed)
        scope = Scope(
            tenant_id=found["id"],
            slug=found["slug"],
            role=role,
            user_id=user.pk or 0,
            actor=str(user.get_username()),
            permissions=OF_ROLE[role] & bearer.scopes if bearer else OF_ROLE[role],
            own_contacts=found["own_contacts"],
        )
        # What follows in this request, in transactions of its own, is the same person's.
        who = {"actor": scope.actor, "via": f"token {bearer.name}" if bearer else "browser"}
        _request_marks.set({**_request_marks.get(), **who})
        _narrow(scope)
        second_factor.demand(scope.user_id)
        yield scope


@contextmanager
def enter_again(scope: Scope) -> Iterator[None]:
    """A further transaction of somebody who came in by the door just now, in which they see what they saw."""
    with transaction.atomic(durable=True):
        _set({"role": APP_ROLE, "statement_timeout": f"{STATEMENT_SECONDS}s"})
        _narrow(scope)
        yield


def _refuse(role: Role, bearer: Bearer | None, needed: Sequence[Permission]) -> None:
    for permission in needed:
        if permission not in OF_ROLE[role]:
            allowed = " or ".join(other.value.replace("_", " ") for other in roles_with(permission))
            raise Forbidden(f"As {role.value.replace('_', ' ')} you cannot do this. It takes the role {allowed}.")
        if bearer and permission in NEVER_BY_TOKEN:
            raise OutOfScope("No personal API token can do this: sign in and do it yourself. Nothing was done.")
        if bearer and permission not in bearer.scopes:
            raise OutOfScope(f"The token lacks the scope {permission.value}. Nothing was done. Make one that has it.")


def _narrow(scope: Scope) -> None:
    """From here on the transaction sees the organisation, or of its contacts only the person's own."""
    marks = {"tenant_id": str(scope.tenant_id), "actor": scope.actor, "cause": "user", "side": "loanark"}
    if scope.own_contacts is None:
        _set({}, **marks)
    else:
        _set({"role": OWN_CONTACTS_ROLE}, own_contacts=scope.own_contacts, **marks)


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
    marks = {**_process_marks, **_request_marks.get(), **marks}
    names = [*own.items(), *((f"loanark.{name}", value) for name, value in marks.items())]
    if simulated := clock.simulated():
        names.append(("simulation.now", simulated.now().isoformat()))
    calls = ", ".join("set_config(%s, %s, true)" for _ in names)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", [part for name in names for part in name])
