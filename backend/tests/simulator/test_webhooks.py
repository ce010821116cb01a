"""Webhooks: what is told, signed and retried (HubSpot docs: webhooks, validating requests)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import orjson

from .conftest import Hub

TARGET = "https://loanark.example.com/hooks?x=1"


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
        self.hub.clock.advance(wait_ms)
        self.batches = []
        hooks = self.hub.simulator.webhooks
        for batch in hooks.take_due():
            hooks.send(batch, self.post)
        return [event for batch in self.batches for event in batch]


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return sorted(event["subscriptionType"] for event in events)


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


def test_both_signatures_are_right(hub: Hub) -> None:
    target = Target(hub)
    hub.create(firstname="Ünï")
    target.pump()
    secret = hub.simulator.authority.client_secret.encode()
    signed = b"POST" + TARGET.encode() + target.body + target.headers["X-HubSpot-Request-Timestamp"].encode()
    v3 = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert target.headers["X-HubSpot-Signature-v3"] == v3
    assert target.headers["X-HubSpot-Signature"] == hashlib.sha256(secret + target.body).hexdigest()


def test_batches_hold_at_most_100_events(hub: Hub) -> None:
    target = Target(hub)
    inputs = [{"properties": {"firstname": "x", "lastname": str(n)}} for n in range(60)]
    hub.call("POST", "/batch/create", json={"inputs": inputs})
    assert len(target.pump()) == 240
    assert [len(batch) for batch in target.batches] == [100, 100, 40]


def test_a_failed_delivery_is_tried_again_ten_times_with_a_fresh_signature(hub: Hub) -> None:
    target = Target(hub, status=500)
    hub.create(firstname="x")
    attempts, stamps = [], set()
    for _ in range(15):
        for event in target.pump(1_000_000):
            attempts.append(event["attemptNumber"])
        stamps.add(target.headers["X-HubSpot-Request-Timestamp"])
    assert sorted(set(attempts)) == list(range(11))
    assert len(stamps) == 11
    assert hub.user("GET", "webhooks")["waiting"] == 0


def test_events_can_be_lost_doubled_and_switched_off(hub: Hub) -> None:
    target = Target(hub)
    contact = hub.create(firstname="x")
    target.pump()

    def edit(city: str) -> int:
        hub.user("PATCH", f"contacts/{contact}", properties={"city": city})
        return len(target.pump())

    hub.user("PUT", "webhooks", drop_next=1)
    assert edit("a") == 0
    hub.user("PUT", "webhooks", duplicate_rate=1.0)
    assert edit("b") == 2
    hub.user("PUT", "webhooks", enabled=False)
    assert edit("c") == 0


def test_properties_made_later_by_an_account_are_not_followed(hub: Hub) -> None:
    hub.user("POST", "properties", name="own", label="Own", type="string", fieldType="text", groupName="lending")
    contact = hub.create(firstname="x")
    target = Target(hub)
    hub.user("PATCH", f"contacts/{contact}", properties={"own": "y"})
    assert target.pump() == []
