"""The simulator's own OpenAPI description: whole, true, and served."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from openapi_spec_validator import validate

from hubspot_simulator import Request, Response
from hubspot_simulator.description import VERSIONS, describe, find
from hubspot_simulator.oauth import JOURNAL_SCOPES

from . import conformity
from .conftest import Hub
from .test_access import connect, token

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PROPERTY = {"label": "Own", "type": "string", "fieldType": "text", "groupName": "lending"}
EXPORT = {"exportType": "VIEW", "exportName": "all", "format": "CSV", "language": "EN", "objectType": "CONTACT",
          "objectProperties": ["email"]}  # fmt: skip
SUBSCRIPTION = {"subscriptionType": "OBJECT", "objectTypeId": "0-1", "actions": ["CREATE"], "properties": ["email"]}
FILTER = {"filter": {"conditions": [{"filterType": "CRM_OBJECT_PROPERTY", "property": "city", "operator": "IS_EMPTY"}]}}


class Account:
    """An account that has, or makes, whatever a path may name."""

    def __init__(self, hub: Hub, version: str) -> None:
        self.hub, self.version = hub, version if version != "v3" else "2026-09"
        hub.user("PUT", "webhooks", target_url="https://loanark.example.com/hooks")
        self._made = 0

    def fill(self, path: str) -> str:
        """A path with something that exists in place of each name in braces."""
        for name, value in self.known(path).items():
            path = path.replace(f"{{{name}}}", str(value))
        return path

    def known(self, path: str) -> dict[str, Any]:
        return {name: self.something(name, path) for name in re.findall(r"{(\w+)}", path)}

    def something(self, name: str, path: str) -> Any:
        self._made += 1
        own, journal = f"own_{self._made}", f"/webhooks-journal/subscriptions/{self.version}"
        match name:
            case "objectType" | "toObjectType":
                return "contacts"
            case "contactId" | "contact" | "toObjectId":
                return self.hub.create(email=f"{own}@x.example.com")
            case "propertyName":
                self.hub.user("POST", "properties", **{**PROPERTY, "name": own})
                self.hub.clock.advance(self.hub.portal.property_lag_ms)
                return own
            case "groupName":
                return self.hub.user("POST", "properties/groups", name=own, label="Own")["name"]
            case "ownerId":
                return next(iter(self.hub.portal.owners))
            case "appId":
                return self.hub.simulator.app_id
            case "portalId":
                return self.hub.portal.id
            case "token":
                return connect(self.hub)["refresh_token" if "refresh" in path else "access_token"]
            case "taskId" | "exportId":
                return self.send("POST", f"/crm/exports/{self.version}/export/async", EXPORT)["id"]
            case "subscriptionId" if "/webhooks-journal/" in path:
                connect(self.hub)
                asked = {**SUBSCRIPTION, "portalId": self.hub.portal.id}
                return self.send("POST", journal, asked)["id"]
            case "subscriptionId":
                hook = {"eventType": "contact.propertyChange", "propertyName": own}
                app = f"/app-webhooks/2026-09/{self.hub.simulator.app_id}"
                return self.send("POST", f"{app}/subscriptions", hook)["id"]
            case "filterId":
                wanted = self.something("subscriptionId", path)
                return self.send("POST", f"{journal}/filters", {**FILTER, "subscriptionId": wanted})["filterId"]
            case "statusId":
                record = {
                    "portalId": self.hub.portal.id,
                    "objectTypeId": "0-1",
                    "objectId": 101,
                    "properties": ["email"],
                }
                path = f"/webhooks-journal/snapshots/{self.version}/crm"
                (taken,) = self.send("POST", path, {"snapshotRequests": [record]})["snapshotResponses"]
                self.hub.clock.advance(1_000)  # its status is unknown at first
                return taken["snapshotStatusId"]
            case "offset":
                return "00000000-0000-4000-8000-000000000000"  # of no file: 404, and told so
            case "count":
                return 1
            case _:
                return own  # of files, which are 403 where there is none

    def send(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.request(method, path, body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def request(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        headers, params = self.credentials(path)
        return self.hub.http.request(method, path, json=body, headers=headers, params=params)

    def credentials(self, path: str) -> tuple[dict[str, str], dict[str, str]]:
        """Headers and parameters that the path wants."""
        if path.startswith("/webhooks-journal/"):
            form = {"grant_type": "client_credentials", "scope": " ".join(JOURNAL_SCOPES)}
            fresh = token(self.hub, **form).json()["access_token"]
            return {"Authorization": f"Bearer {fresh}"}, {"installPortalId": str(self.hub.portal.id)}
        if path.startswith(("/app-webhooks/", "/webhooks/")):
            return {}, {"hapikey": self.hub.simulator.developer_key}
        return {"Authorization": f"Bearer {self.hub.simulator.static_token()}"}, {}


def operations(version: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Those that delete come last."""
    found = [
        (method.upper(), path, operation)
        for path, item in describe(version)["paths"].items()
        for method, operation in item.items()
    ]
    yield from sorted(found, key=lambda row: METHODS.index(row[0]))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_description_is_valid_openapi(version: str) -> None:
    validate(describe(version))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_operation_has_an_id_of_its_own(version: str) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(version)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_schema_is_used(version: str) -> None:
    document = describe(version)
    text = json.dumps(document)
    unused = [name for name in document["components"]["schemas"] if f'"#/components/schemas/{name}"' not in text]
    assert unused == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_described_operation_is_served(hub: Hub, version: str) -> None:
    """What the router does not know is 404 without a category; what does not exist is 404 with one."""
    account, unknown = Account(hub, version), []
    for method, path, operation in operations(version):
        filled = account.fill(path)
        answer = account.request(method, filled, {} if "requestBody" in operation else None)
        if answer.status_code == 404 and "category" not in answer.json():
            unknown.append(f"{method} {filled}")
        hub.simulator.faults.clear()
        hub.clock.advance(2_000)  # locks and moves are over
    assert unknown == []


@pytest.mark.parametrize("version", VERSIONS)
def test_what_wants_credentials_is_not_served_without(hub: Hub, version: str) -> None:
    served = []
    del hub.http.headers["Authorization"]
    for method, path, operation in operations(version):
        if operation["security"]:
            status = hub.http.request(method, path.replace("{appId}", str(hub.simulator.app_id))).status_code
            served += [f"{method} {path} {status}"] if status != 401 else []
    assert served == []


@pytest.mark.parametrize("version", VERSIONS)
def test_no_other_method_is_served_on_a_described_path(hub: Hub, version: str) -> None:
    account, served = Account(hub, version), []
    for path in describe(version)["paths"]:
        plain = path.replace("{objectType}", "contacts").replace("{appId}", str(hub.simulator.app_id))
        for method in METHODS:
            if find(method, plain) is None:
                status = account.request(method, plain).status_code
                served += [f"{method} {path} {status}"] if status != 404 else []
    assert served == []


@pytest.mark.parametrize("version", VERSIONS)
def test_the_description_is_served(hub: Hub, version: str) -> None:
    assert hub.http.get("/_control/openapi.json", params={"version": version}).json() == describe(version)


def test_the_newest_description_comes_unasked_and_an_unknown_one_is_refused(hub: Hub) -> None:
    assert hub.http.get("/_control/openapi.json").json()["info"]["version"] == "2026-09"
    assert hub.http.get("/_control/openapi.json", params={"version": "v9"}).status_code == 400


def test_the_command_prints_the_description() -> None:
    command = [sys.executable, "-m", "hubspot_simulator", "--openapi", "v3"]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    assert json.loads(printed) == describe("v3")


# That no test of the simulator fails for it means something only if such a thing is noticed at all.

LISTED = Request("GET", "/crm/objects/2026-09/contacts")
TRACED = (("X-HubSpot-Correlation-Id", "01a1ee56-5e00-7ad2-80b0-0123456789ab"), ("x-request-id", "the same"))
EMPTY = b'{"results":[]}'


@pytest.mark.parametrize(
    ("request_", "response", "said"),
    [
        (LISTED, Response(200, EMPTY, TRACED), ""),
        (LISTED, Response(201, EMPTY, TRACED), "the status is none of"),
        (LISTED, Response(200, EMPTY), "headers missing"),
        (LISTED, Response(200, EMPTY, (*TRACED, ("X-New", "1"))), "not described: ['x-new']"),
        (LISTED, Response(200, EMPTY, TRACED, "text/plain"), "content type"),
        (LISTED, Response(200, b'{"results":[],"more":1}', TRACED), "Additional properties are not allowed"),
        (LISTED, Response(200, b'{"results":7}', TRACED), "is not of type"),
        (Request("DELETE", LISTED.path + "/7"), Response(204, b"{}", TRACED), "a body where none is described"),
        (Request("GET", "/crm/v3/objects/deals"), Response(200, EMPTY), "no operation is described"),
        (Request("GET", "/crm/v3/objects/deals"), Response(404), ""),
        (Request("GET", "/activity"), Response(200, content_type="text/html"), ""),
    ],
)
def test_an_answer_that_differs_from_its_description_is_noticed(
    request_: Request, response: Response, said: str
) -> None:
    problem = conformity.find_problem(request_, response)
    assert said in problem
    assert bool(said) == bool(problem)
