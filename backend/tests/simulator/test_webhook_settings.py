"""The webhook settings API: the developer's address and subscriptions (HubSpot docs: webhooks)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from hubspot_simulator.__main__ import announcement

from .conftest import Hub, Make

URL = "https://loanark.example.com/hooks"
SETTINGS = {"targetUrl": URL, "throttling": {"maxConcurrentRequests": 10}}
CITY = {"eventType": "contact.propertyChange", "propertyName": "city", "active": True}
BROKER = {**CITY, "propertyName": "broker"}
FIVE_MINUTES = 300_000
PREFIXES = {"2026-09": "app-webhooks/2026-09", "2026-03": "webhooks/2026-03", "v3": "webhooks/v3"}
VERSIONS = list(PREFIXES)


class Developer:
    """Whoever made the app."""

    def __init__(self, hub: Hub, version: str = "2026-09") -> None:
        self.hub = hub
        self.base = f"/{PREFIXES[version]}/{hub.simulator.app_id}"
        self.key = hub.simulator.developer_key

    def call(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        content = None if body is None else orjson.dumps(body)
        return self.hub.http.request(method, f"{self.base}/{path}", params={"hapikey": self.key}, content=content)

    def subscribe(self, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.call("POST", "subscriptions", body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def clear(self) -> None:
        """No subscriptions, at once."""
        self.hub.user("PUT", "webhooks", kinds=[], properties=[])


@pytest.fixture
def developer(hub: Hub) -> Developer:
    return Developer(hub)


def arrivals(hub: Hub) -> list[dict[str, Any]]:
    """What is sent now that the clock moved a little."""
    events: list[dict[str, Any]] = []

    def post(_url: str, _headers: dict[str, str], body: bytes) -> int:
        events.extend(orjson.loads(body))
        return 204

    hub.clock.advance(1_000)
    hub.simulator.webhooks.deliver_due(post)
    return events


# ---- who may -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_takes_the_developer_key_in_the_query(hub: Hub, version: str) -> None:
    answer = Developer(hub, version).call("GET", "subscriptions")
    assert answer.status_code == 200
    assert len(answer.json()["results"]) > 20


@pytest.mark.parametrize(("version", "status"), [("2026-09", 401), ("2026-03", 200), ("v3", 200)])
def test_a_bearer_key_was_good_before_2026_09(hub: Hub, version: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {hub.simulator.developer_key}"}
    answer = hub.http.get(f"{Developer(hub, version).base}/subscriptions", headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize("version", VERSIONS)
def test_the_token_of_an_account_does_not_do(hub: Hub, version: str) -> None:
    answer = hub.http.get(f"{Developer(hub, version).base}/subscriptions")  # with the static token
    assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")


def test_a_wrong_key_is_refused(developer: Developer) -> None:
    developer.key = "wrong"
    assert developer.call("GET", "settings").status_code == 401


def test_another_app_is_unknown(developer: Developer) -> None:
    developer.base = "/app-webhooks/2026-09/1"
    assert developer.call("GET", "settings").status_code == 404


def test_the_prefix_of_one_version_is_unknown_under_another(developer: Developer) -> None:
    developer.base = developer.base.replace("app-webhooks", "webhooks")
    assert developer.call("GET", "settings").status_code == 404


def test_the_announcement_names_app_and_key(hub: Hub) -> None:
    told = orjson.loads(announcement(hub.simulator))
    assert (told["app_id"], told["developer_key"]) == (hub.simulator.app_id, hub.simulator.developer_key)


# ---- settings ------------------------------------------------------------------------------------------


def test_settings_are_unknown_until_set_and_after_they_were_deleted(developer: Developer) -> None:
    assert developer.call("GET", "settings").status_code == 404
    assert developer.call("PUT", "settings", SETTINGS).status_code == 200
    assert developer.call("GET", "settings").status_code == 200
    assert developer.call("DELETE", "settings").status_code == 204
    assert developer.call("GET", "settings").status_code == 404


def test_settings_read_back_with_their_times(developer: Developer) -> None:
    first = developer.call("PUT", "settings", SETTINGS).json()
    developer.hub.clock.advance(60_000)
    developer.call("PUT", "settings", {**SETTINGS, "throttling": {"maxConcurrentRequests": 20}})
    second = developer.call("GET", "settings").json()
    assert (second["targetUrl"], second["throttling"]) == (URL, {"maxConcurrentRequests": 20})
    assert second["createdAt"] == first["createdAt"] == first["updatedAt"] < second["updatedAt"]


def test_the_oldest_version_tells_a_period(hub: Hub) -> None:
    throttling = Developer(hub, "v3").call("PUT", "settings", SETTINGS).json()["throttling"]
    assert throttling == {"maxConcurrentRequests": 10, "period": "SECONDLY"}


@pytest.mark.parametrize(
    "change",
    [
        {"targetUrl": "http://loanark.example.com/hooks"},
        {"targetUrl": "https://"},
        {"targetUrl": "https://x.example.com/a b"},
        {"targetUrl": None},
        {"throttling": {"maxConcurrentRequests": 5}},
        {"throttling": {"maxConcurrentRequests": "10"}},
        {"throttling": None},
    ],
    ids=["plain http", "no host", "a space", "no address", "five", "text", "no throttling"],
)
def test_unfit_settings_are_refused(developer: Developer, change: dict[str, Any]) -> None:
    answer = developer.call("PUT", "settings", {**SETTINGS, **change})
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    assert developer.call("GET", "settings").status_code == 404


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
def test_plain_http_to_this_machine_is_fine(developer: Developer, host: str) -> None:
    assert developer.call("PUT", "settings", {**SETTINGS, "targetUrl": f"http://{host}/h"}).status_code == 200


# ---- subscriptions -------------------------------------------------------------------------------------


def test_a_subscription_is_made_read_paused_and_deleted(developer: Developer) -> None:
    made = developer.subscribe(BROKER)
    path = f"subscriptions/{made['id']}"
    assert {name: made[name] for name in BROKER} == BROKER
    assert developer.call("GET", path).json() == made
    assert developer.call("PATCH", path, {"active": False}).json()["active"] is False
    assert developer.call("GET", path).json()["active"] is False
    assert developer.call("DELETE", path).status_code == 204
    assert developer.call("GET", path).status_code == 404


def test_a_subscription_is_paused_unless_told_otherwise(developer: Developer) -> None:
    assert developer.subscribe({"eventType": "contact.propertyChange", "propertyName": "own"})["active"] is False


def test_a_generic_subscription_names_its_object_type(developer: Developer) -> None:
    made = developer.subscribe({"eventType": "object.merge", "objectTypeId": "0-1", "active": True})
    assert made["objectTypeId"] == "0-1"
    assert "propertyName" not in made


@pytest.mark.parametrize(
    "body",
    [
        {"eventType": "contact.updated"},
        {"eventType": "contact.propertyChange"},
        {"eventType": "contact.associationChange", "propertyName": "city"},
        {"eventType": "contact.propertyChange", "propertyName": "num_unique_conversion_events"},
        {"eventType": "contact.propertyChange", "propertyName": "hs_lastmodifieddate"},
        {"eventType": "object.creation"},
        {"eventType": "contact.associationChange", "active": "yes"},
        {},
    ],
    ids=[
        "no such event",
        "no property",
        "a property too many",
        "not offered",
        "not offered either",
        "no object type",
        "active is text",
        "empty",
    ],
)
def test_what_cannot_be_subscribed_is_refused(developer: Developer, body: dict[str, Any]) -> None:
    answer = developer.call("POST", "subscriptions", {"active": True, **body})
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("body", "scope"),
    [
        ({"eventType": "company.creation"}, "crm.objects.companies.read"),
        ({"eventType": "object.creation", "objectTypeId": "0-2"}, "crm.objects.companies.read"),
        ({"eventType": "object.creation", "objectTypeId": "2-77"}, "crm.objects.custom.read"),
        ({"eventType": "conversation.newMessage"}, "conversations.read"),
    ],
)
def test_records_the_app_may_not_read_cannot_be_subscribed(
    developer: Developer, body: dict[str, Any], scope: str
) -> None:
    answer = developer.call("POST", "subscriptions", {"active": True, **body})
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == [scope]


def test_the_same_subscription_twice_is_a_conflict(developer: Developer) -> None:
    assert developer.call("POST", "subscriptions", CITY).status_code == 409  # one of those the app starts with
    developer.subscribe({**CITY, "eventType": "object.propertyChange", "objectTypeId": "0-1"})


def test_an_app_has_at_most_1000_subscriptions(developer: Developer) -> None:
    developer.hub.user("PUT", "webhooks", kinds=[], properties=[f"own_{n}" for n in range(999)])
    developer.subscribe(CITY)
    assert developer.call("POST", "subscriptions", BROKER).status_code == 400


def test_ids_of_deleted_subscriptions_do_not_come_back(developer: Developer) -> None:
    first = developer.subscribe(BROKER)["id"]
    developer.call("DELETE", f"subscriptions/{first}")
    assert developer.subscribe(BROKER)["id"] != first


def test_several_are_switched_at_once(developer: Developer) -> None:
    ids = [int(row["id"]) for row in developer.call("GET", "subscriptions").json()["results"]][:3]
    inputs = [{"id": one, "active": False} for one in ids]
    answer = developer.call("POST", "subscriptions/batch/update", {"inputs": inputs})
    assert (answer.status_code, answer.json()["status"]) == (200, "COMPLETE")
    rows = developer.call("GET", "subscriptions").json()["results"]
    assert [int(row["id"]) for row in rows if not row["active"]] == ids


@pytest.mark.parametrize(("version", "status", "paused"), [("2026-09", 404, 0), ("2026-03", 207, 1), ("v3", 207, 1)])
def test_an_unknown_one_fails_the_whole_batch_from_2026_09_on(hub: Hub, version: str, status: int, paused: int) -> None:
    developer = Developer(hub, version)
    known = int(developer.call("GET", "subscriptions").json()["results"][0]["id"])
    inputs = [{"id": known, "active": False}, {"id": 5, "active": False}]
    answer = developer.call("POST", "subscriptions/batch/update", {"inputs": inputs})
    assert answer.status_code == status
    rows = developer.call("GET", "subscriptions").json()["results"]
    assert sum(not row["active"] for row in rows) == paused


def test_a_207_names_the_unknown_ids(hub: Hub) -> None:
    body = {"inputs": [{"id": 5, "active": False}]}
    told = Developer(hub, "2026-03").call("POST", "subscriptions/batch/update", body).json()
    assert (told["numErrors"], told["errors"][0]["context"]) == (1, {"ids": ["5"]})


# ---- effect --------------------------------------------------------------------------------------------


def test_a_change_is_in_force_after_five_minutes(hub: Hub, developer: Developer) -> None:
    hub.user("PUT", "webhooks", target_url=URL, kinds=[], properties=[])
    contact = hub.create(firstname="x")
    developer.subscribe(CITY)
    seen = []
    for city, wait in (("a", FIVE_MINUTES - 1_000), ("b", 1_000), ("c", 0)):
        hub.user("PATCH", f"contacts/{contact}", properties={"city": city})
        seen.append([event["propertyValue"] for event in arrivals(hub)])
        hub.clock.advance(max(0, wait - 1_000))
    assert seen == [[], [], ["c"]]


def test_a_new_address_is_used_after_five_minutes(hub: Hub, developer: Developer) -> None:
    developer.call("PUT", "settings", SETTINGS)
    hub.create(firstname="early")
    assert arrivals(hub) == []
    hub.clock.advance(FIVE_MINUTES)
    hub.create(firstname="later")
    assert arrivals(hub) != []


def test_without_delay_a_change_is_in_force_at_once(hub: Hub, developer: Developer) -> None:
    hub.user("PUT", "webhooks", settings_delay_ms=0)
    developer.call("PUT", "settings", SETTINGS)
    hub.create(firstname="x")
    assert arrivals(hub) != []


def test_a_paused_subscription_tells_nothing(hub: Hub, developer: Developer) -> None:
    hub.user("PUT", "webhooks", target_url=URL, settings_delay_ms=0)
    contact = hub.create(firstname="x")
    arrivals(hub)
    rows = developer.call("GET", "subscriptions").json()["results"]
    city = next(row["id"] for row in rows if row.get("propertyName") == "city")
    developer.call("PATCH", f"subscriptions/{city}", {"active": False})
    hub.user("PATCH", f"contacts/{contact}", properties={"city": "Waco", "state": "TX"})
    assert [event["propertyName"] for event in arrivals(hub)] == ["state"]


def test_an_event_names_the_subscription_it_belongs_to(hub: Hub, developer: Developer) -> None:
    hub.user("PUT", "webhooks", target_url=URL, kinds=[], properties=[], settings_delay_ms=0)
    made = developer.subscribe({"eventType": "object.creation", "objectTypeId": "0-1", "active": True})
    hub.create(firstname="x")
    (event,) = arrivals(hub)
    assert (event["subscriptionId"], event["subscriptionType"]) == (int(made["id"]), "object.creation")


# ---- one set of subscriptions --------------------------------------------------------------------------


def test_the_control_api_sees_what_the_settings_api_made(hub: Hub, developer: Developer) -> None:
    developer.clear()
    hub.user("PUT", "webhooks", settings_delay_ms=0)
    developer.subscribe({"eventType": "contact.merge", "active": True})
    developer.subscribe(CITY)
    told = hub.user("GET", "webhooks")
    assert (told["kinds"], told["properties"]) == (["merge"], ["city"])


def test_the_settings_api_sees_what_the_control_api_made(hub: Hub, developer: Developer) -> None:
    hub.user("PUT", "webhooks", target_url=URL, kinds=["creation"], properties=["city"])
    rows = developer.call("GET", "subscriptions").json()["results"]
    assert [row["eventType"] for row in rows] == ["contact.creation", "contact.propertyChange"]
    assert developer.call("GET", "settings").json()["targetUrl"] == URL


def test_the_control_api_keeps_ids_and_brings_waiting_changes_along(hub: Hub, developer: Developer) -> None:
    made = developer.subscribe(BROKER)["id"]
    hub.user("PUT", "webhooks", kinds=[], properties=["broker"])
    assert [row["id"] for row in developer.call("GET", "subscriptions").json()["results"]] == [made]
    assert hub.user("GET", "webhooks")["properties"] == ["broker"]


# ---- over a restart ------------------------------------------------------------------------------------


def test_address_and_subscriptions_outlive_a_restart(make: Make, tmp_path: Path) -> None:
    hub = make(state=tmp_path)
    developer = Developer(hub)
    paused, gone = (row["id"] for row in developer.call("GET", "subscriptions").json()["results"][:2])
    developer.call("PUT", "settings", SETTINGS)
    developer.subscribe(BROKER)
    developer.call("PATCH", f"subscriptions/{paused}", {"active": False})
    developer.call("DELETE", f"subscriptions/{gone}")
    before = listed(developer)
    for _ in range(2):  # the second start reads the compacted state
        hub.simulator.close()
        hub = make(state=tmp_path)
        developer = Developer(hub)
        assert listed(developer) == before
        assert developer.call("GET", "settings").json()["targetUrl"] == URL


def listed(developer: Developer) -> list[dict[str, Any]]:
    """Without times: the subscriptions an app starts with are made anew at each start."""
    rows = developer.call("GET", "subscriptions").json()["results"]
    return [{name: row[name] for name in row if name not in ("createdAt", "updatedAt")} for row in rows]


def test_ids_do_not_come_back_after_a_restart(make: Make, tmp_path: Path) -> None:
    developer = Developer(make(state=tmp_path))
    first = developer.subscribe(BROKER)["id"]
    developer.call("DELETE", f"subscriptions/{first}")
    developer.hub.simulator.close()
    assert Developer(make(state=tmp_path)).subscribe(BROKER)["id"] != first


def test_what_was_set_before_a_restart_is_in_force_after_it(make: Make, tmp_path: Path) -> None:
    first = make(state=tmp_path)
    Developer(first).call("PUT", "settings", SETTINGS)
    first.simulator.close()
    second = make(state=tmp_path)
    second.create(firstname="x")
    assert arrivals(second) != []


def test_the_flag_counts_more_than_the_address_of_a_former_run(make: Make, tmp_path: Path) -> None:
    first = make(state=tmp_path)
    first.user("PUT", "webhooks", target_url=URL)
    first.simulator.close()
    second = make(state=tmp_path, webhook_url="http://127.0.0.1:9/hooks")
    assert second.user("GET", "webhooks")["target_url"] == "http://127.0.0.1:9/hooks"


def test_trouble_on_command_does_not_outlive_a_restart(make: Make, tmp_path: Path) -> None:
    first = make(state=tmp_path)
    first.user("PUT", "webhooks", target_url=URL, hold=True)
    first.simulator.close()
    second = make(state=tmp_path).user("GET", "webhooks")
    assert (second["target_url"], second["hold"]) == (URL, False)
