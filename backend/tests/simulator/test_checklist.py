"""What a stand-in for HubSpot must show, one story for each point. The finer tests are beside this file; this one is
for whoever asks "does it do that at all?".
"""

from __future__ import annotations

import base64
import hashlib
import hmac

import httpx2
import orjson
import pytest

from hubspot_simulator.limits import Limit
from hubspot_simulator.model import USER
from hubspot_simulator.transport import SimulatorTransport

from .conftest import Hub, Make
from .test_access import connect, read, token

VERSIONS = ("2026-09", "2026-03", "v3")
TARGET = "https://sync.example.com/webhooks/hubspot"


SCOPES = ("read", "subscriptions.read", "subscriptions.write")


def download(hub: Hub, address: str) -> httpx2.Response:
    """Without credentials, as whoever was handed an address."""
    return httpx2.Client(transport=SimulatorTransport(hub.simulator)).get(address)


def test_1_one_router_for_three_versions_and_write_rules_only_on_the_newest(hub: Hub) -> None:
    hub.user("PUT", "settings", rules={"required": ["jobtitle"]})
    statuses = {
        version: hub.call("POST", "", version, json={"properties": {"lastname": version}}).status_code
        for version in VERSIONS
    }
    assert statuses == {"2026-09": 400, "2026-03": 201, "v3": 201}
    pages = [hub.call("GET", "?limit=100", version).json() for version in VERSIONS]
    assert pages[0] == pages[1] == pages[2]


def test_2_ids_count_up_and_a_cursor_is_an_inclusive_lower_bound(hub: Hub) -> None:
    first = hub.call("GET", "?limit=10").json()
    ids = [int(row["id"]) for row in first["results"]]
    assert ids == sorted(ids)
    assert first["paging"]["next"]["after"] == str(ids[-1] + 1)
    new = int(hub.create(lastname="Newest"))
    assert new > max(hub.portal.live[:-1])
    here = hub.call("GET", f"?limit=1&after={new}").json()["results"]
    assert [row["id"] for row in here] == [str(new)]
    assert hub.call("GET", "?limit=51&propertiesWithHistory=email").status_code == 400


def test_3_search_is_another_slower_store_with_its_own_bounds(make: Make) -> None:
    hub = make(search_lag_ms=2_000, limit=Limit(110))
    hub.create(email="late@example.com")
    by_email = {"propertyName": "email", "operator": "EQ", "value": "late@example.com"}
    assert hub.search(by_email).json()["total"] == 0
    hub.clock.advance(2_000)
    assert hub.search(by_email).json()["total"] == 1
    hub.clock.advance(1_000)
    assert hub.search(limit=201).status_code == 400
    assert hub.search(after="9900", limit=200).status_code == 400
    assert hub.call("POST", "/search", json={"query": "x" * 3_000}).status_code == 400
    assert hub.search(*[by_email] * 7).status_code == 400
    hub.clock.advance(1_000)
    assert [hub.search(by_email).status_code for _ in range(6)] == [200] * 5 + [429]


def test_4_a_merge_makes_a_new_record_and_the_old_ids_lead_to_it(hub: Hub) -> None:
    one, other = hub.create(email="one@example.com"), hub.create(email="other@example.com")
    new = hub.call("POST", "/merge", json={"primaryObjectId": one, "objectIdToMerge": other}).json()["id"]
    assert new not in (one, other)
    for old in (one, other):
        assert hub.call("GET", f"/{old}").json()["id"] == new
        assert hub.call("PATCH", f"/{old}", json={"properties": {"city": "Boise"}}).json()["id"] == new
        row = {"id": old, "properties": {"city": "Reno"}}
        assert hub.call("POST", "/batch/update", json={"inputs": [row]}).status_code == 404
    listed = hub.call("GET", "?limit=100").json()["results"]
    assert not {one, other} & {row["id"] for row in listed}
    merged = hub.call("GET", f"/{new}?properties=hs_merged_object_ids").json()["properties"]["hs_merged_object_ids"]
    assert merged.split(";") == [one, other]


def test_5_addresses_and_unique_values_have_one_holder(hub: Hub) -> None:
    one, other = hub.create(email="primary@example.com"), hub.create(email="second@example.com")
    new = hub.call("POST", "/merge", json={"primaryObjectId": one, "objectIdToMerge": other}).json()["id"]
    taken = hub.call("POST", "", json={"properties": {"email": "SECOND@example.com"}})
    assert taken.status_code == 409
    assert taken.json()["message"] == f"Contact already exists. Existing ID: {new}"
    rows = [{"properties": {"email": "fresh@example.com"}}, {"properties": {"email": "second@example.com"}}]
    assert hub.call("POST", "/batch/create", json={"inputs": rows}).status_code == 409
    assert hub.portal.find_by("email", "fresh@example.com") is None, "without trace ids all or nothing"
    traced = [{**row, "objectWriteTraceId": str(number)} for number, row in enumerate(rows)]
    answer = hub.call("POST", "/batch/create", json={"inputs": traced})
    assert answer.status_code == 207
    assert [error["context"]["objectWriteTraceId"] for error in answer.json()["errors"]] == [["1"]]
    assert hub.portal.find_by("email", "fresh@example.com") is not None


def test_6_a_contact_is_archived_restored_purged_or_erased_and_each_is_told(hub: Hub) -> None:
    hub.user("PUT", "webhooks", target_url=TARGET, shuffle=False)
    contact = hub.create(email="bin@example.com")
    assert hub.call("DELETE", f"/{contact}").status_code == 204
    assert hub.call("GET", f"/{contact}").status_code == 404
    assert hub.call("GET", f"/{contact}?archived=true").json()["archivedAt"]
    hub.user("POST", f"contacts/{contact}/restore")
    assert hub.call("GET", f"/{contact}").status_code == 200
    assert hub.call("POST", "/gdpr-delete", json={"objectId": contact}).status_code == 204
    other = hub.create(email="purged@example.com")
    hub.call("DELETE", f"/{other}")
    hub.clock.advance(91 * 86_400_000)
    assert hub.call("GET", f"/{other}?archived=true").status_code == 404
    told: list[str] = []

    def receive(url: str, headers: dict[str, str], body: bytes) -> int:
        told.extend(event["subscriptionType"] for event in orjson.loads(body))
        return 200

    hub.simulator.webhooks.deliver_due(receive)
    assert set(told) >= {"contact.deletion", "contact.restore", "contact.privacyDeletion"}


def test_7_webhooks_are_signed_doubled_shuffled_and_tried_again(hub: Hub) -> None:
    hub.user("PUT", "webhooks", target_url=TARGET, duplicate_rate=1.0)
    hub.call("POST", "/batch/create", json={"inputs": [{"properties": {"lastname": f"L{n}"}} for n in range(90)]})
    hub.clock.advance(1_000)
    arrived: list[tuple[dict[str, str], bytes]] = []

    def receive(url: str, headers: dict[str, str], body: bytes) -> int:
        arrived.append((headers, body))
        return 500 if len(arrived) == 1 else 200

    hub.simulator.webhooks.deliver_due(receive)
    hub.clock.advance(60_000)
    hub.simulator.webhooks.deliver_due(receive)
    events = [event for _, body in arrived[1:] for event in orjson.loads(body)]
    creations = [event["objectId"] for event in events if event["subscriptionType"] == "contact.creation"]
    assert len(creations) == 2 * len(set(creations)) == 180, "each twice, the refused ones again"
    assert creations != sorted(creations), "in no order"
    assert max(len(orjson.loads(body)) for _, body in arrived) <= 100
    assert {event["attemptNumber"] for event in events} == {0, 1}
    assert {(event["changeSource"], event["sourceId"]) for event in events} == {
        ("INTEGRATION", str(hub.simulator.app_id))
    }, "the app hears its own writes"
    headers, body = arrived[0]
    secret, moment = hub.simulator.authority.client_secret.encode(), headers["X-HubSpot-Request-Timestamp"]
    signed = hmac.new(secret, b"POST" + TARGET.encode() + body + moment.encode(), hashlib.sha256)
    assert headers["X-HubSpot-Signature-v3"] == base64.b64encode(signed.digest()).decode()
    assert headers["X-HubSpot-Signature"] == hashlib.sha256(secret + body).hexdigest()


def test_8_the_journal_keeps_what_happened_for_three_days(hub: Hub) -> None:
    scopes = " ".join(f"developer.webhooks_journal.{scope}" for scope in SCOPES)
    app = token(hub, grant_type="client_credentials", scope=scopes).json()
    assert "refresh_token" not in app
    hub.http.headers["Authorization"] = f"Bearer {app['access_token']}"
    base = "/webhooks-journal"
    assert hub.http.get(f"{base}/journal/2026-09/earliest").status_code == 204
    subscription = {
        "subscriptionType": "OBJECT",
        "portalId": hub.portal.id,
        "objectTypeId": "0-1",
        "actions": ["CREATE", "UPDATE"],
        "properties": ["city"],
        "objectIds": [],
    }
    assert hub.http.post(f"{base}/subscriptions/2026-09", json=subscription).status_code == 200
    contact = hub.portal.contacts[hub.portal.live[0]]
    hub.portal.update(contact, hub.portal.draft({"city": "Boise"}, current=contact, dated=True), USER)
    hub.clock.advance(2_000)
    found = hub.http.get(f"{base}/journal/2026-09/earliest").json()
    events = download(hub, found["url"]).json()["journalEvents"]
    assert [event["objectId"] for event in events] == [contact.id]
    assert hub.http.get(f"{base}/journal/2026-09/offset/{found['currentOffset']}/next").status_code == 204
    hub.clock.advance(3 * 86_400_000)
    renewed = token(hub, grant_type="client_credentials", scope="developer.webhooks_journal.read").json()
    hub.http.headers["Authorization"] = f"Bearer {renewed['access_token']}"
    assert hub.http.get(f"{base}/journal/2026-09/earliest").status_code == 204


def test_9_tokens_live_thirty_minutes_and_end_in_two_ways(hub: Hub) -> None:
    granted = connect(hub)
    assert granted["expires_in"] == 1800
    again = token(hub, grant_type="refresh_token", refresh_token=granted["refresh_token"]).json()
    assert again["refresh_token"] == granted["refresh_token"]
    hub.user("PUT", "settings", rotate_refresh_tokens=True)
    rotated = token(hub, grant_type="refresh_token", refresh_token=granted["refresh_token"]).json()
    assert rotated["refresh_token"] != granted["refresh_token"]
    assert read(hub, rotated["access_token"]).status_code == 200
    hub.http.request(
        "DELETE",
        "/appinstalls/2026-09/external-install",
        headers={"Authorization": f"Bearer {rotated['access_token']}"},
    )
    refused = token(hub, grant_type="refresh_token", refresh_token=rotated["refresh_token"])
    assert (refused.status_code, refused.json()["status"]) == (400, "BAD_REFRESH_TOKEN")
    assert read(hub, rotated["access_token"]).status_code == 200, "what was issued lives on"
    hub.clock.advance(1_800_000)
    assert read(hub, rotated["access_token"]).json()["category"] == "EXPIRED_AUTHENTICATION"
    assert "20" in read(hub, "garbage").json()["message"], "expired some twenty thousand days ago"


def test_10_limits_roll_and_are_told_apart(make: Make) -> None:
    hub = make(limit=Limit(110))
    bearer = connect(hub)["access_token"]
    answers = [read(hub, bearer) for _ in range(111)]
    assert [answer.status_code for answer in answers] == [200] * 110 + [429]
    assert answers[0].headers["X-HubSpot-RateLimit-Max"] == "110"
    assert "X-HubSpot-RateLimit-Daily" not in answers[0].headers
    assert answers[-1].json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert "Retry-After" not in answers[-1].headers
    assert hub.call("GET", "").status_code == 200, "another app of the same account has a window of its own"
    hub.clock.advance(10_000)
    hub.user("POST", "move", seconds=60)
    moving = read(hub, bearer)
    assert (moving.status_code, moving.headers["Retry-After"]) == (477, "60")


@pytest.mark.parametrize("status", [423, 477, 502, 504])
def test_10_trouble_of_each_status_comes_on_command(hub: Hub, status: int) -> None:
    hub.user("POST", "faults", status=status, when="after")
    assert hub.call("POST", "", json={"properties": {"email": "twice@example.com"}}).status_code == status
    assert hub.call("POST", "", json={"properties": {"email": "twice@example.com"}}).status_code == 409, "it was done"


def test_11_values_are_texts_and_come_back_as_hubspot_keeps_them(hub: Hub) -> None:
    sent = {"lastname": "Values", "next_review_date": "315532800000", "preapproval_amount": 250000, "city": ""}
    made = hub.call("POST", "", json={"properties": sent}).json()
    assert made["properties"]["next_review_date"] == "1980-01-01"
    assert made["properties"]["preapproval_amount"] == "250000"
    assert made["warnings"][0]["category"] == "PROPERTY_VALUE_NORMALIZED"
    path = f"/{made['id']}"
    assert hub.call("GET", path + "?properties=city,no_such").json()["properties"].get("city", "absent") is None
    before = hub.call("GET", path).json()["updatedAt"]
    hub.clock.advance(1_000)
    cleared = hub.call("PATCH", path, json={"properties": {"preapproval_amount": "", "lastname": None}}).json()
    assert cleared["properties"]["preapproval_amount"] is None
    assert hub.call("GET", path).json()["properties"]["lastname"] == "Values", "null clears nothing"
    assert hub.call("GET", path).json()["updatedAt"] > before
    hub.call("PATCH", path, json={"properties": {"lifecyclestage": "customer"}})
    back = hub.call("PATCH", path, json={"properties": {"lifecyclestage": "lead"}})
    assert back.json()["properties"]["lifecyclestage"] == "customer"
    bad = {"do_not_call": "perhaps", "preapproval_amount": "many", "next_review_date": "1980-01-01T12:00:00Z"}
    refused = hub.call("PATCH", path, json={"properties": bad}).json()
    assert {error["context"]["propertyName"][0] for error in refused["errors"]} == set(bad), "all at once"
    hub.clock.advance(1_000 - hub.clock.now_ms() % 1_000)
    whole = hub.call("PATCH", path, json={"properties": {"city": "Boise"}}).json()["updatedAt"]
    assert "." not in whole, "a zero fraction is left out"


def test_12_exports_take_turns_and_their_address_ends(hub: Hub) -> None:
    body = {
        "exportType": "VIEW",
        "exportName": "all",
        "format": "CSV",
        "language": "EN",
        "objectType": "CONTACT",
        "objectProperties": ["email"],
        "associatedObjectType": [],
        "exportInternalValuesOptions": ["NAMES", "VALUES"],
        "publicCrmSearchRequest": {"filters": [], "sorts": []},
    }
    ids = [
        hub.http.post("/crm/exports/2026-09/export/async", json=body).json()["id"]
        for _ in range(2)
    ]  # fmt: skip
    path = "/crm/exports/2026-09/export/async/tasks/{}/status"
    hub.clock.advance(700)
    assert [hub.http.get(path.format(id)).json()["status"] for id in ids] == ["PROCESSING", "PENDING"]
    hub.clock.advance(10_000)
    done = hub.http.get(path.format(ids[0])).json()
    assert done["status"] == "COMPLETE"
    assert b"email" in download(hub, done["result"]).content
    hub.clock.advance(300_000)
    assert download(hub, done["result"]).status_code == 403
    person = hub.user("POST", "contacts", properties={"lastname": "Person"})
    history = person["propertiesWithHistory"]["lastname"]
    assert history[0]["sourceType"] == "CRM_UI", "and a person can act beside the app"
