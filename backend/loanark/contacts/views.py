"""Saved views of the list of contacts: private ones, and shared ones that everybody sees. Call inside a scope."""

import orjson

from loanark.connections.actions import notify
from loanark.contacts.schemas import ViewEditIn, ViewIn, ViewOut, ViewState
from loanark.kit import sql
from loanark.kit.errors import Forbidden, Invalid, NotFound
from loanark.tenants.access import Scope
from loanark.tenants.models import Role
from loanark.tenants.permissions import Permission

MOST_PRIVATE = 50
MOST_SHARED = 100

#: What a person sees.
_SEEN = "(shared OR user_id = %s)"


def seen(scope: Scope) -> list[ViewOut]:
    """A person's own views and the shared ones, by name."""
    found = sql.rows(f"SELECT * FROM saved_views WHERE {_SEEN} ORDER BY lower(name), id", [scope.user_id])
    return [_out(scope, row) for row in found]


def view(scope: Scope, view_id: int) -> ViewOut:
    """Raises: NotFound."""
    return _out(scope, _row(scope, view_id))


def make(scope: Scope, wanted: ViewIn) -> int:
    """Raises: Invalid, Forbidden."""
    if wanted.shared:
        _refuse_sharing(scope)
    _refuse_many(scope, wanted.shared)
    _refuse_twice(scope, wanted.name)
    made = sql.scalar(
        "INSERT INTO saved_views (user_id, by, name, shared, state) VALUES (%s, %s, %s, %s, %s::jsonb) RETURNING id",
        [scope.user_id, scope.actor, wanted.name, wanted.shared, _packed(wanted.state)],
    )
    notify(scope.tenant_id, "views")
    return int(made)


def change(scope: Scope, view_id: int, wanted: ViewEditIn) -> None:
    """Changes what is named. Raises: NotFound, Forbidden, Invalid."""
    there = _changeable(scope, view_id)
    if wanted.shared and not there["shared"]:
        _refuse_sharing(scope)
    if wanted.shared is not None and wanted.shared != there["shared"]:
        _refuse_many(scope, wanted.shared)
    if wanted.name is not None:
        _refuse_twice(scope, wanted.name, but=view_id)
    sql.execute(
        """UPDATE saved_views SET name = coalesce(%s, name), shared = coalesce(%s, shared),
                  state = coalesce(%s::jsonb, state) WHERE id = %s""",
        [wanted.name, wanted.shared, _packed(wanted.state) if wanted.state else None, view_id],
    )
    notify(scope.tenant_id, "views")


def delete(scope: Scope, view_id: int) -> None:
    """Raises: NotFound, Forbidden."""
    _changeable(scope, view_id)
    sql.execute("DELETE FROM saved_views WHERE id = %s", [view_id])
    notify(scope.tenant_id, "views")


def _row(scope: Scope, view_id: int) -> sql.Row:
    row = sql.first(f"SELECT * FROM saved_views WHERE id = %s AND {_SEEN} FOR NO KEY UPDATE", [view_id, scope.user_id])
    if row is None:
        raise NotFound("There is no such view in this organisation, or it is somebody's own.")
    return row


def _changeable(scope: Scope, view_id: int) -> sql.Row:
    row = _row(scope, view_id)
    if not _may_change(scope, row):
        raise Forbidden(f"Only {row['by']}, who made this view, or an administrator changes it. Save one of your own.")
    return row


def _may_change(scope: Scope, row: sql.Row) -> bool:
    return row["user_id"] == scope.user_id or scope.role is Role.ADMINISTRATOR


def _refuse_sharing(scope: Scope) -> None:
    if Permission.CONTACTS_WRITE not in scope.permissions:
        raise Forbidden("A view is shared by somebody who may edit contacts. Save it for yourself.")


def _refuse_many(scope: Scope, shared: bool) -> None:
    there = sql.scalar(
        "SELECT count(*) FROM saved_views WHERE shared = %s AND (shared OR user_id = %s)", [shared, scope.user_id]
    )
    most, whose = (MOST_SHARED, "shared views") if shared else (MOST_PRIVATE, "views of your own")
    if there >= most:
        raise Invalid(f"There are {most} {whose} already. Delete one first.", errors={"shared": "too many"})


def _refuse_twice(scope: Scope, name: str, but: int | None = None) -> None:
    if sql.scalar(
        f"SELECT EXISTS (SELECT FROM saved_views WHERE lower(name) = lower(%s) AND id IS DISTINCT FROM %s AND {_SEEN})",
        [name, but, scope.user_id],
    ):
        raise Invalid("There is a view of this name already.", errors={"name": "There is a view of this name already."})


def _packed(state: ViewState) -> str:
    return orjson.dumps(state.model_dump(mode="json")).decode()


def _out(scope: Scope, row: sql.Row) -> ViewOut:
    return ViewOut(
        id=row["id"],
        name=row["name"],
        shared=row["shared"],
        mine=row["user_id"] == scope.user_id,
        may_change=_may_change(scope, row),
        by=row["by"],
        state=ViewState(**orjson.loads(row["state"])),
    )
