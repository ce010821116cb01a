"""What the brakes hold, for people: the groups that wait, what is in them, and what a person decides."""

from uuid import UUID

from loanark.connections import fields
from loanark.core.brakes import Braked
from loanark.core.mapping import Side
from loanark.kit import sql
from loanark.kit.errors import NotFound, Stale
from loanark.sync import brakes
from loanark.sync.schemas import HeldGroup, HeldList, HeldOperationOut

#: So many of a group's operations are shown; the count says how many there are.
SHOWN = 100

#: So many decided groups are shown beside those that wait.
DECIDED = 20

_GROUPS = """
    SELECT b.id, b.kind, b.side, b.state, b.allowed, b.since, b.decided_by, b.decided_at,
           (SELECT count(DISTINCT o.record) FROM held_operations o
            WHERE o.tenant_id = b.tenant_id AND o.brake_id = b.id AND o.state <> 'gone') AS count,
           (SELECT count(DISTINCT o.record) FROM held_operations o
            WHERE o.tenant_id = b.tenant_id AND o.brake_id = b.id AND o.state IN ('held', 'approved', 'rejected'))
               AS to_go
    FROM brakes b"""


def listed() -> HeldList:
    """The groups that wait, oldest first, then the last decided ones, newest first."""
    decided = sql.rows(f"{_GROUPS} WHERE state <> 'held' ORDER BY id DESC LIMIT %s", [DECIDED])
    return HeldList(waiting=waiting(), decided=[_group(row) for row in decided])


def waiting() -> list[HeldGroup]:
    """The groups that wait for a person."""
    return [_group(row) for row in sql.rows(f"{_GROUPS} WHERE state = 'held' ORDER BY id")]


def one(brake_id: int) -> HeldGroup:
    """One group. Raises: NotFound."""
    row = sql.first(f"{_GROUPS} WHERE id = %s", [brake_id])
    if row is None:
        raise NotFound(f"There is no held group {brake_id} in this organisation.")
    return _group(row)


def approve(tenant_id: UUID, brake_id: int, *, by: str) -> HeldGroup:
    """Lets a group be carried out, each after another look. Raises: NotFound, Stale."""
    return _decide(tenant_id, brake_id, "approved", by=by)


def reject(tenant_id: UUID, brake_id: int, *, by: str) -> HeldGroup:
    """Puts the other side back: deleted contacts are made again, cleared values filled again; contacts that were to be
    made are not. Raises: NotFound, Stale."""
    return _decide(tenant_id, brake_id, "rejected", by=by)


def _decide(tenant_id: UUID, brake_id: int, state: str, *, by: str) -> HeldGroup:
    row = sql.first("SELECT state FROM brakes WHERE id = %s FOR NO KEY UPDATE", [brake_id])
    if row is None:
        raise NotFound(f"There is no held group {brake_id} in this organisation.")
    if row["state"] != "held":
        what = "nothing of it is left" if row["state"] == "over" else f"it is {row['state']} already"
        raise Stale(f"The group {brake_id} waits for nobody: {what}. Nothing was changed.")
    brakes.decide(tenant_id, brake_id, state, by=by)
    return one(brake_id)


def _group(row: sql.Row) -> HeldGroup:
    kind, side = Braked(row["kind"]), Side(row["side"])
    operations = sql.rows(
        """SELECT id, contact_id, hubspot_id, name, field, before, reason, state, at FROM held_operations
           WHERE brake_id = %s AND state <> 'gone' ORDER BY id LIMIT %s""",
        [row["id"], SHOWN],
    )
    labels = fields.labels(operation["field"] for operation in operations if operation["field"])
    return HeldGroup(
        id=row["id"],
        kind=kind.value,
        side=side,
        state=row["state"],
        title=f"{brakes.counted(kind, row['count'])} in {brakes.SIDES[side]}",
        detail=_detail(row, kind, side),
        count=row["count"],
        to_go=row["to_go"],
        allowed=row["allowed"],
        since=row["since"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        operations=[
            HeldOperationOut(
                **{**operation, "field": operation["field"] or None},
                label=labels.get(operation["field"]),
            )
            for operation in operations
        ],
    )


def _detail(row: sql.Row, kind: Braked, side: Side) -> str:
    match row["state"]:
        case "held":
            return brakes.consequences(kind, side, row["allowed"])
        case "over":
            return "Nothing of it is left to decide: every one was undone, or the values agree again."
    return f"{row['state'].capitalize()} by {row['decided_by']}."
