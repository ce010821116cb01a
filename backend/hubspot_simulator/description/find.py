"""Which operation a request asks for, and whether it asks in the described way."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

from hubspot_simulator import errors
from hubspot_simulator.description.check import Checker
from hubspot_simulator.description.document import VERSIONS, all_schemas, areas
from hubspot_simulator.description.operation import Area, Operation
from hubspot_simulator.description.schema import Schema


@dataclass(frozen=True, slots=True)
class Found:
    """An operation and where it stands in the document of a version."""

    version: str
    path: str
    area: Area
    operation: Operation

    def check_body(self, document: Any) -> None:
        """Raises: ApiError 400, for a body of another shape than the described one."""
        if self.operation.takes and not self.area.reads_fields:
            _checker(self.version).check(self.operation.takes, document)

    def check_query(self, params: Mapping[str, list[str]]) -> None:
        """Raises: ApiError 400, for a parameter of another kind than the described one."""
        for name, schema in self.operation.query.items():
            for value in params.get(name, ()):
                problem = _problem(schema, value)
                if problem:
                    raise errors.validation(f"{name} must be {problem}, not {value}", **{name: [value]})


@cache
def _checker(version: str) -> Checker:
    return Checker(all_schemas(version))


def _problem(schema: Schema, value: str) -> str:
    """What a parameter should be and is not."""
    if schema["type"] == "boolean":
        return "" if value.lower() in ("true", "false") else "true or false"
    if schema["type"] == "integer":
        good = re.fullmatch(r"-?[0-9]{1,10}", value) and schema["minimum"] <= int(value) <= schema["maximum"]
        return "" if good else f"between {schema['minimum']} and {schema['maximum']}"
    if "pattern" in schema:
        return "" if re.fullmatch(schema["pattern"], value) else "a number"
    return "" if value in schema.get("enum", (value,)) else f"one of {', '.join(schema['enum'])}"


Segments = tuple[str, ...]


@cache
def _index() -> dict[tuple[str, int, str], list[tuple[Segments, Found]]]:
    """By method, length and beginning of the path, those with fewer braces first."""
    index: dict[tuple[str, int, str], list[tuple[Segments, Found]]] = {}
    for version in VERSIONS:
        for area in areas(version):
            for operation in area.operations:
                path = area.place + operation.path
                segments = split(path)
                row = (segments, Found(version, path, area, operation))
                index.setdefault((operation.method, len(segments), segments[0]), []).append(row)
    for rows in index.values():
        rows.sort(key=lambda row: sum(segment.startswith("{") for segment in row[0]))
    return index


def find(method: str, path: str) -> Found | None:
    """The operation of a request whose path is not yet unquoted; ``None`` when none is described."""
    asked = split(path)
    for segments, found in _index().get((method, len(asked), asked[0] if asked else ""), ()):
        if _fits(segments, asked, found.area):
            return found
    return None


def split(path: str) -> Segments:
    parts = tuple(part for part in path.split("/") if part)
    return tuple(map(unquote, parts)) if "%" in path else parts


def _fits(segments: Segments, asked: Segments, area: Area) -> bool:
    for segment, part in zip(segments, asked, strict=True):
        if segment == part:
            continue
        if segment[0] != "{":
            return False
        allowed: Sequence[Any] | None = area.parts.get(segment[1:-1], {}).get("enum")
        if allowed is not None and part not in allowed:
            return False
    return True
