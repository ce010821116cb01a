"""Drift: what changed in the HubSpot account under a mapped field. That field rests with a reason, the others go on.

A field that rests is neither read, compared nor written, and its base is kept. When what was wrong is mended it goes on
by itself, and what changed on either side meanwhile is found by the ordinary comparison with that base.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import orjson

from loanark.connections import mapping
from loanark.connections.fields import catalogue
from loanark.connections.models import Connection
from loanark.connections.rules import Choice, kind_under, option_keys
from loanark.core.fields import Field
from loanark.core.mapping import Direction, Policy
from loanark.core.transforms import from_json, keys_used
from loanark.core.values import Kind
from loanark.hubspot.models import Property
from loanark.kit import sql

Properties = Mapping[str, Property]


def learn(
    connection: Connection, properties: Sequence[Property], *, evict: bool = True, insist: Collection[str] = ()
) -> list[str]:
    """Takes over what the account has now: maps what is new by default (and what we `insist` on), lets fields rest or
    go on. Returns what it did about fields that were mapped before, in words.

    Within a tenant's scope. `evict`: a worker with the mapping as it was may commit nothing more.
    """
    sql.execute("SELECT FROM connections WHERE tenant_id = %s FOR NO KEY UPDATE", [connection.tenant_id])
    connection.refresh_from_db(fields=["properties", "mapping_version"])
    before, version = mapping.properties_of(connection), connection.mapping_version
    connection.properties = mapping.to_json(properties)
    sql.execute(
        """UPDATE connections SET properties = %s::jsonb, properties_at = clock_timestamp()
           WHERE tenant_id = %s""",
        [orjson.dumps(connection.properties).decode(), connection.tenant_id],
    )
    mapping.add_defaults(connection.tenant_id, properties, insist=insist)
    notes = examine(connection, before)
    if notes:
        mapping.new_version(connection.tenant_id, by=mapping.BY_ITSELF, note=" ".join(notes))
    connection.refresh_from_db(fields=["properties", "properties_at", "mapping_version", "compared_version"])
    if evict and connection.mapping_version != version:
        evict_worker(connection.tenant_id)
    return notes


def evict_worker(tenant_id: UUID) -> None:
    """Whoever works with the mapping as it was finds its lease lost and starts again. Waits for its transaction."""
    sql.execute(
        "UPDATE leases SET fence = fence + 1, holder = '', expires_at = clock_timestamp() WHERE tenant_id = %s",
        [tenant_id],
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """A stored field mapping, as far as drift is concerned."""

    choice: Choice
    kind: Kind | None
    paused: str | None
    away: bool
    lost_options: frozenset[str]


def examine(connection: Connection, before: Properties) -> list[str]:
    """Compares each mapped field with its property as it is now. Returns what it changed, in words."""
    now, fields, notes = mapping.properties_of(connection), catalogue(), []
    for row in _rows():
        field = mapping.field_of(row.choice.field, fields)
        if field:
            note = _examine_one(row, field, before.get(row.choice.property_name), now.get(row.choice.property_name))
            notes += [note] if note else []
    return notes


def _examine_one(row: _Row, field: Field, was: Property | None, prop: Property | None) -> str | None:
    if prop and row.kind is None and (prop.read_only or prop.calculated) and row.choice.direction is Direction.BOTH:
        # Mapped before it was kept whether the property could be written then: it is only read, as it was.
        sql.execute("UPDATE field_mappings SET direction = 'to_loanark' WHERE field = %s", [field.name])
        row = replace(row, choice=replace(row.choice, direction=Direction.TO_LOANARK))
    lost = _lost(row, field, was, prop)
    reason = why_it_rests(row.choice, field, prop, lost)
    kind = kind_under(field, prop, row.choice.transform) if prop else None
    if reason:
        _rest(row, field, reason, lost, away=prop is None)
        return None if reason == row.paused else f"{field.label} rests: {reason}"
    assert kind is not None
    another = row.kind is not None and row.kind is not kind
    if row.paused is None and not another and row.kind is kind and not row.lost_options:
        return None
    sql.execute(
        """UPDATE field_mappings SET kind = %s, paused = NULL, paused_at = NULL, away = false, lost_options = '[]',
                  since = CASE WHEN %s THEN clock_timestamp() ELSE since END,
                  returned_at = CASE WHEN away THEN clock_timestamp() ELSE returned_at END
           WHERE field = %s""",
        [kind.value, another, field.name],
    )
    if another:
        return f"{field.label} is compared as {kind.value} now: the type of {row.choice.property_name} changed."
    return f"{field.label} goes on: {row.choice.property_name} is as it must be again." if row.paused else None


def why_it_rests(choice: Choice, field: Field, prop: Property | None, lost: Collection[str]) -> str | None:
    """Why a field cannot be synchronised as the account is now, and what mends it; None: it can."""
    name = choice.property_name
    if prop is None:
        return f"The HubSpot account has no property {name} any more. Restore it there, or map another one."
    if kind_under(field, prop, choice.transform) is None:
        return (
            f"The HubSpot property {name} is of type {prop.type} now, which does not meet a {field.kind.value}"
            f"{f' by {choice.transform.name}' if choice.transform else ''}. Map another one."
        )
    if not choice.writes_hubspot:
        return None
    if prop.read_only or prop.calculated:
        return f"HubSpot does not let {name} be written any more. Mend it there, or map it one way, to LoanArk."
    keys = option_keys(prop)
    if keys is not None and (gone := sorted(keys_used(choice.transform) - keys)):
        return f"The option map names {', '.join(gone)}, which {name} has no more. Restore it, or change the map."
    if lost:
        return (
            f"Contacts in LoanArk have {', '.join(sorted(lost))}, which HubSpot removed from the options of {name}. "
            "Restore it there, or give those contacts another value."
        )
    return None


def _lost(row: _Row, field: Field, was: Property | None, prop: Property | None) -> frozenset[str]:
    """Options that are gone and that LoanArk's values use; with an option map its own keys tell."""
    keys = option_keys(prop) if prop else None
    if prop is None:
        return row.lost_options
    if keys is None or not row.choice.writes_hubspot or keys_used(row.choice.transform):
        return frozenset()
    removed = (row.lost_options | ((option_keys(was) or frozenset()) if was else frozenset())) - keys
    return frozenset(key for key in removed if _used(field, key))


def _used(field: Field, key: str) -> bool:
    """Whether a contact has the option. Reads all of them: an option goes once in a while."""
    text, of = ("custom ->> %s", [field.name]) if field.custom else (field.name, [])
    return bool(
        sql.scalar(
            f"""SELECT EXISTS (SELECT FROM contacts WHERE deleted_at IS NULL
                AND %s = ANY(regexp_split_to_array(btrim({text}), '[[:space:]]*;[[:space:]]*')))""",
            [key, *of],
        )
    )


def _rest(row: _Row, field: Field, reason: str, lost: Collection[str], *, away: bool) -> None:
    sql.execute(
        """UPDATE field_mappings SET paused = %s, paused_at = coalesce(paused_at, clock_timestamp()), away = away OR %s,
                  lost_options = %s::jsonb
           WHERE field = %s""",
        [reason, away, orjson.dumps(sorted(lost)).decode(), field.name],
    )


def _rows() -> list[_Row]:
    found = sql.rows(
        """SELECT field, property_name, direction, policy, blank_may_overwrite, transform::text AS transform, kind,
                  paused, away, lost_options::text AS lost_options
           FROM field_mappings ORDER BY field FOR NO KEY UPDATE"""
    )
    return [
        _Row(
            Choice(
                row["field"],
                row["property_name"],
                Direction(row["direction"]),
                Policy(row["policy"]),
                row["blank_may_overwrite"],
                from_json(orjson.loads(row["transform"])) if row["transform"] else None,
            ),
            Kind(row["kind"]) if row["kind"] else None,
            row["paused"],
            row["away"],
            frozenset(orjson.loads(row["lost_options"])),
        )
        for row in found
    ]
