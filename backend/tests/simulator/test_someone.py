"""What others do in an account: people, bulk jobs and administrators, seeded."""

from __future__ import annotations

from typing import Any

import pytest

from hubspot_simulator.disorder.someone import WEIGHTS

from .conftest import Hub, Make


def did(hub: Hub, **asked: Any) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = hub.user("POST", "someone", **asked)["did"]
    return told


def test_the_same_seed_does_the_same(make: Make) -> None:
    one, same, other = make(), make(), make(seed=2)
    acts = did(one, acts=60)
    assert acts == did(same, acts=60)
    assert acts != did(other, acts=60)
    assert len({act["kind"] for act in acts}) > 5


@pytest.mark.parametrize("kind", WEIGHTS)
def test_each_act_leaves_what_a_person_would_leave(hub: Hub, kind: str) -> None:
    if kind == "restore":
        did(hub, acts=1, kind="archive")
    before = hub.user("GET", "status")["portals"][0]
    [act] = did(hub, acts=1, kind=kind)
    after = hub.user("GET", "status")["portals"][0]
    assert "refused" not in act, act
    grown = {name: after[name] - before[name] for name in ("contacts", "archived", "merged_away")}
    expected = {
        "create": {"contacts": 1},
        "archive": {"contacts": -1, "archived": 1},
        "restore": {"contacts": 1, "archived": -1},
        "merge": {"contacts": -1, "merged_away": 2},
        "erase": {"contacts": -1},
    }.get(kind, {})
    assert {name: number for name, number in grown.items() if number} == expected


def test_a_bulk_job_gives_more_than_ten_thousand_records_one_millisecond(make: Make) -> None:
    hub = make(contacts=10_500, search_lag_ms=0)
    [act] = did(hub, bulk_edit=10_200, properties={"city": "Boise"})
    assert act["contacts"] == 10_200
    moment = str(hub.clock.now_ms())
    same = hub.search({"propertyName": "lastmodifieddate", "operator": "EQ", "value": moment}, limit=200)
    assert same.json()["total"] == 10_200


CHANGES = ["option_added", "option_removed", "option_relabelled", "archived", "read_only", "type"]


@pytest.mark.parametrize("change", CHANGES)
def test_the_schema_drifts_under_everybodys_feet(hub: Hub, change: str) -> None:
    before = {p["name"]: p for p in hub.http.get("/crm/properties/2026-09/contacts").json()["results"]}
    [act] = did(hub, drift=change)
    after = {p["name"]: p for p in hub.http.get("/crm/properties/2026-09/contacts").json()["results"]}
    name = act["property"]
    assert not before[name].get("hubspotDefined"), "what HubSpot defines stays"
    if change == "archived":
        assert name not in after
    elif change == "read_only":
        assert after[name]["modificationMetadata"]["readOnlyValue"]
    elif change == "type":
        assert after[name]["type"] != before[name]["type"]
    else:
        assert after[name]["options"] != before[name]["options"]


def test_time_alone_brings_what_others_do(make: Make) -> None:
    hub = make(someone_per_minute=30)
    hub.clock.advance(60_000)
    hub.simulator.tick()
    assert 20 <= sum(hub.user("GET", "someone")["done"].values()) <= 30
    hub.user("POST", "someone", per_minute=0)
    hub.clock.advance(60_000)
    assert sum(hub.user("GET", "someone")["done"].values()) <= 30


def test_rows_of_the_index_may_show_older_values_than_they_were_found_by(hub: Hub) -> None:
    hub.user("PUT", "settings", search_lag_ms=1_000, search={"stale_rate": 1.0, "stale_ms": 5_000})
    contact_id = hub.create(email="stale@example.com", city="Reno")
    hub.clock.advance(10_000)
    hub.call("PATCH", f"/{contact_id}", json={"properties": {"city": "Boise"}})
    since = str(hub.clock.now_ms())
    modified = {"propertyName": "lastmodifieddate", "operator": "GTE", "value": since}

    def city() -> list[str]:
        found = hub.search(modified, properties=["city"]).json()["results"]
        return [row["properties"]["city"] for row in found]

    assert city() == []
    hub.clock.advance(1_000)
    assert city() == ["Reno"], "found by its new time, shown with its old value"
    hub.clock.advance(5_000)
    assert city() == ["Boise"]


def test_a_jittery_index_never_goes_back(hub: Hub) -> None:
    hub.user("PUT", "settings", search_lag_ms=0, search={"jitter_ms": 5_000})
    contact_id = hub.create(email="jitter@example.com")
    for number in range(20):
        hub.call("PATCH", f"/{contact_id}", json={"properties": {"zip": str(number)}})
        hub.clock.advance(100)
    seen = []
    for _ in range(60):
        hub.clock.advance(100)
        found = hub.search({"propertyName": "hs_object_id", "operator": "EQ", "value": contact_id}, properties=["zip"])
        seen += [int(row["properties"]["zip"] or 0) for row in found.json()["results"]]
    assert seen == sorted(seen)
    assert seen[-1] == 19


def test_jitter_and_unknown_settings_are_told_apart(hub: Hub) -> None:
    assert hub.http.put("/_control/settings", json={"search": {"colour": 1}}).status_code == 400


def test_the_index_lies_differently_for_each_seed(make: Make) -> None:
    def stale(seed: int) -> list[bool]:
        hub = make(seed=seed, trouble={"search-stale": 0.5})
        return [hub.portal.index.trouble.strikes() for _ in range(30)]

    assert stale(1) == stale(1)
    assert stale(1) != stale(2)
