"""Words for JSON Schema, so that a body is described in a line or two.

``record`` is what is answered: closed, so an answer with a field that is not described is a mistake. ``asked`` is what
is sent: open, as nothing says that HubSpot refuses fields it does not know, and ``null`` stands for an absent field.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


class Maybe(dict[str, Any]):
    """The schema of a field that may be absent."""


TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
INT32: Schema = {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1}
INT64: Schema = {"type": "integer", "format": "int64", "minimum": -(2**63), "maximum": 2**63 - 1}
MOMENT: Schema = {"type": "string", "format": "date-time"}
UUID: Schema = {"type": "string", "format": "uuid"}
DIGITS: Schema = {"type": "string", "pattern": "^[0-9]+$"}
CURSOR: Schema = {"type": "string", "pattern": "^[0-9]{0,19}$"}  # nothing is the beginning


def ref(name: str) -> Schema:
    """A schema told elsewhere in the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def maybe(schema: Schema) -> Maybe:
    return Maybe(schema)


def choice(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def whole(least: int, most: int) -> Schema:
    return {"type": "integer", "format": "int32", "minimum": least, "maximum": most}


def count() -> Schema:
    return {"type": "integer", "minimum": 0}


def listed(of: Schema, most: int | None = None) -> Schema:
    return {"type": "array", "items": of} | ({} if most is None else {"maxItems": most})


def named(of: Schema) -> Schema:
    """An object whose names are data."""
    return {"type": "object", "additionalProperties": of}


def record(**fields: Schema) -> Schema:
    """An object that is answered: these fields and no others."""
    return _object(fields) | {"additionalProperties": False}


def asked(**fields: Schema) -> Schema:
    """An object that is sent."""
    return _object({name: nullable(schema) if isinstance(schema, Maybe) else schema for name, schema in fields.items()})


def nullable(schema: Schema) -> Maybe:
    if "type" not in schema:
        return Maybe({"anyOf": [dict(schema), {"type": "null"}]})
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    widened = {**schema, "type": [*kinds, "null"]}
    return Maybe(widened | ({"enum": [*schema["enum"], None]} if "enum" in schema else {}))


def _object(fields: dict[str, Schema]) -> Schema:
    required = [name for name, schema in fields.items() if not isinstance(schema, Maybe)]
    told: Schema = {"type": "object", "properties": {name: dict(schema) for name, schema in fields.items()}}
    return told | ({"required": required} if required else {})
