"""Holds every answer of the simulator to its own description."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema_rs

from hubspot_simulator import Request, Response, Simulator
from hubspot_simulator.description import VERSIONS, Found, describe, find
from hubspot_simulator.http import read_path

BASE = "http://description"


# Faults that make the answer something that nobody would describe.
SPOILING = ("reset", "truncated", "garbled", "page")


def check(simulator: Simulator, request: Request, response: Response) -> None:
    """Raises: AssertionError, that says what is wrong."""
    if is_api(request.path) and simulator.log[-1].get("fault", "").partition("-")[0] in SPOILING:
        return
    problem = find_problem(request, response)
    text = response.body[:500].decode(errors="replace")
    assert not problem, f"{request.method} {request.path} {response.status}: {problem}\n{text}"


def is_api(path: str) -> bool:
    return read_path(path) is not None


def find_problem(request: Request, response: Response) -> str:
    """What an answer has that its description has not, or the other way round."""
    found = find(request.method, request.path)
    if found is None:
        return _undescribed(request.path, response.status)
    document = _document(found.version)
    answers = document["paths"][found.path][request.method.lower()]["responses"]
    told = answers.get(str(response.status)) or answers.get(f"{response.status // 100}XX")
    if told is None:
        return f"the status is none of {', '.join(answers)}"
    if "$ref" in told:
        told = document["components"]["responses"][told["$ref"].rpartition("/")[2]]
    return _problem_of_headers(document, told, response) or _problem_of_body(found, told.get("content", {}), response)


def _undescribed(path: str, status: int) -> str:
    """Only pages for people, and what there is not, need no description."""
    wanted = is_api(path) or path.startswith("/_control/")
    return "no operation is described" if wanted and status != 404 else ""


def _problem_of_headers(document: dict[str, Any], told: dict[str, Any], response: Response) -> str:
    names = {name.lower() for name, _ in response.headers}
    headers = {name.lower(): document["components"]["headers"][name] for name in told.get("headers", ())}
    missing = [name for name, header in headers.items() if header["required"] and name not in names]
    extra = names - headers.keys()
    return f"headers missing: {missing}, not described: {sorted(extra)}" if missing or extra else ""


def _problem_of_body(found: Found, content: dict[str, Any], response: Response) -> str:
    if not content:
        return "a body where none is described" if response.body else ""
    media = response.content_type.partition(";")[0]
    if media not in content:
        return f"content type {media} is none of {', '.join(content)}"
    if media != "application/json":
        return ""
    validator = _validator(found.version, content[media]["schema"]["$ref"])
    wrong = next(validator.iter_errors(json.loads(response.body)), None)
    return "" if wrong is None else f"{'/'.join(map(str, wrong.instance_path))}: {wrong.message}"


@cache
def _document(version: str) -> dict[str, Any]:
    return describe(version)


@cache
def _registry() -> jsonschema_rs.Registry:
    return jsonschema_rs.Registry([(f"{BASE}/{version}", _document(version)) for version in VERSIONS])


@cache
def _validator(version: str, reference: str) -> jsonschema_rs.Draft202012Validator:
    schema = {"$ref": f"{BASE}/{version}{reference}"}
    return jsonschema_rs.Draft202012Validator(schema, registry=_registry(), validate_formats=True)
