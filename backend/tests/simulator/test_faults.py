"""Trouble on command and at random: what a client meets, whether the request took effect, that a seed repeats it."""

from __future__ import annotations

import httpx2
import orjson
import pytest

from hubspot_simulator.disorder.faults import KINDS

from .conftest import Hub, Make
from .test_access import connect

CREATE = {"properties": {"email": "faulty@example.com"}}


def made(hub: Hub) -> bool:
    """Whether the create took effect."""
    hub.user("DELETE", "faults")
    return hub.portal.find_by("email", "faulty@example.com") is not None


def create(hub: Hub) -> httpx2.Response:
    return hub.call("POST", "", json=CREATE)


def test_the_next_requests_fail_and_the_one_after_works(hub: Hub) -> None:
    hub.user("POST", "faults", status=503, count=2)
    assert [hub.call("GET", "").status_code for _ in range(3)] == [503, 503, 200]


@pytest.mark.parametrize("status", [500, 502, 504, 521, 423, 477])
def test_a_refused_write_had_no_effect(hub: Hub, status: int) -> None:
    hub.user("POST", "faults", status=status)
    assert create(hub).status_code == status
    assert not made(hub)


def test_a_write_may_have_happened_though_the_answer_is_an_error(hub: Hub) -> None:
    hub.user("POST", "faults", status=504, when="after", method="POST", path="/contacts")
    assert hub.call("GET", "").status_code == 200, "another request is not meant"
    assert create(hub).status_code == 504
    assert made(hub)


@pytest.mark.parametrize(("when", "effect"), [("before", False), ("after", True)])
def test_a_connection_breaks_before_or_after_the_effect(hub: Hub, when: str, effect: bool) -> None:
    hub.user("POST", "faults", kind="reset", when=when)
    with pytest.raises(httpx2.ReadError):
        create(hub)
    assert made(hub) is effect


@pytest.mark.parametrize(("when", "effect"), [("before", False), ("after", True)])
def test_an_answer_that_never_comes_costs_the_clients_patience_in_virtual_time(
    hub: Hub, when: str, effect: bool
) -> None:
    hub.user("POST", "faults", kind="timeout", when=when)
    began = hub.clock.now_ms()
    with pytest.raises(httpx2.ReadTimeout):
        hub.call("POST", "", json=CREATE, timeout=30)
    assert hub.clock.now_ms() - began == 30_000
    assert made(hub) is effect


def test_a_client_with_more_patience_hears_that_hubspot_gave_up(hub: Hub) -> None:
    hub.user("POST", "faults", kind="timeout")
    assert hub.call("GET", "", timeout=120).status_code == 524


def test_a_body_breaks_off(hub: Hub) -> None:
    hub.user("POST", "faults", kind="truncated")
    with pytest.raises(httpx2.RemoteProtocolError):
        create(hub)
    assert made(hub)


def test_a_whole_answer_holds_half_a_document(hub: Hub) -> None:
    hub.user("POST", "faults", kind="garbled")
    answer = create(hub)
    assert answer.status_code == 201
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(answer.content)


def test_a_slow_body_arrives_whole(hub: Hub) -> None:
    hub.user("POST", "faults", kind="slow", delay_ms=20_000)
    began = hub.clock.now_ms()
    assert hub.call("GET", "", timeout=5).json()["results"], "each part comes in time"
    assert hub.clock.now_ms() - began == 20_000


def test_a_proxy_answers_with_a_web_page(hub: Hub) -> None:
    hub.user("POST", "faults", kind="page", status=502)
    answer = hub.call("GET", "")
    assert answer.status_code == 502
    assert answer.headers["content-type"] == "text/html"


def test_a_burst_of_429_hits_everything_for_a_while(hub: Hub) -> None:
    hub.user("POST", "faults", kind="throttle", seconds=3)
    assert hub.call("GET", "").json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert create(hub).status_code == 429
    hub.clock.advance(3_000)
    assert create(hub).status_code == 201


def test_an_outage_is_a_window_of_time(hub: Hub) -> None:
    hub.user("POST", "faults", outage_seconds=5)
    assert hub.call("GET", "").status_code == 503
    hub.clock.advance(5_000)
    assert hub.call("GET", "").status_code == 200


def test_tokens_expire_right_before_a_certain_request(hub: Hub) -> None:
    hub.http.headers["Authorization"] = f"Bearer {connect(hub)['access_token']}"
    hub.user("POST", "faults", kind="expire", path="/batch/create")
    assert hub.call("GET", "").status_code == 200
    answer = hub.call("POST", "/batch/create", json={"inputs": [CREATE]})
    assert answer.status_code == 401
    assert answer.json()["category"] == "EXPIRED_AUTHENTICATION"


def test_the_app_is_removed_right_before_a_certain_request(hub: Hub) -> None:
    hub.http.headers["Authorization"] = f"Bearer {connect(hub)['access_token']}"
    hub.user("POST", "faults", kind="revoke")
    assert hub.call("GET", "").status_code == 401
    assert all(install.revoked for install in hub.simulator.authority.installs.values())


def test_a_moving_account_says_for_how_long(hub: Hub) -> None:
    hub.user("POST", "move", seconds=90)
    hub.clock.advance(30_000)
    answer = hub.call("GET", "")
    assert (answer.status_code, answer.headers["Retry-After"]) == (477, "60")
    hub.clock.advance(60_000)
    assert hub.call("GET", "").status_code == 200


def test_a_locked_account_refuses_writes_only(hub: Hub) -> None:
    hub.user("POST", "lock", seconds=2)
    assert create(hub).status_code == 423
    assert hub.call("GET", "").status_code == 200
    hub.clock.advance(2_000)
    assert create(hub).status_code == 201


def statuses(hub: Hub, requests: int = 300) -> list[str]:
    found = []
    for _ in range(requests):
        try:
            answer = hub.call("GET", "", timeout=30)
        except httpx2.TransportError as error:
            found.append(type(error).__name__)
        else:
            found.append(str(answer.status_code))
    return found


RATES = {"error-before": 0.1, "error-after": 0.05, "reset-after": 0.05, "truncated": 0.05, "timeout-before": 0.05}


def test_a_storm_is_the_same_for_the_same_seed(make: Make) -> None:
    one, same, other = make(trouble=RATES), make(trouble=RATES), make(trouble=RATES, seed=2)
    met = statuses(one)
    assert met == statuses(same)
    assert met != statuses(other)
    assert 0.55 < met.count("200") / len(met) < 0.85
    assert {"ReadError", "ReadTimeout", "RemoteProtocolError", "500", "503"} <= set(met)


def test_a_storm_can_be_called_and_ended(hub: Hub) -> None:
    hub.user("POST", "faults", storm={"rates": {"error-before": 1.0}})
    assert hub.call("GET", "").status_code >= 500
    hub.user("DELETE", "faults")
    assert hub.call("GET", "").status_code == 200


@pytest.mark.parametrize(
    "spec",
    [{"kind": "gremlin"}, {"when": "later"}, {"colour": "red"}, {"storm": {"rates": {"gremlin": 0.1}}},
     {"storm": {"rates": {"error-before": 2}}}],
)  # fmt: skip
def test_trouble_nobody_knows_is_refused(hub: Hub, spec: dict[str, object]) -> None:
    answer = hub.http.post("/_control/faults", json=spec)
    assert answer.status_code == 400
    assert hub.user("GET", "faults")["faults"] == []


def test_every_kind_of_fault_can_be_asked_for(hub: Hub) -> None:
    for kind in KINDS:
        hub.user("POST", "faults", kind=kind, path="/nowhere")
    assert [fault["kind"] for fault in hub.user("GET", "faults")["faults"]] == list(KINDS)


def test_the_log_says_what_hit_a_request(hub: Hub) -> None:
    hub.user("POST", "faults", kind="reset", when="after")
    with pytest.raises(httpx2.ReadError):
        create(hub)
    assert hub.user("GET", "requests")["requests"][0]["fault"] == "reset-after"
