"""A small portal per test, in process, with a clock that the test moves. Every answer is held to its description."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from hubspot_simulator import ManualClock, Request, Response, Settings, Simulator
from hubspot_simulator.server import Application
from hubspot_simulator.transport import SimulatorTransport

from . import conformity

Make = Callable[..., "Hub"]


class Hub:
    """A simulator, its clock and a client with the static token."""

    def __init__(self, **settings: Any) -> None:
        self.clock = ManualClock()
        self.simulator = Simulator(Settings(**{"contacts": 30, "limit": None, **settings}), self.clock)
        self.portal = self.simulator.first_portal()
        self.http = httpx2.Client(transport=SimulatorTransport(self.simulator), base_url="http://hubspot.simulator")
        self.http.headers["Authorization"] = f"Bearer {self.simulator.static_token()}"

    def call(self, method: str, path: str, version: str = "2026-09", **options: Any) -> httpx2.Response:
        """``path`` below the contacts endpoint."""
        base = "/crm/v3/objects/contacts" if version == "v3" else f"/crm/objects/{version}/contacts"
        return self.http.request(method, base + path, **options)

    def create(self, **properties: Any) -> str:
        answer = self.call("POST", "", json={"properties": properties})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def user(self, method: str, path: str, /, **body: Any) -> Any:
        """Something the HubSpot user does."""
        answer = self.http.request(method, f"/_control/{path}", json=body or None)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def search(self, *filters: dict[str, Any], **more: Any) -> httpx2.Response:
        return self.call("POST", "/search", json={"filterGroups": [{"filters": list(filters)}], **more})


class Door:
    """An ASGI application for those who want one before there is a test; behind it stands that of the test."""

    application: Application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.application(scope, receive, send)


@pytest.fixture(autouse=True)
def _every_answer_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the simulator answers in a test is held to its description."""
    answer = Simulator.handle

    def handle(simulator: Simulator, request: Request) -> Response:
        response = answer(simulator, request)
        conformity.check(simulator, request, response)
        return response

    monkeypatch.setattr(Simulator, "handle", handle)


@pytest.fixture
def make() -> Make:
    return Hub


@pytest.fixture
def hub() -> Hub:
    return Hub()
