"""From the account's properties and the organisation's choices to the core's `Mapping`."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from loanark.connections.models import Connection, FieldMapping
from loanark.core.fields import BY_NAME, FIELDS, Field
from loanark.core.mapping import Direction, FieldRule, Mapping, Policy
from loanark.core.values import Kind
from loanark.hubspot.models import Option, Property
from loanark.hubspot.wire import kind_of

#: HubSpot property that carries LoanArk's contact id: unique, so that a repeated create finds the first one.
KEY_PROPERTY = "loanark_id"


def to_json(properties: Sequence[Property]) -> list[dict[str, Any]]:
    return [asdict(prop) for prop in properties if not prop.archived]


def properties_of(connection: Connection) -> dict[str, Property]:
    """The account's properties as last discovered, by name."""
    found: dict[str, Property] = {}
    for row in connection.properties:
        options = tuple(Option(**option) for option in row["options"])
        found[row["name"]] = Property(**{**row, "options": options})
    return found


def load(connection: Connection) -> Mapping:
    """The mapping in force: stored choices, as far as the account's properties bear them."""
    properties = properties_of(connection)
    rules = []
    for row in FieldMapping.objects.filter(tenant_id=connection.tenant_id).order_by("field"):
        field, prop = BY_NAME.get(row.field), properties.get(row.property_name)
        kind = compatible_kind(field, prop) if field and prop else None
        if kind is None or prop is None:
            continue
        rules.append(
            FieldRule(
                field=row.field,
                property_name=row.property_name,
                kind=kind,
                direction=Direction(row.direction),
                policy=Policy(row.policy),
                blank_may_overwrite=row.blank_may_overwrite,
                read_only=prop.calculated or prop.read_only,
            )
        )
    return Mapping(connection.mapping_version, tuple(rules))


def add_defaults(tenant_id: UUID, properties: Sequence[Property]) -> None:
    """Maps every field whose default property the account has and that is not mapped yet."""
    by_name = {prop.name: prop for prop in properties if not prop.archived}
    FieldMapping.objects.bulk_create(
        [
            FieldMapping(tenant_id=tenant_id, field=field.name, property_name=field.hubspot)
            for field in FIELDS
            if (prop := by_name.get(field.hubspot)) and compatible_kind(field, prop)
        ],
        ignore_conflicts=True,
    )


def compatible_kind(field: Field, prop: Property) -> Kind | None:
    """How the field's and the property's values compare; None when they cannot meet."""
    kind = kind_of(prop.type, prop.field_type)
    if field.typed:
        return field.kind if kind in (field.kind, Kind.TEXT) else None
    if field.kind in (Kind.EMAIL, Kind.PHONE) and kind in (Kind.TEXT, Kind.PHONE, Kind.EMAIL):
        return field.kind
    return kind
