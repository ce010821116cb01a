"""Holds what is sent to its description: small functions, made from the schemas once.

Kinds, required fields, ranges and choices are checked here; how many there may be and what they mean have words of
their own where they are enforced.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hubspot_simulator import errors
from hubspot_simulator.description.schema import Schema
from hubspot_simulator.errors import ApiError

KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "object": (dict,),
    "array": (list,),
}


class Wrong:
    """What is wrong with a value. Where it is, is found out on the way back."""

    def __init__(self, refuse: Callable[[str], ApiError]) -> None:
        self._refuse = refuse
        self._place = ""

    def inside(self, step: str) -> Wrong:
        self._place = f"{step}.{self._place}".removesuffix(".").replace(".[", "[")
        return self

    def error(self) -> ApiError:
        return self._refuse(self._place or "the body")


Check = Callable[[Any], Wrong | None]


class Checker:
    """Checks by the name of a schema. Schemas may name each other."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas
        self._made: dict[str, Check] = {}

    def check(self, name: str, value: Any) -> None:
        """Takes optional fields that are null out of a value: they stand for absent ones.

        Raises: ApiError 400.
        """
        wrong = self._named(name)(value)
        if wrong is not None:
            raise wrong.error()

    def _named(self, name: str) -> Check:
        if name not in self._made:
            self._made[name] = self._make(self._schemas[name])
        return self._made[name]

    def _make(self, schema: Schema) -> Check:
        if "$ref" in schema:
            return self._named(schema["$ref"].rpartition("/")[2])
        if "anyOf" in schema:
            return _any([self._make(one) for one in schema["anyOf"]])
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        accepted = frozenset(kind for name in kinds for kind in KINDS[name])
        # At most one of the kinds has an inside of its own.
        inside = next((check for check in (self._inside(schema, kind) for kind in kinds) if check is not None), None)
        expected = " or ".join(kinds)

        def check(value: Any) -> Wrong | None:
            if type(value) not in accepted:
                return Wrong(lambda place: _unreadable(f"Cannot deserialize value of {place}: expected {expected}"))
            return None if inside is None or value is None else inside(value)

        return check

    def _inside(self, schema: Schema, kind: str) -> Check | None:
        if kind == "object":
            return self._object(schema)
        if kind == "array" and "items" in schema:
            return _each(self._make(schema["items"]))
        if kind in ("integer", "number") and "maximum" in schema:
            return _between(schema["minimum"], schema["maximum"])
        if kind == "string" and "enum" in schema:
            return _one_of(schema["enum"])
        return None

    def _object(self, schema: Schema) -> Check:
        required = frozenset(schema.get("required", ()))
        fields = {name: self._make(field) for name, field in schema.get("properties", {}).items()}
        optional = fields.keys() - required
        others = self._make(schema["additionalProperties"]) if "additionalProperties" in schema else None

        def check(value: dict[str, Any]) -> Wrong | None:
            if required - value.keys():
                absent = ", ".join(sorted(required - value.keys()))
                return Wrong(lambda _: _unreadable(f"Some required fields were not set: [{absent}]"))
            for name in [name for name in optional if name in value and value[name] is None]:
                del value[name]
            for name, held in value.items():
                field = fields.get(name, others)
                if field is not None and (wrong := field(held)) is not None:
                    return wrong.inside(name)
            return None

        return check


def _any(checks: list[Check]) -> Check:
    def check(value: Any) -> Wrong | None:
        found = [one(value) for one in checks]
        return None if None in found else found[-1]

    return check


def _each(item: Check) -> Check:
    def check(value: list[Any]) -> Wrong | None:
        for number, held in enumerate(value):
            if (wrong := item(held)) is not None:
                return wrong.inside(f"[{number}]")
        return None

    return check


def _between(least: float, most: float) -> Check:
    def check(value: float) -> Wrong | None:
        if least <= value <= most:
            return None
        return Wrong(lambda place: errors.validation(f"{place} must be between {least} and {most}"))

    return check


def _one_of(values: list[Any]) -> Check:
    known = frozenset(values)

    def check(value: str) -> Wrong | None:
        if value in known:
            return None
        choices = ", ".join(choice for choice in values if choice)
        return Wrong(lambda place: _unreadable(f"Cannot deserialize value of {place}: {value} is none of {choices}"))

    return check


def _unreadable(detail: str) -> ApiError:
    """In HubSpot's words (captures); where in the text it is, is not looked for."""
    return errors.invalid_json(1, 1, detail)
