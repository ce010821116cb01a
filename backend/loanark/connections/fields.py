"""All fields of an organisation: LoanArk's own, then the custom ones that it defined. Call inside a tenant's scope."""

from collections.abc import Iterable, Mapping

import orjson

from loanark.connections.schemas import FieldDefinition, FieldOption
from loanark.core.fields import BY_NAME, Field, Option, custom_field
from loanark.core.values import Kind
from loanark.kit import sql

#: Why an archived field's part of the mapping rests.
ARCHIVED = "The field is archived in LoanArk: its values stay as they are on both sides until it is brought back."


def catalogue(*, archived: bool = False) -> Mapping[str, Field]:
    """Fields by name, in the order in which they are shown. `archived`: those put away as well. One query."""
    found = sql.rows(
        """SELECT name, label, kind, options, archived_at IS NOT NULL AS archived FROM custom_fields
           WHERE archived_at IS NULL OR %s ORDER BY position, name""",
        [archived],
    )
    if not found:
        return BY_NAME
    return {**BY_NAME, **{row["name"]: _field(row) for row in found}}


def _field(row: sql.Row) -> Field:
    options = tuple(Option(option["value"], option["label"]) for option in orjson.loads(row["options"]))
    return custom_field(row["name"], row["label"], Kind(row["kind"]), options, archived=row["archived"])


def label(name: str) -> str:
    """How a field is called on a screen."""
    return labels([name])[name]


def labels(names: Iterable[str]) -> dict[str, str]:
    """How fields are called on a screen; what nobody knows any more keeps its name."""
    wanted = set(names)
    known = BY_NAME if wanted <= BY_NAME.keys() else catalogue(archived=True)
    return {name: known[name].label if name in known else name for name in wanted}


def definitions() -> list[FieldDefinition]:
    """Every field with all that is known about its definition, archived ones included."""
    fields = catalogue(archived=True)
    mapped = {row["field"]: row["property_name"] for row in sql.rows("SELECT field, property_name FROM field_mappings")}
    found = sql.rows("SELECT name, created_at, created_by, archived_at FROM custom_fields")
    own = {row["name"]: row for row in found}
    return [
        FieldDefinition(
            **{"archived_at": None, "created_at": None, "created_by": None, **own.get(name, {}), "name": name},
            label=field.label,
            kind=field.kind,
            group=field.group,
            custom=field.custom,
            options=[FieldOption(value=option.value, label=option.label) for option in field.options],
            property=mapped.get(name) if not field.archived else None,
        )
        for name, field in fields.items()
    ]


def definition(name: str) -> FieldDefinition:
    """One custom field, which exists."""
    return next(field for field in definitions() if field.name == name)
