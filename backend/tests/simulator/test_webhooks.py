"""Webhooks: what is told, signed and retried (HubSpot docs: webhooks, validating requests)."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from hubspot_simulator.clock import DAY_MS
from hubspot_simulator.oauth import Install
from hubspot_simulator.webhooks.configuration import REAL_RETRY_BASE_MS
from hubspot_simulator.webhooks.deliveries import decoded, signature_v1, signature_v3
from hubspot_simulator.webhooks.sender import Sender

from .conftest import Hub, Make

TARGET = "https://loanark.example.com/hooks?x=1"
ALL_VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "hubspot" / "signature-vectors.json").read_text("utf-8")
)["vectors"]
VECTORS = [vector for vector in ALL_VECTORS if vector["version"] == "v3"]


class Target:
    """The app's end of the line."""

    def __init__(self, hub: Hub, status: int = 204) -> None:
        self.hub, self.status = hub, status
        self.batches: list[list[dict[str, Any]]] = []
        self.headers: dict[str, str] = {}
        self.body = b""
        hub.user("PUT", "webhooks", target_url=TARGET)

    def post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        self.headers, self.body = headers, body
        self.batches.append(orjson.loads(body))
        return self.status

    def pump(self, wait_ms: int = 1_000) -> list[dict[str, Any]]:
        """The events that arrive when this time has passed."""
        self.hub.clock.advance(wait_ms)
        self.batches = []
        self.hub.simulator.webhooks.deliver_due(self.post)
        return [event for batch in self.batches for event in batch]


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return sorted(event["subscriptionType"] for event in events)


def edit(hub: Hub, contact: str, city: str) -> None:
    hub.user("PATCH", f"contacts/{contact}", properties={"city": city})


def create_many(hub: Hub, many: int) -> None:
    """Each is told by four events: the creation, both names and the stage."""
    inputs = [{"properties": {"firstname": "x", "lastname": str(n)}} for n in range(many)]
    assert hub.call("POST", "/batch/create", json={"inputs": inputs}).status_code == 201


# ---- what is told ---------------------------------------------------------------------------------------


def test_the_apps_own_write_comes_back_as_an_echo(hub: Hub) -> None:
    target = Target(hub)
    contact = hub.create(firstname="Ada", email="ada@x.example.com")
    events = target.pump()
    assert kinds(events) == ["contact.creation"] + ["contact.propertyChange"] * 3
    assert {e["changeSource"] for e in events} == {"INTEGRATION"}
    assert {e["sourceId"] for e in events} == {str(hub.simulator.app_id)}
    assert {e["objectId"] for e in events} == {int(contact)}


def test_a_persons_edit_says_who_and_what(hub: Hub) -> None:
    contact = hub.create(firstname="Ada")
    target = Target(hub)
    hub.user("PATCH", f"contacts/{contact}", properties={"city": "Waco", "firstname": "Ada"})
    (event,) = target.pump()
    assert (event["propertyName"], event["propertyValue"], event["changeSource"]) == ("city", "Waco", "CRM_UI")
    assert event["sourceId"].startswith("userId:")


def test_the_life_of_a_record(hub: Hub) -> None:
    one, two, three = (hub.create(firstname=n) for n in ("a", "b", "c"))
    target = Target(hub)
    hub.user("POST", f"contacts/{one}/archive")
    hub.user("POST", f"contacts/{one}/restore")
    merged = hub.user("POST", "merge", primary=one, secondary=two)["id"]
    hub.user("POST", f"contacts/{three}/privacy-delete")
    events = target.pump()
    assert kinds(events) == [
        "contact.deletion",
        "contact.deletion",
        "contact.merge",
        "contact.privacyDeletion",
        "contact.restore",
    ]
    merge = next(e for e in events if e["subscriptionType"] == "contact.merge")
    assert (merge["primaryObjectId"], merge["mergedObjectIds"], merge["newObjectId"]) == (
        int(one),
        [int(two)],
        int(merged),
    )


def test_with_both_generations_subscribed_each_change_is_told_twice(hub: Hub) -> None:
    contact = hub.create(firstname="x")
    target = Target(hub)
    hub.user("PUT", "webhooks", generations=["contact", "object"])
    edit(hub, contact, "Waco")
    newer, older = sorted(target.pump(), key=lambda e: str(e["subscriptionType"]), reverse=True)
    assert (older["subscriptionType"], newer["subscriptionType"]) == ("contact.propertyChange", "object.propertyChange")
    assert newer["objectTypeId"] == "0-1"
    assert "objectTypeId" not in older
    assert older["subscriptionId"] != newer["subscriptionId"]


def test_a_privacy_deletion_has_only_its_older_name(hub: Hub) -> None:
    contact = hub.create(firstname="x")
    target = Target(hub)
    hub.user("PUT", "webhooks", generations=["object"])
    hub.user("POST", f"contacts/{contact}/privacy-delete")
    assert kinds(target.pump()) == ["contact.privacyDeletion", "object.deletion"]


def test_only_subscribed_kinds_and_properties_are_told(hub: Hub) -> None:
    target = Target(hub)
    hub.user("PUT", "webhooks", kinds=["creation"], properties=["city"])
    contact = hub.create(firstname="x", city="Waco", state="TX")
    hub.user("POST", f"contacts/{contact}/archive")
    assert kinds(target.pump()) == ["contact.creation", "contact.propertyChange"]


def test_properties_made_later_by_an_account_are_not_followed(hub: Hub) -> None:
    hub.user("POST", "properties", name="own", label="Own", type="string", fieldType="text", groupName="lending")
    contact = hub.create(firstname="x")
    target = Target(hub)
    hub.user("PATCH", f"contacts/{contact}", properties={"own": "y"})
    assert target.pump() == []


def test_a_creation_can_come_without_its_first_values(hub: Hub) -> None:
    target = Target(hub)
    hub.user("PUT", "webhooks", creation_tells_properties=False)
    contact = hub.create(firstname="x")
    edit(hub, contact, "Waco")
    assert kinds(target.pump()) == ["contact.creation", "contact.propertyChange"]


def test_sensitive_values_are_kept_back(hub: Hub) -> None:
    contact = hub.create(firstname="x")
    target = Target(hub)
    hub.user("PUT", "webhooks", sensitive=["city"])
    hub.user("PATCH", f"contacts/{contact}", properties={"city": "Waco", "state": "TX"})
    seen = {event["propertyName"]: (event["propertyValue"], event["isSensitive"]) for event in target.pump()}
    assert seen == {"city": ("REDACTED", True), "state": ("TX", False)}


def test_event_ids_repeat(hub: Hub) -> None:
    target = Target(hub)
    create_many(hub, 30)
    ids = [event["eventId"] for event in target.pump()]
    assert len(set(ids)) < len(ids)


def test_an_account_that_removed_the_app_is_silent(hub: Hub) -> None:
    contact = hub.create(firstname="x")
    target = Target(hub)
    hub.simulator.authority.installs["refresh"] = Install(hub.portal.id, "refresh", [])
    edit(hub, contact, "Waco")
    assert len(target.pump()) == 1
    hub.user("POST", "installs/revoke")
    edit(hub, contact, "Boise")
    assert target.pump() == []


# ---- requests -------------------------------------------------------------------------------------------


def test_batches_hold_at_most_100_events(hub: Hub) -> None:
    target = Target(hub)
    create_many(hub, 60)
    assert len(target.pump()) == 240
    assert [len(batch) for batch in target.batches] == [100, 100, 40]


@pytest.mark.parametrize(("mix", "requests"), [(True, 1), (False, 2)])
def test_one_request_may_carry_events_of_several_accounts(make: Make, mix: bool, requests: int) -> None:
    hub = make(portals=2)
    target = Target(hub)
    hub.user("PUT", "webhooks", mix_accounts=mix)
    for portal_id in hub.simulator.portals:
        hub.user("POST", "contacts", portal_id=portal_id, properties={"firstname": "x"})
    assert {event["portalId"] for event in target.pump()} == set(hub.simulator.portals)
    assert len(target.batches) == requests


def test_both_signatures_cover_the_raw_body_and_the_target(hub: Hub) -> None:
    target = Target(hub)
    hub.create(firstname="Ünï")
    target.pump()
    secret, headers = hub.simulator.authority.client_secret, target.headers
    stamp = headers["X-HubSpot-Request-Timestamp"]
    assert headers["X-HubSpot-Signature-v3"] == signature_v3(secret, "POST", TARGET, target.body, stamp)
    assert headers["X-HubSpot-Signature"] == signature_v1(secret, target.body)
    assert int(stamp) == hub.clock.now_ms()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_version_3_agrees_with_every_published_vector(vector: dict[str, Any]) -> None:
    signed = signature_v3(
        vector["secret"], vector["method"], vector["uri_signed"], vector["body"].encode(), vector["timestamp"]
    )
    assert signed == vector["signature"]


@pytest.mark.parametrize(
    "vector", [v for v in VECTORS if v["uri_raw"] != v["uri_signed"]], ids=lambda vector: vector["id"]
)
def test_some_escapes_of_the_address_are_decoded_before_signing(vector: dict[str, Any]) -> None:
    assert decoded(vector["uri_raw"]) == vector["uri_signed"]


@pytest.mark.parametrize("vector", [v for v in ALL_VECTORS if v["version"] == "v1"], ids=lambda vector: vector["id"])
def test_version_1_agrees_with_every_published_vector(vector: dict[str, Any]) -> None:
    assert signature_v1(vector["secret"], vector["body"].encode()) == vector["signature"]


@pytest.mark.parametrize(
    ("settings", "uri"),
    [
        ({"public_url": "https://public.example.com/h"}, "https://public.example.com/h"),
        ({"target_url": "https://x.example.com/h?a=%3A%20"}, "https://x.example.com/h?a=:%20"),
        ({"target_url": "https://x.example.com/h?a=%3A", "decode_uri": False}, "https://x.example.com/h?a=%3A"),
    ],
    ids=["the public address", "decoded", "as it is"],
)
def test_the_signed_address_can_be_chosen(hub: Hub, settings: dict[str, Any], uri: str) -> None:
    target = Target(hub)
    hub.user("PUT", "webhooks", **settings)
    hub.create(firstname="x")
    target.pump()
    stamp = target.headers["X-HubSpot-Request-Timestamp"]
    wanted = signature_v3(hub.simulator.authority.client_secret, "POST", uri, target.body, stamp)
    assert target.headers["X-HubSpot-Signature-v3"] == wanted


def test_a_signature_can_be_left_out(hub: Hub) -> None:
    target = Target(hub)
    hub.user("PUT", "webhooks", signatures=["v1"])
    hub.create(firstname="x")
    target.pump()
    assert "X-HubSpot-Signature" in target.headers
    assert "X-HubSpot-Signature-v3" not in target.headers


# ---- retries --------------------------------------------------------------------------------------------


def test_a_failed_delivery_is_tried_again_ten_times_with_a_fresh_signature(hub: Hub) -> None:
    target = Target(hub, status=500)
    hub.create(firstname="x")
    attempts, stamps, signatures = set(), set(), set()
    for _ in range(15):
        attempts |= {event["attemptNumber"] for event in target.pump(1_000_000)}
        stamps.add(target.headers["X-HubSpot-Request-Timestamp"])
        signatures.add(target.headers["X-HubSpot-Signature-v3"])
    assert attempts == set(range(11))
    assert len(stamps) == len(signatures) == 11
    told = hub.user("GET", "webhooks")
    assert (told["waiting"], told["lost"]) == (0, 3)


def refused(_hub: Hub) -> int:
    raise ConnectionRefusedError


def late(hub: Hub) -> int:
    hub.clock.advance(5_001)
    return 204


@pytest.mark.parametrize(
    "answer",
    [lambda _: 302, lambda _: 400, lambda _: 410, lambda _: 429, lambda _: 503, refused, late],
    ids=["302", "400", "410", "429", "503", "no connection", "no answer in time"],
)
def test_everything_but_a_quick_2xx_is_tried_again(hub: Hub, answer: Callable[[Hub], int]) -> None:
    target = Target(hub)
    contact = hub.create(firstname="x")
    target.pump()
    edit(hub, contact, "Waco")
    hub.clock.advance(1_000)
    hub.simulator.webhooks.deliver_due(lambda *_: answer(hub))
    (event,) = target.pump(10_000)
    assert (event["propertyValue"], event["attemptNumber"]) == ("Waco", 1)
    assert target.pump(DAY_MS) == []


def test_with_hubspots_base_the_retries_fill_a_day(hub: Hub) -> None:
    target = Target(hub, status=500)
    contact = hub.create(firstname="x")
    target.pump()
    hub.user("PUT", "webhooks", retry_base_ms=REAL_RETRY_BASE_MS)
    edit(hub, contact, "Waco")
    start, last = hub.clock.now_ms(), 0
    for _ in range(24 * 12 + 12):
        if any(event.get("propertyValue") == "Waco" for event in target.pump(300_000)):
            last = hub.clock.now_ms()
    assert DAY_MS / 2 < last - start <= DAY_MS + 10 * 300_000


def test_events_that_failed_together_come_back_apart(hub: Hub) -> None:
    target = Target(hub, status=500)
    hub.user("PUT", "webhooks", retry_base_ms=1_000_000)
    hub.create(firstname="x", lastname="y")
    assert len(target.pump()) == 4
    target.status = 204
    assert [len(target.pump(5_000)) for _ in range(200)].count(1) == 4


def test_only_so_many_requests_are_under_way_for_an_account(hub: Hub) -> None:
    target = Target(hub)
    hub.user("PUT", "webhooks", max_concurrent_requests=6)
    for _ in range(3):
        create_many(hub, 100)
    hub.clock.advance(1_000)
    hooks = hub.simulator.webhooks
    under_way = hooks.take_due(counted=True)
    assert (len(under_way), hooks.take_due(counted=True)) == (6, [])
    hooks.send(under_way[0], target.post)
    assert len(hooks.take_due(counted=True)) == 1


def test_the_server_keeps_to_the_slots_and_sends_everything(hub: Hub) -> None:
    Target(hub)
    hub.user("PUT", "webhooks", max_concurrent_requests=2)
    create_many(hub, 100)
    hub.clock.advance(1_000)
    hooks, guard = hub.simulator.webhooks, threading.Lock()
    now = most = 0

    def post(_url: str, _headers: dict[str, str], _body: bytes) -> int:
        nonlocal now, most
        with guard:
            now += 1
            most = max(most, now)
        time.sleep(0.01)
        with guard:
            now -= 1
        return 204

    sender = Sender(hooks, post)
    sender.start()
    deadline = time.monotonic() + 10
    while hooks.delivered < 400 and time.monotonic() < deadline:
        time.sleep(0.01)
    sender.stop()
    assert (hooks.delivered, most) == (400, 2)


# ---- disorder on command --------------------------------------------------------------------------------


def test_the_next_events_can_be_dropped(hub: Hub) -> None:
    contact = hub.create(firstname="x")
    target = Target(hub)
    hub.user("PUT", "webhooks", drop_next=1)
    for city in ("a", "b"):
        edit(hub, contact, city)
    assert [event["propertyValue"] for event in target.pump()] == ["b"]
    assert hub.user("GET", "webhooks")["lost"] == 1


def test_events_can_be_doubled(hub: Hub) -> None:
    contact = hub.create(firstname="x")
    target = Target(hub)
    hub.user("PUT", "webhooks", duplicate_rate=1.0)
    edit(hub, contact, "Waco")
    one, other = target.pump()
    assert one == other


def test_webhooks_can_be_switched_off(hub: Hub) -> None:
    contact = hub.create(firstname="x")
    target = Target(hub)
    hub.user("PUT", "webhooks", enabled=False)
    edit(hub, contact, "Waco")
    assert target.pump() == []


def test_the_same_seed_loses_the_same_events(make: Make) -> None:
    def arrived(seed: int) -> list[Any]:
        hub = make(seed=seed)
        contact = hub.create(firstname="x")
        target = Target(hub)
        hub.user("PUT", "webhooks", loss_rate=0.5, shuffle=False)
        for number in range(40):
            edit(hub, contact, str(number))
        return [event["propertyValue"] for event in target.pump()]

    one = arrived(1)
    assert 0 < len(one) < 40
    assert one == arrived(1)
    assert one != arrived(2)


def test_some_events_come_late(hub: Hub) -> None:
    contact = hub.create(firstname="x")
    target = Target(hub)
    hub.user("PUT", "webhooks", late_rate=1.0, late_ms=3_600_000)
    edit(hub, contact, "a")
    hub.user("PUT", "webhooks", late_rate=0.0)
    edit(hub, contact, "b")
    assert [event["propertyValue"] for event in target.pump()] == ["b"]
    assert [event["propertyValue"] for event in target.pump(3_600_000)] == ["a"]


def test_events_can_come_in_bursts(hub: Hub) -> None:
    contact = hub.create(firstname="x")
    target = Target(hub)
    hub.user("PUT", "webhooks", burst_ms=60_000, shuffle=False)
    hub.clock.advance(-hub.clock.now_ms() % 60_000)
    arrivals = []
    for second in range(0, 120, 10):
        edit(hub, contact, str(second))
        arrivals.append(len(target.pump(10_000)))
    assert arrivals == [0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 6]


def test_nothing_leaves_until_it_is_released(hub: Hub) -> None:
    contact = hub.create(firstname="x")
    target = Target(hub)
    hub.user("PUT", "webhooks", hold=True)
    edit(hub, contact, "a")
    assert target.pump(3_600_000) == []
    edit(hub, contact, "b")
    hub.user("PUT", "webhooks", hold=False)
    assert len(target.pump()) == 2


@pytest.mark.parametrize("shuffle", [True, False])
def test_order_is_kept_only_on_request(hub: Hub, shuffle: bool) -> None:
    contact = hub.create(firstname="x")
    target = Target(hub)
    hub.user("PUT", "webhooks", shuffle=shuffle)
    cities = [str(number) for number in range(20)]
    for city in cities:
        edit(hub, contact, city)
    arrived = [event["propertyValue"] for event in target.pump()]
    assert sorted(arrived) == sorted(cities)
    assert (arrived == cities) is not shuffle


def test_what_waits_when_the_address_goes_is_lost(hub: Hub) -> None:
    contact = hub.create(firstname="x")
    target = Target(hub)
    edit(hub, contact, "a")
    hub.user("PUT", "webhooks", target_url="")
    assert target.pump() == []
    hub.user("PUT", "webhooks", target_url=TARGET)
    assert target.pump() == []


# ---- the control API ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {"hold": True, "nonsense": 1},
        {"hold": True, "loss_rate": 1.1},
        {"hold": True, "late_ms": -1},
        {"hold": True, "drop_next": "3"},
        {"hold": True, "kinds": ["propertyChange"]},
        {"hold": True, "properties": ["hs_lastmodifieddate"]},
        {"hold": True, "generations": ["company"]},
    ],
    ids=lambda body: list(body)[1],
)
def test_a_wrong_setting_is_refused_and_nothing_is_set(hub: Hub, body: dict[str, Any]) -> None:
    before = hub.user("GET", "webhooks")
    assert hub.http.put("/_control/webhooks", json=body).status_code == 400
    assert hub.user("GET", "webhooks") == before


def test_the_short_form_reads_back_what_was_set(hub: Hub) -> None:
    wanted = {"kinds": ["creation", "merge"], "properties": ["city"], "generations": ["contact", "object"]}
    told = hub.user("PUT", "webhooks", **wanted)
    assert {name: told[name] for name in wanted} == wanted
