"""An organisation's people: who belongs to it, with which role, and who of the vendor is let in for a while.

That an administrator stays is the database's own rule (migration 0010); here it is asked before the commit, so that
the person is told.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from loanark.kit import clock, sql
from loanark.kit.errors import Invalid, LoanArkError, NotFound, Stale
from loanark.tenants.access import Scope
from loanark.tenants.models import Role

#: Support is let in for so long at most.
SUPPORT_DAYS = 7

#: What support may be: it reads, or it runs the sync; it administers nothing.
SUPPORT_ROLES = (Role.AUDITOR, Role.SALES_MANAGER)


class LastAdministrator(LoanArkError):
    code = "last-administrator"
    status = 409
    title = "An organisation keeps an administrator"


def listed() -> list[sql.Row]:
    """Everybody who can enter now, by name; support whose time is over cannot."""
    return _members("TRUE", [])


def one(user_id: int) -> sql.Row:
    """Raises: NotFound."""
    found = _members("m.user_id = %s", [user_id])
    if not found:
        raise NotFound("There is no such member in this organisation.")
    return found[0]


def _members(where: str, params: list[Any]) -> list[sql.Row]:
    return sql.rows(
        f"""SELECT u.id, u.email, coalesce(nullif(u.name, ''), u.email) AS name, m.role, m.owner_key, m.created_at,
                   m.support_until, m.support_by
            FROM memberships m JOIN users u ON u.id = m.user_id
            WHERE (m.support_until IS NULL OR m.support_until > now()) AND {where} ORDER BY lower(u.email)""",
        params,
    )


def change(user_id: int, *, role: Role | None = None, **owner_key: str | None) -> None:
    """Changes what is given: the role, the `owner_key`. Raises: NotFound, Invalid, LastAdministrator."""
    member = one(user_id)
    if member["support_until"] is not None:
        raise Invalid(
            "Support has what it was let in with. Nothing was changed: end its access, or grant it anew.",
            errors={"role" if role else "owner_key": "given with the access"},
        )
    if role is not None and role != member["role"]:
        sql.execute("UPDATE memberships SET role = %s WHERE user_id = %s", [role.value, user_id])
        _keep_an_administrator("Nobody else administers this organisation. Make another person administrator first.")
    if "owner_key" in owner_key:
        key = (owner_key["owner_key"] or "").strip() or None
        sql.execute("UPDATE memberships SET owner_key = %s WHERE user_id = %s", [key, user_id])


def remove(user_id: int) -> None:
    """From now on they are an outsider: their tokens go, their next request finds nothing. Raises: NotFound, …"""
    one(user_id)
    _remove(user_id, "The last administrator cannot be removed. Make another person administrator first.")


def leave(scope: Scope) -> None:
    """Raises: LastAdministrator."""
    _remove(
        scope.user_id,
        "You are the only administrator, and an organisation keeps one. Make another person administrator first.",
    )


def _remove(user_id: int, refusal: str) -> None:
    sql.execute("DELETE FROM memberships WHERE user_id = %s", [user_id])
    _keep_an_administrator(refusal)


def _keep_an_administrator(refusal: str) -> None:
    """The database's own rule, asked now: two who do this at once come one after the other."""
    try:
        sql.execute("SET CONSTRAINTS memberships_keep_administrator IMMEDIATE")
    except IntegrityError:
        raise LastAdministrator(f"{refusal} Nothing was changed.") from None


def let_support_in(scope: Scope, email: str, role: Role, hours: int) -> int:
    """Lets somebody of the vendor in until then; again, to change or prolong it. Returns who it is.

    Raises: Invalid, for a role or a time that support cannot have, or somebody who is not of the vendor; Stale, for a
    member.
    """
    errors = {}
    if role not in SUPPORT_ROLES:
        errors["role"] = "Support is let in as auditor or sales manager."
    if not 1 <= hours <= SUPPORT_DAYS * 24:
        errors["hours"] = f"From 1 to {SUPPORT_DAYS * 24}: support's access ends within {SUPPORT_DAYS} days."
    user_id = sql.scalar("SELECT id FROM users WHERE email = %s AND is_staff AND is_active", [email.strip().lower()])
    if user_id is None:
        errors["email"] = "This is nobody of the vendor's support."
    if errors:
        raise Invalid("Nobody was let in.", errors=errors)
    let_in = sql.execute(
        """INSERT INTO memberships AS m (tenant_id, user_id, role, created_at, support_until, support_by)
           VALUES (%s, %s, %s, now(), %s, %s)
           ON CONFLICT (tenant_id, user_id) DO UPDATE SET role = excluded.role, created_at = excluded.created_at,
               support_until = excluded.support_until, support_by = excluded.support_by
           WHERE m.support_until IS NOT NULL""",
        [scope.tenant_id, user_id, role.value, _until(hours), scope.actor],
    )
    if not let_in:
        raise Stale("This person is a member of the organisation already. Nothing was changed.")
    return int(user_id)


def clear_ended_support() -> int:
    """Takes out support whose time is over: they cannot enter already. Call inside a tenant's scope."""
    return sql.execute("DELETE FROM memberships WHERE support_until <= now()")


def _until(hours: int) -> datetime:
    return clock.now() + timedelta(hours=hours)


def rename(tenant_id: UUID, name: str) -> None:
    """Gives the organisation another name; its address stays. Raises: Invalid."""
    name = name.strip()
    if not name or len(name) > 200:
        raise Invalid("The name was not changed.", errors={"name": "From 1 to 200 characters."})
    try:
        sql.execute("UPDATE tenants SET name = %s WHERE id = %s", [name, tenant_id])
    except IntegrityError:
        raise Invalid("The name was not changed.", errors={"name": "Another organisation has this name."}) from None


def limit_officers(tenant_id: UUID, own_contacts_only: bool) -> None:
    """Whether loan officers see only their own contacts."""
    sql.execute("UPDATE tenants SET own_contacts_only = %s WHERE id = %s", [own_contacts_only, tenant_id])


def organisation(tenant_id: UUID) -> sql.Row:
    """The organisation's own settings."""
    return sql.rows("SELECT slug, name, own_contacts_only, created_at FROM tenants WHERE id = %s", [tenant_id])[0]
