"""Whatever is sent to the API, fitting or not, and by whom: a described answer, no surprise, and nothing forbidden.

Each example is sent by everybody in turn: by nobody, by an outsider, by each role and with a token of each scope.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test import Client
from doors import EVERY, Operation, Victim, make_victim
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from organisations import Browser, Organisation, make_organisation
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from structlog.testing import capture_logs

from hubspot_simulator import Settings, Simulator
from hubspot_simulator.transport import SimulatorTransport
from loanark.connections.models import PortalRoute
from loanark.tenants.models import Role
from loanark.tenants.permissions import NEVER_BY_TOKEN, OF_ROLE, SCOPES, Permission
from loanark.web.api import api

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

DOCUMENT: Any = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/")))
DESCRIBED = {one["operationId"]: one for methods in DOCUMENT["paths"].values() for one in methods.values()}

EXAMPLES = 2

#: From where everybody sends.
ADDRESS = "10.1.2.3"

#: Names of fields and properties that exist, in the place of made-up ones: their values are looked at.
FIELDS = ("email", "firstname", "phone", "state", "amount", "closing_date", "consent_to_contact", "owner", "fico")


@dataclass
class Caller:
    """Somebody who sends, by the headers they send with, and what they may do in the victim's organisation."""

    name: str
    headers: dict[str, str]
    cookies: dict[str, str]
    #: None: they have no business there at all.
    permissions: frozenset[Permission] | None

    def may(self, operation: Operation) -> bool:
        """Whether there is anything to be answered but a refusal."""
        described = DESCRIBED[operation.name]
        if "{tenant}" in operation.path:
            return self.permissions is not None and set(described["x-permissions"]) <= self.permissions
        ways = {name for way in described.get("security", []) for name in way}
        return not ways or "sessionid" in self.cookies or ("Authorization" in self.headers and "TokenAuth" in ways)


def browsing(name: str, browser: Browser, permissions: frozenset[Permission] | None) -> Caller:
    cookies = {one.key: one.value for one in browser.client.cookies.values()}
    return Caller(name, {"X-CSRFToken": cookies["csrftoken"]}, cookies, permissions)


def members_of(organisation: Organisation) -> Iterator[Caller]:
    """Its people, by role, and programs, by scope."""
    for role in Role:
        yield browsing(role, organisation.member(role), OF_ROLE[role])
    for scope in SCOPES:
        yield program(organisation, {scope})


def program(organisation: Organisation, scopes: set[Permission]) -> Caller:
    name = " ".join(sorted(scopes))
    body = {"name": name, "scopes": sorted(scopes), "expires_in_days": 1}
    shown = {"Authorization": f"Bearer {organisation.call('POST', 'tokens', body).json()['token']}"}
    Client(REMOTE_ADDR=ADDRESS).get("/api/session", headers=shown)  # the first use is an event of its own
    return Caller(f"token {name}", shown, {}, frozenset(scopes))


def allowed_of(organisation: Organisation, operation: Operation) -> Iterator[Caller]:
    """Its people who may do something, and a program that can do just that."""
    needed = {Permission(name) for name in DESCRIBED[operation.name]["x-permissions"]}
    for role in Role:
        if needed <= OF_ROLE[role]:
            yield browsing(role, organisation.member(role), OF_ROLE[role])
    if needed and not needed & NEVER_BY_TOKEN:
        yield program(organisation, needed)


@pytest.fixture(scope="module")
def hubspot(database: str) -> Iterator[Simulator]:
    """A HubSpot to ask, and as many requests by a token as one likes."""
    simulator = Simulator(Settings(contacts=3, limit=None))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "HUBSPOT_TRANSPORT", lambda: SimulatorTransport(simulator))
        patch.setattr(settings, "CONFIG", replace(settings.CONFIG, token_requests_per_minute=999_999))
        yield simulator
    simulator.close()


@pytest.fixture(scope="module")
def victim(hubspot: Simulator) -> Victim:
    return connected(make_victim(), hubspot)


@pytest.fixture(scope="module")
def strangers(hubspot: Simulator) -> list[Caller]:
    return [browsing("nobody", Browser(), None), browsing("outsider", make_organisation().admin, None)]


@pytest.fixture(scope="module")
def members(victim: Victim) -> list[Caller]:
    return list(members_of(victim.organisation))


@pytest.fixture(scope="module")
def spoilt(hubspot: Simulator) -> Callable[[Operation], tuple[Victim, list[Caller]]]:
    """An organisation for an operation to change as it likes, and who may."""
    made: dict[str, tuple[Victim, list[Caller]]] = {}

    def of(operation: Operation) -> tuple[Victim, list[Caller]]:
        if operation.name not in made:
            victim = connected(make_victim(), hubspot)
            made[operation.name] = victim, list(allowed_of(victim.organisation, operation))
        return made[operation.name]

    return of


def connected(victim: Victim, hubspot: Simulator) -> Victim:
    PortalRoute.objects.all().delete()  # there is one account only
    victim.organisation.execute("UPDATE connections SET portal_id = %s", str(next(iter(hubspot.portals))))
    answer = victim.organisation.call("POST", "connection/static-token", {"token": hubspot.static_token()})
    assert answer.status_code == 200, answer.content
    return victim


_application = get_wsgi_application()


def application(environ: Any, start: Any) -> Any:
    """The product, called from somewhere."""
    return _application({**environ, "REMOTE_ADDR": ADDRESS}, start)


def load() -> Any:
    config = SchemathesisConfig.from_dict({"generation": {"with-security-parameters": False}})
    schema = schemathesis.openapi.from_dict(DOCUMENT, config=config)
    schema.app = application
    return schema


SCHEMA = load()
Kind = tuple[Operation, GenerationMode]


def kinds() -> Iterator[Kind]:
    """Each operation with what fits, and where it can be with what does not."""
    for operation in EVERY:
        yield operation, GenerationMode.POSITIVE
        if can_be_wrong(operation):
            yield operation, GenerationMode.NEGATIVE


def can_be_wrong(operation: Operation) -> bool:
    """Whether it takes more than texts in its address."""
    described = [(one["in"], one["schema"]) for one in DESCRIBED[operation.name]["parameters"]]
    texts = [kind == "path" and schema["type"] == "string" and "format" not in schema for kind, schema in described]
    return operation.body is not None or not all(texts)


each_kind = pytest.mark.parametrize("kind", list(kinds()), ids=lambda kind: f"{kind[0].name} {kind[1].value}")


def for_each_example(kind: Kind, victim: Victim, send: Callable[[Case], None]) -> None:
    """Half of them with ids that lead to something."""
    operation, mode = kind
    known = {name: value for name, value in victim.ids.items() if f"{{{name}}}" in operation.path}

    @examples(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=SCHEMA[operation.path][operation.method.lower()].as_strategy(mode), leads=st.booleans())
    def run(case: Case, leads: bool) -> None:
        if "{tenant}" in operation.path:
            case.path_parameters["tenant"] = victim.organisation.slug
        if leads:
            case.path_parameters.update(known)
        if mode is GenerationMode.POSITIVE:
            put_names(case.body)
        send(case)

    run()


def put_names(body: Any) -> None:
    """Names of fields in the place of made-up ones."""
    if isinstance(body, list):
        for row in body:
            put_names(row)
    if isinstance(body, dict):
        if isinstance(body.get("values"), dict):
            body["values"] = dict(zip(FIELDS, body["values"].values(), strict=False))
        for name in {"field", "property", "name"} & set(body):
            if isinstance(body[name], str):
                body[name] = FIELDS[len(body[name]) % len(FIELDS)]
        for value in body.values():
            put_names(value)


def answer_to(case: Case, who: Caller) -> Response:
    """What somebody is answered: as described, and nothing is surprised by it."""
    with capture_logs() as logged:
        answer = case.call(headers=who.headers, cookies=who.cookies)
    try:
        assert [entry for entry in logged if entry["log_level"] in ("error", "critical")] == []
        case.validate_response(answer, checks=CHECKS)
        if not who.permissions or not who.permissions & {Permission.CONTACTS_READ, Permission.AUDIT_READ}:
            assert b"vera" not in answer.content.lower()
    except BaseException as error:
        error.add_note(f"{who.name} was answered {answer.status_code}: {answer.content[:500]!r}")
        raise
    return answer


def fitting(who: Caller, kind: Kind) -> set[int]:
    """How one is refused who may not do it. What is not understood is told so before anybody looks whose it is."""
    operation, mode = kind
    if who.name == "nobody" or "{tenant}" not in operation.path:
        return {401}
    refused = 404 if who.permissions is None else 403
    return {refused} if mode is GenerationMode.POSITIVE else {refused, 400, 404, 422}


@each_kind
def test_whoever_may_not_is_refused_and_changes_nothing(
    kind: Kind, victim: Victim, strangers: list[Caller], members: list[Caller], caplog: pytest.LogCaptureFixture
) -> None:
    operation, _ = kind
    before = victim.everything_but("api_token_uses")  # that a token was used is noted, whatever for
    refused = [who for who in [*strangers, *members] if not who.may(operation)]

    def send(case: Case) -> None:
        for who in refused:
            answer = answer_to(case, who)
            assert answer.status_code in fitting(who, kind), (who.name, answer.content)

    for_each_example(kind, victim, send)
    assert victim.everything_but("api_token_uses") == before
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


@each_kind
def test_whoever_may_is_answered_as_described(
    kind: Kind,
    victim: Victim,
    strangers: list[Caller],
    members: list[Caller],
    spoilt: Callable[[Operation], tuple[Victim, list[Caller]]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Reading is tried on what stays, changing on what may be spoilt."""
    operation, _ = kind
    where, people = spoilt(operation) if operation.changes else (victim, members)
    caplog.clear()

    def send(case: Case) -> None:
        for who in [*strangers, *people]:
            if who.may(operation):
                answer_to(case, who)

    for_each_example(kind, where, send)
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]
