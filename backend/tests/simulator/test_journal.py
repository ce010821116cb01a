"""The webhooks journal (HubSpot docs: webhooks journal, its entries, subscriptions and snapshots)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from hubspot_simulator.limits import Limit
from hubspot_simulator.oauth import JOURNAL_SCOPES
from hubspot_simulator.transport import SimulatorTransport

from .conftest import Hub, Make
from .test_access import connect, token

DAY_MS = 86_400_000
SECOND = 1_000
NOWHERE = "00000000-0000-4000-8000-000000000000"
EVERYTHING = ["CREATE", "UPDATE", "DELETE", "MERGE", "RESTORE"]


class App:
    """The app's own view: its token, its subscriptions, and the journal."""

    def __init__(self, hub: Hub, *scopes: str, version: str = "2026-09") -> None:
        self.hub, self.version, self.scopes, self.expires = hub, version, scopes or JOURNAL_SCOPES, 0
        transport = SimulatorTransport(hub.simulator)
        base_url = "http://hubspot.simulator/webhooks-journal"
        self.http = httpx2.Client(transport=transport, base_url=base_url)
        self.bare = httpx2.Client(transport=transport)

    def call(self, method: str, section: str, path: str = "", **options: Any) -> httpx2.Response:
        now = self.hub.clock.now_ms()
        if now >= self.expires:
            fresh = token(self.hub, grant_type="client_credentials", scope=" ".join(self.scopes)).json()
            self.http.headers["Authorization"] = f"Bearer {fresh['access_token']}"
            self.expires = now + fresh["expires_in"] * SECOND
        return self.http.request(method, f"/{section}/{self.version}{path}", **options)

    def ask(self, **body: Any) -> httpx2.Response:
        """A subscription, to contacts of the first account unless told."""
        asked = {
            "subscriptionType": "OBJECT",
            "portalId": self.hub.portal.id,
            "objectTypeId": "0-1",
            "actions": EVERYTHING,
            "properties": ["email", "firstname"],
        }
        return self.call("POST", "subscriptions", json={**asked, **body})

    def subscribe(self, **body: Any) -> int:
        answer = self.ask(**body)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["id"])

    def filter(self, subscription: int, *conditions: dict[str, Any]) -> httpx2.Response:
        rows = [{"filterType": "CRM_OBJECT_PROPERTY", **condition} for condition in conditions]
        body = {"subscriptionId": subscription, "filter": {"conditions": rows}}
        return self.call("POST", "subscriptions", "/filters", json=body)

    def read(self, path: str, section: str = "journal", **params: Any) -> httpx2.Response:
        return self.call("GET", section, path, params=params)

    def offset(self, path: str, section: str = "journal", **params: Any) -> str:
        answer = self.read(path, section, **params)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["currentOffset"])

    def files(self, section: str = "journal", **params: Any) -> list[dict[str, Any]]:
        """Every file there is, as a client reads them: the earliest, then one after the other."""
        found, path = [], "/earliest"
        while (answer := self.read(path, section, **params)).status_code == 200:
            found.append(self.bare.get(answer.json()["url"]).json())
            path = f"/offset/{answer.json()['currentOffset']}/next"
        assert answer.status_code == 204, answer.text
        return found

    def events(self, section: str = "journal", **params: Any) -> list[dict[str, Any]]:
        """All events, after the second that gathers them is over."""
        self.hub.clock.advance(SECOND)
        return [event for file in self.files(section, **params) for event in file["journalEvents"]]

    def actions(self) -> list[str]:
        return [event["action"] for event in self.events()]


@pytest.fixture
def app(hub: Hub) -> App:
    return App(hub)


def edit(hub: Hub, key: str, **properties: str) -> None:
    hub.user("PATCH", f"contacts/{key}", properties=properties)


def published(hub: Hub, app: App, count: int) -> None:
    """So many files of one creation each."""
    app.subscribe()
    for number in range(count):
        hub.create(firstname=f"File {number}")
        hub.clock.advance(SECOND)


# ---- who may ---------------------------------------------------------------------------------------------------


def test_the_journal_takes_no_token_of_an_account(hub: Hub, app: App) -> None:
    answer = hub.http.get("/webhooks-journal/journal/2026-09/earliest")
    assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")


@pytest.mark.parametrize(
    ("method", "section", "path", "scope"),
    [
        ("GET", "journal", "/earliest", "read"),
        ("POST", "journal-local", "/batch/read", "read"),
        ("GET", "journal", f"/status/{NOWHERE}", "snapshots.read"),
        ("POST", "snapshots", "/crm", "snapshots.write"),
        ("GET", "subscriptions", "", "subscriptions.read"),
        ("POST", "subscriptions", "", "subscriptions.write"),
        ("DELETE", "subscriptions", "/filters/1", "subscriptions.write"),
    ],
)
def test_each_part_wants_its_own_scope(hub: Hub, method: str, section: str, path: str, scope: str) -> None:
    wanted = f"developer.webhooks_journal.{scope}"
    answer = App(hub, *(s for s in JOURNAL_SCOPES if s != wanted)).call(method, section, path)
    assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")
    assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == [wanted]


@pytest.mark.parametrize(
    ("section", "path", "limit"), [("journal", "/latest", 100), ("subscriptions", "", 50), ("snapshots", "/crm", 10)]
)
def test_each_part_has_a_limit_for_each_second(make: Make, section: str, path: str, limit: int) -> None:
    hub = make(limit=Limit(1))
    app = App(hub)
    method = "POST" if section == "snapshots" else "GET"
    answers = [app.call(method, section, path) for _ in range(limit + 1)]
    assert answers[-2].status_code != 429
    assert (answers[-1].status_code, answers[-1].json()["policyName"]) == (429, "SECONDLY")
    hub.clock.advance(SECOND)
    assert app.call(method, section, path).status_code != 429


# ---- subscriptions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["2026-03", "2026-09"])
def test_a_subscription_is_shown_listed_and_deleted(hub: Hub, version: str) -> None:
    app = App(hub, version=version)
    made = app.ask(properties=["email"], objectIds=[5]).json()
    assert made == {
        "id": made["id"],
        "appId": hub.simulator.app_id,
        "subscriptionType": "OBJECT",
        "portalId": hub.portal.id,
        "objectTypeId": "0-1",
        "actions": EVERYTHING,
        "properties": ["email"],
        "objectIds": [5],
        "associatedObjectTypeIds": [],
        "listIds": [],
        "createdAt": "2026-11-18T11:06:40Z",
        "updatedAt": "2026-11-18T11:06:40Z",
    }
    assert app.call("GET", "subscriptions", f"/{made['id']}").json() == made
    assert app.call("GET", "subscriptions").json() == {"results": [made]}
    assert app.call("DELETE", "subscriptions", f"/{made['id']}").status_code == 204
    assert app.call("GET", "subscriptions").json() == {"results": []}


@pytest.mark.parametrize(
    "change",
    [
        {"subscriptionType": "EVENT"},
        {"actions": []},
        {"actions": ["CREATE", "EXPLODE"]},
        {"actions": ["GDPR_DELETE"]},
        {"objectTypeId": "0-2"},
        {"objectTypeId": None},
        {"portalId": 1},
        {"portalId": "45160041"},
        {"properties": "email"},
        {"objectIds": ["1"]},
        {"subscriptionType": "GDPR_PRIVACY_DELETION", "actions": ["DELETE"]},
        {"subscriptionType": "APP_LIFECYCLE_EVENT"},
        {"subscriptionType": "APP_LIFECYCLE_EVENT", "eventTypeId": "4-1"},
    ],
)
def test_what_no_subscription_can_be_is_refused(app: App, change: dict[str, Any]) -> None:
    answer = app.ask(**change)
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "body",
    [
        {"subscriptionType": "ASSOCIATION", "actions": ["ASSOCIATION_ADDED"], "associatedObjectTypeIds": ["0-2"]},
        {"subscriptionType": "LIST_MEMBERSHIP", "actions": ["ADDED_TO_LIST"], "listIds": [7]},
        {"subscriptionType": "GDPR_PRIVACY_DELETION", "actions": ["GDPR_DELETE"]},
        {"subscriptionType": "APP_LIFECYCLE_EVENT", "eventTypeId": "4-1909196"},
    ],
)
def test_every_other_type_can_be_subscribed_to(app: App, body: dict[str, Any]) -> None:
    assert app.ask(**body).json()["subscriptionType"] == body["subscriptionType"]


def test_an_account_that_removed_the_app_cannot_be_subscribed_to(hub: Hub, app: App) -> None:
    connect(hub)
    hub.user("POST", "installs/revoke")
    assert app.ask().status_code == 400


def test_an_account_that_does_not_let_contacts_be_read_cannot_be_subscribed_to(hub: Hub, app: App) -> None:
    hub.user("PUT", "settings", static_scopes=["oauth"])
    answer = app.ask()
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.contacts.read"]


def test_subscribing_again_changes_the_subscription(hub: Hub, app: App) -> None:
    first = app.subscribe()
    hub.clock.advance(SECOND)
    again = app.ask(actions=["DELETE"]).json()
    assert (again["id"], again["actions"]) == (first, ["DELETE"])
    assert again["createdAt"] < again["updatedAt"]


def test_subscribing_again_makes_one_more_when_told(hub: Hub, app: App) -> None:
    hub.user("PUT", "journal", upsert=False)
    assert app.subscribe() != app.subscribe()


def test_deleting_by_account_leaves_the_other_accounts(make: Make) -> None:
    hub = make(portals=2)
    app, other = App(hub), list(hub.simulator.portals)[1]
    app.subscribe()
    kept = app.subscribe(portalId=other)
    assert app.call("DELETE", "subscriptions", f"/portals/{hub.portal.id}").status_code == 204
    assert [s["id"] for s in app.call("GET", "subscriptions").json()["results"]] == [kept]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/12"),
        ("DELETE", "/12"),
        ("GET", "/twelve"),
        ("PUT", "/12"),
        ("GET", "/filters/12"),
        ("DELETE", "/filters/12"),
        ("GET", "/filters/subscription/12"),
        ("PUT", "/filters"),
    ],
)
def test_what_is_not_there_is_404(app: App, method: str, path: str) -> None:
    assert app.call(method, "subscriptions", path).status_code == 404


def test_subscriptions_and_their_filters_survive_a_restart_and_files_do_not(make: Make, tmp_path: Path) -> None:
    app = App(make(state=tmp_path))
    subscription = app.subscribe(actions=["CREATE"])
    app.filter(subscription, {"property": "city", "operator": "IN", "values": ["Austin"]})
    gone = app.subscribe(subscriptionType="APP_LIFECYCLE_EVENT", eventTypeId="4-1909196")
    app.call("DELETE", "subscriptions", f"/{gone}")
    app.hub.create(firstname="Before", city="Austin")
    app.hub.clock.advance(SECOND)
    lost, held = app.offset("/latest"), app.call("GET", "subscriptions").json()
    app.hub.simulator.close()

    later = App(make(state=tmp_path))
    assert later.call("GET", "subscriptions").json() == held
    assert later.read(f"/offset/{lost}/next").status_code == 404
    later.hub.create(firstname="Elsewhere", city="Dallas")
    later.hub.create(firstname="After", city="Austin")
    assert [event["propertyChanges"]["firstname"] for event in later.events()] == ["After"]
    assert later.subscribe(subscriptionType="APP_LIFECYCLE_EVENT", eventTypeId="4-1909196") not in (subscription, gone)


# ---- filters -----------------------------------------------------------------------------------------------------


def test_a_filter_is_shown_listed_and_deleted(app: App) -> None:
    subscription = app.subscribe(actions=["UPDATE"])
    condition = {"property": "city", "operator": "IN", "values": ["Austin", "Dallas"]}
    made = app.filter(subscription, condition).json()["filterId"]
    shown = app.call("GET", "subscriptions", f"/filters/{made}").json()
    assert shown == {
        "id": made,
        "createdAt": app.hub.clock.now_ms(),
        "filter": {"conditions": [{"filterType": "CRM_OBJECT_PROPERTY", **condition}]},
    }
    assert app.call("GET", "subscriptions", f"/filters/subscription/{subscription}").json() == [shown]
    assert app.call("DELETE", "subscriptions", f"/filters/{made}").status_code == 204
    assert app.call("GET", "subscriptions", f"/filters/subscription/{subscription}").json() == []


def test_filters_are_only_for_creations_and_updates(app: App) -> None:
    assert app.filter(app.subscribe(), {"property": "city", "operator": "IS_EMPTY"}).status_code == 400


@pytest.mark.parametrize(
    "condition",
    [
        {"property": "city", "operator": "NEQ", "value": "x"},
        {"property": "city", "operator": "EQ"},
        {"property": "city", "operator": "IN", "values": []},
        {"operator": "IS_EMPTY"},
        {"property": "city", "operator": "IS_EMPTY", "filterType": "OTHER"},
    ],
)
def test_a_condition_that_means_nothing_is_refused(app: App, condition: dict[str, Any]) -> None:
    assert app.filter(app.subscribe(actions=["UPDATE"]), condition).status_code == 400


@pytest.mark.parametrize(
    ("operator", "operand", "passing"),
    [
        ("EQ", {"value": "20"}, ["20"]),
        ("N_EQ", {"value": "20"}, ["5", "100", ""]),
        ("GT", {"value": "20"}, ["100"]),
        ("GTE", {"value": "20"}, ["20", "100"]),
        ("LT", {"value": "20"}, ["5"]),
        ("LTE", {"value": "20"}, ["5", "20"]),
        ("IN", {"values": ["5", "100"]}, ["5", "100"]),
        ("NOT_IN", {"values": ["5", "100"]}, ["20", ""]),
        ("CONTAINS", {"value": "0"}, ["20", "100"]),
        ("STARTS_WITH", {"value": "1"}, ["100"]),
        ("ENDS_WITH", {"value": "20"}, ["20"]),
        ("IS_EMPTY", {}, [""]),
        ("IS_NOT_EMPTY", {}, ["5", "20", "100"]),
    ],
)
def test_conditions_look_at_the_record(
    hub: Hub, app: App, operator: str, operand: dict[str, Any], passing: list[str]
) -> None:
    subscription = app.subscribe(actions=["CREATE"], properties=["preapproval_amount"])
    app.filter(subscription, {"property": "preapproval_amount", "operator": operator, **operand})
    for amount in ("5", "20", "100", ""):
        hub.create(firstname="Ann", preapproval_amount=amount)
    assert [event["propertyChanges"].get("preapproval_amount", "") for event in app.events()] == passing


def test_dates_are_compared_as_moments(hub: Hub, app: App) -> None:
    subscription = app.subscribe(actions=["CREATE"], properties=["next_review_date"])
    app.filter(subscription, {"property": "next_review_date", "operator": "GT", "value": "2026-06-01"})
    for day in ("2026-05-31", "2026-06-02"):
        hub.create(firstname="Ann", next_review_date=day)
    assert len(app.events()) == 1


def test_all_conditions_of_one_filter_must_hold_and_one_of_several_filters_is_enough(hub: Hub, app: App) -> None:
    subscription = app.subscribe(actions=["CREATE"])
    app.filter(subscription, {"property": "city", "operator": "EQ", "value": "Austin"},
               {"property": "state", "operator": "EQ", "value": "TX"})  # fmt: skip
    app.filter(subscription, {"property": "company", "operator": "EQ", "value": "LoanArk"})
    hub.create(firstname="Both", city="Austin", state="TX")
    hub.create(firstname="Half", city="Austin")
    hub.create(firstname="Other", company="LoanArk")
    assert [event["propertyChanges"]["firstname"] for event in app.events()] == ["Both", "Other"]


# ---- events ------------------------------------------------------------------------------------------------------


def test_without_a_subscription_nothing_is_written(hub: Hub, app: App) -> None:
    hub.create(firstname="Ann")
    assert app.events() == []


def test_a_creation_tells_the_listed_properties_in_one_event(hub: Hub, app: App) -> None:
    app.subscribe()
    created = hub.create(firstname="Ann", email="ann@example.com", city="Austin")
    hub.clock.advance(SECOND)
    [file] = app.files()
    assert file == {
        "offset": app.offset("/latest"),
        "journalEvents": [
            {
                "type": "crmObject",
                "portalId": hub.portal.id,
                "occurredAt": "2026-11-18T11:06:40Z",
                "action": "CREATE",
                "objectTypeId": "0-1",
                "objectId": int(created),
                "propertyChanges": {"firstname": "Ann", "email": "ann@example.com"},
            }
        ],
        "publishedAt": "2026-11-18T11:06:41Z",
    }


def test_one_write_is_one_event_and_two_writes_are_two(hub: Hub, app: App) -> None:
    created = hub.create(firstname="Ann")
    app.subscribe()
    edit(hub, created, firstname="Anna", email="anna@example.com")
    edit(hub, created, firstname="Hannah")
    assert [event["propertyChanges"] for event in app.events()] == [
        {"firstname": "Anna", "email": "anna@example.com"},
        {"firstname": "Hannah"},
    ]


def test_a_cleared_property_is_null(hub: Hub, app: App) -> None:
    created = hub.create(firstname="Ann", email="ann@example.com")
    app.subscribe()
    edit(hub, created, email="")
    assert app.events()[0]["propertyChanges"] == {"email": None}


def test_changes_of_other_properties_are_not_told(hub: Hub, app: App) -> None:
    created = hub.create(firstname="Ann")
    app.subscribe()
    edit(hub, created, city="Austin")
    assert app.events() == []


@pytest.mark.parametrize(("every", "told"), [(False, []), (True, [{"city": "Austin"}])])
def test_a_subscription_without_properties_hears_of_no_update_unless_told(
    hub: Hub, app: App, every: bool, told: list[dict[str, str]]
) -> None:
    hub.user("PUT", "journal", every_property=every)
    created = hub.create(firstname="Ann")
    app.subscribe(properties=[])
    edit(hub, created, city="Austin")
    assert [event["propertyChanges"] for event in app.events()] == told


def test_only_the_listed_records_are_told(hub: Hub, app: App) -> None:
    first, second = hub.create(firstname="Ann"), hub.create(firstname="Bea")
    app.subscribe(objectIds=[int(second)])
    for key in (first, second):
        edit(hub, key, firstname="Carla")
    assert [event["objectId"] for event in app.events()] == [int(second)]


def test_only_the_listed_actions_are_told(hub: Hub, app: App) -> None:
    app.subscribe(actions=["DELETE"])
    created = hub.create(firstname="Ann")
    edit(hub, created, firstname="Anna")
    hub.user("POST", f"contacts/{created}/archive")
    assert app.actions() == ["DELETE"]


def test_archiving_and_restoring_are_told(hub: Hub, app: App) -> None:
    created = hub.create(firstname="Ann")
    app.subscribe()
    hub.user("POST", f"contacts/{created}/archive")
    hub.user("POST", f"contacts/{created}/restore")
    assert app.actions() == ["DELETE", "RESTORE"]


def test_a_privacy_deletion_is_told_and_a_deletion_as_well(hub: Hub, app: App) -> None:
    created = hub.create(firstname="Ann")
    app.subscribe()
    app.subscribe(subscriptionType="GDPR_PRIVACY_DELETION", actions=["GDPR_DELETE"])
    hub.user("POST", f"contacts/{created}/privacy-delete")
    told = app.events()
    assert [event["action"] for event in told] == ["GDPR_DELETE", "DELETE"]
    assert [event["objectId"] for event in told] == [int(created), int(created)]


@pytest.mark.parametrize("details", [False, True])
def test_a_merge_tells_the_new_record_and_the_old_ones_only_when_told(hub: Hub, app: App, details: bool) -> None:
    hub.user("PUT", "journal", merge_details=details)
    first, second = hub.create(firstname="Ann"), hub.create(firstname="Anna")
    app.subscribe()
    new = hub.user("POST", "merge", primary=first, secondary=second)["id"]
    [event] = app.events()
    assert (event["action"], event["objectId"]) == ("MERGE", int(new))
    assert event.get("mergedObjectIds") == ([int(first), int(second)] if details else None)


def test_a_merge_concerns_who_asked_for_one_of_the_old_records(hub: Hub, app: App) -> None:
    first, second = hub.create(firstname="Ann"), hub.create(firstname="Anna")
    app.subscribe(objectIds=[int(second)])
    hub.user("POST", "merge", primary=first, secondary=second)
    assert app.actions() == ["MERGE"]


def test_the_apps_own_writes_are_told_too(hub: Hub, app: App) -> None:
    app.subscribe()
    row = {"properties": {"firstname": "Ann", "email": "ann@example.com"}}
    hub.call("POST", "/batch/create", json={"inputs": [row, {"properties": {"firstname": "Bea"}}]})
    assert [event["propertyChanges"] for event in app.events()] == [row["properties"], {"firstname": "Bea"}]


# ---- accounts ----------------------------------------------------------------------------------------------------


def test_the_journal_has_all_subscribed_accounts_and_the_local_one_only_its_own(make: Make) -> None:
    hub = make(portals=3)
    app = App(hub)
    first, second, third = hub.simulator.portals
    app.subscribe()
    app.subscribe(portalId=second)
    for portal_id in (first, second, third):
        hub.user("POST", "contacts", portal_id=portal_id, properties={"firstname": "Ann"})
    assert [event["portalId"] for event in app.events()] == [first, second]
    assert [event["portalId"] for event in app.events("journal-local", installPortalId=second)] == [second]
    assert [event["portalId"] for event in app.events("journal", installPortalId=second)] == [second]
    assert app.events("journal-local", installPortalId=third) == []


def test_a_file_without_an_accounts_events_does_not_exist_for_it(make: Make) -> None:
    hub = make(portals=2)
    app, other = App(hub), list(hub.simulator.portals)[1]
    published(hub, app, 1)
    foreign = app.offset("/latest")
    assert app.read(f"/offset/{foreign}/next", "journal-local", installPortalId=other).status_code == 404


def test_the_local_journal_needs_an_account_unless_told(hub: Hub, app: App) -> None:
    published(hub, app, 1)
    assert app.read("/latest", "journal-local").status_code == 400
    hub.user("PUT", "journal", local_needs_portal=False)
    assert app.read("/latest", "journal-local").status_code == 200


@pytest.mark.parametrize("portal_id", ["1", "mine"])
def test_an_account_that_is_none_is_refused(app: App, portal_id: str) -> None:
    assert app.read("/latest", "journal-local", installPortalId=portal_id).status_code == 400


# ---- reading -----------------------------------------------------------------------------------------------------


def test_a_file_appears_when_its_second_is_over(hub: Hub, app: App) -> None:
    app.subscribe()
    hub.create(firstname="Ann")
    hub.clock.advance(SECOND - 1)
    assert app.read("/latest").status_code == 204
    hub.clock.advance(1)
    assert app.read("/latest").status_code == 200


def test_events_of_one_second_share_a_file_however_late_it_is_read(hub: Hub, app: App) -> None:
    app.subscribe()
    for pause in (600, 600, 600):
        hub.create(firstname="Ann")
        hub.clock.advance(pause)
    hub.clock.advance(SECOND)
    assert [len(file["journalEvents"]) for file in app.files()] == [2, 1]


@pytest.mark.parametrize("version", ["2026-03", "2026-09"])
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/batch/earliest/2", [0, 1]),
        ("/batch/latest/2", [2, 3]),
        ("/batch/{1}/next/1", [2]),
        ("/batch/{1}/next/100", [2, 3]),
        ("/earliest", [0]),
        ("/latest", [3]),
        ("/offset/{1}/next", [2]),
    ],
)
def test_files_are_found_from_either_end_and_from_any_offset(
    hub: Hub, version: str, path: str, expected: list[int]
) -> None:
    app = App(hub, version=version)
    published(hub, app, 4)
    offsets = [file["offset"] for file in app.files()]
    document = app.read(path.format(*offsets)).json()
    assert [row["currentOffset"] for row in document.get("results", [document])] == [offsets[i] for i in expected]


def test_a_batch_is_framed_like_every_batch(hub: Hub, app: App) -> None:
    published(hub, app, 1)
    document = app.read("/batch/earliest/1").json()
    assert document["status"] == "COMPLETE"
    assert {"startedAt", "completedAt", "requestedAt", "results"} < set(document)


@pytest.mark.parametrize("path", ["/earliest", "/latest", "/batch/earliest/5", "/batch/latest/5"])
def test_an_empty_journal_is_204(app: App, path: str) -> None:
    answer = app.read(path)
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("path", ["/offset/{}/next", "/batch/{}/next/5"])
def test_nothing_newer_is_204(hub: Hub, app: App, path: str) -> None:
    published(hub, app, 1)
    assert app.read(path.format(app.offset("/latest"))).status_code == 204


def test_an_empty_batch_can_be_an_empty_list(hub: Hub, app: App) -> None:
    hub.user("PUT", "journal", empty_batch_status=200)
    assert app.read("/batch/earliest/5").json()["results"] == []


@pytest.mark.parametrize("count", ["0", "101", "-1", "two"])
@pytest.mark.parametrize("path", ["/batch/earliest/{}", "/batch/latest/{}", f"/batch/{NOWHERE}/next/{{}}"])
def test_a_batch_has_from_1_to_100_files(app: App, path: str, count: str) -> None:
    assert app.read(path.format(count)).status_code == 400


@pytest.mark.parametrize("path", ["/offset/{}/next", "/batch/{}/next/5"])
def test_an_unknown_offset_is_404_or_what_was_told(hub: Hub, app: App, path: str) -> None:
    assert app.read(path.format(NOWHERE)).status_code == 404
    hub.user("PUT", "journal", lost_offset_status=410)
    assert app.read(path.format(NOWHERE)).status_code == 410


@pytest.mark.parametrize("path", ["/offset/7/next", "/batch/seven/next/5"])
def test_an_offset_that_is_no_uuid_is_refused(app: App, path: str) -> None:
    assert app.read(path).status_code == 400


def test_files_are_kept_for_three_days(hub: Hub, app: App) -> None:
    published(hub, app, 2)
    first, second = (file["offset"] for file in app.files())
    hub.clock.advance(3 * DAY_MS - SECOND)
    assert app.offset("/earliest") == second
    assert app.read(f"/offset/{first}/next").status_code == 404
    assert hub.user("GET", "journal")["files"] == 1
    hub.clock.advance(SECOND)
    assert app.read("/earliest").status_code == 204
    assert app.read(f"/offset/{second}/next").status_code == 404
    assert hub.user("GET", "journal")["files"] == 0


@pytest.mark.parametrize("limit", [{"max_events": 3}, {"max_bytes": 800}])
def test_a_file_that_is_full_is_closed_early(hub: Hub, app: App, limit: dict[str, int]) -> None:
    hub.user("PUT", "journal", **limit)
    app.subscribe()
    for _ in range(7):
        hub.create(firstname="Ann")
    hub.clock.advance(SECOND)
    assert [len(file["journalEvents"]) for file in app.files()] == [3, 3, 1]


def test_no_file_is_larger_than_it_may_be(hub: Hub, app: App) -> None:
    hub.user("PUT", "journal", max_bytes=2_000)
    app.subscribe()
    for number in range(1, 41):
        hub.create(firstname="A" * number)
    hub.clock.advance(SECOND)
    links = app.read("/batch/earliest/100").json()["results"]
    sizes = [len(app.bare.get(link["url"]).content) for link in links]
    assert max(sizes) <= 2_000
    assert min(sizes[:-1]) > 1_500


def test_offsets_are_read_together_and_the_lost_ones_are_named(hub: Hub, app: App) -> None:
    published(hub, app, 2)
    offsets = [file["offset"] for file in app.files()]
    whole = app.call("POST", "journal", "/batch/read", json={"inputs": offsets})
    assert whole.status_code == 200
    assert [row["currentOffset"] for row in whole.json()["results"]] == offsets
    partial = app.call("POST", "journal", "/batch/read", json={"inputs": [offsets[1], NOWHERE]})
    assert partial.status_code == 207
    assert [row["currentOffset"] for row in partial.json()["results"]] == offsets[1:]
    assert partial.json()["numErrors"] == 1
    [error] = partial.json()["errors"]
    assert (error["category"], error["context"]) == ("OBJECT_NOT_FOUND", {"offset": [NOWHERE]})


@pytest.mark.parametrize("inputs", [None, "x", ["x"], [NOWHERE] * 101])
def test_a_batch_read_takes_at_most_100_offsets_and_only_offsets(app: App, inputs: Any) -> None:
    assert app.call("POST", "journal", "/batch/read", json={"inputs": inputs}).status_code == 400


def test_a_files_address_takes_no_credentials_and_ends(hub: Hub, app: App) -> None:
    published(hub, app, 1)
    link = app.read("/latest").json()
    assert link["expiresAt"] == "2026-11-18T11:11:41Z"
    assert app.http.get(link["url"]).status_code == 400
    assert app.bare.get(link["url"]).status_code == 200
    hub.clock.advance(300_000)
    assert app.bare.get(link["url"]).status_code == 403
    fresh = app.read("/latest").json()["url"]
    assert app.bare.get(fresh).status_code == 200


@pytest.mark.parametrize(
    ("method", "section", "path"),
    [("GET", "journal", "/middle"), ("POST", "journal", "/latest"), ("GET", "snapshots", "/crm"), ("GET", "else", "/")],
)
def test_an_unknown_path_is_404(app: App, method: str, section: str, path: str) -> None:
    assert app.call(method, section, path).status_code == 404


# ---- trouble -----------------------------------------------------------------------------------------------------


def test_the_events_of_the_next_file_can_be_lost(hub: Hub, app: App) -> None:
    hub.user("PUT", "journal", lose_next=1)
    published(hub, app, 2)
    assert [event["propertyChanges"]["firstname"] for event in app.events()] == ["File 1"]
    assert hub.user("GET", "journal")["lost"] == 1


def test_the_events_of_the_next_file_can_come_twice(hub: Hub, app: App) -> None:
    hub.user("PUT", "journal", double_next=1)
    published(hub, app, 2)
    files = app.files()
    assert [file["journalEvents"][0]["propertyChanges"]["firstname"] for file in files] == [
        "File 0",
        "File 0",
        "File 1",
    ]
    assert len({file["offset"] for file in files}) == 3


def test_files_can_come_late(hub: Hub, app: App) -> None:
    hub.user("PUT", "journal", delay_ms=60_000)
    published(hub, app, 1)
    assert app.read("/latest").status_code == 204
    hub.clock.advance(60_000)
    [file] = app.files()
    assert file["publishedAt"] == "2026-11-18T11:07:41Z"


@pytest.mark.parametrize("body", [{"speed": 1}, {"delay_ms": "1"}, {"upsert": 1}])
def test_an_unknown_or_wrong_setting_is_refused(hub: Hub, body: dict[str, Any]) -> None:
    assert hub.http.put("/_control/journal", json=body).status_code == 400


# ---- installs ----------------------------------------------------------------------------------------------------


def lifecycle(app: App, *properties: str) -> None:
    for event_type in ("4-1909196", "4-1916193"):
        app.subscribe(subscriptionType="APP_LIFECYCLE_EVENT", eventTypeId=event_type, properties=properties)


def test_installs_and_uninstalls_are_told(hub: Hub, app: App) -> None:
    lifecycle(app, "hs_app_id", "hs_app_install_level")
    bearer = connect(hub)["access_token"]
    hub.clock.advance(SECOND)
    headers = {"Authorization": f"Bearer {bearer}"}
    assert hub.http.delete("/appinstalls/2026-09/external-install", headers=headers).status_code == 204
    told = {"hs_app_id": hub.simulator.app_id, "hs_app_install_level": "PORTAL"}
    shared = {"type": "app_lifecycle_event", "portalId": hub.portal.id, "properties": told}
    assert app.events() == [
        {**shared, "occurredAt": "2026-11-18T11:06:40Z", "action": "APP_INSTALL", "eventTypeId": "4-1909196"},
        {**shared, "occurredAt": "2026-11-18T11:06:41Z", "action": "APP_UNINSTALL", "eventTypeId": "4-1916193"},
    ]


def test_connecting_again_refreshing_and_revoking_are_no_installs(hub: Hub, app: App) -> None:
    held = connect(hub)["refresh_token"]
    lifecycle(app)
    connect(hub)
    hub.user("PUT", "settings", rotate_refresh_tokens=True)
    token(hub, grant_type="refresh_token", refresh_token=held)
    token(hub, "token/revoke", token=held)
    assert app.events() == []


def test_only_the_asked_lifecycle_event_is_told(hub: Hub, app: App) -> None:
    app.subscribe(subscriptionType="APP_LIFECYCLE_EVENT", eventTypeId="4-1916193")
    connect(hub)
    hub.user("POST", "installs/revoke")
    assert app.actions() == ["APP_UNINSTALL"]


def test_an_account_that_leaves_takes_its_subscriptions_along(hub: Hub, app: App) -> None:
    lifecycle(app)
    connect(hub)
    app.subscribe()
    hub.user("POST", "installs/revoke")
    hub.create(firstname="Ann")
    assert app.actions() == ["APP_INSTALL", "APP_UNINSTALL"]
    kinds = {s["subscriptionType"] for s in app.call("GET", "subscriptions").json()["results"]}
    assert kinds == {"APP_LIFECYCLE_EVENT"}


def test_a_subscription_to_lifecycle_events_belongs_to_no_account(app: App) -> None:
    made = app.ask(subscriptionType="APP_LIFECYCLE_EVENT", eventTypeId="4-1909196").json()
    assert (made["objectTypeId"], made["actions"]) == ("4-1909196", ["APP_INSTALL"])
    assert "portalId" not in made


# ---- snapshots ---------------------------------------------------------------------------------------------------


def snapshot(app: App, *object_ids: int, **change: Any) -> httpx2.Response:
    row = {"portalId": app.hub.portal.id, "objectTypeId": "0-1", "properties": ["firstname", "city", "nonsense"]}
    rows = [{**row, "objectId": object_id, **change} for object_id in object_ids]
    return app.call("POST", "snapshots", "/crm", json={"snapshotRequests": rows})


def asked(app: App, object_id: int) -> str:
    answer = snapshot(app, object_id)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["snapshotResponses"][0]["snapshotStatusId"])


def test_a_snapshot_tells_the_state_at_its_request(hub: Hub, app: App) -> None:
    created = hub.create(firstname="Ann")
    snapshot(app, int(created))
    edit(hub, created, firstname="Anna")
    hub.clock.advance(SECOND)
    [event] = app.events()
    assert event == {
        "type": "crmObject",
        "portalId": hub.portal.id,
        "occurredAt": "2026-11-18T11:06:40Z",
        "action": "SNAPSHOT",
        "objectTypeId": "0-1",
        "objectId": int(created),
        "propertyChanges": {"firstname": "Ann", "city": None},
    }


def test_a_snapshot_comes_between_the_events_of_its_time(hub: Hub, app: App) -> None:
    created = hub.create(firstname="Ann")
    app.subscribe()
    snapshot(app, int(created))
    for pause in (900, 200):
        hub.clock.advance(pause)
        edit(hub, created, firstname=f"Ann {pause}")
    assert app.actions() == ["UPDATE", "SNAPSHOT", "UPDATE"]


@pytest.mark.parametrize("section", ["journal", "journal-local"])
def test_a_snapshot_is_unknown_then_waits_then_runs_then_is_done_then_expires(hub: Hub, app: App, section: str) -> None:
    created = hub.create(firstname="Ann")
    status_id = asked(app, int(created))
    seen = []
    for pause in (0, 100, 200, 700, 3 * DAY_MS - SECOND, DAY_MS):
        hub.clock.advance(pause)
        answer = app.read(f"/status/{status_id}", section)
        seen.append(answer.json().get("status") if answer.status_code == 200 else answer.status_code)
    assert seen == [404, "PENDING", "IN_PROGRESS", "SUCCESS", "EXPIRED", 404]


def test_a_status_tells_its_times(hub: Hub, app: App) -> None:
    began = hub.clock.now_ms()
    status_id = asked(app, int(hub.create(firstname="Ann")))
    hub.clock.advance(5 * SECOND)
    assert app.read(f"/status/{status_id}").json() == {
        "id": status_id,
        "initiatedAt": began,
        "status": "SUCCESS",
        "completedAt": began + SECOND,
    }


def test_a_snapshot_of_no_record_fails(hub: Hub, app: App) -> None:
    status_id = asked(app, 999_999)
    hub.clock.advance(SECOND)
    document = app.read(f"/status/{status_id}").json()
    assert (document["status"], document["errorCode"]) == ("FAILED", "VALIDATION_ERROR")
    assert app.events() == []


def test_a_snapshot_can_be_made_to_fail(hub: Hub, app: App) -> None:
    hub.user("PUT", "journal", fail_snapshots=1)
    created = int(hub.create(firstname="Ann"))
    failing, fine = asked(app, created), asked(app, created)
    hub.clock.advance(SECOND)
    assert app.read(f"/status/{failing}").json()["errorCode"] == "INTERNAL_ERROR"
    assert app.read(f"/status/{fine}").json()["status"] == "SUCCESS"


def test_a_snapshot_can_need_a_subscription(hub: Hub, app: App) -> None:
    hub.user("PUT", "journal", snapshot_needs_subscription=True)
    created = int(hub.create(firstname="Ann"))
    snapshot(app, created)
    hub.clock.advance(SECOND)
    assert app.actions() == []
    app.subscribe(actions=["SNAPSHOT"])
    snapshot(app, created)
    hub.clock.advance(SECOND)
    assert app.actions() == ["SNAPSHOT"]


@pytest.mark.parametrize(
    "change",
    [
        {"portalId": 1},
        {"objectTypeId": "0-2"},
        {"objectId": "7"},
        {"properties": []},
        {"properties": None},
    ],
)
def test_a_snapshot_that_cannot_be_refuses_the_whole_batch(hub: Hub, app: App, change: dict[str, Any]) -> None:
    assert snapshot(app, int(hub.create(firstname="Ann")), **change).status_code == 400


def test_a_batch_of_snapshots_has_an_id_for_each_and_an_end(hub: Hub, app: App) -> None:
    rows = snapshot(app, *range(1, 101)).json()["snapshotResponses"]
    assert len({row["snapshotStatusId"] for row in rows}) == 100
    assert [row["objectId"] for row in rows] == list(range(1, 101))
    assert snapshot(app, *range(1, 102)).status_code == 400
