"""Editing many contacts alike: the parts of which a run of the sync makes its plan, and carries it out."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson

from loanark.connections.fields import catalogue
from loanark.contacts import queries
from loanark.contacts.actions import EDIT_LANE, PERSON_LANE, checked, rules_in_force
from loanark.contacts.erasure import erased
from loanark.contacts.schemas import Selection
from loanark.contacts.undo import Decided
from loanark.core import edit
from loanark.core.edit import HOLDERS, Act, Order, Present
from loanark.core.mapping import Side
from loanark.core.values import Kind, Value, read
from loanark.kit import sql
from loanark.kit.errors import Invalid
from loanark.tenants.access import Scope

#: So many hints at a time go before everything else: what one look at both sides takes. More wait behind people.
HINTS_AT_ONCE = 100


def refuse_wrong(act: str, values: Mapping[str, str | None] | None) -> dict[str, str | None]:
    """The values as they are stored. Raises: Invalid, naming every wrong field."""
    if act != "edit":
        if values:
            raise Invalid("Values go with an edit only. Nothing was done.", errors={"values": "belong to an edit"})
        return {}
    if not values:
        raise Invalid("Say which fields to change. Nothing was done.", errors={"values": "are missing"})
    texts = checked(values)
    rules = rules_in_force()
    decided = [name for name in texts if name in rules and rules[name].source is Side.HUBSPOT]
    if decided:
        errors = dict.fromkeys(decided, "HubSpot alone decides this field: change it there.")
        raise Invalid("Some fields are not changed here. Nothing was done.", errors=errors)
    return texts


def count(selection: Selection, own: str | None, *, most: int) -> int:
    """How many contacts are chosen, counted up to `most`."""
    chosen, params = queries.selected(selection, own)
    return int(sql.scalar(f"SELECT count(*) FROM (SELECT {chosen} LIMIT %s) AS counted", [*params, most]))


def following(selection: Selection, own: str | None, *, after: UUID | None, limit: int) -> list[UUID]:
    """Chosen contacts in the order of their ids."""
    chosen, params = queries.selected(selection, own)
    found = sql.rows(
        f"SELECT c.id {chosen} AND (%s::uuid IS NULL OR c.id > %s) ORDER BY c.id LIMIT %s",
        [*params, after, after, limit],
    )
    return [row["id"] for row in found]


def decide(
    act: Act, texts: Mapping[str, str | None], ids: Sequence[UUID], *, own: str | None, reason: str, lock: bool
) -> Decided:
    """Plans an order against the contacts as they are now. `lock`: so that they stay so until it is done."""
    fields = catalogue(archived=True)
    archived = [fields[name].label for name in texts if fields[name].archived]
    if archived:
        return Decided({id: edit.left_alone(f"the field {archived[0]} is archived") for id in ids}, fields)
    kinds = {name: fields[name].kind for name in texts}
    order = Order(act, {name: _value(kinds[name], text) for name, text in texts.items()}, kinds, own)
    there = _present(ids, [*texts, *HOLDERS], lock=lock)
    return Decided({id: edit.carry_out(order, there.get(id), reason=reason) for id in ids}, fields)


def _value(kind: Kind, text: str | None) -> Value:
    value = read(kind, text)
    assert isinstance(value, Value), "it was checked before"
    return value


def _present(ids: Sequence[UUID], names: Sequence[str], *, lock: bool) -> dict[UUID, Present]:
    found = sql.rows(
        f"""SELECT id, deleted_at IS NOT NULL AS deleted,
                   (SELECT coalesce(jsonb_object_agg(key, value), '{{}}') FROM jsonb_each_text(contact_fields(c))
                    WHERE key = ANY(%s::text[]) AND value IS NOT NULL) AS texts
            FROM contacts c WHERE id = ANY(%s::uuid[]) ORDER BY id {"FOR NO KEY UPDATE" if lock else ""}""",
        [sql.texts(names), sql.texts(ids)],
    )
    never = erased(list(ids))
    return {row["id"]: Present(orjson.loads(row["texts"]), row["deleted"], row["id"] in never) for row in found}


def resync(scope: Scope, selection: Selection) -> int:
    """Asks the sync to look at chosen contacts. Returns at how many; the caller wakes the workers."""
    few = count(selection, scope.own_contacts, most=HINTS_AT_ONCE + 1) <= HINTS_AT_ONCE
    chosen, params = queries.selected(selection, scope.own_contacts)
    return sql.execute(
        f"""INSERT INTO hints AS h (side, record_id, source, lane)
            SELECT 'loanark', c.id::text, 'resync', %s {chosen} ORDER BY c.id
            ON CONFLICT (tenant_id, side, record_id) DO UPDATE
            SET version = h.version + 1, lane = least(h.lane, excluded.lane), attempts = 0, not_before = now()""",
        [PERSON_LANE if few else EDIT_LANE, *params],
    )
