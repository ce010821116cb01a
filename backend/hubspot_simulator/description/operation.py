"""An operation as a row of a table, and how such rows become the paths of an OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hubspot_simulator.description.schema import Schema, ref

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
BINARY = "application/octet-stream"

# What each status of a refusal means, and the headers only it has.
REFUSALS: dict[str, tuple[str, tuple[str, ...]]] = {
    "400": ("The request makes no sense, or a rule forbids it", ()),
    "401": ("No token, an expired one, or one of the wrong kind", ()),
    "403": ("The token lacks a scope", ()),
    "404": ("There is no such thing", ()),
    "409": ("Another one has it already", ()),
    "410": ("There was such a thing", ()),
    "415": ("The body is not of the right kind", ()),
    "414": ("The address is too long, or a record would have too many identities", ()),
    "423": ("Locked by heavy writes", ()),
    "429": ("A limit is reached", ()),
    "477": ("The account is being moved", ("Retry-After",)),
    "5XX": ("A fault that was asked for", ()),
}
HEADERS: dict[str, tuple[str, Schema]] = {
    "X-HubSpot-Correlation-Id": ("One for each answer", {"type": "string", "format": "uuid"}),
    "x-request-id": ("The same again", {"type": "string", "format": "uuid"}),
    "X-HubSpot-RateLimit-Max": ("Calls in one window", {"type": "integer"}),
    "X-HubSpot-RateLimit-Remaining": ("Calls left in this window", {"type": "integer"}),
    "X-HubSpot-RateLimit-Interval-Milliseconds": ("Length of the window", {"type": "integer"}),
    "X-HubSpot-RateLimit-Secondly": ("Deprecated", {"type": "integer"}),
    "X-HubSpot-RateLimit-Secondly-Remaining": ("Deprecated", {"type": "integer"}),
    "X-HubSpot-RateLimit-Daily": ("Calls of the day, private apps only", {"type": "integer"}),
    "X-HubSpot-RateLimit-Daily-Remaining": ("Calls left of the day, private apps only", {"type": "integer"}),
    "Retry-After": ("Seconds", {"type": "integer"}),
    "Location": ("Where it is now", {"type": "string"}),
}
TRACED = ("X-HubSpot-Correlation-Id", "x-request-id")
METERED = tuple(name for name in HEADERS if "RateLimit" in name)
SCOPED = ("oauth", "app")  # the security schemes that have scopes
PART: Schema = {"type": "string", "minLength": 1}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path."""

    id: str
    method: str
    path: str  # below the place of its area; what is in braces is data
    says: str
    gives: Mapping[int, str]  # status and schema; "" when there is no body
    takes: str = ""  # schema of the body
    query: Mapping[str, Schema] = field(default_factory=dict)
    scope: str = ""
    refuses: Sequence[str] = ()  # besides those of its area
    sends: Sequence[str] = ()  # headers of a success, besides those of its area
    media: str = JSON  # of what is answered
    also: Mapping[str, str] = field(default_factory=dict)  # other media of a success, and their schemas
    takes_media: str = JSON
    needs_body: bool = True
    metered: bool = True  # whether it counts, and says so in its headers, where its area does


@dataclass(frozen=True, slots=True)
class Area:
    """Operations that have a place, credentials and refusals in common."""

    name: str
    place: str
    operations: Sequence[Operation]
    schemas: Mapping[str, Schema]
    credentials: Sequence[str] = ()  # names of security schemes, each of them enough
    refuses: Sequence[str] = ()
    refusal: str = "Error"  # schema of a refusal
    headers: Sequence[str] = TRACED  # of every answer
    metered: bool = False
    parts: Mapping[str, Schema] = field(default_factory=dict)  # what may stand in the braces of a path
    reads_fields: bool = False  # bodies are read field by field with words of their own, and not checked before


def paths(area: Area) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for operation in area.operations:
        path = area.place + operation.path
        found.setdefault(path, {})[operation.method.lower()] = _told(area, operation, path)
    return found


def _told(area: Area, operation: Operation, path: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.says,
        "tags": [area.name],
        "parameters": [
            *(_parameter(name, "path", area.parts.get(name, PART)) for name in re.findall(r"{(\w+)}", path)),
            *(_parameter(name, "query", schema) for name, schema in operation.query.items()),
        ],
        "responses": _answers(area, operation),
        # Static tokens have scopes as well, but OpenAPI knows them only where there is a flow.
        "security": [
            {name: [operation.scope] if operation.scope and name in SCOPED else []} for name in area.credentials
        ],
    }
    if operation.takes:
        content = {operation.takes_media: {"schema": ref(operation.takes)}}
        told["requestBody"] = {"required": operation.needs_body, "content": content}
    return told


def _parameter(name: str, where: str, schema: Schema) -> dict[str, Any]:
    return {"name": name, "in": where, "required": where == "path", "schema": dict(schema)}


def _answers(area: Area, operation: Operation) -> dict[str, Any]:
    metered = area.metered and operation.metered
    headers = [*area.headers, *(METERED if metered else ()), *operation.sends]
    answers = {
        str(status): _answer("Done", headers, {operation.media: schema, **operation.also})
        for status, schema in operation.gives.items()
    }
    for status in sorted({*area.refuses, *operation.refuses} - answers.keys()):
        kind = "Metered" if metered else area.refusal
        answers[status] = {"$ref": f"#/components/responses/{kind}-{status}"}
    return answers


def refusals() -> dict[str, dict[str, Any]]:
    """The answers that operations share: with rate-limit headers, without, and those of the control API."""
    kinds = {"Metered": ("Error", (*TRACED, *METERED)), "Error": ("Error", TRACED), "Refusal": ("Refusal", ())}
    found = {}
    for kind, (schema, headers) in kinds.items():
        for status, (says, more) in REFUSALS.items():
            told = "RateLimited" if status == "429" else schema
            found[f"{kind}-{status}"] = _answer(says, [*headers, *more], {JSON: told})
    return found


def _answer(says: str, headers: Sequence[str], content: Mapping[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {"description": says}
    if headers:
        told["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    if any(content.values()):
        told["content"] = {media: {"schema": ref(schema)} for media, schema in content.items()}
    return told
