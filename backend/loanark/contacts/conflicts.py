"""Deciding conflicts, one or many, and taking a decision back.

A decision makes one value the newer one: what HubSpot holds goes into the base, as seen and overruled, and the value
that stands into LoanArk's row; the sync carries it over as any edit. A decision that nothing has followed can be
reopened. Where LoanArk's value has reached HubSpot by then, both sides hold it until somebody decides again, and
HubSpot's own is kept in the conflict, which so becomes a late one.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from loanark.connections.actions import notify, wake_workers
from loanark.connections.fields import catalogue
from loanark.contacts.actions import PERSON_LANE, checked, leave_hints, put, refuse_giving_away, rules_in_force
from loanark.contacts.queries import TYPED
from loanark.contacts.schemas import ReopenedOut, ResolvedOut, ResolveManyIn, Undecided, Winner
from loanark.core.fields import BY_NAME, Field, display_name, raw_text, stored_text
from loanark.core.mapping import FieldRule, Policy, Side
from loanark.core.translate import held
from loanark.core.values import Unreadable, Value, read
from loanark.kit import sql, trail
from loanark.kit.errors import Invalid, LoanArkError, NotFound, Stale
from loanark.tenants.access import Scope

#: So many are decided in one transaction.
AT_ONCE = 1000

_COLUMNS = f"""k.id, k.contact_id, k.field, k.base, k.hubspot, k.loanark, k.winner, k.open, k.late, k.resolved_by,
    c.firstname, c.lastname, c.email, c.deleted_at, {TYPED} AS typed"""
_FROM = "contact_conflicts k JOIN contacts c ON c.tenant_id = k.tenant_id AND c.id = k.contact_id"


class CannotReopen(LoanArkError):
    code = "cannot-reopen"
    status = 409
    title = "This decision cannot be taken back"


class _Shape(NamedTuple):
    """A field as its values are read and stored."""

    field: Field
    rule: FieldRule | None

    def value(self, text: str | None) -> Value | Unreadable:
        return held(self.rule, lambda _: text) if self.rule else read(self.field.kind, text)

    def remote(self, text: str | None) -> Value | Unreadable:
        """What is kept of HubSpot's own text."""
        return read(self.rule.kind if self.rule else self.field.kind, text)

    def stored(self, text: str | None) -> str | None:
        """Raises: Invalid, for what the field cannot take."""
        value = self.readable(text)
        return stored_text(self.field.kind, value) if self.field.typed else value.raw

    def readable(self, text: str | None) -> Value:
        value = self.value(text)
        if isinstance(value, Unreadable):
            reasons = {self.field.name: value.reason}
            raise Invalid(f"The value cannot be taken: it {value.reason}.", errors=reasons)
        return value


def resolve(scope: Scope, conflict_id: int, winner: Winner | Side, value: str | None = None) -> None:
    """Decides an open conflict. Raises: NotFound; Invalid for a value the field cannot take; Stale."""
    row = _locked([conflict_id], open=True)
    if not row:
        raise NotFound("There is no such open conflict in this organisation. Somebody may have decided it meanwhile.")
    _decide(scope, row[0], str(winner), value, _shapes())
    _look_again(scope, [row[0]["contact_id"]])


def resolve_many(scope: Scope, asked: ResolveManyIn) -> ResolvedOut:
    """Decides open conflicts alike. Raises: Stale when there are not as many as the person was shown; Invalid."""
    ids = _chosen(asked)
    if len(ids) != asked.expected:
        raise Stale(f"There are {len(ids):,} of them now, not {asked.expected:,}. Look again; nothing was decided.")
    shapes = _shapes()
    decided, refused = [], []
    rows = _locked(ids[:AT_ONCE], open=True)
    for row in rows:
        try:
            _decide(scope, row, asked.winner.value, None, shapes)
        except (Invalid, Stale) as error:  # Raised before anything of it is written.
            refused.append(_undecided(row, error))
        else:
            decided.append(row)
    _look_again(scope, [row["contact_id"] for row in decided])
    return ResolvedOut(decided=[row["id"] for row in decided], refused=refused, left=len(ids) - len(rows))


def reopen(scope: Scope, conflict_ids: Sequence[int]) -> ReopenedOut:
    """Takes decisions back, those that nothing has followed."""
    shapes = _shapes()
    reopened, refused = [], []
    for row in _locked(conflict_ids, open=False):
        try:
            _reopen(scope, row, shapes)
        except (CannotReopen, Invalid) as error:
            refused.append(_undecided(row, error))
        else:
            reopened.append(row)
    _look_again(scope, [row["contact_id"] for row in reopened])
    return ReopenedOut(reopened=[row["id"] for row in reopened], refused=refused)


def reopen_one(scope: Scope, conflict_id: int) -> None:
    """Raises: NotFound, CannotReopen."""
    done = reopen(scope, [conflict_id])
    if done.refused:
        raise CannotReopen(f"{done.refused[0].reason} Nothing was changed.")
    if not done.reopened:
        raise NotFound("There is no such decided conflict in this organisation.")


def overturn(scope: Scope, conflict_id: int, winner: Side) -> None:
    """Lets the value that lost stand, on both sides. Raises: NotFound, CannotReopen, Invalid."""
    rows = _locked([conflict_id], open=False)
    if not rows:
        raise NotFound("There is no such decided conflict in this organisation.")
    row, shapes = rows[0], _shapes()
    shape = _refuse_followed(row, shapes)
    if shape.rule and shape.rule.source is Side.HUBSPOT and winner is Side.LOANARK:
        raise CannotReopen(f"{shape.field.label} is decided in HubSpot alone. Nothing was changed.")
    _decide(scope, row, winner.value, None, shapes)
    _look_again(scope, [row["contact_id"]])


def _chosen(asked: ResolveManyIn) -> list[int]:
    """The open conflicts that are asked for. Raises: Invalid."""
    params: list[Any]
    if asked.ids:
        where, params = "k.id = ANY(%s)", [asked.ids]
    elif asked.field and asked.same_as is not None:
        where = """k.field = %s AND EXISTS (
            SELECT FROM contact_conflicts o WHERE o.tenant_id = k.tenant_id AND o.id = %s AND o.field = k.field
            AND o.hubspot IS NOT DISTINCT FROM k.hubspot AND o.loanark IS NOT DISTINCT FROM k.loanark)"""
        params = [asked.field, asked.same_as]
    elif asked.field:
        where, params = "k.field = %s", [asked.field]
    else:
        raise Invalid("Say which conflicts. Nothing was decided.", errors={"ids": "Give ids, or a field."})
    return [row["id"] for row in sql.rows(f"SELECT k.id FROM {_FROM} WHERE k.open AND {where} ORDER BY k.id", params)]


def _locked(ids: Sequence[int], *, open: bool) -> list[sql.Row]:
    """Conflicts and their contacts, kept from changing. Contacts first, in the order in which everybody locks them."""
    sql.execute(
        """SELECT FROM contacts WHERE id IN (SELECT contact_id FROM contact_conflicts WHERE id = ANY(%s))
           ORDER BY id FOR NO KEY UPDATE""",
        [list(ids)],
    )
    return sql.rows(
        f"SELECT {_COLUMNS} FROM {_FROM} WHERE k.id = ANY(%s) AND k.open = %s ORDER BY k.id FOR NO KEY UPDATE OF k",
        [list(ids), open],
    )


def _shapes() -> dict[str, _Shape]:
    rules = rules_in_force()
    return {name: _Shape(field, rules.get(name)) for name, field in catalogue(archived=True).items()}


def _decide(scope: Scope, row: sql.Row, winner: str, typed: str | None, shapes: dict[str, _Shape]) -> None:
    """Carries one decision out. Raises: Invalid, Stale; nothing is written then."""
    name, shape = row["field"], shapes.get(row["field"])
    if shape is None or shape.field.archived:
        raise Stale(
            "The field is archived, and nothing of it is carried over. Bring it back to decide; nothing was saved."
        )
    theirs = shape.readable(row["hubspot"])
    if winner == "typed":
        text = checked({name: typed})[name]
        winner = _named(shape, row, text)
    else:
        text = shape.stored(row[winner])
    is_edit = winner != Side.LOANARK.value or not row["open"]
    if is_edit:
        refuse_giving_away(scope, row["contact_id"], {name: text})
    if row["open"] and (winner == Side.LOANARK.value or not row["late"]):
        seen: Value | Unreadable = theirs
    else:
        seen = shape.remote(_remote(row))
    if (winner != Side.HUBSPOT.value or not row["open"]) and isinstance(seen, Value):
        # What HubSpot holds has been seen and overruled: from here on LoanArk's value is simply the newer one.
        _set_base(row, seen.canonical)
    sql.execute("SELECT set_config('loanark.cause', 'conflict', true)")
    if is_edit:
        put(row["contact_id"], {name: text})
    sql.execute(
        """UPDATE contact_conflicts
           SET open = false, winner = %s, resolved_at = statement_timestamp(), resolved_by = %s WHERE id = %s""",
        [winner, scope.actor, row["id"]],
    )


def _named(shape: _Shape, row: sql.Row, text: str | None) -> str:
    """A typed value that one of the sides holds is that side's."""
    value = shape.value(text)
    return next((side.value for side in (Side.HUBSPOT, Side.LOANARK) if shape.value(row[side.value]) == value), "typed")


def _reopen(scope: Scope, row: sql.Row, shapes: dict[str, _Shape]) -> None:
    """Raises: CannotReopen; nothing is written then."""
    shape = _refuse_followed(row, shapes)
    if row["winner"] not in ("hubspot", "loanark", "typed") or (row["resolved_by"] or "").startswith(_BY_ITSELF):
        raise CannotReopen("No person decided it.")
    if shape.rule and shape.rule.policy is not Policy.ASK:
        raise CannotReopen(
            f"{shape.field.label} is decided by a rule now, which would decide it again. Use the other value instead."
        )
    is_covered = shape.remote(_remote(row)) != shape.value(row["hubspot"]) or _is_on_its_way(row["contact_id"])
    before = {row["field"]: shape.stored(row["loanark"])}
    refuse_giving_away(scope, row["contact_id"], before)
    sql.execute("SELECT set_config('loanark.cause', 'undo', true), set_config('loanark.reason', %s, true)", [_REASON])
    put(row["contact_id"], before)
    _set_base(row, row["base"])
    sql.execute(
        """UPDATE contact_conflicts SET open = true, late = late OR %s, winner = NULL, resolved_at = NULL,
           resolved_by = NULL WHERE id = %s""",
        [row["winner"] != "hubspot" and is_covered, row["id"]],
    )
    trail.note("conflict.reopened", row["field"], contact_id=row["contact_id"])


_REASON = "takes back how a conflict was decided"
#: What stands as `resolved_by` where the sync decided.
_BY_ITSELF = ("policy ", "the values agree again", "a newer edit in HubSpot")


def _refuse_followed(row: sql.Row, shapes: dict[str, _Shape]) -> _Shape:
    """Raises: CannotReopen, where something has followed the decision, on either side."""
    shape = shapes.get(row["field"])
    if shape is None or shape.field.archived:
        raise CannotReopen("The field is archived.")
    if not (row["base"] or row["hubspot"] or row["loanark"]):
        raise CannotReopen("Its values were erased.")
    if sql.scalar(
        "SELECT EXISTS (SELECT FROM contact_conflicts WHERE contact_id = %s AND field = %s AND id > %s)",
        [row["contact_id"], row["field"], row["id"]],
    ):
        raise CannotReopen(f"{shape.field.label} was in conflict again since.")
    now, ours = shape.remote(_remote(row)), shape.value(_local(row, shape.field))
    stood = {"hubspot": row["hubspot"], "loanark": row["loanark"], "typed": row["typed"]}
    if row["deleted_at"] or (row["winner"] in stood and ours != shape.value(stood[row["winner"]])):
        raise CannotReopen(f"{shape.field.label} was changed since.")
    if isinstance(now, Unreadable) or now not in (shape.value(row["hubspot"]), ours):
        raise CannotReopen(f"{shape.field.label} was changed in HubSpot since.")
    return shape


def _remote(row: sql.Row) -> str | None:
    """HubSpot's value as it was read last. Raises: CannotReopen for a contact that is on one side only."""
    link = sql.first(
        "SELECT remote ->> %s AS text FROM contact_links WHERE contact_id = %s AND state = 'live'",
        [row["field"], row["contact_id"]],
    )
    if link is None:
        raise CannotReopen("The contact is not in HubSpot any more.")
    return link["text"]  # type: ignore[no-any-return]


def _local(row: sql.Row, field: Field) -> str | None:
    column = f"c.{field.name}" if field.name in BY_NAME else "c.custom ->> %s"
    params: list[Any] = [] if field.name in BY_NAME else [field.name]
    return raw_text(sql.scalar(f"SELECT {column} FROM contacts c WHERE id = %s", [*params, row["contact_id"]]))


def _is_on_its_way(contact_id: UUID) -> bool:
    """Whether a write to HubSpot was decided whose outcome nobody knows yet."""
    return bool(sql.scalar("SELECT EXISTS (SELECT FROM intents WHERE contact_id = %s)", [contact_id]))


def _set_base(row: sql.Row, canonical: str | None) -> None:
    sql.execute(
        """UPDATE contact_links SET base = jsonb_strip_nulls(base || jsonb_build_object(%s::text, %s::text))
           WHERE contact_id = %s AND state = 'live'""",
        [row["field"], canonical, row["contact_id"]],
    )


def _undecided(row: sql.Row, error: LoanArkError) -> Undecided:
    name = display_name(row["firstname"], row["lastname"], row["email"])
    return Undecided(id=row["id"], contact_name=name, reason=error.detail)


def _look_again(scope: Scope, contact_ids: Sequence[UUID]) -> None:
    """Has the sync look at these before anything else."""
    if not contact_ids:
        return
    leave_hints(Side.LOANARK, contact_ids, source="conflict decided", lane=PERSON_LANE)
    wake_workers(scope.tenant_id)
    notify(scope.tenant_id, "contacts")
