"""Trouble on command."""

from __future__ import annotations

import httpx2
import pytest

from .conftest import Hub


def test_a_request_can_fail_before_its_effect(hub: Hub) -> None:
    hub.user("POST", "faults", status=503, count=2)
    codes = [hub.call("POST", "", json={"properties": {"firstname": "x"}}).status_code for _ in range(3)]
    assert codes == [503, 503, 201]
    assert len(hub.portal.live) == 31


def test_a_request_can_fail_after_its_effect(hub: Hub) -> None:
    hub.user("POST", "faults", status=504, when="after", method="POST", path="/contacts")
    assert hub.call("GET", "").status_code == 200
    assert hub.call("POST", "", json={"properties": {"firstname": "x"}}).status_code == 504
    assert len(hub.portal.live) == 31


def test_a_connection_can_drop(hub: Hub) -> None:
    hub.user("POST", "faults", status=0)
    with pytest.raises(httpx2.ReadError):
        hub.call("GET", "")


def test_a_429_burst_an_outage_and_expired_tokens(hub: Hub) -> None:
    hub.user("POST", "faults", status=429)
    assert hub.call("GET", "").json()["policyName"] == "TEN_SECONDLY_ROLLING"
    hub.user("POST", "faults", outage_seconds=5)
    assert hub.call("GET", "").status_code == 503
    hub.clock.advance(5_000)
    assert hub.call("GET", "").status_code == 200
