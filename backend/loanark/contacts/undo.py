"""Undoing changes of contacts: one at once, as a person's edit; many by a run of the sync, which uses these parts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from loanark.connections.fields import catalogue
from loanark.contacts.actions import rules_in_force
from loanark.contacts.erasure import erased
from loanark.core.edit import GIVEN_AWAY, NOT_THEIRS, is_own, left_alone
from loanark.core.fields import BY_NAME, COLUMN_TYPES, Field, stored_text
from loanark.core.mapping import Side
from loanark.core.plan import Action, Plan
from loanark.core.undo import Fields, Past, Present, undo
from loanark.core.values import Value
from loanark.kit import sql
from loanark.kit.errors import LoanArkError, NotFound
from loanark.tenants.access import Scope


class CannotUndo(LoanArkError):
    code = "cannot-undo"
    status = 409
    title = "This cannot be undone"


def undo_change(scope: Scope, contact_id: UUID, change_id: int) -> None:
    """Puts back what one change changed, all of it or nothing. Raises: NotFound, CannotUndo.

    One that is undone already stays so: whoever asks twice is not told off.
    """
    changes = past("contact_id = %s AND id = %s", [contact_id, change_id])
    if not changes:
        raise NotFound("There is no such change of this contact in this organisation.")
    decided = decide(changes, reason=f"undoes change {change_id}", lock=True)
    plan = decided.plans[contact_id]
    if plan.rejects:
        reasons = "; ".join(f"{decided.label(reject.field)}: {reject.reason}" for reject in plan.rejects)
        raise CannotUndo(
            f"{reasons}. Nothing was changed: edit the contact instead.",
            errors={reject.field or "contact": reject.reason for reject in plan.rejects},
        )
    sql.execute(
        "SELECT set_config('loanark.cause', 'undo', true), set_config('loanark.reason', %s, true)",
        [f"undoes change {change_id}"],
    )
    write(decided)


def change_by_id(change_id: int) -> UUID:
    """The contact that a change is of. Raises: NotFound."""
    contact_id = sql.scalar("SELECT contact_id FROM contact_changes WHERE id = %s", [change_id])
    if contact_id is None:
        raise NotFound(f"There is no change {change_id} in this organisation.")
    return UUID(str(contact_id))


def past(where: str, params: Sequence[Any], *, only: str | None = None) -> dict[UUID, list[Past]]:
    """Changes by contact. `only`: what they did to this one field."""
    found = sql.rows(
        f"""SELECT contact_id, id, op, side,
                   (SELECT coalesce(jsonb_object_agg(key, value), '{{}}') FROM jsonb_each_text(before)) AS before,
                   (SELECT coalesce(jsonb_object_agg(key, value), '{{}}') FROM jsonb_each_text(after)) AS after
            FROM contact_changes WHERE {where} ORDER BY id""",
        params,
    )
    changes: dict[UUID, list[Past]] = {}
    for row in found:
        before, after = (_only(orjson.loads(row[key]), only) for key in ("before", "after"))
        change = Past(row["id"], row["op"], Side(row["side"]), before, after)
        changes.setdefault(row["contact_id"], []).append(change)
    return changes


def _only(texts: dict[str, str], name: str | None) -> dict[str, str]:
    return texts if name is None else {key: text for key, text in texts.items() if key == name}


@dataclass(frozen=True, slots=True)
class Decided:
    """What undoing comes to, contact by contact."""

    plans: dict[UUID, Plan]
    fields: Mapping[str, Field]
    #: Contacts whose rows are gone altogether: they are made again, under their ids.
    gone: set[UUID] = field(default_factory=set)

    def label(self, name: str) -> str:
        """How a field is called on a screen."""
        if not name:
            return "The contact"
        return self.fields[name].label if name in self.fields else name


def decide(changes: Mapping[UUID, Sequence[Past]], *, reason: str, lock: bool) -> Decided:
    """Plans the undoing of changes against the contacts as they are now. `lock`: so that they stay so until it is done.

    Call inside a tenant's scope.
    """
    fields, rules = catalogue(), rules_in_force()
    known = Fields(
        {name: rules[name].kind if name in rules else one.kind for name, one in fields.items()},
        {name for name, rule in rules.items() if rule.source is Side.HUBSPOT},
    )
    there = _present(changes, lock=lock)
    plans = {id: undo(ones, there.get(id), known, reason=reason) for id, ones in changes.items()}
    return Decided(plans, fields, set(changes) - set(there))


def narrow(decided: Decided, own: str) -> Decided:
    """The same, of somebody's own contacts only: what is others' stays as it is, and none is given away."""
    acting = {id: plan for id, plan in decided.plans.items() if plan.action is not Action.NOTHING}
    found = sql.rows("SELECT id, owner, loan_officer FROM contacts WHERE id = ANY(%s::uuid[])", [sql.texts(acting)])
    there = {row.pop("id"): row for row in found}
    plans = dict(decided.plans)
    for id, plan in acting.items():
        holders = there.get(id, {})
        after = {**holders, **{name: value.raw for name, value in plan.writes(Side.LOANARK).items()}}
        if not is_own(own, holders):
            plans[id] = left_alone(NOT_THEIRS)
        elif not is_own(own, after):
            plans[id] = left_alone(GIVEN_AWAY)
    return Decided(plans, decided.fields, decided.gone)


def _present(changes: Mapping[UUID, Sequence[Past]], *, lock: bool) -> dict[UUID, Present]:
    ids = sql.texts(changes)
    found = sql.rows(
        f"""SELECT id, deleted_at IS NOT NULL AS deleted, merged_into IS NOT NULL AS merged,
                   (SELECT coalesce(jsonb_object_agg(key, value), '{{}}') FROM jsonb_each_text(contact_fields(c)))
                   AS texts
            FROM contacts c WHERE id = ANY(%s::uuid[]) ORDER BY id {"FOR NO KEY UPDATE" if lock else ""}""",
        [ids],
    )
    never = erased(list(changes))
    since = _since(changes)
    return {
        row["id"]: Present(
            orjson.loads(row["texts"]), row["deleted"], row["id"] in never, row["merged"], since.get(row["id"], ())
        )
        for row in found
    }


def _since(changes: Mapping[UUID, Sequence[Past]]) -> dict[UUID, Collection[int]]:
    """Later changes, of the contacts that may be deleted by the undo: only for those it matters."""
    whole = {id: min(one.id for one in ones) for id, ones in changes.items() if {one.op for one in ones} - {"updated"}}
    if not whole:
        return {}
    found = sql.rows(
        """SELECT contact_id, array_agg(id) AS ids FROM contact_changes
           WHERE contact_id = ANY(%s::uuid[]) AND id >= %s GROUP BY contact_id""",
        [sql.texts(whole), min(whole.values())],
    )
    return {row["contact_id"]: row["ids"] for row in found}


def write(decided: Decided) -> None:
    """Carries plans out in LoanArk: one statement for all. History and hints are the triggers' business."""
    rows = []
    for contact_id, plan in decided.plans.items():
        if plan.action is Action.NOTHING:
            continue
        texts = {name: _stored(decided.fields[name], value) for name, value in plan.writes(Side.LOANARK).items()}
        rows.append(
            {
                "id": contact_id,
                "texts": {name: text for name, text in texts.items() if name in BY_NAME},
                "custom": {name: text for name, text in texts.items() if name not in BY_NAME},
                "alive": {Action.RESTORE: True, Action.DELETE: False}.get(plan.action),
            }
        )
    _insert([row for row in rows if row["id"] in decided.gone])
    _update([row for row in rows if row["id"] not in decided.gone])


def _stored(field: Field, value: Value) -> str | None:
    return stored_text(field.kind, value) if field.typed else value.raw


def _update(rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    names = sorted({name for row in rows for name in row["texts"]})
    assignments = [
        f"{name} = CASE WHEN r.texts ? '{name}' THEN (r.texts ->> '{name}')::{COLUMN_TYPES[name]} ELSE c.{name} END"
        for name in names
    ]
    sql.execute(
        f"""UPDATE contacts c SET {"".join(f"{one}, " for one in assignments)}
                   custom = jsonb_strip_nulls(c.custom || r.custom),
                   deleted_at = CASE WHEN r.alive THEN NULL WHEN NOT r.alive
                                THEN coalesce(c.deleted_at, clock_timestamp()) ELSE c.deleted_at END
            FROM jsonb_to_recordset(%s::jsonb) AS r (id uuid, texts jsonb, custom jsonb, alive boolean)
            WHERE c.id = r.id""",
        [orjson.dumps(rows).decode()],
    )


def _insert(rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    names = list(BY_NAME)
    sql.execute(
        f"""INSERT INTO contacts (id, created_side, custom, {", ".join(names)})
            SELECT r.id, coalesce((SELECT h.side FROM contact_changes h
                                   WHERE h.contact_id = r.id AND h.op = 'created' ORDER BY h.id LIMIT 1), 'loanark'),
                   jsonb_strip_nulls(r.custom), {", ".join(f"(r.texts ->> '{n}')::{COLUMN_TYPES[n]}" for n in names)}
            FROM jsonb_to_recordset(%s::jsonb) AS r (id uuid, texts jsonb, custom jsonb)""",
        [orjson.dumps(rows).decode()],
    )
