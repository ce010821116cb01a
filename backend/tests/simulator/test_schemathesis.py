"""Whatever is sent, fitting or not, gets a described answer, and nothing in the simulator is surprised by it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hubspot_simulator.description import describe
from hubspot_simulator.server import Application

from .conftest import Door, Hub, Make
from .test_description import Account, operations

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
# Properties of every type, so that values are looked at.
NAMES = ("email", "firstname", "preapproval_amount", "next_review_date", "createdate", "lifecyclestage",
         "client_type_prospects", "do_not_call", "hubspot_owner_id", "hs_object_id")  # fmt: skip
# The local journal is the journal, and the control API's way to properties is that of the properties API.
TWICE = re.compile("/journal-local/|^/_control/properties")
DOOR = Door()


@cache
def load(version: str) -> Any:
    config = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
    schema = schemathesis.openapi.from_dict(describe(version), config=config)
    schema.app = DOOR
    return schema


def can_be_wrong(operation: dict[str, Any]) -> bool:
    """Whether anything but the path can be of another kind than described; in a form everything is text."""
    if "requestBody" in operation:
        return "application/json" in operation["requestBody"]["content"]
    return any(parameter["in"] == "query" for parameter in operation["parameters"])


def put_names(body: Any) -> None:
    """Names of properties in place of made-up ones: in records, and in filters and sorts."""
    if isinstance(body, list):
        for row in body:
            put_names(row)
    if isinstance(body, dict):
        if isinstance(body.get("properties"), dict):
            body["properties"] = dict(zip(NAMES, body["properties"].values(), strict=False))
        if isinstance(body.get("propertyName"), str):
            body["propertyName"] = NAMES[len(body["propertyName"]) % len(NAMES)]
        for value in body.values():
            put_names(value)


Sent = tuple[str, str, str, GenerationMode]


def kinds() -> Iterator[Sent]:
    """Each operation with what fits, and where it can be with what does not; of v3 only what is nowhere else."""
    for version, wanted in (("2026-09", re.compile("/")), ("v3", re.compile("/oauth/v[12]/"))):
        for method, path, operation in operations(version):
            if wanted.match(path) and not TWICE.search(path):
                yield version, method, path, GenerationMode.POSITIVE
                if can_be_wrong(operation):
                    yield version, method, path, GenerationMode.NEGATIVE


@pytest.mark.parametrize("sent", list(kinds()), ids=lambda sent: f"{sent[1]} {sent[2]} {sent[3].value}")
def test_nothing_that_is_sent_is_a_surprise(sent: Sent, make: Make, caplog: pytest.LogCaptureFixture) -> None:
    version, method, path, mode = sent
    hub = make(contacts=5)
    account = Account(hub, version)
    DOOR.application = Application(hub.simulator)
    operation = load(version)[path][method]
    # A body or a parameter is looked at only where the path leads to something.
    known = account.known(path) if operation.body or mode is GenerationMode.NEGATIVE else None

    @settings(max_examples=3, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(mode, path_parameters=known))
    def send(case: Case) -> None:
        if mode is GenerationMode.POSITIVE:
            put_names(case.body)
        headers, params = account.credentials(path)
        case.call_and_validate(headers=headers, params=params, checks=CHECKS)

    send()
    assert caplog.records == []


# What drawing at random hardly ever comes upon.


@pytest.mark.parametrize("odd", ["²", "٣", "9" * 5_000, "-1", "--5", "1e3", "\0"], ids=lambda odd: ascii(odd[:9]))
def test_what_only_looks_like_a_number_finds_nothing(hub: Hub, odd: str, caplog: pytest.LogCaptureFixture) -> None:
    places = (
        "/crm/objects/2026-09/contacts",
        "/crm/owners/2026-09",
        "/crm/exports/2026-09/export",
        "/_control/contacts",
    )
    found = [hub.http.get(f"{place}/{quote(odd, safe='')}").status_code for place in places]
    assert found == [404, 404, 404, 404]
    assert hub.call("GET", "", params={"after": odd}).status_code == 400
    assert hub.call("POST", "/search", json={"after": odd}).status_code == 400
    assert hub.call("POST", "/batch/read", json={"inputs": [{"id": odd}]}).json()["results"] == []
    written = {"firstname": "x", "createdate": odd, "preapproval_amount": f"{odd}x", "next_review_date": odd}
    refused = hub.call("POST", "", json={"properties": written}).json()["errors"]
    assert {"preapproval_amount", "next_review_date"} <= {row["context"]["propertyName"][0] for row in refused}
    assert caplog.records == []
