"""A simulated HubSpot in this process, and the browser that walks through its consent page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from django.conf import settings
from organisations import Browser, Organisation

from hubspot_simulator import Settings, Simulator
from hubspot_simulator.transport import SimulatorTransport
from loanark.connections.models import PortalRoute

PUBLIC_URL = "http://localhost:8000"


class Portal:
    """One simulated HubSpot with two accounts."""

    def __init__(self) -> None:
        config = settings.CONFIG
        self.simulator = Simulator(
            Settings(
                contacts=5,
                portals=2,
                limit=None,
                client_id=config.hubspot_client_id,
                client_secret=config.hubspot_client_secret,
            )
        )
        self.accounts = [str(number) for number in self.simulator.portals]
        self.token = self.simulator.static_token()
        self.http = httpx2.Client(transport=SimulatorTransport(self.simulator), base_url=self.simulator.base_url)

    def control(self, method: str, path: str, **body: Any) -> Any:
        answer = self.http.request(method, f"/_control/{path}", json=body or None)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def consent(self, url: str, *, account: str = "", action: str = "connect") -> str:
        """Presses a button on HubSpot's page; returns the address that the browser is sent back to."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        form = {**query, "action": action, "portal_id": account or self.accounts[0]}
        answer = self.http.post("/oauth/authorize", data=form)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].removeprefix(PUBLIC_URL)

    def connect(self, lender: Organisation, who: Browser | None = None, **consent: str) -> str:
        """The whole way; returns the page of ours it ends on."""
        return come_back(who or lender.admin, self.consent(authorize(lender, who), **consent))


def authorize(lender: Organisation, who: Browser | None = None) -> str:
    """Presses Connect; returns HubSpot's page."""
    answer = (who or lender.admin).call("POST", lender.path("connection/authorize"))
    assert answer.status_code == 200, answer.content
    return str(answer.json()["url"])


def come_back(who: Browser, address: str) -> str:
    answer = who.client.get(address)
    assert answer.status_code == 302
    return str(answer.headers["Location"])


@contextmanager
def simulated(monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """By the test's own monkeypatch: what it puts in the same places is taken back in the right order."""
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, public_url=PUBLIC_URL))
    portal = Portal()
    PortalRoute.objects.all().delete()  # every simulator has the same account numbers
    monkeypatch.setattr(settings, "HUBSPOT_TRANSPORT", lambda: SimulatorTransport(portal.simulator))
    try:
        yield portal
    finally:
        portal.simulator.close()
