"""From the account's properties and the organisation's choices to the core's `Mapping`."""

from collections.abc import Collection, Sequence
from collections.abc import Mapping as Dict
from dataclasses import asdict
from typing import Any
from uuid import UUID

import orjson

from loanark.connections import owners
from loanark.connections.fields import ARCHIVED, catalogue
from loanark.connections.models import Connection, FieldMapping
from loanark.connections.rules import FULL_NAME, KEY_PROPERTY, Choice, compatible_kind, kind_under
from loanark.core import transforms, translate
from loanark.core.fields import Field
from loanark.core.mapping import Direction, FieldRule, Mapping, Policy
from loanark.core.values import Value
from loanark.hubspot.models import Option, Property
from loanark.hubspot.wire import to_wire
from loanark.kit import sql

__all__ = ["KEY_PROPERTY", "compatible_kind"]

Fields = Dict[str, Field]

#: Who changes a mapping that nobody changed.
BY_ITSELF = "LoanArk"


def to_json(properties: Sequence[Property]) -> list[dict[str, Any]]:
    return [asdict(prop) for prop in properties if not prop.archived]


def properties_of(connection: Connection) -> dict[str, Property]:
    """The account's properties as last discovered, by name; one that is chosen among owners has these as options."""
    found: dict[str, Property] = {}
    for row in connection.properties:
        if row.get("external_options"):
            options = owners.options(connection)
        else:
            options = tuple(Option(**option) for option in row["options"])
        found[row["name"]] = Property(**{**row, "options": options})
    return found


def field_of(name: str, fields: Fields) -> Field | None:
    """A field that can be mapped: one of the catalogue, or the joined name."""
    return FULL_NAME if name == FULL_NAME.name else fields.get(name)


def load(connection: Connection) -> Mapping:
    """The mapping in force: stored choices, as far as the account's properties bear them, and those that rest."""
    properties, fields = properties_of(connection), catalogue(archived=True)
    rules: list[FieldRule] = []
    paused: list[FieldRule] = []
    for row in FieldMapping.objects.filter(tenant_id=connection.tenant_id).order_by("field"):
        rule = _rule(row, field_of(row.field, fields), properties.get(row.property_name))
        if rule:
            (paused if rule.paused else rules).append(rule)
    return Mapping(connection.mapping_version, tuple(rules), tuple(paused))


def _rule(row: FieldMapping, field: Field | None, prop: Property | None) -> FieldRule | None:
    """None: the account, as it is, does not bear the choice."""
    transform = transforms.from_json(row.transform)
    kind = kind_under(field, prop, transform) if field and prop else None
    paused = ARCHIVED if field and field.archived else row.paused
    if paused and field:
        kind = kind or field.kind
    elif kind is None or prop is None:
        return None
    return FieldRule(
        field=row.field,
        property_name=row.property_name,
        kind=kind,
        direction=Direction(row.direction),
        policy=Policy(row.policy),
        blank_may_overwrite=row.blank_may_overwrite,
        read_only=prop is not None and (prop.calculated or prop.read_only),
        transform=transform,
        paused=paused,
        since=row.since,
        returned=row.returned_at,
    )


def outgoing(rule: FieldRule, value: Value) -> str:
    """The text to send to HubSpot for a LoanArk value. Raises: Untranslatable, saying why it has no counterpart."""
    return to_wire(rule.wire_kind, translate.counterpart(rule, value))


def connection_of(tenant_id: UUID) -> Connection | None:
    """The organisation's connection as it is now."""
    return Connection.objects.filter(tenant_id=tenant_id).first()


def chosen(tenant_id: UUID) -> dict[str, Choice]:
    """The stored choices, by field."""
    rows = FieldMapping.objects.filter(tenant_id=tenant_id).order_by("field")
    return {row.field: choice_of(row) for row in rows}


def choice_of(row: FieldMapping) -> Choice:
    return Choice(
        row.field,
        row.property_name,
        Direction(row.direction),
        Policy(row.policy),
        row.blank_may_overwrite,
        transforms.from_json(row.transform),
    )


def add_defaults(tenant_id: UUID, properties: Sequence[Property], *, insist: Collection[str] = ()) -> None:
    """Maps every field whose default property the account has and that is not mapped yet.

    What somebody took out of the mapping stays out, unless we `insist` on the field. What HubSpot alone writes is only
    read.
    """
    known, by_name = chosen(tenant_id), {prop.name: prop for prop in properties if not prop.archived}
    taken_out = set(once_mapped()) - set(insist)
    rows = [
        {
            "field": field.name,
            "property_name": prop.name,
            "direction": "to_loanark" if prop.calculated or prop.read_only else "both",
            "kind": kind.value,
        }
        for field in catalogue().values()
        if field.name not in known and field.name not in taken_out
        if (prop := by_name.get(field.hubspot)) and (kind := compatible_kind(field, prop))
    ]
    added = sql.rows(
        """INSERT INTO field_mappings (field, property_name, direction, kind, since)
           SELECT field, property_name, direction, kind, clock_timestamp()
           FROM jsonb_to_recordset(%s::jsonb) AS r (field text, property_name text, direction text, kind text)
           ON CONFLICT DO NOTHING RETURNING field""",
        [orjson.dumps(rows).decode()],
    )
    if added or not known:
        names = ", ".join(sorted(row["field"] for row in added))
        note = f"mapped by itself: {names}" if known else "the first mapping, from what the account has"
        new_version(tenant_id, by=BY_ITSELF, note=note, first=not known)


# Versions


def once_mapped() -> list[str]:
    """Fields that some version of the mapping had."""
    found = sql.rows("SELECT DISTINCT jsonb_array_elements(rules) ->> 'field' AS field FROM mapping_versions")
    return [row["field"] for row in found]


def new_version(tenant_id: UUID, *, by: str, note: str, first: bool = False) -> int:
    """Enters the mapping as it is now as a new version, under which every contact will be compared anew.

    `first`: there was none before, so what is entered is the version the connection has. Within the transaction that
    changed the mapping.
    """
    version = sql.scalar(
        """UPDATE connections SET mapping_version = CASE WHEN %(first)s THEN mapping_version ELSE
                  greatest(mapping_version, (SELECT max(version) FROM mapping_versions)) + 1 END
           WHERE tenant_id = %(tenant)s RETURNING mapping_version""",
        {"first": first, "tenant": tenant_id},
    )
    if version is None:
        return 1
    # Before the first run was approved nothing has been compared yet: there is nothing to compare anew.
    sql.execute(
        "UPDATE connections SET compared_version = mapping_version WHERE tenant_id = %s AND approved_at IS NULL",
        [tenant_id],
    )
    keep_version(tenant_id, int(version), by=by, note=note)
    return int(version)


def keep_version(tenant_id: UUID, version: int, *, by: str, note: str) -> None:
    """Writes down what the mapping is now under a version, unless that is written down already."""
    resting = {row.field: row.paused for row in FieldMapping.objects.filter(tenant_id=tenant_id) if row.paused}
    rules = [
        {**one.to_json(), **({"paused": resting[name]} if name in resting else {})}
        for name, one in chosen(tenant_id).items()
    ]
    sql.execute(
        """INSERT INTO mapping_versions (version, at, by, note, rules) VALUES (%s, clock_timestamp(), %s, %s, %s::jsonb)
           ON CONFLICT (tenant_id, version) DO NOTHING""",
        [version, by, note, orjson.dumps(rules).decode()],
    )
